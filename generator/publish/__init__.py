"""From rendered pages to the files of the site."""
