"""The rules by subject; `keras.call` imports every module of this folder."""
