"""The ads of a session: which were seen and how far, as a set that stays a join however many there are.

An ad is known by four bytes of its id's hash; beyond 24 ads the smallest hashes are kept. An ad among the 24
smallest of a whole is among the 24 smallest of every part it is in, so it loses no flag on the way.
"""

import hashlib
from functools import lru_cache

from live_viewers.events.media_event import EventKind, MediaEvent

MOST_ADS = 24
_HASH_BYTES = 4
_ENTRY_BYTES = _HASH_BYTES + 1

SEEN, FIRST_QUARTILE, MIDPOINT, THIRD_QUARTILE, COMPLETED, CLICKED, SKIPPED = (1 << bit for bit in range(7))

_FLAG_OF_KIND = {
    EventKind.AD_COMPLETE: SEEN | COMPLETED,
    EventKind.AD_CLICK: SEEN | CLICKED,
    EventKind.AD_SKIP: SEEN | SKIPPED,
}


@lru_cache(maxsize=4096)
def ad_hash(ad_id: str) -> int:
    """Four bytes of the hash of an ad's id, as a number."""
    return int.from_bytes(hashlib.blake2b(ad_id.encode(), digest_size=_HASH_BYTES).digest(), "big")


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
    return b"".join(ad.to_bytes(_HASH_BYTES, "big") + bytes((ads[ad],)) for ad in sorted(ads))


def unpack_ads(data: bytes) -> dict[int, int]:
    """The inverse of `pack_ads`."""
    return {
        int.from_bytes(data[at : at + _HASH_BYTES], "big"): data[at + _HASH_BYTES]
        for at in range(0, len(data), _ENTRY_BYTES)
    }
