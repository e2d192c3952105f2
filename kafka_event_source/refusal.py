"""Settings this event source refuses, and things it can't find: both end the program with a plain sentence."""


class Refused(ValueError):
    """A setting that is invalid, needs provisioned mode, or isn't supported. The message names the setting."""


class Unresolved(LookupError):
    """A function, secret or resource that the running stack doesn't have. The message names it."""
