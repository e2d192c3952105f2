"""Log lines as JSON, one a line. What is logged never holds the id of a viewer, a session or an event."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_MOST_CAUSES = 5


class JsonLines(logging.Formatter):
    """time, level, message, and the `extra` fields of the call."""

    def format(self, record: logging.LogRecord) -> str:
        """One JSON object."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in record.__dict__.items() if name not in _OWN}
        if record.exc_info:
            line["exception"] = without_messages(record.exc_info[1])
        return json.dumps(line, default=str)


def without_messages(raised: BaseException | None) -> str:
    """Where it was raised and the names of its kinds, outermost first: a message may quote the request."""
    if raised is None:
        return ""
    kinds = [type(raised).__name__]
    cause = raised.__cause__ or raised.__context__
    while cause is not None and len(kinds) < _MOST_CAUSES:
        kinds.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    frames = traceback.format_tb(raised.__traceback__)
    return "".join([*frames, " from ".join(kinds)])


def log_json_lines() -> None:
    """To standard output, from INFO up."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
