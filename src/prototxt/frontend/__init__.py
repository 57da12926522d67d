"""From text to a graph, the check of many files, the upgrade of whole files."""
