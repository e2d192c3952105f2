"""What a viewer watches with, where from, and over which CDN: what profiles can be broken down by.

Everything is made up: the apps and CDNs are the example site's, the addresses are those of the collector's table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any, Literal

from collector.example_addresses import EXAMPLE_NETWORKS

CDN = "iglu:com.example/cdn/jsonschema/1-0-0"  # the site's own entity: {"name": ...}
_WEB_APP = "iglu:com.snowplowanalytics.snowplow/application/jsonschema/1-0-0"
_MOBILE_APP = "iglu:com.snowplowanalytics.mobile/application/jsonschema/1-0-0"

DEFAULT_SEED = 1
CDNS = ("east", "north", "west")
APPS = {"cinema": 3, "sports": 2}  # app_id of two brands -> how much more often it is chosen
APP_VERSIONS = {"5.2.0": 3, "5.1.3": 1}
COUNTRIES = {
    "DE": 5,
    "GB": 4,
    "US": 4,
    "FR": 3,
    "IN": 3,
    "BR": 2,
    "ES": 2,
    "JP": 2,
    "CA": 1,
    "MX": 1,
    "AU": 1,
    "ZA": 1,
}


@dataclass(frozen=True)
class Device:
    """`kind`, `os` and `browser` are what the User-Agent says, for who asks for an incident's viewers by them."""

    kind: str
    os: str
    browser: str
    platform: Literal["web", "mob", "tv"]  # Snowplow's
    weight: int
    useragent: str


_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
_SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5"
_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
_ANDROID = "Mozilla/5.0 (Linux; Android 15;"
DEVICES = (
    Device("Desktop", "Windows", "Chrome", "web", 5, f"{_WINDOWS} {_CHROME} Safari/537.36"),
    Device("Desktop", "Windows", "Edge", "web", 2, f"{_WINDOWS} {_CHROME} Safari/537.36 Edg/142.0.0.0"),
    Device(
        *("Desktop", "macOS", "Safari", "web", 3),
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_SAFARI} Safari/605.1.15",
    ),
    Device(
        *("Desktop", "Linux", "Firefox", "web", 1),
        "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    ),
    Device("Phone", "Android", "Chrome", "mob", 4, f"{_ANDROID} Pixel 9) {_CHROME} Mobile Safari/537.36"),
    Device(
        *("Phone", "iOS", "Safari", "mob", 4),
        f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {_SAFARI} Mobile/15E148 Safari/604.1",
    ),
    Device(
        *("Tablet", "iOS", "Safari", "mob", 2),
        f"Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) {_SAFARI} Mobile/15E148 Safari/604.1",
    ),
    Device("Tablet", "Android", "Chrome", "mob", 1, f"{_ANDROID} SM-X710) {_CHROME} Safari/537.36"),
    Device(
        *("TV", "webOS", "Chrome", "tv", 3),
        "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
    ),
)


@dataclass(frozen=True)
class Setup:
    device: Device
    country: str
    ip_address: str
    app: str
    app_version: str
    cdn: str

    @cached_property
    def groups(self) -> Mapping[str, str]:
        """By what it can be told from others: the names and values of `GROUPS`."""
        return {
            "country": self.country,
            "device": self.device.kind,
            "os": self.device.os,
            "browser": self.device.browser,
            "app": self.app,
            "app_version": self.app_version,
            "cdn": self.cdn,
        }

    @cached_property
    def entities(self) -> tuple[dict[str, Any], ...]:
        """What the site adds to every event: its app's version, as the device's tracker tells it, and the CDN."""
        application: dict[str, Any] = {"version": self.app_version}
        schema = _WEB_APP
        if self.device.platform == "mob":
            schema, application["build"] = _MOBILE_APP, self.app_version.replace(".", "")
        return {"schema": schema, "data": application}, {"schema": CDN, "data": {"name": self.cdn}}


GROUPS: Mapping[str, tuple[str, ...]] = {
    "country": tuple(COUNTRIES),
    "device": tuple(dict.fromkeys(device.kind for device in DEVICES)),
    "os": tuple(dict.fromkeys(device.os for device in DEVICES)),
    "browser": tuple(dict.fromkeys(device.browser for device in DEVICES)),
    "app": tuple(APPS),
    "app_version": tuple(APP_VERSIONS),
    "cdn": CDNS,
}


def setup_of(number: int, seed: int) -> Setup:
    """The setup of the viewer with this number, always the same one for a seed."""
    rng = Random(f"setup {seed}-{number}")  # noqa: S311 - a repeatable game, no secret
    (device,) = rng.choices(DEVICES, [device.weight for device in DEVICES])
    country = _choice(rng, COUNTRIES)
    networks = [
        row
        for row in EXAMPLE_NETWORKS
        if (row.country, row.network.version) == (country, 4)
        and ("Mobile" in row.provider) == (device.kind == "Phone")
    ]
    network = rng.choice(networks).network
    return Setup(
        device=device,
        country=country,
        ip_address=str(network[rng.randrange(1, network.num_addresses - 1)]),
        app=_choice(rng, APPS),
        app_version=_choice(rng, APP_VERSIONS),
        # In turn, not by chance: among twenty viewers each CDN has as many as there are to be.
        cdn=CDNS[number % len(CDNS)],
    )


def _choice(rng: Random, weights: Mapping[str, int]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]
