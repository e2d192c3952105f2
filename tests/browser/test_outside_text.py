"""Ids, titles and names of ads from outside: none looks like another's, none reorders what stands beside it."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.api_double import ApiDouble
from tests.browser.live_page import row, subscribed
from tests.browser.viewers_double import ViewersDouble

Serve = Callable[..., ApiDouble]
Open = Callable[..., Page]

HIDDEN = "al\u200bice"
REVERSED = "bob\u202egpj.exe\u2066"
REVERSED_SHOWN = "bob⟨U+202E⟩gpj.exe⟨U+2066⟩"
REVERSED_TITLE = "Harbour\u202e sthgil"
HEBREW_TITLE = "שלום עולם (2)"
FAMILY_TITLE = "The family 👨\u200d👩\u200d👧 film"

# All text and every attribute that is shown or read out. What a page may hold are FSI and PDI of its own around
# right-to-left text in a sentence, and joiners that emoji need.
ALL_THAT_IS_SHOWN = """() => {
  const found = [document.title, document.body.textContent]
  for (const element of document.querySelectorAll('*'))
    for (const name of ['title', 'aria-label', 'alt', 'label', 'placeholder', 'aria-description'])
      if (element.hasAttribute(name)) found.push(element.getAttribute(name))
  return found.join('\\n')
}"""
NEVER_SHOWN = "\u200b\u2060\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u00ad"


@pytest.fixture
def viewers() -> ViewersDouble:
    viewers = ViewersDouble(2)
    for viewer_id, title in (
        ("alice", "Harbour lights"),
        (HIDDEN, FAMILY_TITLE),
        ("dana", HEBREW_TITLE),
        (REVERSED, REVERSED_TITLE),
    ):
        session = viewers.add(viewer_id, "WATCHING_AD" if viewer_id == "dana" else "WATCHING_VIDEO", title=1)
        session["title"] = session["media_id"] = title
    viewers.sessions["dana"]["ad"]["name"] = "קפה צפון"
    return viewers


def assert_nothing_hidden(page: Page) -> None:
    shown: str = page.evaluate(ALL_THAT_IS_SHOWN)
    assert REVERSED_SHOWN in shown
    assert {f"U+{ord(each):04X}" for each in shown if each in NEVER_SHOWN} == set()


@pytest.mark.parametrize("view", ["?feed=1", "?feed=1&group=title", "?view=cards&group=title"])
def test_what_cannot_be_seen_is_shown_by_its_code_point(
    serve: Serve, open_page: Open, viewers: ViewersDouble, view: str
) -> None:
    api = serve(viewers)
    page = open_page(f"{api.live_page}{view}&viewer={quote(REVERSED)}", width=1440, height=1800)
    expect(row(page, "alice").get_by_test_id("viewer-name")).to_have_text("alice")
    expect(row(page, HIDDEN).get_by_test_id("viewer-name")).to_have_text("al⟨U+200B⟩ice")
    expect(row(page, REVERSED).get_by_test_id("viewer-name")).to_have_text(REVERSED_SHOWN)
    expect(row(page, REVERSED).get_by_test_id("viewer-title")).to_have_text("Harbour⟨U+202E⟩ sthgil")
    panel = page.get_by_test_id("viewer-panel")
    expect(panel.get_by_role("heading", level=2)).to_have_text(REVERSED_SHOWN)
    expect(panel.get_by_test_id("this-session")).to_contain_text("Harbour⟨U+202E⟩ sthgil")
    subscribed(page, api)
    api.push(viewers.set(REVERSED, "PAUSED_VIDEO"))
    if "feed" in view:
        entry = page.get_by_test_id("feed-entry").filter(has_text=REVERSED_SHOWN)
        expect(entry.first).to_contain_text("Harbour⟨U+202E⟩ sthgil")
    assert_nothing_hidden(page)


def test_right_to_left_titles_and_joined_emoji_stay_as_they_are_written(
    serve: Serve, open_page: Open, viewers: ViewersDouble
) -> None:
    page = open_page(serve(viewers).live_page, width=1440, height=1800)
    titles = [row(page, each).get_by_test_id("viewer-title") for each in (HIDDEN, "dana")]
    expect(titles[0]).to_be_visible()
    assert [title.text_content() for title in titles] == [FAMILY_TITLE, HEBREW_TITLE]
    # a number after right-to-left text goes to its left, unless the text is kept to itself
    ad = row(page, "dana").get_by_test_id("ad-now")
    expect(ad).to_have_text("קפה צפון 1/2")
    name_right, place_left = ad.evaluate(
        """ad => {
          const text = document.createRange()
          text.selectNodeContents(ad.firstChild)
          return [text.getBoundingClientRect().right, ad.querySelector('.quiet').getBoundingClientRect().left]
        }"""
    )
    assert place_left >= name_right - 1


def test_the_search_finds_a_look_alike_beside_the_real_one(
    serve: Serve, open_page: Open, viewers: ViewersDouble
) -> None:
    page = open_page(serve(viewers).live_page)
    expect(row(page, "alice")).to_be_visible()
    page.get_by_test_id("search").fill("alice")
    expect(page.get_by_test_id("viewer-row")).to_have_count(2)
    page.get_by_test_id("search").fill("U+200B")
    expect(page.get_by_test_id("viewer-row")).to_have_count(1)
    expect(row(page, HIDDEN)).to_be_visible()
