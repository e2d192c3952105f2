"""What the demo uses of a laptop while somebody looks at the live page, its browser not counted."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from laptop.usage import used_by
from services.service import Service, free_row_of_ports, running

ROOT = Path(__file__).parents[2]
SECONDS = 60
MOST_MB = 400
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def demo_of_20(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, dict[str, Any]]]:
    """Number of its first process, and its endpoints."""
    folder = tmp_path_factory.mktemp("demo")
    endpoints = folder / "endpoints.json"
    command = [sys.executable, str(ROOT / "localstack/demo.py"), "run", "--viewers", "20"]
    service = Service(
        "demo",
        [*command, "--port", str(free_row_of_ports(5))],
        ready=endpoints.exists,
        env={"LIVE_VIEWERS_LOCAL": str(folder)},
    )
    with running(service, folder / "demo.log", ready_within_s=600) as process:
        yield process.pid, json.loads(endpoints.read_text())


@pytest.mark.parametrize("view", ["viewers", "audience"])
def test_with_20_viewers_and_the_live_page_open_it_uses_little(
    demo_of_20: tuple[int, dict[str, Any]], browser: Browser, view: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A share of a core is told and not asserted: machines differ, and others may use this one."""
    pid, demo = demo_of_20
    page = browser.new_page()
    page.goto(f"{demo['live_page']}?show={view}")
    expect(page.get_by_test_id("connection")).to_have_attribute("data-kind", "live", timeout=60_000)
    page.wait_for_timeout(20_000)  # what opening it takes is over
    usage = used_by(pid, SECONDS)
    expect(page.get_by_test_id("connection")).to_have_attribute("data-kind", "live")
    page.close()
    with capsys.disabled():
        print(f"\nlive page on {view}: at most {usage.most_memory_mb:.0f} MB, {usage.cpu_percent:.1f} % of a core")
    assert usage.most_memory_mb <= MOST_MB
