"""What is installed is what was locked: versions, hashes, and no registry named. The version has one home."""

import json
import re
import tomllib
from pathlib import Path

import pytest

import live_viewers

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)", re.MULTILINE)
SOURCES = ["requirements.in", "requirements-dev.in", "localstack/uv.in"]
BUNDLES = ["lambdas/requirements.in", "kafka_topics/requirements.in"]


def name_of(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def pins(text: str) -> set[tuple[str, str]]:
    return {(name_of(name), version) for name, version in PIN.findall(text)}


def with_included(source: str) -> str:
    text = (ROOT / source).read_text()
    return text + "".join(with_included(included) for included in re.findall(r"^-r (\S+)", text, re.MULTILINE))


def locked(source: str) -> str:
    return (ROOT / source).with_suffix(".txt").read_text()


def each_package(text: str) -> list[str]:
    """The lock's entries: a package, its version and the lines that continue it."""
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith(("#", "--"))]
    return re.split(r"(?<!\\)\n", "".join(lines).strip())


@pytest.mark.parametrize("source", SOURCES + BUNDLES)
def test_a_lock_has_what_its_source_asks_for(source: str) -> None:
    asked = pins(with_included(source))
    assert asked
    assert asked <= pins(locked(source)), "run `make lock`"


@pytest.mark.parametrize("source", BUNDLES)
def test_a_bundle_has_what_its_source_names_and_no_more(source: str) -> None:
    assert pins(locked(source)) == pins((ROOT / source).read_text())


@pytest.mark.parametrize("source", SOURCES + BUNDLES)
def test_each_locked_package_has_hashes_and_nothing_else_is_listed(source: str) -> None:
    entries = each_package(locked(source))
    assert entries
    assert [entry for entry in entries if not PIN.match(entry) or "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("source", SOURCES + BUNDLES)
def test_wheels_alone_are_installed_but_for_what_has_none(source: str) -> None:
    options = [line for line in locked(source).splitlines() if line.startswith("--")]
    assert options[0] == "--only-binary :all:"  # to pip this takes back what stands before it
    assert options[1:] in ([], ["--no-binary snowplow-analytics-sdk"])


@pytest.mark.parametrize("source", SOURCES + BUNDLES)
def test_a_lock_names_no_host(source: str) -> None:
    assert "://" not in locked(source) + (ROOT / source).read_text()


def test_what_deploys_and_what_is_bundled_is_what_is_tested() -> None:
    tested = pins(locked("requirements-dev.in"))
    for source in ["requirements.in", *BUNDLES]:
        assert pins(locked(source)) <= tested


def test_the_version_has_one_home() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "version" not in project
    assert "version" in project["dynamic"]
    for folder in (ROOT, ROOT / "frontend"):
        assert "version" not in json.loads((folder / "package.json").read_text())
    for package in ("reader", "kafka_event_source"):
        own = tomllib.loads((ROOT / package / "pyproject.toml").read_text())["project"]
        assert own["version"] == live_viewers.__version__


def test_the_changelog_shows_the_version_and_what_is_to_come() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    released = [heading for heading in headings if heading != "Unreleased"]
    assert released[0].split()[0] == live_viewers.__version__
    assert headings.index("Unreleased") == 0


def test_the_licence_stands_where_tools_look_for_it() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text()
    for file in ("pyproject.toml", "reader/pyproject.toml", "kafka_event_source/pyproject.toml"):
        assert tomllib.loads((ROOT / file).read_text())["project"]["license"] == "Apache-2.0"
    for file in ("package.json", "frontend/package.json"):
        assert json.loads((ROOT / file).read_text())["license"] == "Apache-2.0"
