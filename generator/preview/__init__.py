"""The preview: a server for the author, that rebuilds what a change touches and tells the open pages."""
