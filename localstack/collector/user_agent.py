"""Device, operating system and browser from a User-Agent, as three of Enrich's enrichments write them.

Parsed by ua-parser, by the rules (uap-core) that Enrich's own ua_parser enrichment goes by. They know no class of
device (phone, tablet, TV), so that is told here from what they do know, in the words of YAUAA, whose entity is
filled with the few fields that profiles can be asked for. Sources of the words: YAUAA's list of output fields, the
Iglu schemas nl.basjes/yauaa_context 1-0-5 and com.snowplowanalytics.snowplow/ua_parser_context 1-0-0, and the enum
of user-agent-utils for the columns.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ua_parser import OS, Device, UserAgent, parse

YAUAA = "iglu:nl.basjes/yauaa_context/jsonschema/1-0-5"
UA_PARSER = "iglu:com.snowplowanalytics.snowplow/ua_parser_context/jsonschema/1-0-0"
LONGEST = 1000  # characters: what the column holds; the rest isn't read
_KEPT = 1000  # User-Agents whose answer is kept

_DESKTOPS = frozenset({"Windows", "Mac OS X", "Linux", "Chrome OS", "Ubuntu", "Fedora", "Debian", "FreeBSD"})
_TVS = frozenset({"Tizen", "Web0S", "webOS TV", "HbbTV"})
_SET_TOP_BOXES = frozenset({"Roku", "ATV OS X", "tvOS", "Chromecast", "Chromecast Android", "FireOS TV"})
_CONSOLES = ("PlayStation", "Xbox", "Nintendo")
# What uap-core calls by platform and YAUAA by the browser alone.
_AGENTS = {
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Safari",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Mobile WebView": "Chrome Webview",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Edge Mobile": "Edge",
    "Opera Mobile": "Opera",
    "Samsung Internet": "SamsungBrowser",
}
_SYSTEMS = {"Windows": "Windows NT", "Mac OS X": "Mac OS", "Web0S": "WebOS"}
# YAUAA's class of a device -> the one of user-agent-utils.
_DEVICE_TYPES = {
    "Desktop": "Computer",
    "Phone": "Mobile",
    "Tablet": "Tablet",
    "TV": "Digital media receiver",
    "Set-top box": "Digital media receiver",
    "Game Console": "Game console",
}


@dataclass(frozen=True)
class Client:
    """Columns of the enriched event by name, and derived entities as `{"schema": ..., "data": {...}}`."""

    columns: dict[str, str]
    entities: tuple[dict[str, Any], ...]


@lru_cache(_KEPT)
def client_of(useragent: str) -> Client:
    """What is known of a client by its User-Agent; nothing at all where there is none."""
    text = useragent[:LONGEST]
    if not text:
        return Client({}, ())
    found = parse(text)
    agent, system, device = found.user_agent, found.os, found.device
    kind = _device_class(text, agent, system, device)
    return Client(_columns(agent, system, kind), (_yauaa(agent, system, device, kind), _ua_parser(found)))


def _device_class(text: str, agent: UserAgent | None, system: OS | None, device: Device | None) -> str:
    family = device.family if device else ""
    name = system.family if system else ""
    if device and device.brand == "Spider":
        return "Robot"
    if family.startswith(_CONSOLES):
        return "Game Console"
    if name in _SET_TOP_BOXES or family.startswith(("AFT", "Roku", "AppleTV")) or "CrKey" in text:
        return "Set-top box"
    if name in _TVS or "SmartTV" in text or "SMART-TV" in text:
        return "TV"
    if name == "iOS":
        return "Tablet" if family.startswith("iPad") else "Phone"
    if name == "Android":
        # Android's own rule: a phone's browser says Mobile, a tablet's doesn't. An app's client says neither.
        browser = agent is not None and agent.family != "Android" and "Mozilla/" in text
        return "Tablet" if browser and "Mobile" not in text else "Phone"
    return "Desktop" if name in _DESKTOPS else "Unknown"


def _columns(agent: UserAgent | None, system: OS | None, kind: str) -> dict[str, str]:
    """The columns of user-agent-utils, an enrichment that Snowplow has deprecated and many pipelines still run."""
    columns = {
        "dvce_type": _DEVICE_TYPES.get(kind, "Unknown"),
        "dvce_ismobile": "1" if kind in ("Phone", "Tablet") else "0",
    }
    if agent:
        family = _AGENTS.get(agent.family, agent.family)
        columns |= {"br_name": _spaced(family, agent.major), "br_family": family}
        columns["br_version"] = _version(agent)
    if system:
        columns |= {"os_name": _spaced(system.family, system.major), "os_family": system.family}
    return columns


def _yauaa(agent: UserAgent | None, system: OS | None, device: Device | None, kind: str) -> dict[str, Any]:
    data = {"deviceClass": kind}
    if device:
        data["deviceName"] = device.family
        data |= {"deviceBrand": device.brand} if device.brand else {}
    if system:
        name = _SYSTEMS.get(system.family, system.family)
        version = _version(system)
        data |= {"operatingSystemName": name, "operatingSystemNameVersion": _spaced(name, version)}
        data |= {"operatingSystemVersion": version} if version else {}
    if agent:
        name = _AGENTS.get(agent.family, agent.family)
        version = _version(agent)
        data |= {"agentName": name, "agentNameVersion": _spaced(name, version)}
        data |= {"agentVersion": version, "agentVersionMajor": agent.major or ""} if version else {}
    return {"schema": YAUAA, "data": data}


def _ua_parser(found: Any) -> dict[str, Any]:
    """As Enrich assembles it: families of what isn't recognized are "Other", as uap-java has it."""
    agent = found.user_agent or UserAgent("Other")
    system = found.os or OS("Other")
    data = {
        "useragentFamily": agent.family,
        "useragentMajor": agent.major,
        "useragentMinor": agent.minor,
        "useragentPatch": agent.patch,
        "useragentVersion": _spaced(agent.family, ".".join(_given(agent.major, agent.minor, agent.patch))),
        "osFamily": system.family,
        "osMajor": system.major,
        "osMinor": system.minor,
        "osPatch": system.patch,
        "osPatchMinor": system.patch_minor,
        "osVersion": _spaced(system.family, _version(system)),
        "deviceFamily": found.device.family if found.device else "Other",
    }
    return {"schema": UA_PARSER, "data": data}


def _version(of: UserAgent | OS) -> str:
    return ".".join(_given(of.major, of.minor, of.patch, of.patch_minor))


def _given(*parts: str | None) -> list[str]:
    return [part for part in parts if part is not None]


def _spaced(name: str, version: str | None) -> str:
    return f"{name} {version}" if version else name
