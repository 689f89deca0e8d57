"""The runner: config, seeds, progress, resuming, provenance."""
