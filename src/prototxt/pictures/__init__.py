"""Pictures of what a net holds: maps of a blob, filters, the input it saw."""
