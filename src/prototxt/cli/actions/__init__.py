"""The work of the commands of one module each; `prototxt.cli.<command>` holds their options."""
