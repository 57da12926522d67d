"""Facts from weights files that the graph depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["NO_HINTS", "WeightHints"]


@dataclass(frozen=True, slots=True)
class WeightHints:
    """The number of learned arrays that weights files hold for each layer, by layer name.

    Some forks of Caffe use one type name for different layers; how many arrays a layer was saved with can say which
    one is meant (SegNet's BN has two, PSPNet's four). So the files are opened before the graph is built; no number in
    them is read for that.
    """

    blob_counts: Mapping[str, int] = field(default_factory=dict)


NO_HINTS = WeightHints()
"""The hints of a net without weights files."""
