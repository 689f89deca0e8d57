"""Importers: the posts, data and settings of other builders, moved in with their old addresses."""
