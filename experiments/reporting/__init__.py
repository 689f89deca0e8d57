"""How figures are reported, and how they go wrong on the way to the page."""
