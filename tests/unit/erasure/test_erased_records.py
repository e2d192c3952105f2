"""Which rejected records an erasure takes with it."""

import json
from base64 import b64encode
from typing import Any

import pytest

from live_viewers.erasure.erased_records import naming, without


def line(value: bytes | None, key: bytes | None = None, **changed: Any) -> bytes:
    record = {
        "topic": "t",
        "partition": 0,
        "offset": 7,
        "timestamp": 1,
        "key": None if key is None else b64encode(key).decode(),
        "value": None if value is None else b64encode(value).decode(),
        "reason": "not_json",
        "error": "cut off",
        **changed,
    }
    return json.dumps(record).encode() + b"\n"


@pytest.mark.parametrize(
    ("viewer_id", "value"),
    [
        ("ann", b'{"user_id":"ann","cut'),
        ("ann", b"web\tann\tpage_view"),
        ("ann@example.com", b"x\tann@example.com\t"),
        ("Zo\u00eb", '{"viewer_id":"Zo\u00eb"'.encode()),
        ("Zo\u00eb", b'{"viewer_id":"Zo\\u00eb"'),
        ("Zo\u00eb", b'{"viewer_id":"Zo\\u00EB"'),
        ('a"b', b'{"viewer_id":"a\\"b"'),
        ("a/b", b'{"viewer_id":"a\\/b"'),
        ("ann", b"\xff\xfe ann \x00"),
    ],
)
def test_a_record_goes_however_the_id_is_written(viewer_id: str, value: bytes) -> None:
    other = line(b'{"user_id":"bob"}')
    assert without(line(value) + other, naming(viewer_id)) == other
    assert without(other + line(None, key=value), naming(viewer_id)) == other


@pytest.mark.parametrize("value", [b'{"user_id":"anna"', b"joann", b"ann_2", b"Ann", b""])
def test_another_viewers_record_stays(value: bytes) -> None:
    assert without(line(value), naming("ann")) is None


def test_an_object_may_be_left_with_nothing() -> None:
    assert without(line(b"ann"), naming("ann")) == b""


def test_a_line_that_is_none_of_ours_is_searched_as_it_is() -> None:
    assert without(b'{"who":"ann"}\nnothing\n', naming("ann")) == b"nothing\n"
    assert without(line(b"x").replace(b'"eA=="', b'"***"'), naming("ann")) is None


def test_an_id_in_the_error_goes_too() -> None:
    assert without(line(b"x", error="no session of ann"), naming("ann")) == b""
