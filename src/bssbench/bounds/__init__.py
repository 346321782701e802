"""Cramér-Rao bounds on the residual interference of unbiased separation methods."""
