"""The minutes in which a session had events: a 64-bit map whose lowest bit is the minute of `last_seen`.

Bit n is the n-th minute before. Older minutes fall off the end; two maps are joined by aligning, OR and
cutting.
"""

MINUTE_MS = 60_000
_MASK = (1 << 64) - 1


def join_minutes(last: int, minutes: int, other_last: int, other: int) -> int:
    """Join two maps with their last minutes (Unix minutes); the answer's lowest bit is the later one."""
    if other_last > last:
        last, minutes, other_last, other = other_last, other, last, minutes
    gap = last - other_last
    return minutes | (other << gap & _MASK) if gap < 64 else minutes
