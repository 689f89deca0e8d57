"""What a body can call: one tag a file, all of one shape."""
