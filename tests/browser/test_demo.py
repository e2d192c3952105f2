"""Nothing faked: the real tracker on a real video in Chromium, the collector, Kafka, Lambda, DynamoDB, the API."""

import time

import boto3
from playwright.sync_api import Browser, Locator, Page, expect

WITHIN_MS = 3_000  # from the click on the video page to the status on the live page


def row_of(live: Page, viewer_id: str, status: str) -> Locator:
    return live.locator(f'[data-testid="viewer-row"][data-viewer-id="{viewer_id}"] [data-status="{status}"]')


def test_play_pause_and_play_show_on_the_live_page_within_3_s_each(demo: dict[str, str], browser: Browser) -> None:
    viewer_id = f"browser-{time.time_ns()}"
    live = browser.new_page()
    live.goto(f"{demo['live_page']}?q={viewer_id}")
    expect(live.get_by_test_id("connection")).to_have_attribute("data-kind", "live", timeout=20_000)
    video = browser.new_page()
    video.goto(f"{demo['video_page']}?user={viewer_id}&ping=5")

    shown_after_s = []
    for button, status in (("play", "WATCHING_VIDEO"), ("pause", "PAUSED_VIDEO"), ("play", "WATCHING_VIDEO")):
        video.get_by_test_id(button).click()
        began = time.monotonic()
        expect(row_of(live, viewer_id, status)).to_be_visible(timeout=WITHIN_MS)
        shown_after_s.append(time.monotonic() - began)
        time.sleep(1.2)  # let it play or rest for a moment, as a person would
    print("shown after", [f"{seconds:.2f} s" for seconds in shown_after_s])

    table = boto3.resource("dynamodb", endpoint_url=demo["aws"], region_name="us-east-1").Table(
        demo["profiles_table"]
    )
    stored = table.query(
        KeyConditionExpression="viewer_id = :viewer AND begins_with(sk, :sessions)",
        ExpressionAttributeValues={":viewer": viewer_id, ":sessions": "session#"},
    )["Items"]
    assert [item["s"] for item in stored] == ["WATCHING_VIDEO"]
