"""Event names -> EventKind, with the payload each kind has."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from live_viewers.events.media_event import Count, EventKind, Identifier, Payload, Percent, Player, Rate, Text
from live_viewers.wire.entities import LegacyPlayer
from live_viewers.wire.json_text import read_json

MEDIA_VENDOR = "com.snowplowanalytics.snowplow.media"
V1_VENDOR = "com.snowplowanalytics.snowplow"
V1_EVENT_NAME = "media_player_event"

KIND_OF_EVENT_NAME: dict[str, EventKind] = {
    kind.event_name: kind for kind in EventKind if kind is not EventKind.CUSTOM
}

# media_player_event 1-0-0 carries the player's own event type (HTML5, YouTube and Vimeo names).
KIND_OF_V1_TYPE: dict[str, EventKind] = {
    "ready": EventKind.READY,
    "play": EventKind.PLAY,
    "playing": EventKind.PLAY,
    "pause": EventKind.PAUSE,
    "paused": EventKind.PAUSE,
    "ended": EventKind.END,
    "end": EventKind.END,
    "seeking": EventKind.SEEK_START,
    "seeked": EventKind.SEEK_END,
    "seek": EventKind.SEEK_END,
    "ratechange": EventKind.PLAYBACK_RATE_CHANGE,
    "playbackratechange": EventKind.PLAYBACK_RATE_CHANGE,
    "volumechange": EventKind.VOLUME_CHANGE,
    "fullscreenchange": EventKind.FULLSCREEN_CHANGE,
    "enterpictureinpicture": EventKind.PICTURE_IN_PICTURE_CHANGE,
    "leavepictureinpicture": EventKind.PICTURE_IN_PICTURE_CHANGE,
    "percentprogress": EventKind.PERCENT_PROGRESS,
    "playbackqualitychange": EventKind.QUALITY_CHANGE,
    "qualitychange": EventKind.QUALITY_CHANGE,
    "waiting": EventKind.BUFFER_START,
    "buffering": EventKind.BUFFER_START,
    "bufferstart": EventKind.BUFFER_START,
    "bufferend": EventKind.BUFFER_END,
    "error": EventKind.ERROR,
}


class RateChange(msgspec.Struct, rename="camel"):
    """playback_rate_change_event; 1 is normal."""

    new_rate: Rate
    previous_rate: Rate | None = None


class VolumeChange(msgspec.Struct, rename="camel"):
    """volume_change_event, in percent."""

    new_volume: Percent
    previous_volume: Percent | None = None


class FullscreenChange(msgspec.Struct, rename="camel"):
    """fullscreen_change_event."""

    fullscreen: bool


class PictureInPictureChange(msgspec.Struct, rename="camel"):
    """picture_in_picture_change_event."""

    picture_in_picture: bool


class Progress(msgspec.Struct, rename="camel"):
    """percent_progress_event, and the ad events that say how far the ad was; in percent, floored."""

    percent_progress: Percent | None = None


class QualityChange(msgspec.Struct, rename="camel"):
    """quality_change_event; bitrate in bit/s."""

    previous_quality: Text | None = None
    new_quality: Text | None = None
    bitrate: Annotated[int, Meta(ge=0, le=9_007_199_254_740_991)] | None = None
    frames_per_second: Count | None = None
    automatic: bool | None = None


class PlayerError(msgspec.Struct, rename="camel"):
    """error_event."""

    error_code: Identifier | None = None
    error_name: Identifier | None = None
    error_description: Text | None = None


class V1Event(msgspec.Struct, rename="camel"):
    """media_player_event 1-0-0 (legacy)."""

    type: Annotated[str, Meta(max_length=255)]
    label: Text | None = None


_PAYLOAD_TYPES: dict[EventKind, type[msgspec.Struct]] = {
    EventKind.PLAYBACK_RATE_CHANGE: RateChange,
    EventKind.VOLUME_CHANGE: VolumeChange,
    EventKind.FULLSCREEN_CHANGE: FullscreenChange,
    EventKind.PICTURE_IN_PICTURE_CHANGE: PictureInPictureChange,
    EventKind.PERCENT_PROGRESS: Progress,
    EventKind.AD_QUARTILE: Progress,
    EventKind.AD_SKIP: Progress,
    EventKind.AD_CLICK: Progress,
    EventKind.AD_PAUSE: Progress,
    EventKind.AD_RESUME: Progress,
    EventKind.QUALITY_CHANGE: QualityChange,
    EventKind.ERROR: PlayerError,
}
_PAYLOAD_DECODERS: dict[EventKind, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(payload_type) for kind, payload_type in _PAYLOAD_TYPES.items()
}
_V1_EVENT_DECODER = msgspec.json.Decoder(V1Event)


def payload_of(kind: EventKind, data: bytes | msgspec.Raw) -> Payload | None:
    """The event's own payload in snake_case; None for kinds whose payload is empty. Raises Unreadable."""
    decoder = _PAYLOAD_DECODERS.get(kind)
    if decoder is None:
        return None
    payload: Payload = msgspec.structs.asdict(read_json(decoder, data, kind.event_name))
    return payload


def v1_event(data: bytes | msgspec.Raw, player: Player | None) -> tuple[EventKind, Payload | None, str | None]:
    """(kind, payload, label) of a legacy media_player_event; a type we don't know is CUSTOM, with its name."""
    event = read_json(_V1_EVENT_DECODER, data, V1_EVENT_NAME)
    kind = KIND_OF_V1_TYPE.get(event.type.lower(), EventKind.CUSTOM)
    payload: Payload | None = None
    if kind is EventKind.CUSTOM:
        payload = {"event_vendor": V1_VENDOR, "event_name": V1_EVENT_NAME, "type": event.type}
    elif kind is EventKind.PERCENT_PROGRESS:
        payload = {"percent_progress": player.percent_progress if isinstance(player, LegacyPlayer) else None}
    return kind, payload, event.label
