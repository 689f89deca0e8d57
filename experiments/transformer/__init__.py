"""A transformer from scratch: model, training loop, generation, and the checks that find its usual mistakes."""
