"""Running a net: the fast engine over a plan, and the reference engine over each room's own forward."""
