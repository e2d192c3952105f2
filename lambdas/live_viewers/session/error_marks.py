"""How many errors a session had: a set of the smallest hashes of their event ids, so that it stays a join.

The number is exact up to `MOST_ERRORS`; beyond, it is that many. The errors themselves are in the timeline.
"""

import hashlib

MOST_ERRORS = 6
_HASH_BYTES = 3


def error_mark(event_id: str) -> int:
    """Three bytes of the hash of an error event's id, as a number."""
    return int.from_bytes(hashlib.blake2b(event_id.encode(), digest_size=_HASH_BYTES).digest(), "big")


def join_errors(marks: frozenset[int], others: frozenset[int]) -> frozenset[int]:
    """The smallest marks of both."""
    joined = marks | others
    return joined if len(joined) <= MOST_ERRORS else frozenset(sorted(joined)[:MOST_ERRORS])


def pack_errors(marks: frozenset[int]) -> bytes:
    """Three bytes an error, smallest first."""
    return b"".join(mark.to_bytes(_HASH_BYTES, "big") for mark in sorted(marks))


def unpack_errors(data: bytes) -> frozenset[int]:
    """The inverse of `pack_errors`."""
    return frozenset(int.from_bytes(data[at : at + _HASH_BYTES], "big") for at in range(0, len(data), _HASH_BYTES))
