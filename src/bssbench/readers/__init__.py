"""Other people's recordings: from a file of whatever kind to a `Table`, and back.

A kind of file is a module in `formats/`, found by its place.
"""
