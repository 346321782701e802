"""What `bssbench new` writes: plug-ins that run as they are, with comments on what to change.

They are modules of bssbench, so that they are checked as all its code is, but nothing imports them.
"""
