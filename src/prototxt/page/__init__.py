"""A net as one HTML file that needs nothing else: its graph, its table, its maps and kernels."""
