"""The numbers: `_data/` as a tree, and where each of them came from."""
