"""The compose file can't be run here; what can be read from it is held to what the documentation says."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

PATH = Path(__file__).resolve().parents[3] / "localstack" / "compose.yaml"


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
        assert {one["source"] for one in service.get("configs", [])} <= set(compose["configs"])
    scripts = (
        compose["services"]["snowbridge"]["environment"][name]
        for name in ("SCRIPT_PATH", "SNOWBRIDGE_CONFIG_FILE")
    )
    for script in scripts:
        assert (PATH.parents[1] / script.lstrip("/")).is_file()


def test_nobody_accepts_snowplows_licence_for_the_user(compose: dict[str, Any]) -> None:
    for name in ("collector", "enrich", "snowbridge"):
        accepted = compose["services"][name]["environment"]["ACCEPT_LIMITED_USE_LICENSE"]
        assert accepted == "${ACCEPT_LIMITED_USE_LICENSE:-}"
        assert compose["services"][name]["profiles"] != []
    assert "accept" not in "".join(config["content"] for config in compose["configs"].values())


def test_topics_are_made_before_they_are_used(compose: dict[str, Any]) -> None:
    (script,) = compose["services"]["topics"]["command"]
    made = set(re.findall(r"snowplow-[a-z-]+", script))
    used = set()
    for config in compose["configs"].values():
        used |= set(re.findall(r'"(?:\$\{ENRICHED_TOPIC:-)?(snowplow-[a-z-]+)', config["content"]))
    assert len(used) == 5
    assert used <= made
