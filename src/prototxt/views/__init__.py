"""A net as people and programs want to see it: one report, computed once, in many formats."""
