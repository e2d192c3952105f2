"""The bounded sets of a session: the minutes it was seen in, its errors, titles and ads. Each is a join by a rule
that doesn't depend on order, so it stays one however much there is.
"""

import hashlib

from live_viewers.events.media_event import EventKind, MediaEvent
from live_viewers.events.short_text_cache import cache_short_texts

MINUTE_MS = 60_000
_MINUTES_KEPT = (1 << 64) - 1

# The number of errors is exact up to this; beyond, it is this many. The errors themselves are in the timeline.
MOST_ERRORS = 6
_ERROR_BYTES = 3

# An ad among the smallest of a whole is among the smallest of every part it is in, so it loses no flag on the way.
MOST_ADS = 24
_AD_BYTES = 4
_AD_ENTRY_BYTES = _AD_BYTES + 1

MOST_TITLES = 8
_TITLE_BYTES = 4

SEEN, FIRST_QUARTILE, MIDPOINT, THIRD_QUARTILE, COMPLETED, CLICKED, SKIPPED = (1 << bit for bit in range(7))

_FLAG_OF_KIND = {
    EventKind.AD_COMPLETE: SEEN | COMPLETED,
    EventKind.AD_CLICK: SEEN | CLICKED,
    EventKind.AD_SKIP: SEEN | SKIPPED,
}


def join_minutes(last: int, minutes: int, other_last: int, other: int) -> int:
    """Join two maps of minutes, each with its last minute (a Unix minute).

    Bit n of a map is the n-th minute before its last; of the answer, before the later of the two. What is more
    than 63 minutes before it falls off the end.
    """
    if other_last > last:
        last, minutes, other_last, other = other_last, other, last, minutes
    gap = last - other_last
    return minutes | (other << gap & _MINUTES_KEPT) if gap < 64 else minutes


def error_mark(event_id: str) -> int:
    """Three bytes of the hash of an error event's id, as a number."""
    return int.from_bytes(hashlib.blake2b(event_id.encode(), digest_size=_ERROR_BYTES).digest(), "big")


def join_errors(marks: frozenset[int], others: frozenset[int]) -> frozenset[int]:
    """The smallest marks of both."""
    joined = marks | others
    return joined if len(joined) <= MOST_ERRORS else frozenset(sorted(joined)[:MOST_ERRORS])


def pack_errors(marks: frozenset[int]) -> bytes:
    """Three bytes an error, smallest first."""
    return b"".join(mark.to_bytes(_ERROR_BYTES, "big") for mark in sorted(marks))


def unpack_errors(data: bytes) -> frozenset[int]:
    """The inverse of `pack_errors`."""
    return frozenset(
        int.from_bytes(data[at : at + _ERROR_BYTES], "big") for at in range(0, len(data), _ERROR_BYTES)
    )


@cache_short_texts  # the same on every event of a title
def title_mark(media_id: str) -> int:
    """Four bytes of the hash of a title's id, as a number."""
    return int.from_bytes(hashlib.blake2b(media_id.encode(), digest_size=_TITLE_BYTES).digest(), "big")


def join_titles(marks: frozenset[int], others: frozenset[int]) -> frozenset[int]:
    """The smallest marks of both."""
    joined = marks | others
    return joined if len(joined) <= MOST_TITLES else frozenset(sorted(joined)[:MOST_TITLES])


def pack_titles(marks: frozenset[int]) -> bytes:
    """Four bytes a title, smallest first."""
    return b"".join(mark.to_bytes(_TITLE_BYTES, "big") for mark in sorted(marks))


def unpack_titles(data: bytes) -> frozenset[int]:
    """The inverse of `pack_titles`."""
    return frozenset(
        int.from_bytes(data[at : at + _TITLE_BYTES], "big") for at in range(0, len(data), _TITLE_BYTES)
    )


@cache_short_texts  # the same on every event of an ad
def ad_hash(ad_id: str) -> int:
    """Four bytes of the hash of an ad's id, as a number."""
    return int.from_bytes(hashlib.blake2b(ad_id.encode(), digest_size=_AD_BYTES).digest(), "big")


def flags_of(event: MediaEvent) -> int:
    """What one event with an ad entity tells of the ad: that it was seen, and its quartile or what the viewer
    did.

    A percentage is floored by the tracker, which reports the real one: the last quartile it reached counts.
    """
    if event.kind != EventKind.AD_QUARTILE:
        return _FLAG_OF_KIND.get(event.kind, SEEN)
    percent = (event.payload or {}).get("percent_progress")
    if not isinstance(percent, int | float):
        return SEEN
    flags = SEEN
    for least, flag in ((25, FIRST_QUARTILE), (50, MIDPOINT), (75, THIRD_QUARTILE)):
        if percent >= least:
            flags |= flag
    return flags


def note_ad(ads: dict[int, int], ad: int, flags: int) -> None:
    """Join one ad's flags into `ads` (hash -> flags), which stays at the 24 smallest hashes."""
    known = ads.get(ad)
    if known is not None:
        ads[ad] = known | flags
        return
    ads[ad] = flags
    if len(ads) > MOST_ADS:
        del ads[max(ads)]


def count_with(ads: dict[int, int], flag: int) -> int:
    """How many of the ads kept have a flag; 24 means 24 or more."""
    return sum(1 for flags in ads.values() if flags & flag)


def pack_ads(ads: dict[int, int]) -> bytes:
    """Five bytes an ad, smallest hash first."""
    return b"".join(ad.to_bytes(_AD_BYTES, "big") + bytes((ads[ad],)) for ad in sorted(ads))


def unpack_ads(data: bytes) -> dict[int, int]:
    """The inverse of `pack_ads`."""
    return {
        int.from_bytes(data[at : at + _AD_BYTES], "big"): data[at + _AD_BYTES]
        for at in range(0, len(data), _AD_ENTRY_BYTES)
    }
