"""Calls of the HTTP API, and the changes that come over the socket."""

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar
from urllib.parse import urlencode

import msgspec
import urllib3

from live_viewers_reader.connection import ApiUnreachable, reason_of
from live_viewers_reader.shapes import (
    BatchOfViewers,
    Erased,
    LivePage,
    ProblemDetails,
    Session,
    SocketTicket,
    Viewer,
)

_IDS_A_REQUEST = 100
_TIMEOUT = urllib3.Timeout(connect=5, read=20)
_AGAIN = urllib3.Retry(
    total=1,
    status_forcelist=(429, 503),
    allowed_methods=None,
    raise_on_status=False,
    respect_retry_after_header=True,
)
Shape = TypeVar("Shape")


class ApiProblem(Exception):
    """The API refused or failed. `type` is stable, such as `urn:live-viewers:problem:invalid-cursor`; it
    is empty where API Gateway answered itself."""

    def __init__(self, status: int, type: str, detail: str) -> None:
        super().__init__(f"{status} {type} {detail}".strip())
        self.status = status
        self.type = type


class LiveViewers:
    """The API at `url`. `token` gives an access token each time it is called; None where nobody signs in.

    Safe to share between threads.
    """

    def __init__(self, url: str, token: Callable[[], str] | None = None, socket_url: str | None = None) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._socket_url = socket_url
        self._http = urllib3.PoolManager(timeout=_TIMEOUT, retries=_AGAIN, maxsize=8)

    def get(self, viewer_id: str) -> Viewer | None:
        """The viewer's profile, None when nothing is kept of the viewer."""
        try:
            return self._ask("GET", f"/v1/viewers/{_segment(viewer_id)}", Viewer)
        except ApiProblem as problem:
            if problem.status == 404:
                return None
            raise

    def get_many(self, viewer_ids: Iterable[str]) -> tuple[dict[str, Viewer], list[str]]:
        """The profiles by viewer id, and the ids that nothing is kept of. Any number: a request asks for
        100."""
        ids = list(dict.fromkeys(viewer_ids))
        found: dict[str, Viewer] = {}
        missing: list[str] = []
        while ids:
            asked, ids = ids[:_IDS_A_REQUEST], ids[_IDS_A_REQUEST:]
            body = msgspec.json.encode({"viewer_ids": asked})
            batch = self._ask("POST", "/v1/viewers/batch-get", BatchOfViewers, body)
            found.update((viewer.viewer_id, viewer) for viewer in batch.viewers)
            missing += batch.missing
            if batch.partial:
                answered = {*batch.missing, *(viewer.viewer_id for viewer in batch.viewers)}
                ids = [each for each in asked if each not in answered] + ids
        return found, missing

    def live(
        self,
        *,
        media_id: str | None = None,
        status: str | None = None,
        q: str | None = None,
        dimensions: Mapping[str, str] | None = None,
        page_size: int = 100,
    ) -> Iterator[Session]:
        """The live sessions, each once, read page by page as you go on. `dimensions`: values by the names of the
        stage's dimensions, such as `{"country": "DE"}`."""
        wanted: dict[str, str | None] = dict(dimensions or {})
        wanted |= {"media_id": media_id, "status": status, "q": q, "limit": str(page_size), "cursor": None}
        seen: set[tuple[str, str]] = set()
        while True:
            query = urlencode({name: value for name, value in wanted.items() if value is not None})
            page = self._ask("GET", f"/v1/live?{query}", LivePage)
            for session in page.sessions:
                key = (session.viewer_id, session.media_session_id)
                if key not in seen:
                    seen.add(key)
                    yield session
            if page.next_cursor is None:
                return
            wanted["cursor"] = page.next_cursor

    def follow(self, *, viewer_id: str | None = None, media_id: str | None = None) -> Iterator[Session | Erased]:
        """What is kept of one viewer, or is live of one title, then each change, until you stop reading.

        A cut connection is opened anew, and what was missed comes then. Raises ApiUnreachable where the API
        doesn't answer at the beginning. Needs `socket_url` and the extra
        `socket`.
        """
        from live_viewers_reader.socket import follow

        if self._socket_url is None:
            raise ValueError("follow needs socket_url")
        if (viewer_id is None) == (media_id is None):
            raise ValueError("follow one viewer or one title")
        return follow(self._socket_address, viewer_id, media_id)

    def _socket_address(self) -> str:
        ticket = self._ask("POST", "/v1/socket-tickets", SocketTicket).ticket
        return f"{self._socket_url}?{urlencode({'ticket': ticket})}"

    def _ask(self, method: str, target: str, shape: type[Shape], body: bytes | None = None) -> Shape:
        headers = {"Accept-Encoding": "gzip", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token()}"
        try:
            reply = self._http.request(method, self._url + target, body=body, headers=headers)
        except urllib3.exceptions.HTTPError as problem:
            raise ApiUnreachable(f"no answer from {self._url}: {reason_of(problem)}") from problem
        if reply.status >= 300:
            raise _problem(reply)
        return msgspec.json.decode(reply.data, type=shape)


def _segment(viewer_id: str) -> str:
    """A viewer id in a path: `~` and the base64url of its UTF-8, which no gateway decodes, cuts or merges."""
    return "~" + base64.urlsafe_b64encode(viewer_id.encode()).rstrip(b"=").decode()


def _problem(reply: urllib3.BaseHTTPResponse) -> ApiProblem:
    try:
        problem = msgspec.json.decode(reply.data, type=ProblemDetails)
    except msgspec.MsgspecError:  # API Gateway's own answer
        return ApiProblem(reply.status, "", "")
    return ApiProblem(reply.status, problem.type, problem.detail)
