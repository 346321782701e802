"""What no unbiased method can beat: Cramér-Rao bounds on the interference that is left."""
