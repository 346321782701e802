"""The exceptions that all layers use: invalid input, and computations that do not apply."""


class InputError(Exception):
    """Invalid input. The message is one line that states what, where, and what to do."""


class MachineError(InputError):
    """A request that this machine does not support, such as a missing device or a full disk.

    It is not a result of a method, and another attempt may succeed.
    """


class NotApplicable(Exception):
    """A method or score does not apply, or is too expensive. The message is the reason."""
