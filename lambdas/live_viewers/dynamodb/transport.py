"""DynamoDB's HTTP protocol with nothing around it: a signed POST of JSON on a connection that is kept.

The hot path makes few and large calls, and of botocore's work on each (shapes, validation, hooks, endpoint rules)
it needs none: without it a call costs less than half the CPU, and so does a cold start. All other functions call
DynamoDB so, too (see direct_client). The signature is AWS's Signature Version 4; a test holds it against
botocore's.
"""

import hashlib
import hmac
import ssl
import time
from binascii import a2b_base64
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from live_viewers.aws_environment import Credentials, region_of
from live_viewers.dynamodb.http_connection import READ_TIMEOUT_S, HttpConnection

KEPT_FOR_S = 20.0
"""An idle connection is used again within this time. One that died without a word while the function was frozen
would cost a whole read time-out; a new one costs a handshake. By the wall clock, for others stand still then."""

# What DynamoDB takes in one call.
KEYS_A_READ = 100
STATEMENTS_A_CALL = 25
PUTS_A_CALL = 25
ACTIONS_A_TRANSACTION = 100

AT_ONCE = 16
"""Calls of one `each` that are on their way together."""

CONDITION_FAILED = "ConditionalCheckFailedException"

_VERSION = "DynamoDB_20120810"
_CONTENT_TYPE = "application/x-amz-json-1.0"
_SIGNED = "content-type;host;x-amz-date;x-amz-target"


class NoAnswer(Exception):
    """No connection, a time-out, or a connection that broke: the request may have been carried out or not."""


class ErrorAnswer(Exception):
    """The service's error: `code` (without its namespace), the HTTP status, and the answer's JSON."""

    def __init__(self, code: str, status: int, answer: dict[str, Any]) -> None:
        super().__init__(f"{code} ({status})")
        self.code = code
        self.status = status
        self.answer = answer

    @property
    def message(self) -> str:
        return str(self.answer.get("message") or self.answer.get("Message") or "")


class _Sent(NamedTuple):
    """A request on its way; `is_first`: its connection was made for it."""

    headers: dict[str, str]
    body: bytes
    connection: HttpConnection
    is_first: bool


class Transport:
    """Used by several threads. `endpoint` is an URL without a path. `read_timeout_s`: of each answer."""

    def __init__(
        self, endpoint: str, region: str, credentials: Credentials, read_timeout_s: float = READ_TIMEOUT_S
    ) -> None:
        parts = urlsplit(endpoint)
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._host_header = parts.netloc
        self._region = region
        self._credentials = credentials
        self._read_timeout_s = read_timeout_s
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._idle: list[tuple[HttpConnection, float]] = []  # and when each was used last
        self._signing_key: tuple[str, bytes] = ("", b"")
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder()

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], read_timeout_s: float = READ_TIMEOUT_S) -> "Transport":
        """With the region, the credentials and the endpoint (AWS's own where none is named) of a Lambda function.

        Raises KeyError when a variable is missing that Lambda always sets.
        """
        region = region_of(environ)
        suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        endpoint = environ.get("AWS_ENDPOINT_URL_DYNAMODB") or environ.get("AWS_ENDPOINT_URL")
        return cls(
            (endpoint or f"https://dynamodb.{region}.{suffix}").rstrip("/"),
            region,
            Credentials.from_environ(environ),
            read_timeout_s,
        )

    def call(self, operation: str, request: dict[str, Any]) -> Any:
        """The answer's JSON; bytes in the request travel as base64. Raises NoAnswer or ErrorAnswer."""
        return self._end(self._begin(operation, request))

    def call_each(self, operation: str, requests: Iterable[dict[str, Any]]) -> list[Any | NoAnswer | ErrorAnswer]:
        """The answers of many calls, in their order, and for one that fails what `call` would raise."""
        return list(self.each(operation, requests))

    def each(self, operation: str, requests: Iterable[dict[str, Any]]) -> Iterator[Any | NoAnswer | ErrorAnswer]:
        """`call_each`, one by one. AT_ONCE of them are on their way at a time, on a connection each: one thread
        does it, for handing calls to threads and back takes as much CPU as the calls. A request is only asked for
        when it can be sent at once, and an answer waited for when no more may be sent."""
        under_way: deque[_Sent | NoAnswer] = deque()
        try:
            for request in requests:
                try:
                    under_way.append(self._begin(operation, request))
                except NoAnswer as none:
                    under_way.append(none)
                if len(under_way) == AT_ONCE:
                    yield self._outcome(under_way.popleft())
            while under_way:
                yield self._outcome(under_way.popleft())
        finally:
            for sent in under_way:  # nobody wants their answers any more
                if isinstance(sent, _Sent):
                    sent.connection.close()

    def _outcome(self, sent: "_Sent | NoAnswer") -> Any | NoAnswer | ErrorAnswer:
        if isinstance(sent, NoAnswer):
            return sent
        try:
            return self._end(sent)
        except (NoAnswer, ErrorAnswer) as failure:
            return failure

    def _begin(self, operation: str, request: dict[str, Any]) -> "_Sent":
        body = self._encoder.encode(request)
        headers = self._signed(operation, body, time.gmtime())
        connection = self._kept()
        if connection is not None:
            try:
                connection.send(headers, body)
            except TimeoutError as error:
                raise NoAnswer("time-out") from error
            except OSError:
                pass  # closed by the service, see _end
            else:
                return _Sent(headers, body, connection, is_first=False)
        return self._begin_anew(headers, body)

    def _begin_anew(self, headers: dict[str, str], body: bytes) -> "_Sent":
        try:
            connection = HttpConnection(self._host, self._port, self._tls, self._read_timeout_s)
            connection.send(headers, body)
        except OSError as error:
            raise NoAnswer(type(error).__name__) from error
        return _Sent(headers, body, connection, is_first=True)

    def _end(self, sent: "_Sent") -> Any:
        try:
            status, data = sent.connection.answer()
        except TimeoutError as error:
            raise NoAnswer("time-out") from error
        except OSError as error:
            if sent.is_first:
                raise NoAnswer(type(error).__name__) from error
            # A connection from before the function was frozen: the service has closed it. All calls are safe to
            # make twice: each write is conditional, or puts the same item again.
            return self._end(self._begin_anew(sent.headers, sent.body))
        if sent.connection.is_open:
            self._idle.append((sent.connection, time.time()))
        try:
            answer = self._decoder.decode(data)
        except msgspec.DecodeError as error:
            raise NoAnswer(f"no JSON, status {status}") from error
        if status != 200:
            raise ErrorAnswer(str(answer.get("__type", "")).rpartition("#")[2], status, answer)
        return answer

    def _kept(self) -> HttpConnection | None:
        """The connection of a call before that can be trusted, of several the one used last."""
        while self._idle:
            try:
                connection, used_at = self._idle.pop()
            except IndexError:  # another thread took the last one
                return None
            if 0 <= time.time() - used_at < KEPT_FOR_S:
                return connection
            connection.close()
        return None

    def _signed(self, operation: str, body: bytes, now: time.struct_time) -> dict[str, str]:
        """The request's headers. AWS Signature Version 4, for the one shape of request that there is."""
        moment = time.strftime("%Y%m%dT%H%M%SZ", now)
        day = moment[:8]
        target = f"{_VERSION}.{operation}"
        scope = f"{day}/{self._region}/dynamodb/aws4_request"
        headers = {
            "Content-Type": _CONTENT_TYPE,
            "Host": self._host_header,
            "X-Amz-Date": moment,
            "X-Amz-Target": target,
        }
        signed, token_line = _SIGNED, ""
        if self._credentials.token:
            headers["X-Amz-Security-Token"] = self._credentials.token
            signed = _SIGNED.replace("x-amz-target", "x-amz-security-token;x-amz-target")
            token_line = f"x-amz-security-token:{self._credentials.token}\n"
        canonical = (
            f"POST\n/\n\ncontent-type:{_CONTENT_TYPE}\nhost:{self._host_header}\nx-amz-date:{moment}\n"
            f"{token_line}x-amz-target:{target}\n\n{signed}\n{hashlib.sha256(body).hexdigest()}"
        )
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        to_sign = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}"
        signature = hmac.digest(self._key_of(day), to_sign.encode(), "sha256").hex()
        headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self._credentials.access_key}/{scope}, "
            f"SignedHeaders={signed}, Signature={signature}"
        )
        return headers

    def _key_of(self, day: str) -> bytes:
        known, key = self._signing_key
        if known != day:
            key = f"AWS4{self._credentials.secret_key}".encode()
            for part in (day, self._region, "dynamodb", "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._signing_key = (day, key)
        return key


def with_bytes(item: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The item, its binary attributes as bytes (they travel as base64). Changed in place."""
    for value in item.values():
        if "B" in value:
            value["B"] = a2b_base64(value["B"])
    return item
