"""Where a local emulator answers: what CloudFormation on AWS would know by itself."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Emulator:
    """`url` is the emulator's one address, such as http://127.0.0.1:4566."""

    url: str = "http://127.0.0.1:4566"

    def api_url(self, api_id: str, stage: str, scheme: str = "http") -> str:
        """An API's address by path: one origin with the pages, as on AWS, and no name to resolve."""
        return f"{scheme}://{urlsplit(self.url).netloc}/_aws/execute-api/{api_id}/{stage}"
