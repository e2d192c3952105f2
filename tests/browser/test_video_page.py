"""What the video page sends when a person uses it: the real tracker, read at the collector."""

import base64
import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from collector.enriched_event import RequestContext, enriched_event
from live_viewers.profile.experience import start_up_s
from live_viewers.profile.viewing_totals import totals_of
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.wire import DecodeSettings, decode
from tests.browser.api_double import ApiDouble

Serve = Callable[..., ApiDouble]
Open = Callable[..., Page]
_MEDIA = "iglu:com.snowplowanalytics.snowplow.media/"
_BY_ITSELF = ("ping_event", "percent_progress_event")
_STALL = ("buffer_start_event", "buffer_end_event")

# An ad plays for four seconds, whatever else the machine has to do: it is paused in the moment in which it shows.
PAUSE_THE_AD = """() => {
  const waiting = new MutationObserver(() => {
    const pause = document.querySelector('[data-testid=pause]')
    if (pause === null || document.querySelector('[data-testid=ad]') === null) return
    waiting.disconnect()
    pause.click()
  })
  waiting.observe(document.body, { subtree: true, childList: true })
}"""
PLAYED_TO = (
    "seconds => (({ paused, currentTime }) => !paused && currentTime >= seconds)(document.querySelector('video'))"
)
SKIP_EACH_AD = """() => new MutationObserver(() => {
  document.querySelector('[data-testid=skip-ad]')?.click()
}).observe(document.body, { subtree: true, childList: true })"""


def _json(payload: dict[str, Any], plain: str, encoded: str) -> Any:
    if plain in payload:
        return json.loads(payload[plain])
    text = payload[encoded]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


class Collected:
    """The media events that the collector got."""

    def __init__(self, api: ApiDouble) -> None:
        self._api = api

    def events(self) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
        """(name, entities by name, payload) in the order of their device time."""
        found = []
        for payload in self._api.collected:
            event = _json(payload, "ue_pr", "ue_px")["data"]
            assert event["schema"].startswith(_MEDIA)
            entities = {each["schema"].split("/")[1]: each["data"] for each in _json(payload, "co", "cx")["data"]}
            found.append((int(payload["dtm"]), event["schema"].split("/")[1], entities, payload))
        return [
            (name, entities, payload) for _, name, entities, payload in sorted(found, key=lambda each: each[0])
        ]

    def session(self) -> MediaSession:
        """The one media session of these events, as the product keeps it."""
        lines = [
            enriched_event(payload, RequestContext(int(payload["stm"]))).line() for payload in self._api.collected
        ]
        return fold(event for line in lines if (event := decode(line, DecodeSettings())) is not None)

    def names(self, *, stalls: bool = False) -> list[str]:
        """Of what a viewer does; with the stalls too, if asked for: a busy machine may stall by itself."""
        left_out = _BY_ITSELF if stalls else (*_BY_ITSELF, *_STALL)
        return [name for name, _, _ in self.events() if name not in left_out]


@pytest.fixture
def api(serve: Serve) -> ApiDouble:
    return serve(0)


def sent(page: Page, name: str):
    return page.locator(f'[data-testid="event"][data-event-name="{name}"]')


def test_play_and_pause_are_media_events_with_player_and_session(api: ApiDouble, open_page: Open) -> None:
    page = open_page(f"{api.video_page}?user=ada&ping=5")
    page.get_by_test_id("play").click()
    expect(sent(page, "play_event")).to_have_attribute("data-state", "sent")
    page.get_by_test_id("pause").click()
    expect(sent(page, "pause_event")).to_have_attribute("data-state", "sent")
    page.get_by_test_id("play").click()
    expect(sent(page, "play_event")).to_have_count(2)
    expect(sent(page, "play_event").first).to_have_attribute("data-state", "sent")
    collected = Collected(api)
    assert collected.names() == ["ready_event", "play_event", "pause_event", "play_event"]
    _, entities, payload = collected.events()[1]
    assert payload["uid"] == "ada"
    assert entities["media_player"]["label"] == "Harbour lights"
    assert entities["media_player"]["duration"] == pytest.approx(90, abs=1)
    assert entities["media_player"]["paused"] is False
    assert entities["session"]["pingInterval"] == 5


@pytest.mark.parametrize("cdn", ["west", None])
def test_a_cdn_in_the_address_is_an_entity_of_each_event(api: ApiDouble, open_page: Open, cdn: str | None) -> None:
    page = open_page(f"{api.video_page}?user=ada{'&cdn=west' if cdn else ''}")
    page.get_by_test_id("play").click()
    expect(sent(page, "play_event")).to_have_attribute("data-state", "sent")
    found = [entities.get("cdn") for _, entities, _ in Collected(api).events()]
    assert len(found) >= 2
    assert all(entity == ({"name": cdn} if cdn else None) for entity in found)


def test_a_viewer_who_hesitates_before_the_first_play_has_neither_paused_nor_started_slowly(
    api: ApiDouble, open_page: Open
) -> None:
    page = open_page(api.video_page)
    expect(sent(page, "ready_event")).to_be_visible()
    page.wait_for_timeout(4000)  # reads before pressing play
    page.get_by_test_id("play").click()
    expect(sent(page, "play_event")).to_have_attribute("data-state", "sent")
    started = Collected(api).session()
    assert started.first_play_ms - started.first_ready_ms >= 4000
    assert totals_of(started).time_paused_s == 0
    assert start_up_s(started) is not None
    assert start_up_s(started) < 4
    page.wait_for_timeout(500)
    began_s = time.monotonic()
    page.get_by_test_id("pause").click()
    expect(sent(page, "pause_event")).to_be_visible()
    page.wait_for_timeout(1000)
    page.get_by_test_id("play").click()
    expect(sent(page, "play_event")).to_have_count(2)
    expect(sent(page, "play_event").first).to_have_attribute("data-state", "sent")
    assert 0.9 <= totals_of(Collected(api).session()).time_paused_s <= time.monotonic() - began_s
    sessions = [entities["session"] for _, entities, _ in Collected(api).events()]
    assert len({session["mediaSessionId"] for session in sessions}) == 1
    assert len({session["startedAt"] for session in sessions}) == 1


def test_start_up_is_the_time_from_the_click_to_the_first_frame(api: ApiDouble, open_page: Open) -> None:
    api.clip_bytes = 33_000  # some 20 s of it
    page = open_page(api.video_page)
    expect(sent(page, "ready_event")).to_be_visible()
    page.get_by_test_id("seek").fill("25")
    page.wait_for_timeout(2000)
    began_s = time.monotonic()
    page.get_by_test_id("play").click()
    expect(page.get_by_test_id("pause")).to_be_visible()
    page.wait_for_timeout(3000)
    assert sent(page, "play_event").count() == 0
    api.clip_bytes = None
    expect(sent(page, "play_event")).to_have_attribute("data-state", "sent")
    took_s = time.monotonic() - began_s
    session = Collected(api).session()
    names = Collected(api).names(stalls=True)
    before_that = names[: names.index("play_event")]
    assert totals_of(session).time_paused_s == 0
    assert start_up_s(session) is not None
    assert 2.9 <= start_up_s(session) <= took_s
    assert "buffer_start_event" not in before_that


def test_pings_come_by_themselves(api: ApiDouble, open_page: Open) -> None:
    page = open_page(f"{api.video_page}?ping=1")
    page.get_by_test_id("play").click()
    expect(sent(page, "ping_event").nth(1)).to_be_visible()


def test_the_list_shows_an_event_with_its_entities(api: ApiDouble, open_page: Open) -> None:
    page = open_page(api.video_page)
    event = sent(page, "ready_event")
    event.get_by_role("button").click()
    expect(event).to_contain_text("media_player")
    expect(event).to_contain_text('"label": "Harbour lights"')
    expect(event).to_contain_text("mediaSessionId")


def test_an_ad_break_of_two_ads_with_skip_and_click(api: ApiDouble, open_page: Open) -> None:
    page = open_page(api.video_page)
    page.get_by_test_id("play").click()
    expect(sent(page, "play_event")).to_be_visible()
    page.evaluate(PAUSE_THE_AD)
    page.get_by_test_id("seek").fill("30.5")
    expect(page.get_by_test_id("ad")).to_contain_text("Northwind Coffee")
    expect(page.get_by_test_id("ad-countdown")).to_have_text("4 s")
    page.get_by_test_id("click-ad").click()
    page.get_by_test_id("skip-ad").click()
    expect(page.get_by_test_id("ad")).to_contain_text("Alder Bikes")
    expect(page.get_by_test_id("ad")).to_have_count(0)
    expect(sent(page, "play_event").first).to_have_attribute("data-state", "sent")
    expect(sent(page, "play_event")).to_have_count(2)
    names = Collected(api).names()
    of_break = names[names.index("ad_break_start_event") - 1 :]
    assert [name for name in of_break if name != "ad_quartile_event"] == [
        "pause_event",
        "ad_break_start_event",
        "ad_start_event",
        "ad_pause_event",
        "ad_click_event",
        "ad_skip_event",
        "ad_start_event",
        "ad_complete_event",
        "ad_break_end_event",
        "play_event",
    ]
    second = of_break[of_break.index("ad_skip_event") :]
    assert second[1:5] == ["ad_start_event", *["ad_quartile_event"] * 3]
    by_name = {name: entities for name, entities, _ in Collected(api).events()}
    assert by_name["ad_start_event"]["ad"]["podPosition"] == 2
    assert by_name["ad_start_event"]["ad_break"]["breakType"] == "linear"
    assert by_name["ad_break_end_event"]["session"]["adsSkipped"] == 1
    assert by_name["ad_break_end_event"]["session"]["adsClicked"] == 1


def test_a_seek_starts_where_the_viewer_left_from_and_adds_nothing_to_what_was_watched(
    api: ApiDouble, open_page: Open
) -> None:
    page = open_page(api.video_page)
    began_s = time.monotonic()
    page.get_by_test_id("play").click()
    expect(sent(page, "play_event")).to_be_visible()
    page.wait_for_function(PLAYED_TO, arg=3)
    page.evaluate("""() => {
      const video = document.querySelector('video')
      video.addEventListener('seeking', () => { window.leftFrom ??= window.before })
      video.addEventListener('seeked', () => { window.soughtTo ??= video.currentTime })
      const seek = document.querySelector('[data-testid=seek]')
      seek.addEventListener('input', () => { window.before = video.currentTime }, { capture: true })
    }""")
    page.get_by_test_id("seek").fill("27")
    expect(sent(page, "seek_end_event")).to_be_visible()
    page.wait_for_function(PLAYED_TO, arg=28)
    page.get_by_test_id("pause").click()
    expect(sent(page, "pause_event")).to_have_attribute("data-state", "sent")
    played_s = time.monotonic() - began_s
    left_from, sought_to = page.evaluate("[window.leftFrom, window.soughtTo]")
    by_name = {name: entities for name, entities, _ in Collected(api).events()}
    assert left_from >= 3
    assert by_name["seek_start_event"]["media_player"]["currentTime"] == pytest.approx(left_from, abs=0.5)
    assert by_name["seek_start_event"]["media_player"]["paused"] is False
    assert sought_to >= 27
    assert by_name["seek_end_event"]["media_player"]["currentTime"] == pytest.approx(sought_to, abs=0.5)
    # Twice from somewhere to somewhere, each second begun counted once; what was jumped over would be 24 more.
    paused_at = by_name["pause_event"]["media_player"]["currentTime"]
    assert by_name["pause_event"]["session"]["contentWatched"] <= left_from + (paused_at - 27) + 4
    assert by_name["pause_event"]["session"]["timePlayed"] <= played_s


def test_a_seek_and_a_stall(api: ApiDouble, open_page: Open) -> None:
    page = open_page(api.video_page)
    page.get_by_test_id("play").click()
    expect(sent(page, "play_event")).to_be_visible()
    page.get_by_test_id("seek").fill("20")
    page.get_by_test_id("stall").click()
    expect(page.get_by_test_id("player-note")).to_contain_text("Buffering")
    expect(sent(page, "buffer_end_event").first).to_have_attribute("data-state", "sent")
    names = Collected(api).names(stalls=True)
    names = names[names.index("seek_start_event") :]
    assert names[:2] == ["seek_start_event", "seek_end_event"]
    # A busy machine may stall by itself as well: each stall has its start and its end.
    assert names[2:4] == ["buffer_start_event", "buffer_end_event"]


def test_the_end_of_the_video(api: ApiDouble, open_page: Open) -> None:
    page = open_page(f"{api.video_page}?title=garden")
    page.get_by_test_id("play").click()
    expect(sent(page, "play_event")).to_be_visible()
    page.evaluate(SKIP_EACH_AD)
    page.get_by_test_id("seek").fill("59")
    expect(sent(page, "end_event")).to_have_attribute("data-state", "sent")
    assert Collected(api).names()[-2:] == ["pause_event", "end_event"]
    end = Collected(api).events()[-1][1]
    assert end["media_player"]["ended"] is True


def test_a_broken_stream(api: ApiDouble, open_page: Open) -> None:
    page = open_page(api.video_page)
    page.get_by_test_id("play").click()
    page.get_by_test_id("fail").click()
    expect(page.get_by_role("alert")).to_contain_text("The stream broke off")
    expect(sent(page, "error_event")).to_have_attribute("data-state", "sent")


def test_another_title_is_another_media_session(api: ApiDouble, open_page: Open) -> None:
    page = open_page(api.video_page)
    expect(sent(page, "ready_event")).to_have_count(1)
    page.get_by_test_id("title-train").click()
    expect(page.get_by_test_id("title")).to_have_text("Night train north")
    expect(sent(page, "ready_event")).to_have_count(2)
    expect(sent(page, "ready_event").first).to_have_attribute("data-state", "sent")
    first, second = (entities for name, entities, _ in Collected(api).events() if name == "ready_event")
    assert second["media_player"]["label"] == "Night train north"
    assert first["session"]["mediaSessionId"] != second["session"]["mediaSessionId"]


def test_another_title_while_one_plays_ends_the_one_and_plays_the_other(api: ApiDouble, open_page: Open) -> None:
    page = open_page(api.video_page)
    page.get_by_test_id("play").click()
    expect(sent(page, "play_event")).to_be_visible()
    page.get_by_test_id("title-train").click()
    expect(sent(page, "play_event")).to_have_count(2)
    expect(sent(page, "play_event").first).to_have_attribute("data-state", "sent")
    page.wait_for_function(PLAYED_TO, arg=0.1)
    by_session: dict[str, list[str]] = {}
    for name, entities, _ in Collected(api).events():
        if name in (*_BY_ITSELF, *_STALL):
            continue
        by_session.setdefault(entities["session"]["mediaSessionId"], []).append(name)
    old, new = by_session.values()
    assert old == ["ready_event", "play_event", "pause_event"]
    assert new == ["ready_event", "play_event"]


def test_another_viewer_while_one_plays_leaves_nobody_playing_on(api: ApiDouble, open_page: Open) -> None:
    page = open_page(f"{api.video_page}?user=ada")
    page.get_by_test_id("play").click()
    expect(sent(page, "play_event")).to_be_visible()
    page.get_by_test_id("user-id").fill("ben")
    page.get_by_test_id("user-id").press("Enter")
    expect(sent(page, "play_event")).to_have_count(2)
    expect(sent(page, "play_event").first).to_have_attribute("data-state", "sent")
    of_ada = [name for name, _, payload in Collected(api).events() if payload["uid"] == "ada"]
    assert [name for name in of_ada if name not in (*_BY_ITSELF, *_STALL)] == [
        "ready_event",
        "play_event",
        "pause_event",
    ]


def test_the_picture_and_the_keyboard_play_pause_and_seek(api: ApiDouble, open_page: Open) -> None:
    page = open_page(api.video_page)
    expect(sent(page, "ready_event")).to_be_visible()
    video = page.get_by_test_id("video")

    def paused() -> bool:
        return bool(video.evaluate("video => video.paused"))

    page.keyboard.press("k")
    expect(sent(page, "play_event")).to_have_count(1)
    video.click()
    expect(sent(page, "pause_event")).to_have_count(1)
    page.keyboard.press("Space")
    expect(sent(page, "play_event")).to_have_count(2)
    video.click()
    expect(sent(page, "pause_event")).to_have_count(2)
    at = video.evaluate("video => video.currentTime")
    page.keyboard.press("ArrowRight")
    assert video.evaluate("video => video.currentTime") == pytest.approx(at + 5, abs=0.3)
    page.keyboard.press("ArrowLeft")
    assert video.evaluate("video => video.currentTime") == pytest.approx(at, abs=0.3)
    page.keyboard.press("K")  # seeks in a row are one to the plugin, which tells it with the next event
    expect(sent(page, "seek_start_event")).to_have_count(1)
    expect(sent(page, "seek_end_event")).to_have_count(1)
    video.click()
    page.get_by_test_id("user-id").focus()
    page.keyboard.type("k k")  # typed, not played
    assert paused()


def test_the_advertisers_link_opens(api: ApiDouble, open_page: Open) -> None:
    page = open_page(api.video_page)
    page.get_by_test_id("play").click()
    expect(sent(page, "play_event")).to_be_visible()
    page.evaluate(PAUSE_THE_AD)
    page.get_by_test_id("seek").fill("30.5")
    with page.expect_popup() as opened:
        page.get_by_test_id("click-ad").click()
    expect(opened.value.get_by_role("heading", name="Northwind Coffee")).to_be_visible()
    expect(sent(page, "ad_click_event")).to_have_count(1)


def test_at_the_end_the_button_offers_a_replay(api: ApiDouble, open_page: Open) -> None:
    page = open_page(f"{api.video_page}?title=garden")
    page.get_by_test_id("play").click()
    expect(sent(page, "play_event")).to_be_visible()
    expect(page.get_by_role("button", name="Replay")).to_have_count(0)
    page.evaluate(SKIP_EACH_AD)
    page.get_by_test_id("seek").fill("59")
    expect(sent(page, "end_event")).to_be_visible()
    page.get_by_role("button", name="Replay").click()
    expect(page.get_by_test_id("pause")).to_be_visible()


def test_faults_stand_together_and_say_when_they_work(api: ApiDouble, open_page: Open) -> None:
    page = open_page(api.video_page)
    faults = page.get_by_role("group", name="Faults")
    expect(faults.get_by_role("button")).to_have_count(2)
    expect(faults.get_by_role("button").first).to_be_disabled()
    expect(faults).to_contain_text("They work while the video plays")
    page.get_by_test_id("play").click()
    expect(faults.get_by_role("button").first).to_be_enabled()


def test_events_are_reported_in_words_with_their_raw_name_beside(api: ApiDouble, open_page: Open) -> None:
    page = open_page(api.video_page)
    expect(sent(page, "ready_event")).to_contain_text("Player ready")
    expect(sent(page, "ready_event")).to_contain_text("ready_event")


def test_another_user_is_another_viewer(api: ApiDouble, open_page: Open) -> None:
    page = open_page(f"{api.video_page}?user=ada")
    page.get_by_test_id("user-id").fill("ben")
    page.get_by_test_id("play").click()
    expect(sent(page, "play_event")).to_have_attribute("data-state", "sent")
    events = Collected(api).events()
    assert {payload["uid"] for name, _, payload in events if name == "play_event"} == {"ben"}
    expect(page).to_have_url(re.compile("user=ben"))


def test_open_as_another_viewer(api: ApiDouble, open_page: Open) -> None:
    page = open_page(f"{api.video_page}?user=ada")
    with page.expect_popup() as opened:
        page.get_by_test_id("another-viewer").click()
    other = opened.value.get_by_test_id("user-id").input_value()
    assert other not in ("ada", "another", "")
    assert page.get_by_test_id("user-id").input_value() == "ada"


def test_anonymous_tracking_sends_no_id_of_the_viewer(api: ApiDouble, open_page: Open) -> None:
    page = open_page(f"{api.video_page}?user=ada")
    expect(sent(page, "ready_event")).to_have_count(1)
    page.get_by_test_id("anonymous").check()
    page.get_by_test_id("play").click()
    expect(sent(page, "play_event")).to_have_attribute("data-state", "sent")
    payload = next(payload for name, _, payload in Collected(api).events() if name == "play_event")
    assert "uid" not in payload
    assert "duid" not in payload
    assert payload["sid"]


def test_a_collector_that_is_away_is_said_to_be_so(api: ApiDouble, open_page: Open) -> None:
    page = open_page("about:blank", expect_errors=True)
    page.route("**/com.snowplowanalytics.snowplow/tp2", lambda route: route.fulfill(status=503))
    page.goto(api.video_page)
    expect(sent(page, "ready_event")).to_have_attribute("data-state", "failed")
    expect(sent(page, "ready_event")).to_contain_text("not taken")
    expect(page.get_by_test_id("refusal")).to_contain_text("answered 503")


@pytest.mark.parametrize("width", [360, 1440, 3840])
def test_nothing_is_wider_than_the_screen(api: ApiDouble, open_page: Open, width: int) -> None:
    page = open_page(api.video_page, width=width, height=900)
    expect(sent(page, "ready_event")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
