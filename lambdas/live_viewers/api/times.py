"""Times that a client gives."""

from datetime import UTC, datetime

from live_viewers.api.models import ProblemError
from live_viewers.api.problems import Problem, ProblemType

PATTERN = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$"
LAST_MS = 9_999_999_999_998  # order times have 13 digits, and a range ends before the next one


def read_time(text: str | None, name: str, absent_ms: int) -> int:
    """Epoch milliseconds of an RFC 3339 time, within what an item's key can hold. Raises Problem."""
    if text is None:
        return absent_ms
    try:
        time = datetime.fromisoformat(text)
        return max(0, min(LAST_MS, int(time.astimezone(UTC).timestamp() * 1000)))
    except (ValueError, OverflowError):
        errors = [ProblemError(in_="query", name=name, reason="datetime_parsing")]
        raise Problem(ProblemType.INVALID, "Not a time in RFC 3339.", errors) from None
