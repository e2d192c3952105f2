"""Where a local emulator answers: what CloudFormation on AWS would know by itself."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Emulator:
    """`url` is the emulator's one address, such as http://127.0.0.1:4566."""

    url: str = "http://127.0.0.1:4566"

    def api_url(self, api_id: str, scheme: str = "http") -> str:
        """An API's address: emulators tell APIs apart by the host name, and *.localhost is loopback."""
        port = urlsplit(self.url).port or 4566
        return f"{scheme}://{api_id}.execute-api.localhost:{port}"
