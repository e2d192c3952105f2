"""Posting to open sockets: API Gateway's @connections.

By signed requests over kept connections rather than boto3's client, which takes several times the CPU for a call
that is made once a page and batch.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from live_viewers.aws_environment import Credentials, region_of
from live_viewers.push.posting import Outcome

_SERVICE = "execute-api"


class ApiGatewayConnections:
    """`endpoint` is the HTTPS address of the WebSocket API's stage."""

    def __init__(self, endpoint: str, region: str, credentials: Credentials, most_at_once: int = 80) -> None:
        parts = urlsplit(endpoint)
        self._host = parts.netloc
        self._base = endpoint.rstrip("/")
        self._region = region
        self._credentials: Any = credentials  # botocore's signer wants their names, not their class
        host = parts.hostname or ""
        # RFC 6761: names under .localhost are loopback, whether or not the resolver knows.
        address = "127.0.0.1" if host == "localhost" or host.endswith(".localhost") else host
        pool_class = urllib3.HTTPSConnectionPool if parts.scheme == "https" else urllib3.HTTPConnectionPool
        self._pool: urllib3.HTTPConnectionPool = pool_class(
            address, parts.port, maxsize=most_at_once, block=True, retries=False
        )

    @classmethod
    def from_environ(cls, endpoint: str, environ: Mapping[str, str]) -> "ApiGatewayConnections":
        """With the region and the credentials of a Lambda function. Raises KeyError when one is missing."""
        return cls(endpoint, region_of(environ), Credentials.from_environ(environ))

    def post(self, connection_id: str, message: bytes, timeout_s: float) -> Outcome:
        """See Connections."""
        return self._call("POST", connection_id, message, timeout_s)

    def close(self, connection_id: str) -> None:
        """Ask for the connection's end; whether it comes is not waited for long."""
        self._call("DELETE", connection_id, b"", 1.0)

    def _call(self, method: str, connection_id: str, body: bytes, timeout_s: float) -> Outcome:
        url = f"{self._base}/@connections/{quote(connection_id, safe='')}"
        request = AWSRequest(method=method, url=url, data=body, headers={"host": self._host})
        SigV4Auth(self._credentials, _SERVICE, self._region).add_auth(request)
        try:
            answer = self._pool.urlopen(
                method,
                urlsplit(url).path,
                body=body,
                headers=dict(request.headers.items()),
                timeout=urllib3.Timeout(connect=min(1.0, timeout_s), read=timeout_s),
                pool_timeout=2,
                redirect=False,
            )
        except urllib3.exceptions.ReadTimeoutError:
            return Outcome.TIMED_OUT
        except urllib3.exceptions.HTTPError:
            return Outcome.FAILED
        if answer.status < 300:
            return Outcome.SENT
        return Outcome.GONE if answer.status == 410 else Outcome.FAILED
