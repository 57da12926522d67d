"""Many inputs through a net: files to items, items to batches, batches to outcomes, outcomes to files."""
