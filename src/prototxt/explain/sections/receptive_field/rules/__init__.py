"""The rules of receptive fields by kind of layer; `receptive_field.fields` imports every module of this folder."""
