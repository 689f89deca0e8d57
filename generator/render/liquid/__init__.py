"""The Liquid body language: python-liquid parses, this room runs what it may, with Ruby's results."""
