"""The one error shape: problem+json (RFC 9457). A problem's `type` is stable; its `detail` is for people."""

from enum import Enum

import msgspec

from live_viewers.api.models import ProblemDetails, ProblemError

CONTENT_TYPE = "application/problem+json"
_TYPE_PREFIX = "urn:live-viewers:problem:"


class ProblemType(Enum):
    """Every problem that the API answers with: the last part of its `type`, HTTP status and title."""

    MALFORMED = ("malformed-request", 400, "The request can't be read")
    INVALID_VIEWER_ID = ("invalid-viewer-id", 400, "The path holds no viewer id")
    CURSOR = ("invalid-cursor", 400, "The cursor is not one of this list's")
    TOO_MANY_POINTS = ("too-many-points", 400, "The range holds too many points")
    NOT_COUNTED = ("not-counted", 400, "This isn't counted")
    UNAUTHENTICATED = ("unauthenticated", 401, "Sign in first")
    FORBIDDEN = ("missing-scope", 403, "The token lacks a scope")
    NOT_FOUND = ("not-found", 404, "There is nothing here")
    VIEWER_NOT_FOUND = ("viewer-not-found", 404, "The viewer is not known")
    ERASURE_NOT_FOUND = ("erasure-not-found", 404, "No erasure was asked for")
    INCIDENT_NOT_FOUND = ("incident-not-found", 404, "There is no such incident")
    METHOD = ("method-not-allowed", 405, "The resource has no such method")
    TOO_LARGE = ("too-large", 413, "The request is too large")
    MEDIA_TYPE = ("unsupported-media-type", 415, "The body must be JSON")
    INVALID = ("invalid-request", 422, "A value is not allowed")
    INTERNAL = ("internal-error", 500, "Something broke on our side")
    BUSY = ("store-busy", 503, "The store is busy: try again shortly")

    def __init__(self, slug: str, status: int, title: str) -> None:
        self.uri = _TYPE_PREFIX + slug
        self.status = status
        self.title = title


class Problem(Exception):
    """Raised anywhere below the handler; becomes the answer. `errors` name what is wrong, one entry a place."""

    def __init__(
        self,
        kind: ProblemType,
        detail: str,
        errors: list[ProblemError] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.errors = errors or []
        self.headers = {"cache-control": "no-store", **(headers or {})}

    @property
    def body(self) -> str:
        """The JSON text."""
        kind = self.kind
        details = ProblemDetails(
            type=kind.uri, title=kind.title, status=kind.status, detail=self.detail, errors=self.errors
        )
        return msgspec.json.encode(details).decode()
