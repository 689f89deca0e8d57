"""Markdown as we speak it: one rule a file."""
