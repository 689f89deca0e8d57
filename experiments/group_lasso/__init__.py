"""Group LASSO for neural networks: whole groups of weights at exactly zero."""
