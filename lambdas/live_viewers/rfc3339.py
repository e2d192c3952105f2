"""Times as texts: RFC 3339, UTC, with milliseconds."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec

Time = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
        examples=["2026-11-24T11:30:00.123Z"],
        extra_json_schema={"format": "date-time"},
    ),
]


def rfc3339(time_ms: int) -> Time:
    """`2026-11-24T11:30:00.123Z`: always 24 characters, so that texts sort like times."""
    return datetime.fromtimestamp(time_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{time_ms % 1000:03d}Z"
