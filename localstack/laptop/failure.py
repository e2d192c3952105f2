"""The one error that ends a demo: a line for a person, never a traceback."""


class DemoFailed(RuntimeError):
    """The message names what was wrong, where, and what to do."""
