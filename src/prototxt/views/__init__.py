"""Tables and drawings of a net: one report, computed once, in many formats."""
