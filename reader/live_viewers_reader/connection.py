"""What is in the way of an answer, in words rather than in the names of urllib3's errors."""

import urllib3


class ApiUnreachable(ConnectionError):
    """No answer came, at the second try either. The message names the API's address and what was in the way."""


def reason_of(problem: urllib3.exceptions.HTTPError) -> str:
    """The operating system's own words where it has some, such as "Connection refused"; else the error's."""
    cause: BaseException | None = (
        problem.reason if isinstance(problem, urllib3.exceptions.MaxRetryError) else problem
    )
    found = cause
    while found is not None:
        if isinstance(found, OSError) and found.strerror:
            return found.strerror
        found = found.__cause__ or found.__context__
    if isinstance(cause, urllib3.exceptions.TimeoutError):
        return "timed out"
    return str(cause).rpartition(": ")[2] or type(cause).__name__
