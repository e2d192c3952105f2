"""Access tokens for services."""

import threading
import time
from typing import Any

import msgspec
import urllib3

from live_viewers_reader.connection import reason_of

_RENEW_BEFORE_S = 60


class SignInFailed(Exception):
    """The issuer gave no token; the message holds its error code, or why no answer came."""


class ClientCredentials:
    """Gets tokens by OAuth's client credentials, and keeps each until a minute before it expires."""

    def __init__(self, token_url: str, client_id: str, client_secret: str, scope: str) -> None:
        self._token_url = token_url
        self._fields = {"grant_type": "client_credentials", "scope": scope}
        self._headers = urllib3.make_headers(basic_auth=f"{client_id}:{client_secret}")
        self._http = urllib3.PoolManager(timeout=10.0, retries=urllib3.Retry(1))
        self._lock = threading.Lock()
        self._token, self._until = "", 0.0

    def __call__(self) -> str:
        """An access token. Raises SignInFailed."""
        with self._lock:
            if time.monotonic() >= self._until:
                asked_at = time.monotonic()
                answer = self._ask()
                self._token = str(answer["access_token"])
                self._until = asked_at + max(0, int(answer.get("expires_in", 0)) - _RENEW_BEFORE_S)
            return self._token

    def _ask(self) -> dict[str, Any]:
        try:
            reply = self._http.request_encode_body(
                "POST", self._token_url, fields=self._fields, headers=self._headers, encode_multipart=False
            )
        except urllib3.exceptions.HTTPError as problem:
            raise SignInFailed(f"no answer from {self._token_url}: {reason_of(problem)}") from problem
        try:
            answer: dict[str, Any] = msgspec.json.decode(reply.data, type=dict)
        except msgspec.DecodeError:
            answer = {}
        if reply.status != 200 or "access_token" not in answer:
            raise SignInFailed(f"{reply.status} {answer.get('error', '')}".strip())
        return answer
