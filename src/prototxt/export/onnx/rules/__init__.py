"""The rules by subject; `export` imports every module of this folder."""
