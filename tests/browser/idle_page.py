"""A page that has nothing to do, beside those that are measured: when the machine let nobody run."""

from playwright.sync_api import Page

# Notes each time in which 20 ms took more than 200, by the clock that pages and tests share.
_NOTE_STALLS = """() => {
  window.stalls = []
  let last = Date.now()
  setInterval(() => {
    const now = Date.now()
    if (now - last > 200) window.stalls.push([last, now])
    last = now
  }, 20)
}"""


class IdlePage:
    """Notes the machine's stalls from now on. Times are Unix milliseconds."""

    def __init__(self, page: Page) -> None:
        self._page = page
        page.evaluate(_NOTE_STALLS)

    def stalls(self) -> list[tuple[float, float]]:
        """When each began and ended."""
        self._page.wait_for_timeout(50)  # one that is just over is noted
        return [(began, ended) for began, ended in self._page.evaluate("window.stalls")]

    def stalled_ms(self, from_ms: float, to_ms: float) -> float:
        """How much of this time the machine stood still."""
        return sum(max(0.0, min(ended, to_ms) - max(began, from_ms)) for began, ended in self.stalls())
