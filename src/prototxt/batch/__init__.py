"""Many images through a net: which files, in which batches, what each of them gave."""
