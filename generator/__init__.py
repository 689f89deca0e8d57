"""labpress: posts and data in, a finished site out."""
