"""The decoder reads a TSV as Snowplow's Analytics SDK does, on every golden event.

The expected event is built here from the SDK's full `transform`, in a plain way of its own.
"""

import json
from datetime import UTC, datetime

import pytest
from snowplow_analytics_sdk.event_transformer import transform

from live_viewers.events.media_event import Ad, AdBreak, EventKind, MediaEvent, Player, SessionTotals
from live_viewers.wire import DecodeSettings, Unreadable, decode
from tests.golden_events import FOLDER, TSV_FILES, records

SETTINGS = DecodeSettings()
CASES = [
    pytest.param(record, id=f"{file}:{number}")
    for file in TSV_FILES
    for number, record in enumerate(records(file), start=1)
]
NULL_UUID = "00000000-0000-0000-0000-000000000000"
MEDIA = "com_snowplowanalytics_snowplow_media"


def ms(text: str | None) -> int | None:
    if text is None:
        return None
    return round(datetime.fromisoformat(text.replace("Z", "")).replace(tzinfo=UTC).timestamp() * 1000)


def entity(fields: dict, name: str) -> dict | None:
    return fields.get(f"contexts_{name}", [None])[0]


def expected_event(fields: dict) -> MediaEvent:
    """For version 2 media events and own events with the player entity."""
    player = entity(fields, "com_snowplowanalytics_snowplow_media_player_2")
    session = entity(fields, f"{MEDIA}_session_1")
    ad = entity(fields, f"{MEDIA}_ad_1")
    ad_break = entity(fields, f"{MEDIA}_ad_break_1")
    client = entity(fields, "com_snowplowanalytics_snowplow_client_session_1") or {}
    ids = (fields.get("user_id"), fields.get("domain_userid"), client.get("userId"), fields.get("network_userid"))
    name = fields["event_name"]
    own = fields["event_vendor"] != "com.snowplowanalytics.snowplow.media"
    payload = fields.get(f"unstruct_event_{MEDIA}_{name}_1") or None
    if own:
        payload = {"event_vendor": fields["event_vendor"], "event_name": name}
    elif payload is not None:
        payload = {
            "".join(f"_{c.lower()}" if c.isupper() else c for c in key): value for key, value in payload.items()
        }
    return MediaEvent(
        viewer_id=next(i for i in ids if i and i != NULL_UUID),
        session_id=session["mediaSessionId"],
        kind=EventKind.CUSTOM if own else EventKind[name.removesuffix("_event").upper()],
        event_id=fields["event_id"],
        event_time_ms=ms(fields["derived_tstamp"]),
        order_time_ms=ms(fields["dvce_created_tstamp"]),
        collector_time_ms=ms(fields["collector_tstamp"]),
        position_s=player["currentTime"],
        player=Player(
            position_s=player["currentTime"],
            paused=player["paused"],
            ended=player["ended"],
            duration_s=player.get("duration"),
            label=player.get("label"),
            playback_rate=player.get("playbackRate"),
            muted=player.get("muted"),
            volume=player.get("volume"),
            fullscreen=player.get("fullscreen"),
            picture_in_picture=player.get("pictureInPicture"),
            livestream=player.get("livestream"),
            loop=player.get("loop"),
            quality=player.get("quality"),
            media_type=player.get("mediaType"),
            player_type=player.get("playerType"),
        ),
        totals=SessionTotals(
            media_session_id=session["mediaSessionId"],
            ping_interval_s=session.get("pingInterval"),
            started_at_ms=ms(session.get("startedAt")),
            time_played_s=session.get("timePlayed"),
            time_played_muted_s=session.get("timePlayedMuted"),
            time_paused_s=session.get("timePaused"),
            content_watched_s=session.get("contentWatched"),
            time_buffering_s=session.get("timeBuffering"),
            time_spent_ads_s=session.get("timeSpentAds"),
            ads=session.get("ads"),
            ads_clicked=session.get("adsClicked"),
            ads_skipped=session.get("adsSkipped"),
            ad_breaks=session.get("adBreaks"),
            avg_playback_rate=session.get("avgPlaybackRate"),
        ),
        ad=ad
        and Ad(
            ad_id=ad["adId"],
            name=ad.get("name"),
            creative_id=ad.get("creativeId"),
            pod_position=ad.get("podPosition"),
            duration_s=ad.get("duration"),
            skippable=ad.get("skippable"),
        ),
        ad_break=ad_break
        and AdBreak(
            break_id=ad_break["breakId"],
            name=ad_break.get("name"),
            start_time_s=ad_break.get("startTime"),
            break_type=ad_break.get("breakType"),
            pod_size=ad_break.get("podSize"),
        ),
        payload=payload,
        device_time_ms=ms(fields["dvce_created_tstamp"]),
    )


def decoded(value: bytes) -> MediaEvent | str | None:
    try:
        return decode(value, SETTINGS)
    except Unreadable as error:
        return str(error.reason)


@pytest.mark.parametrize("record", CASES)
def test_the_decoder_agrees_with_the_sdks_transform(record: bytes):
    fields = transform(record.decode())
    event = decoded(record)
    if "media_player_2" in "".join(fields) and event != "no_viewer":
        assert isinstance(event, MediaEvent)
        expected = expected_event(fields)
        # A payload's missing fields are None in ours; the SDK leaves them out.
        if event.payload is not None and expected.payload is not None:
            assert {k: v for k, v in event.payload.items() if v is not None} == expected.payload
        assert {k: getattr(event, k) for k in event.__struct_fields__ if k != "payload"} == {
            k: getattr(expected, k) for k in expected.__struct_fields__ if k != "payload"
        }
    elif event == "no_viewer":
        assert not fields.keys() & {"user_id", "domain_userid"}
    else:
        assert fields["event_name"] in ("media_player_event", "page_view", "page_ping", "event")
        assert (event is None) == (fields["event_name"] != "media_player_event")


@pytest.mark.parametrize("record", CASES)
def test_the_sdks_json_is_decoded_to_the_same_event_as_the_tsv(record: bytes):
    assert decoded(json.dumps(transform(record.decode())).encode()) == decoded(record)


def test_the_columns_are_those_of_the_published_header():
    from collector.enriched_event import COLUMNS

    header = (FOLDER / "enriched_header.tsv").read_text().rstrip("\n").split("\t")
    assert list(COLUMNS) == header
