"""The live page when the way to the service is not as it should be."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.api_double import ApiDouble
from tests.browser.live_page import subscribed
from tests.browser.viewers_double import ViewersDouble

Serve = Callable[..., ApiDouble]
Open = Callable[..., Page]


def _ada() -> ViewersDouble:
    viewers = ViewersDouble(5)
    viewers.add("ada", "WATCHING_VIDEO")
    return viewers


def _status(page: Page, viewer_id: str = "ada"):
    return page.locator(f'[data-viewer-id="{viewer_id}"]').get_by_test_id("viewer-status")


def test_with_push_blocked_it_polls(serve: Serve, open_page: Open) -> None:
    viewers = _ada()
    api = serve(viewers)
    api.push_blocked = True
    page = open_page(api.live_page, expect_errors=True)
    expect(page.get_by_test_id("connection")).to_contain_text("Live, every 2 s")
    viewers.set("ada", "PAUSED_VIDEO")
    expect(_status(page)).to_have_text("Paused")
    viewers.set("ada", "WATCHING_VIDEO")
    expect(_status(page)).to_have_text("Playing")


def test_without_a_socket_configured_it_polls(serve: Serve, open_page: Open) -> None:
    viewers = _ada()
    api = serve(viewers, push=False)
    page = open_page(api.live_page)
    expect(page.get_by_test_id("connection")).to_contain_text("Live, every 2 s")
    viewers.set("ada", "WATCHING_AD")
    expect(_status(page)).to_have_text("In an ad")
    assert "POST /v1/socket-tickets" not in api.requests


def test_push_comes_back_after_a_cut(serve: Serve, open_page: Open) -> None:
    viewers = _ada()
    api = serve(viewers)
    page = open_page(api.live_page, expect_errors=True)
    connection = page.get_by_test_id("connection")
    expect(connection).to_have_attribute("data-kind", "live")
    subscribed(page, api)
    api.push_blocked = True
    api.cut_sockets()
    viewers.set("ada", "PAUSED_VIDEO")  # what happens while it is cut is in the snapshot
    expect(connection).to_have_attribute("data-kind", "polling")
    api.push_blocked = False
    expect(connection).to_have_attribute("data-kind", "live")
    expect(_status(page)).to_have_text("Paused")
    subscribed(page, api, times=2)
    api.push(viewers.unread("ada", "BUFFERING_VIDEO"))
    expect(_status(page)).to_have_text("Buffering")


def test_a_change_that_push_lost_is_found_by_polling(serve: Serve, open_page: Open) -> None:
    viewers = _ada()
    api = serve(viewers)
    page = open_page(api.live_page)
    expect(page.get_by_test_id("connection")).to_have_attribute("data-kind", "live")
    viewers.set("ada", "PAUSED_VIDEO")  # not pushed
    expect(_status(page)).to_have_text("Paused")


def test_with_the_api_away_it_says_so_and_how_old_the_data_is_and_recovers(serve: Serve, open_page: Open) -> None:
    viewers = _ada()
    api = serve(viewers)
    page = open_page(api.live_page, expect_errors=True)
    expect(_status(page)).to_have_text("Playing")
    api.away = True
    api.push_blocked = True
    api.cut_sockets()
    connection = page.get_by_test_id("connection")
    expect(connection).to_have_attribute("data-kind", "reconnecting")
    expect(page.get_by_test_id("away")).to_contain_text("The service can’t be reached")
    expect(page.get_by_test_id("away-age")).to_contain_text("Data from")
    expect(page.get_by_test_id("data-age")).to_contain_text("s ago")
    expect(_status(page)).to_have_text("Playing")  # what was known stays on screen
    viewers.set("ada", "PAUSED_VIDEO")
    api.away = False
    api.push_blocked = False
    page.get_by_role("button", name="Try now").click()
    expect(page.get_by_test_id("away")).to_have_count(0)
    expect(_status(page)).to_have_text("Paused")
    expect(connection).to_have_attribute("data-kind", "live")


def test_with_the_api_away_from_the_start_it_says_so_and_recovers_by_itself(serve: Serve, open_page: Open) -> None:
    api = serve(_ada())
    api.away = True
    page = open_page(api.live_page, expect_errors=True)
    expect(page.get_by_test_id("away")).to_contain_text("Nothing has been read yet")
    api.away = False
    expect(_status(page)).to_have_text("Playing")
    expect(page.get_by_test_id("away")).to_have_count(0)


def test_a_reader_signs_in_with_pkce_and_comes_back_to_the_same_view(serve: Serve, open_page: Open) -> None:
    api = serve(_ada(), needs_sign_in=True)
    page = open_page(api.live_page + "?viewer=ada", expect_errors=True)
    expect(page.get_by_test_id("signed-out")).to_contain_text("Sign in to see who is watching")
    expect(page.get_by_test_id("connection")).to_contain_text("Signed out")
    assert api.requests == []
    page.get_by_test_id("sign-in").click()
    expect(page.get_by_test_id("viewer-panel")).to_contain_text("ada")
    expect(page.get_by_test_id("connection")).to_have_attribute("data-kind", "live")
    expect(page).to_have_url(api.live_page + "?viewer=ada")  # no code, no token
    assert page.evaluate("Object.keys(localStorage).filter(key => key.includes('oidc'))") == []
    expect(page.get_by_test_id("sign-out")).to_be_visible()


def test_a_token_that_is_refused_signs_the_page_out(serve: Serve, open_page: Open) -> None:
    api = serve(_ada(), needs_sign_in=True)
    page = open_page(api.live_page, expect_errors=True)
    page.get_by_test_id("sign-in").click()
    expect(_status(page)).to_have_text("Playing")
    page.route("**/v1/**", lambda route: route.fulfill(status=401, json={"detail": "expired"}))
    expect(page.get_by_test_id("signed-out")).to_be_visible()
    expect(page.get_by_test_id("viewer-row")).to_have_count(0)


def test_signing_out_leaves_by_the_issuers_own_page_and_forgets_the_tokens(serve: Serve, open_page: Open) -> None:
    api = serve(_ada(), needs_sign_in=True)
    page = open_page(api.live_page)
    page.get_by_test_id("sign-in").click()
    expect(_status(page)).to_have_text("Playing")
    page.get_by_test_id("sign-out").click()
    expect(page.get_by_test_id("signed-out")).to_be_visible()
    expect(page).to_have_url(api.live_page)
    assert api.ended == [{"id_token_hint", "post_logout_redirect_uri"}]
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('oidc.user'))") == []
