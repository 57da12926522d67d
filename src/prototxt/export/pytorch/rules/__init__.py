"""The rules by subject; `pytorch.call` imports every module of this folder."""
