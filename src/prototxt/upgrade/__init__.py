"""Upgrades nets of every older form to today's; each file handles one legacy construct (upgrade_proto.cpp)."""

from __future__ import annotations

from prototxt.text.definition import Definition
from prototxt.upgrade.batch_norm import freeze_statistics
from prototxt.upgrade.data_transform import move_transform_fields
from prototxt.upgrade.learning_rates import move_learning_rates
from prototxt.upgrade.net_inputs import inputs_to_layers
from prototxt.upgrade.v0 import v0_to_v1
from prototxt.upgrade.v1 import v1_to_v2

__all__ = ["upgrade", "upgrade_with_changes"]

STEPS = {
    v0_to_v1: "V0 layers",
    move_transform_fields: "transform fields of data layers",
    v1_to_v2: "V1 layers",
    move_learning_rates: "blobs_lr and weight_decay",
    inputs_to_layers: "input fields",
    freeze_statistics: "learning rates of BatchNorm's statistics",
}
"""The steps in Caffe's order, each with the legacy construct that it removes."""


def upgrade(definition: Definition) -> Definition:
    """Returns the same net in today's form.

    Raises NetError where a legacy construct has no meaning: an unknown V0 type, say.
    """
    for step in STEPS:
        definition = step(definition)
    return definition


def upgrade_with_changes(definition: Definition) -> tuple[Definition, list[str]]:
    """Returns the net in today's form and the legacy constructs it had; an empty list for a net of today.

    Raises NetError as `upgrade` does.
    """
    legacy = []
    for step, construct in STEPS.items():
        upgraded = step(definition)
        if upgraded.message != definition.message:
            legacy.append(construct)
        definition = upgraded
    return definition, legacy
