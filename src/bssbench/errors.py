"""The two exceptions that cross layers: bad input, and a computation that does not apply."""


class InputError(Exception):
    """Something from outside is wrong; the message is one line: what, where, and what to do."""


class NotApplicable(Exception):
    """A method or score has no meaning here (or is too large); the message is the reason."""
