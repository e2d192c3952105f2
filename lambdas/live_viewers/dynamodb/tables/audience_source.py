"""The audience's figures as the API reads them."""

from typing import Any

from live_viewers.audience.audience_view import AudienceView
from live_viewers.audience.kept_titles import KeptTitles
from live_viewers.audience.reading import read_audience
from live_viewers.dynamodb.tables.audience_table import AudienceTable
from live_viewers.dynamodb.tables.read_client import busy_when_it_passes
from live_viewers.scope import ALL, Scope


class AudienceSource:
    """See audience.reading.Audience."""

    def __init__(self, client: Any, table: str, shards: int) -> None:
        self._table = AudienceTable(client, table, shards)
        self._titles = KeptTitles(self._table)

    def read(self, scope: Scope, now_ms: int) -> AudienceView:
        """See Audience."""
        with busy_when_it_passes():
            titles = self._titles.read(now_ms) if scope == ALL else None
            return read_audience(self._table, scope, now_ms, titles)
