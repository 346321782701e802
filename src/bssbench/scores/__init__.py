"""Scores: agreement of estimated sources with the truth or a reference. Does not import torch."""
