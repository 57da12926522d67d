"""Which kernel is fastest here: measured, remembered, chosen."""
