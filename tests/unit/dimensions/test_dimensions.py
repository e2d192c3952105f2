"""Raw texts become tokens, tokens what people read; a definition is told by its key."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_viewers.dimensions.defaults import COUNTRIES, DEFAULT_DIMENSIONS
from live_viewers.dimensions.dimension import MOST_DIMENSIONS, Dimension
from live_viewers.dimensions.dimensions import Dimensions, UnknownDimension, value_name
from live_viewers.dimensions.tokens import code_of, joined, key_of, open_text, place_of, split
from live_viewers.scope import OPEN_BUCKETS, Scope, bucket_of, dimension_scope, pinned_scope

DEVICE = Dimension("device", ("atomic:dvce_type",), ("Phone", "Desktop"), {"Mobile": "Phone", "gone": ""})
CITY = Dimension("city", ("atomic:geo_city",), None, {"Muenchen": "München"})
STAGE = Dimensions((DEVICE, CITY))


def tokens(device: str | None, city: str | None) -> tuple[str, str]:
    """The tokens without their keys."""
    made = STAGE.tokens_of(device, city)
    assert [key_of(token) for token in made] == [DEVICE.key, CITY.key]
    return made[0][3:], made[1][3:]


@pytest.mark.parametrize(
    ("raw", "token"),
    [
        ("Phone", ".0"),
        (" desktop\n", ".1"),
        ("MOBILE", ".0"),
        ("Fridge", ".~"),
        ("other", ".~"),
        (None, ".-"),
        ("  ", ".-"),
        ("Unknown", ".-"),
        ("??", ".-"),
        ("gone", ".-"),
    ],
)
def test_a_closed_value_is_its_place_the_rest_other_and_none_unknown(raw: str | None, token: str) -> None:
    assert tokens(raw, None)[0] == token


@pytest.mark.parametrize(
    ("raw", "token"),
    [
        ("Berlin", "=Berlin"),
        ("muenchen", "=München"),
        (" a|b\tc ", "=a/b c"),
        ("x" * 25, "=" + "x" * 24),
        ("é" * 13, "=" + "é" * 12),
        ("映" * 9, "=" + "映" * 8),
        (None, "="),
        ("unknown", "="),
        ("\x00", "="),
    ],
)
def test_an_open_value_is_its_text_cut_to_24_bytes(raw: str | None, token: str) -> None:
    assert tokens(None, raw)[1] == token


def test_the_same_texts_give_the_same_tuple() -> None:
    assert STAGE.tokens_of("Phone", "Berlin") is STAGE.tokens_of("Phone", "Berlin")


def test_people_read_values_and_nothing_where_none_is_known() -> None:
    assert STAGE.shown(STAGE.tokens_of("Mobile", "Berlin")) == {"device": "Phone", "city": "Berlin"}
    assert STAGE.shown(STAGE.tokens_of("Fridge", None)) == {"device": "other", "city": None}
    assert STAGE.shown(STAGE.tokens_of(None, "unknown")) == {"device": None, "city": None}
    assert STAGE.shown(()) == {"device": None, "city": None}


def test_tokens_of_another_definition_show_nothing() -> None:
    former = Dimensions((Dimension("device", ("atomic:dvce_type",), ("Desktop", "Phone")),))
    assert STAGE.shown(former.tokens_of("Desktop")) == {"device": None, "city": None}


@pytest.mark.parametrize(
    ("name", "value", "token"),
    [
        ("device", "Phone", ".0"),
        ("device", "phone", ".0"),
        ("device", "other", ".~"),
        ("device", "unknown", ".-"),
        ("city", "Berlin", "=Berlin"),
        ("city", "unknown", "="),
        ("city", "other", "=other"),
    ],
)
def test_a_filter_names_a_value_as_people_read_it(name: str, value: str, token: str) -> None:
    assert STAGE.token_of_value(name, value)[3:] == token


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("browser", "Chrome", "browser is no dimension of this stage; there are: device, city"),
        ("device", "Fridge", "device has no value 'Fridge'; it has: Phone, Desktop, other, unknown"),
    ],
)
def test_a_filter_by_what_is_not_there_says_what_is(name: str, value: str, problem: str) -> None:
    with pytest.raises(UnknownDimension, match=re.escape(problem)):
        STAGE.token_of_value(name, value)


def test_a_key_is_of_the_whole_definition() -> None:
    definitions = [
        DEVICE,
        Dimension("device_", DEVICE.paths, DEVICE.values, DEVICE.map),
        Dimension("device", ("atomic:os_name",), DEVICE.values, DEVICE.map),
        Dimension("device", DEVICE.paths, ("Desktop", "Phone"), DEVICE.map),
        Dimension("device", DEVICE.paths, None, DEVICE.map),
        Dimension("device", DEVICE.paths, DEVICE.values, {"Mobile": "Phone"}),
    ]
    keys = {each.key for each in definitions}
    assert len(keys) == len(definitions)
    assert all(re.fullmatch(r"[\w-]{3}", key) for key in keys)
    turned = dict(reversed(list(DEVICE.map.items())))
    assert Dimension("device", DEVICE.paths, DEVICE.values, turned).key == DEVICE.key


def test_the_defaults_keep_their_keys_from_release_to_release() -> None:
    """What changes a default changes its counts' scope: then this test is changed, and docs/upgrading.md told."""
    assert {each.name: each.key for each in DEFAULT_DIMENSIONS} == KEYS
    assert len(KEYS) <= MOST_DIMENSIONS
    assert len(set(COUNTRIES)) == len(COUNTRIES) == 250


KEYS = {
    "country": "FAx",
    "device": "DXR",
    "os": "_11",
    "browser": "dip",
    "platform": "IWt",
    "app": "13k",
    "player": "StE",
}


@pytest.mark.parametrize("definition", DEFAULT_DIMENSIONS, ids=lambda each: each.name)
def test_the_words_that_defaults_map_end_in_values(definition: Dimension) -> None:
    assert set(definition.map.values()) <= set(definition.values or ())


@given(st.integers(0, 100_000))
def test_codes_and_places_are_one_to_one(place: int) -> None:
    assert place_of(code_of(place)) == place


@pytest.mark.parametrize("code", ["", "~", "-", "A", "1.5", "²"])
def test_what_is_no_code_has_no_place(code: str) -> None:
    assert place_of(code) is None


def test_codes_are_named() -> None:
    assert [value_name(DEVICE, code) for code in ("0", "1", "2", "~", "-", "A")] == [
        "Phone",
        "Desktop",
        None,
        "other",
        "unknown",
        None,
    ]


@given(st.lists(st.text(max_size=40), max_size=8))
def test_an_item_s_text_is_told_apart_again_whatever_texts_there_are(texts: list[str]) -> None:
    given_tokens = tuple(f"aB{number}={open_text(text)}" for number, text in enumerate(texts))
    assert split(joined(given_tokens)) == given_tokens
    assert all(len(token.encode()) <= 28 for token in given_tokens)


@pytest.mark.parametrize("text", ["", "|", "||", "|x|abc|abcd|ab.1|"])
def test_what_is_no_token_is_left_out(text: str) -> None:
    assert split(text) == ()


def test_scopes_of_closed_values_open_values_and_unknown() -> None:
    assert dimension_scope("aB3.a") == Scope("dimension", "aB3.a")
    assert dimension_scope("aB3.~") == Scope("dimension", "aB3.~")
    assert dimension_scope("aB3=") == dimension_scope("aB3.-") == Scope("dimension", "aB3.-")
    berlin = dimension_scope("aB3=Berlin")
    assert berlin == Scope("dimension", f"aB3~{bucket_of('Berlin')}")
    assert Scope.from_key(berlin.key) == berlin
    assert pinned_scope("aB3.a", "Big Buck Bunny") == Scope("pinned", "aB3.a#Big Buck Bunny")
    assert pinned_scope("aB3=Berlin", "Big Buck Bunny") is None


@given(st.text())
def test_every_text_has_a_bucket(text: str) -> None:
    assert 0 <= bucket_of(text) < OPEN_BUCKETS
