"""The rules that break values down, one module per family of layer types; each registers with `break_down`."""
