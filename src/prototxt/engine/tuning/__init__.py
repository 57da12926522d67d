"""The fastest kernels on this machine: measured, kept in a file, chosen."""
