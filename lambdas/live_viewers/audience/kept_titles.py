"""Top titles as a function instance keeps them: reading them takes longer the more titles are watched."""

import time
from collections.abc import Callable

from live_viewers.audience.reading import AudienceReader, TopTitles, read_top_titles

# A few hundred titles are read in less, and never kept: the answer they are part of is kept for a second anyway.
LONG_S = 0.25
# So reading titles is at most a twentieth of what an instance does; the counts beside them stay as fresh as ever.
KEPT_TIMES = 20


class KeptTitles:
    """Not older than KEPT_TIMES the time it took to read them. `elapsed_s` is a clock that never goes back."""

    def __init__(self, reader: AudienceReader, elapsed_s: Callable[[], float] = time.perf_counter) -> None:
        self._reader = reader
        self._elapsed_s = elapsed_s
        self._titles = TopTitles()
        self._kept_until_s = 0.0

    def read(self, now_ms: int) -> TopTitles:
        """The titles with the most watching now, or a little before."""
        began_s = self._elapsed_s()
        if began_s < self._kept_until_s:
            return self._titles
        self._titles = read_top_titles(self._reader, now_ms)
        ended_s = self._elapsed_s()
        took_s = ended_s - began_s
        self._kept_until_s = ended_s + KEPT_TIMES * took_s if took_s >= LONG_S else 0.0
        return self._titles
