"""Markdown as kramdown reads it, for posts that were written for Jekyll."""
