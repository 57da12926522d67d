"""From every age of Caffe's format to today's, one legacy story a file (upgrade_proto.cpp)."""

from __future__ import annotations

from prototxt.text.definition import Definition
from prototxt.upgrade.batch_norm import freeze_statistics
from prototxt.upgrade.data_transform import move_transform_fields
from prototxt.upgrade.net_inputs import inputs_to_layers
from prototxt.upgrade.v0 import v0_to_v1
from prototxt.upgrade.v1 import v1_to_v2

__all__ = ["upgrade", "upgrade_with_changes"]

STORIES = {
    v0_to_v1: "V0 layers",
    move_transform_fields: "transform fields of data layers",
    v1_to_v2: "V1 layers",
    inputs_to_layers: "input fields",
    freeze_statistics: "learning rates of BatchNorm's statistics",
}
"""Every story in Caffe's order, and what it does away with."""


def upgrade(definition: Definition) -> Definition:
    """The same net in today's form, through every story in Caffe's order.

    Raises NetError where a legacy construct has no meaning: an unknown V0 type, say.
    """
    for story in STORIES:
        definition = story(definition)
    return definition


def upgrade_with_changes(definition: Definition) -> tuple[Definition, list[str]]:
    """What `upgrade` gives, and what was of an older form; nothing for a net that is in today's."""
    old = []
    for story, what in STORIES.items():
        upgraded = story(definition)
        if upgraded.message != definition.message:
            old.append(what)
        definition = upgraded
    return definition, old
