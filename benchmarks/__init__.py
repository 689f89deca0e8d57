"""Measured, never asserted: our speed beside that of peers."""
