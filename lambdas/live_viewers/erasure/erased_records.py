"""Which rejected records an erasure removes. Nobody could read them, so they are searched for the viewer's id,
however it may be written; where an id is short, another's record may go with it, but none of the viewer's stays.
"""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator

import msgspec

Naming = Callable[[bytes], bool]


class _Parts(msgspec.Struct):
    """Of a rejected record, what the viewer's tracker wrote; both base64."""

    key: str | None = None
    value: str | None = None


_decoder = msgspec.json.Decoder(_Parts)
_ESCAPE = re.compile(r"\\u[0-9a-f]{4}")


def naming(*viewer_ids: str) -> Naming:
    """Tells whether bytes hold one of the ids as a word of its own: plain, or as a JSON text may escape it."""
    forms = b"|".join(re.escape(form) for form in sorted({form for each in viewer_ids for form in _forms(each)}))
    search = re.compile(rb"(?<![A-Za-z0-9_])(?:" + forms + rb")(?![A-Za-z0-9_])").search
    return lambda data: search(data) is not None


def without(body: bytes, names: Naming) -> bytes | None:
    """An object's lines without those of records that name the viewer; None where none does."""
    lines = [line for line in body.splitlines(keepends=True) if line.strip()]
    kept = [line for line in lines if not _names(line, names)]
    return None if len(kept) == len(lines) else b"".join(kept)


def _names(line: bytes, names: Naming) -> bool:
    if names(line):
        return True
    try:
        record = _decoder.decode(line)
        return any(names(b64decode(part)) for part in (record.key, record.value) if part)
    except ValueError:  # not a line of ours, or no base64: all that could be searched was
        return False


def _forms(viewer_id: str) -> Iterator[bytes]:
    escaped = json.dumps(viewer_id)[1:-1]
    yield viewer_id.encode(errors="replace")
    yield json.dumps(viewer_id, ensure_ascii=False)[1:-1].encode(errors="replace")
    yield escaped.encode()
    yield _ESCAPE.sub(lambda escape: "\\u" + escape[0][2:].upper(), escaped).encode()
    yield escaped.replace("/", "\\/").encode()
