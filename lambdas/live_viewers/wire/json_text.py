"""JSON bytes -> typed values, with every way in which JSON can be broken turned into `Unreadable`."""

import re
from typing import TypeVar

import msgspec

from live_viewers.wire.contract import RejectReason, Unreadable

T = TypeVar("T")

_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL
)
# A number is found faster than bytes of length 1.
BACKSLASH = ord("\\")
DELETE = 0x7F  # the only control character that may stand in a JSON string as it is
_LONE_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]..", re.DOTALL)


# Strings too, so that what stands in them is left alone.
_STRING_OR_DECIMAL = re.compile(rb'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+)', re.DOTALL)


def read_json(decoder: msgspec.json.Decoder[T], data: bytes | msgspec.Raw, what: str) -> T:
    """Decode, or raise Unreadable naming `what` was being read.

    A whole number may be written as `50.0`, which JSON Schema calls an integer and typed languages write: where
    one is in the way, all are rewritten and the value is read again.
    """
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        whole = _STRING_OR_DECIMAL.sub(_whole_number, bytes(data)) if "got `float`" in str(error) else data
        if whole != data:
            return read_json(decoder, whole, what)
        raise Unreadable(RejectReason.BAD_ENTITY, f"{what}: {error}") from None
    except msgspec.DecodeError as error:
        raise Unreadable(RejectReason.BAD_JSON, f"{what}: {error}") from None
    except UnicodeDecodeError:
        raise Unreadable(RejectReason.BAD_UTF8, what) from None
    except RecursionError:
        raise Unreadable(RejectReason.BAD_JSON, f"{what}: nested too deep") from None


def _whole_number(match: re.Match[bytes]) -> bytes:
    text = match[0]
    if text[:1] == b'"':
        return text
    number = float(text)
    return b"%d" % int(number) if number.is_integer() else text


def cleaned(data: bytes) -> bytes:
    r"""The JSON with escaped lone surrogates and NULs replaced by U+FFFD.

    A title cut in the middle of an emoji ends in a lone surrogate, which no UTF-8 store can hold. Escapes that are
    themselves escaped (`\\ud83d`) are text and stay. Costs one search where nothing is escaped.
    """
    return _ESCAPE.sub(_replacement, data) if BACKSLASH in data and b"\\u" in data else data


def _replacement(match: re.Match[bytes]) -> bytes:
    escape = match[0]
    if escape == b"\\u0000" or (len(escape) == 6 and _LONE_SURROGATE.fullmatch(escape)):
        return b"\\ufffd"
    return escape
