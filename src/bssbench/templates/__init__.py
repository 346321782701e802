"""Templates for `bssbench new`: plug-ins that run unchanged, with comments on what to change.

They are modules of bssbench, so that the usual checks apply to them, but nothing imports them.
"""
