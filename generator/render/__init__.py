"""From a page to its HTML: the template of the body, then Markdown, math and code."""
