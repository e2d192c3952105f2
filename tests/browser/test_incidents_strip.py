"""Incidents on the live page: what is said of them, where they lead, and that they are acknowledged."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.api_double import ApiDouble
from tests.browser.audience_double import BAD_CDN
from tests.browser.viewers_double import ViewersDouble

Serve = Callable[..., ApiDouble]
Open = Callable[..., Page]


@pytest.fixture
def api(serve: Serve) -> ApiDouble:
    return serve(ViewersDouble(60))


def test_without_incidents_there_is_no_strip(api: ApiDouble, open_page: Open) -> None:
    page = open_page("about:blank")
    with page.expect_response(re.compile(r"/v1/incidents\?")) as answer:
        page.goto(api.live_page)
    assert answer.value.ok
    expect(page.get_by_test_id("viewer-row").first).to_be_visible()
    page.wait_for_timeout(500)
    expect(page.get_by_test_id("incidents")).to_have_count(0)


def test_an_incident_leads_to_its_breakdown_and_to_its_viewers(api: ApiDouble, open_page: Open) -> None:
    api.audience.open_incident()
    page = open_page(api.live_page + "?q=nobody")
    incident = page.get_by_test_id("incident")
    expect(incident).to_contain_text("CDN west Rebuffer percentage up to 12 %, above 5.0 %")
    expect(incident).to_contain_text(re.compile(r"since \d\d:\d\d:\d\d · 4 bad minutes"))
    incident.get_by_test_id("incident-breakdown").click()
    expect(page.get_by_test_id("by")).to_have_value("cdn")
    expect(page.locator(f'[data-value="{BAD_CDN}"]').get_by_test_id("breakdown-value")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_test_id("incident-viewers").click()
    live = sum(each["dimensions"]["cdn"] == BAD_CDN for each in api.viewers.live())
    expect(page.get_by_test_id("shown")).to_have_text(f"{live} of 60 live")
    expect(page.get_by_test_id("search")).to_have_value("")


def test_some_of_those_hit_are_named_and_open_beside_it(api: ApiDouble, open_page: Open) -> None:
    viewer_id = api.audience.open_incident()["viewers"][0]
    page = open_page(api.live_page + "?show=audience")
    page.get_by_test_id("incident").locator("summary").click()
    page.get_by_test_id("incident-viewer").first.click()
    panel = page.get_by_test_id("viewer-panel")
    expect(panel.get_by_role("heading", name=viewer_id)).to_be_visible()
    expect(panel.get_by_test_id("panel-dimensions")).to_contain_text(BAD_CDN)
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(page.get_by_test_id("tiles")).to_be_visible()


def test_it_is_acknowledged_for_everyone_who_looks(api: ApiDouble, open_page: Open) -> None:
    made = api.audience.open_incident()
    page = open_page(api.live_page)
    page.get_by_test_id("acknowledge").click()
    expect(page.get_by_test_id("incident")).to_have_attribute("data-acknowledged", "true")
    assert f"PATCH /v1/incidents/{made['id']}" in api.requests
    other = open_page(api.live_page)
    expect(other.get_by_test_id("incident")).to_contain_text("Acknowledged")
    expect(other.get_by_test_id("acknowledge")).to_have_count(0)


def test_an_acknowledgement_that_fails_says_so(api: ApiDouble, open_page: Open) -> None:
    made = api.audience.open_incident()
    page = open_page(api.live_page, expect_errors=True)
    expect(page.get_by_test_id("acknowledge")).to_be_visible()
    del api.audience.incidents[made["id"]]
    page.get_by_test_id("acknowledge").click()
    expect(page.get_by_test_id("acknowledge-failure")).to_contain_text("No incident with this id")


def test_it_goes_when_it_is_resolved_and_many_are_folded(api: ApiDouble, open_page: Open) -> None:
    for value in ("west", "east", "north"):
        api.audience.open_incident(of=value)
    first = api.audience.open_incident("country", "DE", metric="failed", value=14.0, threshold=5.0)
    page = open_page(api.live_page)
    expect(page.get_by_test_id("incident")).to_have_count(3)
    expect(page.get_by_test_id("incident").first).to_contain_text("Country Germany Playback failures up to 14")
    page.get_by_test_id("more-incidents").click()
    expect(page.get_by_test_id("incident")).to_have_count(4)
    first["state"] = "resolved"
    expect(page.get_by_test_id("incident")).to_have_count(3)


def test_late_counting_is_said(api: ApiDouble, open_page: Open) -> None:
    api.audience.data_late = True
    page = open_page(api.live_page)
    expect(page.get_by_test_id("data-late")).to_contain_text("Counting is late")
    expect(page.get_by_test_id("incident")).to_have_count(0)
