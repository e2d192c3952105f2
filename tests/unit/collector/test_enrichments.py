"""What the collector adds as Enrich's enrichments would: device, system and browser, country and provider."""

import json
from ipaddress import ip_network
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snowplow_analytics_sdk.event_transformer import transform

from collector.enriched_event import COLUMNS, RequestContext, enriched_event
from collector.enrichments import with_enrichments
from collector.example_addresses import EXAMPLE_NETWORKS, place_of
from collector.user_agent import LONGEST, client_of

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5"
# User-Agent -> (YAUAA's device class, system and browser; ua-parser's system and browser; dvce_type)
CLIENTS = {
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36": (
        *("Desktop", "Windows NT", "Chrome", "Windows", "Chrome", "Computer"),
    ),
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0": (
        *("Desktop", "Windows NT", "Edge", "Windows", "Edge", "Computer"),
    ),
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {APPLE} Safari/605.1.15": (
        *("Desktop", "Mac OS", "Safari", "Mac OS X", "Safari", "Computer"),
    ),
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0": (
        *("Desktop", "Linux", "Firefox", "Linux", "Firefox", "Computer"),
    ),
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/142.0.0.0 Safari/537.36": (
        *("Desktop", "Chrome OS", "Chrome", "Chrome OS", "Chrome", "Computer"),
    ),
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {APPLE} Mobile/15E148 Safari/604.1": (
        *("Phone", "iOS", "Safari", "iOS", "Mobile Safari", "Mobile"),
    ),
    f"Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) {APPLE} Mobile/15E148 Safari/604.1": (
        *("Tablet", "iOS", "Safari", "iOS", "Mobile Safari", "Tablet"),
    ),
    f"Mozilla/5.0 (Linux; Android 15; Pixel 9) {WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36": (
        *("Phone", "Android", "Chrome", "Android", "Chrome Mobile", "Mobile"),
    ),
    f"Mozilla/5.0 (Linux; Android 14; SM-X710) {WEBKIT} Chrome/142.0.0.0 Safari/537.36": (
        *("Tablet", "Android", "Chrome", "Android", "Chrome", "Tablet"),
    ),
    f"Mozilla/5.0 (Web0S; Linux/SmartTV) {WEBKIT} Chrome/120.0.0.0 Safari/537.36 WebAppManager": (
        *("TV", "WebOS", "Chrome", "Web0S", "Chrome", "Digital media receiver"),
    ),
    f"Mozilla/5.0 (Linux; Android 11; AFTKA Build/RS8101) {WEBKIT} Chrome/120 Mobile Safari/537.36": (
        *("Set-top box", "Android", "Android", "Android", "Android", "Digital media receiver"),
    ),
    "Roku/DVP-14.0 (14.0.0.1234)": ("Set-top box", "Roku", "Roku", "Roku", "Roku", "Digital media receiver"),
    "AppleTV11,1/11.1": ("Set-top box", "ATV OS X", None, "ATV OS X", "Other", "Digital media receiver"),
    f"Mozilla/5.0 (PlayStation; PlayStation 5/8.00) {APPLE} Safari/605.1.15": (
        *("Game Console", None, "Safari", "Other", "Safari", "Game console"),
    ),
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://example.com/bot.html)": (
        *("Robot", None, "Googlebot", "Other", "Googlebot", "Unknown"),
    ),
    "Player/1.0": ("Unknown", None, None, "Other", "Other", "Unknown"),
}
PLAY = {"schema": "iglu:com.snowplowanalytics.snowplow.media/play_event/jsonschema/1-0-0", "data": {}}
PHONE = next(text for text in CLIENTS if "iPhone" in text)


def read(useragent: str, address: str, **fields: str) -> dict:
    """The enriched event's columns as the SDK reads them, which is the enriched JSON too."""
    event = {"e": "ue", "ue_pr": json.dumps({"schema": PLAY["schema"], "data": PLAY})} | fields
    context = RequestContext(1_763_985_600_000, ip_address=address, useragent=useragent)
    return transform(with_enrichments(enriched_event(event, context)).line().decode())


@pytest.mark.parametrize("useragent", CLIENTS, ids=lambda text: text[:60])
def test_the_client_is_told_as_yauaa_ua_parser_and_user_agent_utils_do(useragent: str):
    event = read(useragent, "127.0.0.1")
    (yauaa,) = event["contexts_nl_basjes_yauaa_context_1"]
    (ua_parser,) = event["contexts_com_snowplowanalytics_snowplow_ua_parser_context_1"]
    assert (
        yauaa["deviceClass"],
        yauaa.get("operatingSystemName"),
        yauaa.get("agentName"),
        ua_parser["osFamily"],
        ua_parser["useragentFamily"],
        event["dvce_type"],
    ) == CLIENTS[useragent]
    assert event["dvce_ismobile"] is (yauaa["deviceClass"] in ("Phone", "Tablet"))
    assert event.get("os_family", "Other") == ua_parser["osFamily"]
    assert event.get("br_family") == yauaa.get("agentName")


def test_versions_stand_beside_the_names():
    event = read(PHONE, "127.0.0.1")
    (yauaa,) = event["contexts_nl_basjes_yauaa_context_1"]
    (ua_parser,) = event["contexts_com_snowplowanalytics_snowplow_ua_parser_context_1"]
    assert (event["br_name"], event["br_version"], event["os_name"]) == ("Safari 18", "18.5", "iOS 18")
    assert (yauaa["agentVersion"], yauaa["agentVersionMajor"]) == ("18.5", "18")
    assert (yauaa["operatingSystemVersion"], yauaa["operatingSystemNameVersion"]) == ("18.5", "iOS 18.5")
    assert (yauaa["deviceBrand"], yauaa["deviceName"]) == ("Apple", "iPhone")
    assert (ua_parser["osVersion"], ua_parser["useragentVersion"]) == ("iOS 18.5", "Mobile Safari 18.5")
    assert ua_parser["deviceFamily"] == "iPhone"


def test_a_trackers_own_user_agent_and_address_go_before_the_requests():
    event = read("python/3", "127.0.0.1", ua=PHONE, ip="203.0.113.70")
    assert (event["os_family"], event["geo_country"], event["ip_isp"]) == ("iOS", "JP", "Biwa Fibre")


def test_platform_and_app_pass_through():
    event = read(PHONE, "127.0.0.1", p="mob", aid="cinema-ios")
    assert (event["platform"], event["app_id"]) == ("mob", "cinema-ios")


def test_no_user_agent_and_no_known_address_add_nothing():
    event = read("", "127.0.0.1")
    added = ("dvce_type", "br_name", "os_name", "geo_country", "ip_isp", "contexts_nl_basjes_yauaa_context_1")
    assert not [name for name in added if name in event]


@pytest.mark.parametrize(
    ("address", "country", "provider"),
    [
        ("192.0.2.0", "DE", "Rhine Fibre"),
        ("192.0.2.31", "DE", "Rhine Fibre"),
        ("192.0.2.32", "DE", "Alster Mobile"),
        ("203.0.113.255", "ZA", "Limpopo Mobile"),
        ("2001:db8:33:1::9", "FR", "Loire Fibre"),
        ("2001:DB8:33::", "FR", "Loire Fibre"),
    ],
)
def test_an_example_address_has_a_country_and_a_provider(address: str, country: str, provider: str):
    assert place_of(address) == {"geo_country": country, "ip_isp": provider}


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "8.8.8.8", "2001:db8::1", "unknown", "", "192.0.2", "x" * 999]
)
def test_any_other_address_has_neither(address: str):
    assert place_of(address) == {}


def test_the_table_holds_documentation_ranges_alone_and_none_twice():
    reserved = [
        ip_network(block) for block in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
    ]
    networks = [row.network for row in EXAMPLE_NETWORKS]
    assert all(any(n.version == r.version and n.subnet_of(r) for r in reserved) for n in networks)
    for version in (4, 6):
        ordered = sorted(network for network in networks if network.version == version)
        assert not any(before.overlaps(after) for before, after in pairwise(ordered))


def test_a_long_user_agent_is_read_as_far_as_the_column_goes():
    assert client_of(" " * LONGEST + PHONE).columns["dvce_type"] == "Unknown"
    assert client_of(PHONE + "x" * 1_000_000).columns["dvce_type"] == "Mobile"


@given(st.text(max_size=300), st.text(max_size=60))
def test_whatever_a_client_says_the_line_stays_whole(useragent: str, address: str):
    context = RequestContext(1_763_985_600_000, ip_address=address, useragent=useragent)
    line = with_enrichments(enriched_event({"e": "pv"}, context)).line()
    assert line.count(b"\t") == len(COLUMNS) - 1
    transform(line.decode())
