"""What events tell of ads, as tokens: short texts that are only ever added to a set.

A token of an ad is `<hash>:<flag>@<Unix hour>`, or `<hash>:=` and what is shown of the ad. A set of them is a
join: an ad has each flag that any token tells and those it implies, belongs to its smallest hour, and is shown by
its greatest text. So tokens may come in any order and any number of times, and those that say nothing new may be
left out. The rules are those of Snowplow's dbt package for media (media_ad_views): any event with the ad's entity
is a view, a quartile has reached the lower ones too, an ad that is complete all of them.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from hashlib import blake2b
from typing import NamedTuple

from live_viewers.events.media_event import Ad, AdBreak, EventKind, MediaEvent
from live_viewers.events.short_text_cache import Memo, cache_short_texts
from live_viewers.events.title import cut_to_bytes, media_id_of, short_id
from live_viewers.time_units import HOUR_MS

STARTED, FIRST_QUARTILE, MIDPOINT, THIRD_QUARTILE, COMPLETED, CLICKED, SKIPPED = (1 << bit for bit in range(7))
BREAK_SEEN, BREAK_SHOWED_AD = 1 << 7, 1 << 8

_REACHED_25 = STARTED | FIRST_QUARTILE
_REACHED_50 = _REACHED_25 | MIDPOINT
_REACHED_75 = _REACHED_50 | THIRD_QUARTILE
FLAGS = {
    "start": STARTED,
    "25": _REACHED_25,
    "50": _REACHED_50,
    "75": _REACHED_75,
    "complete": _REACHED_75 | COMPLETED,
    "click": STARTED | CLICKED,
    "skip": STARTED | SKIPPED,
    "break": BREAK_SEEN,
    "ad": BREAK_SEEN | BREAK_SHOWED_AD,
}
"""Each flag by its name in a token, with those that it implies."""

THE_BREAK = "-"
"""In place of an ad's hash: the token is of the break itself."""

ITEMS_A_BREAK = 8
ID_BYTES = 64
NAME_BYTES = 48

_HASH_BYTES = 8
_FLAG_OF_KIND = {EventKind.AD_COMPLETE: "complete", EventKind.AD_CLICK: "click", EventKind.AD_SKIP: "skip"}
# To look a member up in its enum takes ten times as long (Python 3.11).
_AD_BREAK_START, _AD_QUARTILE = EventKind.AD_BREAK_START, EventKind.AD_QUARTILE
_BETWEEN = "\t"  # smaller than any letter, so that of two texts the one that tells more is the greater
_NO_BETWEEN = str.maketrans("\t\r\n", "   ")


class AdPlace(NamedTuple):
    """Which item of a session keeps tokens: of a break (None: of ads outside any), numbered by the ad's hash. A
    break's own tokens are in the item 0."""

    break_id: str | None
    number: int


class Shown(NamedTuple):
    """What is shown of an ad, or of a break (then there is no creative, position or duration). Texts are cut; an
    empty one stands for none."""

    id: str
    name: str = ""
    creative_id: str = ""
    pod_position: str = ""
    duration_s: str = ""
    media_id: str = ""

    @classmethod
    def read(cls, text: str) -> "Shown":
        """The inverse of `text`."""
        return cls(*text.split(_BETWEEN)[: len(cls._fields)])

    def text(self) -> str:
        """All of it, in the order by which the greatest is found."""
        return _BETWEEN.join(self)


class Known(NamedTuple):
    """What is known of an ad or a break: its flags with those they imply, its hour, and what is shown."""

    flags: int
    hour: int
    shown: str

    def joined(self, other: "Known") -> "Known":
        """What both tell."""
        return Known(self.flags | other.flags, min(self.hour, other.hour), max(self.shown, other.shown))


class AdTokens:
    """The tokens of one item that a batch tells: of each flag the smallest hour, of what is shown the greatest."""

    __slots__ = ("hours", "shown")

    def __init__(self) -> None:
        self.hours: dict[tuple[str, str], int] = {}
        self.shown: dict[str, str] = {}

    def add(self, subject: str, flag: str, hour: int, shown: str) -> None:
        """Join what one event tells of an ad, or of THE_BREAK."""
        known = self.hours.get((subject, flag))
        if known is None or hour < known:
            self.hours[subject, flag] = hour
        if shown > self.shown.get(subject, ""):
            self.shown[subject] = shown

    def texts(self, known: dict[str, Known] | None = None) -> list[str]:
        """The tokens that say what is not `known` yet."""
        before = known or {}
        texts = []
        for (subject, flag), hour in self.hours.items():
            told = before.get(subject)
            if told is None or hour < told.hour or FLAGS[flag] & ~told.flags:
                texts.append(f"{subject}:{flag}@{hour}")
        for subject, shown in self.shown.items():
            told = before.get(subject)
            if told is None or shown > told.shown:
                texts.append(f"{subject}:={shown}")
        return texts


def known_of(tokens: Iterable[str]) -> dict[str, Known]:
    """What a set of tokens tells, by ad (and THE_BREAK), of those of which it tells a flag. A token that this
    release doesn't know is left out."""
    told: dict[str, tuple[int, int | None, str]] = {}
    for token in tokens:
        subject, _, rest = token.partition(":")
        flags, hour, shown = told.get(subject, (0, None, ""))
        if rest.startswith("="):
            told[subject] = (flags, hour, max(shown, rest[1:]))
            continue
        flag, _, at = rest.partition("@")
        if flag in FLAGS and at.isdecimal():
            told[subject] = (flags | FLAGS[flag], int(at) if hour is None else min(hour, int(at)), shown)
    return {
        subject: Known(flags, hour, shown) for subject, (flags, hour, shown) in told.items() if hour is not None
    }


def tokens_of(events: Iterable[MediaEvent]) -> dict[AdPlace, AdTokens]:
    """What the events of one session tell of ads and breaks, by the item that keeps it."""
    told: dict[AdPlace, AdTokens] = {}
    for event in events:
        ad, ad_break = event.ad, event.ad_break
        if ad is None and ad_break is None:
            continue
        break_id = None if ad_break is None else ad_break.break_id
        hour = event.event_time_ms // HOUR_MS
        media_id = (media_id_of(event.player.label) if event.player is not None else None) or ""
        if ad is not None:
            subject = hash_of(ad.ad_id)
            place = AdPlace(break_id, number_of(ad.ad_id))
            _at(told, place).add(subject, _flag_of(event), hour, _shown_of_ad(ad, media_id))
        if ad_break is not None:
            tokens, shown = _at(told, AdPlace(break_id, 0)), _shown_of_break(ad_break, media_id)
            if ad is not None:
                tokens.add(THE_BREAK, "ad", hour, shown)
            if ad is None or event.kind is _AD_BREAK_START:
                tokens.add(THE_BREAK, "break", hour, shown)
    return told


@cache_short_texts  # the same on every event of an ad
def hash_of(identifier: str) -> str:
    """Eight bytes of the hash of an id, in base64url (11 characters)."""
    return urlsafe_b64encode(_digest(identifier)).rstrip(b"=").decode()


@cache_short_texts
def number_of(ad_id: str) -> int:
    """The number of the item of an ad's break that keeps the ad."""
    return _digest(ad_id)[-1] % ITEMS_A_BREAK


def _digest(identifier: str) -> bytes:
    return blake2b(identifier.encode(), digest_size=_HASH_BYTES).digest()


def _at(told: dict[AdPlace, AdTokens], place: AdPlace) -> AdTokens:
    tokens = told.get(place)
    if tokens is None:
        tokens = told[place] = AdTokens()
    return tokens


def _flag_of(event: MediaEvent) -> str:
    """What an event with an ad's entity tells of it. A tracker floors the percentage that was reached."""
    if event.kind is not _AD_QUARTILE:
        return _FLAG_OF_KIND.get(event.kind, "start")
    percent = (event.payload or {}).get("percent_progress")
    if not isinstance(percent, int | float) or percent < 25:
        return "start"
    return "75" if percent >= 75 else "50" if percent >= 50 else "25"


def _shown_of_ad(ad: Ad, media_id: str) -> str:
    return _ADS_SHOWN[ad.ad_id, ad.name, ad.creative_id, ad.pod_position, ad.duration_s, media_id]


def _shown_of_break(ad_break: AdBreak, media_id: str) -> str:
    return _BREAKS_SHOWN[ad_break.break_id, ad_break.name, media_id]


def _ad_shown(ad: tuple[str, str | None, str | None, int | None, float | None, str]) -> str:
    ad_id, name, creative_id, pod_position, duration_s, media_id = ad
    return Shown(
        _text(short_id(ad_id, ID_BYTES)),
        _text(cut_to_bytes(name, NAME_BYTES)) if name else "",
        _text(short_id(creative_id, ID_BYTES)) if creative_id else "",
        "" if pod_position is None else str(pod_position),
        "" if duration_s is None else f"{duration_s:.3f}",
        _text(media_id),
    ).text()


def _break_shown(ad_break: tuple[str, str | None, str]) -> str:
    break_id, name, media_id = ad_break
    shown_name = _text(cut_to_bytes(name, NAME_BYTES)) if name else ""
    return Shown(_text(short_id(break_id, ID_BYTES)), shown_name, media_id=_text(media_id)).text()


def _text(text: str) -> str:
    return text.translate(_NO_BETWEEN)


# The same on every event of an ad, and of a break.
_ADS_SHOWN = Memo(_ad_shown)
_BREAKS_SHOWN = Memo(_break_shown)
