"""The compose file can't be run here; what can be read from it is held to what the documentation says."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

PATH = Path(__file__).resolve().parents[3] / "localstack" / "compose.yaml"
SNOWPLOW = PATH.parents[1] / "snowplow"
HOCON = [SNOWPLOW / "collector.hocon", SNOWPLOW / "enrich.hocon"]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(PATH.read_text())
    return loaded


def test_every_port_is_on_loopback(compose: dict[str, Any]) -> None:
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert len(published) == 4
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_services_and_settings_that_are_referred_to_exist(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert set(service.get("depends_on", {})) <= set(compose["services"])
        mounted = [one.split(":")[0] for one in service.get("volumes", []) if one.startswith(".")]
        assert all((PATH.parent / one).exists() for one in mounted)
    services = compose["services"]
    files = [services["snowbridge"]["environment"][name] for name in ("SCRIPT_PATH", "SNOWBRIDGE_CONFIG_FILE")]
    files += [word for name in ("collector", "enrich") for word in services[name]["command"] if "." in word]
    assert len(files) == 5
    for file in files:
        assert (PATH.parents[1] / file.lstrip("/")).is_file()


def test_nobody_accepts_snowplows_licence_for_the_user(compose: dict[str, Any]) -> None:
    for name in ("collector", "enrich", "snowbridge"):
        accepted = compose["services"][name]["environment"]["ACCEPT_LIMITED_USE_LICENSE"]
        assert accepted == "${ACCEPT_LIMITED_USE_LICENSE:-}"
        assert compose["services"][name]["profiles"] != []
    for path in HOCON:
        assert re.search(r"accept\W+true", path.read_text()) is None


def test_topics_are_made_before_they_are_used(compose: dict[str, Any]) -> None:
    (script,) = compose["services"]["topics"]["command"]
    made = set(re.findall(r"snowplow-[a-z-]+", script))
    settings = "".join(line for path in HOCON for line in path.read_text().splitlines() if "#" not in line)
    used = set(re.findall(r'"(snowplow-[a-z-]+)"', settings))
    assert len(used) == 5
    assert used <= made


def test_snowplows_settings_take_the_brokers_that_compose_names(compose: dict[str, Any]) -> None:
    for name, path in zip(("collector", "enrich"), HOCON, strict=True):
        taken = set(re.findall(r"\$\{\?([A-Z_]+)\}", path.read_text()))
        assert taken == set(compose["services"][name]["environment"]) - {"ACCEPT_LIMITED_USE_LICENSE"}
