"""The compose file runs known versions on loopback ports; Snowbridge's configurations report nothing home."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
SERVICES = yaml.safe_load((ROOT / "localstack" / "compose.yaml").read_text())["services"]
TAG = re.compile(r":\$\{[A-Z]+_TAG:-(?P<tag>\d+\.\d+[\w.-]*)\}$")


def tag_of(service: str) -> str:
    found = TAG.search(SERVICES[service]["image"])
    assert found, f"{service}: {SERVICES[service]['image']} names no version"
    return found["tag"]


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_is_of_a_version_that_is_named(service: str) -> None:
    assert tag_of(service) != "latest"


def test_the_emulator_s_image_is_the_version_that_is_installed_here() -> None:
    assert f"\nministack=={tag_of('ministack')} " in (ROOT / "requirements-dev.txt").read_text()


@pytest.mark.parametrize("service", [name for name, service in SERVICES.items() if "ports" in service])
def test_ports_are_on_loopback(service: str) -> None:
    assert SERVICES[service]["ports"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[service]["ports"])


@pytest.mark.parametrize("configuration", sorted((ROOT / "snowbridge").glob("*.hcl")), ids=lambda path: path.name)
def test_snowbridge_reports_nothing_home(configuration: Path) -> None:
    assert re.search(r"^disable_telemetry = true\b", configuration.read_text(), re.MULTILINE)
