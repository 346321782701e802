"""The two exceptions that cross layers: bad input, and a computation that does not apply."""


class InputError(Exception):
    """Something from outside is wrong; the message is one line: what, where, and what to do."""


class MachineError(InputError):
    """What is asked is beyond this machine: no such device, no room to write.

    That is no result of a method, and another try may fare better.
    """


class NotApplicable(Exception):
    """A method or score has no meaning here (or is too large); the message is the reason."""
