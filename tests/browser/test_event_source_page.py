"""The Kafka event source's own page, for someone who has to know whether events arrive."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from kafka_event_source.attempt import Attempt, Outcome
from kafka_event_source.mapping_status import MappingStatus, PartitionState
from kafka_event_source.record import Partition
from kafka_event_source.status_page import StatusServer
from tests.unit.kafka_event_source.making import record

FUNCTION = "LiveViewers-local-ProcessEvents1A2B3C4D-aB3xY9kLmN01"


@pytest.fixture
def url() -> Iterator[str]:
    state = PartitionState(position=12, committed=12, end=12, paused=False)
    status = MappingStatus(
        "Mapping1A2B3C4D", "enriched", FUNCTION, "viewers", lambda: {Partition("enriched", 0): state}
    )
    long = ("{" + ",".join(f'"field_{number}": null' for number in range(60)) + "}").encode()
    status.record_attempt(Attempt(Outcome.SUCCEEDED, [record(10, long), record(11, b"{}")], "", 12, 345))
    server = StatusServer([status], 0)
    yield server.url
    server.close()


def test_the_verdict_comes_first(url: str, open_page: Callable[..., Page]) -> None:
    page = open_page(url)
    expect(page.locator("h1 + p")).to_have_text("Healthy, nothing waiting, 0.0 records/s")
    expect(page.get_by_role("heading", name="enriched")).to_be_visible()
    text = page.locator("body").inner_text()
    for word in ("None", "True", "False", "1A2B3C4D"):
        assert word not in text


def test_it_can_be_read_on_a_phone(url: str, open_page: Callable[..., Page]) -> None:
    page = open_page(url, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.body.scrollWidth") <= 390
    label = page.locator("td[data-name='waiting']").first
    assert label.evaluate("cell => getComputedStyle(cell, '::before').content") == '"waiting"'
