"""Running a net: one interpreter, and two engines: the fast one over a plan, the reference one layer by layer."""
