"""The inside of the body language: compiling tags by shape, and running them within bounds."""
