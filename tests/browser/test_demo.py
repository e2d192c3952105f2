"""Nothing faked: the real tracker on a real video in Chromium, the collector, Kafka, Lambda, DynamoDB, the API."""

import time
from collections.abc import Callable
from typing import Any

import boto3
from confluent_kafka import Consumer, TopicPartition
from playwright.sync_api import Browser, Locator, Page, expect
from snowplow_analytics_sdk.event_transformer import transform

from tests.browser.idle_page import IdlePage
from tests.browser.live_page import NOTE_CLICKS

WITHIN_MS = 3_000  # from the click on the video page to the status on the live page
NOTE_WHEN_SHOWN = """selector => {
  window.shown = null
  const look = () => {
    if (window.shown === null && document.querySelector(selector) !== null) window.shown = Date.now()
  }
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true })
}"""


def row_of(viewer_id: str, status: str) -> str:
    """Selector of the viewer's row in this status."""
    return f'[data-testid="viewer-row"][data-viewer-id="{viewer_id}"] [data-status="{status}"]'


def lines_of(demo: dict[str, str], viewer_id: str) -> list[dict[str, Any]]:
    """The viewer's enriched events on the topic, as the SDK reads them."""
    consumer = Consumer({"bootstrap.servers": demo["kafka"], "group.id": viewer_id, "broker.address.family": "v4"})
    partitions = [
        TopicPartition(demo["topic"], number)
        for number in consumer.list_topics(demo["topic"], timeout=10).topics[demo["topic"]].partitions
    ]
    marks = {each.partition: consumer.get_watermark_offsets(each, timeout=10) for each in partitions}
    consumer.assign([TopicPartition(demo["topic"], number, low) for number, (low, _) in marks.items()])
    found = []
    left = sum(high - low for low, high in marks.values())  # simulated viewers write on and on
    while left > 0:
        message = consumer.poll(10)
        assert message is not None
        assert message.error() is None
        left -= message.offset() < marks[message.partition()][1]
        if message.key() == viewer_id.encode():
            found.append(transform(message.value().decode()))
    consumer.close()
    return found


def test_the_video_page_s_events_say_what_they_were_watched_with(demo: dict[str, str], browser: Browser) -> None:
    viewer_id = f"device-{time.time_ns()}"
    pixel = browser.new_context(
        user_agent="Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/142.0.0.0 Mobile Safari/537.36"
    )
    video = pixel.new_page()
    video.goto(f"{demo['video_page']}?user={viewer_id}&cdn=north")
    video.get_by_test_id("play").click()
    sent = video.locator('[data-testid="event"][data-event-name="play_event"]')
    expect(sent).to_have_attribute("data-state", "sent")
    pixel.close()
    lines = lines_of(demo, viewer_id)
    assert {line["event_name"] for line in lines} >= {"ready_event", "play_event"}
    for line in lines:
        (yauaa,) = line["contexts_nl_basjes_yauaa_context_1"]
        assert (yauaa["deviceClass"], yauaa["operatingSystemName"]) == ("Phone", "Android")
        assert yauaa["agentName"] == "Chrome"
        assert (line["platform"], line["app_id"]) == ("web", "video-page")
        assert line["contexts_com_example_cdn_1"] == [{"name": "north"}]
        assert "geo_country" not in line  # this machine has none


def test_play_pause_and_play_show_on_the_live_page_within_3_s_each(
    demo: dict[str, str], new_page: Callable[[], Page]
) -> None:
    viewer_id = f"browser-{time.time_ns()}"
    live = new_page()
    live.goto(f"{demo['live_page']}?q={viewer_id}")
    expect(live.get_by_test_id("connection")).to_have_attribute("data-kind", "live")
    video = new_page()
    video.goto(f"{demo['video_page']}?user={viewer_id}&ping=5")

    idle = IdlePage(new_page())
    video.evaluate(NOTE_CLICKS)
    shown_after_ms = []
    for button, status in (("play", "WATCHING_VIDEO"), ("pause", "PAUSED_VIDEO"), ("play", "WATCHING_VIDEO")):
        live.evaluate(NOTE_WHEN_SHOWN, row_of(viewer_id, status))
        video.get_by_test_id(button).click()
        expect(live.locator(row_of(viewer_id, status))).to_be_visible()
        clicked_ms, shown_ms = video.evaluate("window.clicks.at(-1)"), live.evaluate("window.shown")
        shown_after_ms.append(shown_ms - clicked_ms - idle.stalled_ms(clicked_ms, shown_ms))
        time.sleep(1.2)  # let it play or rest for a moment, as a person would
    print("shown after", [f"{shown:.0f} ms" for shown in shown_after_ms])
    assert max(shown_after_ms) < WITHIN_MS

    table = boto3.resource("dynamodb", endpoint_url=demo["aws"], region_name="us-east-1").Table(
        demo["profiles_table"]
    )
    stored = table.query(
        KeyConditionExpression="viewer_id = :viewer AND begins_with(sk, :sessions)",
        ExpressionAttributeValues={":viewer": viewer_id, ":sessions": "session#"},
    )["Items"]
    assert [item["s"] for item in stored] == ["WATCHING_VIDEO"]


def test_who_reads_before_pressing_play_has_neither_paused_nor_started_slowly(
    demo: dict[str, str], new_page: Callable[[], Page]
) -> None:
    viewer_id = f"reader-{time.time_ns()}"
    video = new_page()
    video.goto(f"{demo['video_page']}?user={viewer_id}&ping=5")
    ready = video.locator('[data-testid="event"][data-event-name="ready_event"]')
    expect(ready).to_have_attribute("data-state", "sent")
    time.sleep(6)
    video.get_by_test_id("play").click()
    live = new_page()
    live.goto(f"{demo['live_page']}?viewer={viewer_id}")
    session = live.get_by_test_id("this-session")

    def fact(name: str) -> Locator:
        return session.locator("div", has=live.get_by_text(name, exact=True)).locator("dd")

    expect(fact("Video startup time")).to_contain_text("from the click to the first picture")
    expect(fact("Video startup time")).to_contain_text(" s")
    assert float(fact("Video startup time").inner_text().split(" s")[0]) < 6  # nothing of the 6 s counts
    expect(fact("Paused")).to_contain_text("0 s")
