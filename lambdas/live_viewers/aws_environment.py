"""What Lambda tells a function in its environment about calling AWS: with it no session of botocore is needed."""

from collections.abc import Mapping
from typing import NamedTuple


class Credentials(NamedTuple):
    """Named as botocore's are, so that its signers take them."""

    access_key: str
    secret_key: str
    token: str | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Credentials":
        """Of the function's role. Raises KeyError when a variable is missing that Lambda always sets."""
        return cls(
            environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"], environ.get("AWS_SESSION_TOKEN")
        )


def region_of(environ: Mapping[str, str]) -> str:
    """The function's region. Raises KeyError when there is none."""
    return environ.get("AWS_REGION") or environ["AWS_DEFAULT_REGION"]
