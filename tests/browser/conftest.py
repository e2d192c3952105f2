"""The pages as built, a Chromium to open them in, and a double of the services behind them."""

import asyncio
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Page, expect

from tests.browser.api_double import ApiDouble
from tests.browser.chromium import chromium, find_chromium
from tests.browser.viewers_double import ViewersDouble

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"
# How long a test waits for what must come: a machine with much else to do is slow, and nothing is shown by that.
WITHIN_MS = 30_000
expect.set_options(timeout=WITHIN_MS)
_SOURCES = ("src", "public", "index.html", "video.html", "package.json", "package-lock.json", "vite.config.ts")


def _absent(what: str) -> None:
    """Nothing to test with: skips on a developer's machine, fails where CI must have it."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing")
    pytest.skip(f"{what} is missing")


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for name in _SOURCES:
        path = FRONTEND / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                digest.update(str(file.relative_to(FRONTEND)).encode() + file.read_bytes())
    return digest.hexdigest()


@pytest.fixture(scope="session")
def built_pages() -> Path:
    """The pages, built from the sources as they are now into a folder of the tests' own, so that a demo that is
    started meanwhile doesn't take them away. One worker builds, the others wait for it."""
    if shutil.which("npm") is None:
        _absent("npm")
    folder = FRONTEND.parent / ".local" / "test-pages"
    folder.parent.mkdir(exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not (FRONTEND / "node_modules" / "axe-core").is_dir():
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=FRONTEND, check=True)
        built = folder / _fingerprint()[:16]
        if not (built / "index.html").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            out = ["--", "--outDir", str(built), "--emptyOutDir"]
            subprocess.run(["npm", "run", "build", *out], cwd=FRONTEND, check=True)
    return built


class _PlaywrightsLoop:
    """Playwright's event loop runs as long as its browser is open, between its calls too. Outside the browser's
    tests it isn't this thread's running loop: others could not run one of their own.
    """

    def __init__(self) -> None:
        self._running: asyncio.AbstractEventLoop | None = None

    def come_back(self) -> None:
        if self._running is not None:
            asyncio._set_running_loop(self._running)

    def give_way(self) -> None:
        self._running = asyncio._get_running_loop()
        asyncio._set_running_loop(None)


_LOOP = _PlaywrightsLoop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if find_chromium() is None:
        _absent("Chromium")
    with chromium("--js-flags=--expose-gc") as opened:
        yield opened
        _LOOP.come_back()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[[], Page]]:
    """Opens pages of the demo, and closes them: a video would play on and load what is measured next."""
    with ExitStack() as stack:

        def opened() -> Page:
            page = browser.new_page(locale="en-US")
            stack.callback(page.close)
            return page

        yield opened


@pytest.fixture(autouse=True)
def loop_is_playwrights() -> Iterator[None]:
    _LOOP.come_back()
    yield
    _LOOP.give_way()


@pytest.fixture
def serve(built_pages: Path) -> Iterator[Callable[..., ApiDouble]]:
    """Starts a double with so many viewers (or with a ViewersDouble of the test's own)."""
    with ExitStack() as stack:

        def start(viewers: int | ViewersDouble = 40, **how: Any) -> ApiDouble:
            double = viewers if isinstance(viewers, ViewersDouble) else ViewersDouble(viewers)
            return stack.enter_context(ApiDouble(double, built_pages, **how))

        yield start


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens an address in a fresh context. Whatever the page throws or prints as an error fails the test; a breach
    of the Content-Security-Policy is one."""
    troubles: list[str] = []
    with ExitStack() as stack:

        def open_it(
            url: str, *, width: int = 1280, height: int = 800, expect_errors: bool = False, **how: Any
        ) -> Page:
            how.setdefault("locale", "en-US")  # the words that tests look for
            context = browser.new_context(viewport={"width": width, "height": height}, **how)
            stack.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(WITHIN_MS)
            page.on("pageerror", lambda error: troubles.append(str(error)))
            if not expect_errors:
                page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
            page.goto(url)
            return page

        yield open_it
    assert troubles == []
