"""The templates of `bssbench new`: working plug-ins, with comments on what to change.

They are modules of bssbench so that they are checked like all its code, but no module imports them.
"""
