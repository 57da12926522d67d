"""File formats of arrays: bytes to named arrays and back. They know no graph."""
