"""What is counted of ads as the API reads it."""

from typing import Any

from live_viewers.ads.ad_counting import By
from live_viewers.ads.ad_report import AdReport
from live_viewers.dynamodb.tables.ads_table import AdCountsTable
from live_viewers.dynamodb.tables.read_client import busy_when_it_passes


class AdsSource:
    """See ads.ad_report.AdCounts."""

    def __init__(self, client: Any, table: str, shards: int) -> None:
        self._table = AdCountsTable(client, table, shards)

    def report(self, by: By, from_hour: int, to_hour: int, media_id: str | None) -> AdReport:
        """See AdCounts."""
        with busy_when_it_passes():
            return self._table.report(by, from_hour, to_hour, media_id)
