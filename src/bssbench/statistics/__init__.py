"""Statistics of scores. Does not import torch."""
