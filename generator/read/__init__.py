"""From files to pages: everything an author types, read once and checked."""
