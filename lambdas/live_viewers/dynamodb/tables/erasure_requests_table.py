"""Requests for erasures in the ViewerProfiles table: a viewer's tombstone, and the job (see erasures_table)."""

from collections.abc import Callable
from typing import Any

from live_viewers.dynamodb.items import Item
from live_viewers.dynamodb.tables.erasures_table import job_item, job_key, job_of
from live_viewers.dynamodb.tables.read_client import busy_when_it_passes
from live_viewers.dynamodb.tombstones import StateInTable, TombstoneKeys, erased_at_ms, tombstone_item
from live_viewers.erasure.jobs import Erasure, ErasureJob
from live_viewers.time_units import DAY_S


class ErasureRequestsTable:
    """See erasure.ErasureRequests. `client` is a DirectClient.
    Tombstones are kept `retention_days`.

    `start` is called with nothing to make the work begin at once; the schedule begins it otherwise.
    """

    def __init__(
        self,
        client: Any,
        table: str,
        retention_days: int,
        tombstone_secret: str,
        start: Callable[[], None] = lambda: None,
    ) -> None:
        self._client = client
        self._table = table
        self._kept_s = retention_days * DAY_S
        self._start = start
        self._keys = TombstoneKeys(tombstone_secret, StateInTable(client, table))

    def ask(self, viewer_id: str, now_ms: int) -> Erasure:
        """See ErasureRequests."""
        job = ErasureJob(viewer_id, now_ms, 1, now_ms)
        with busy_when_it_passes():
            keys = self._keys.to_write(viewer_id, now_ms)
            tombstones = [tombstone_item(key, now_ms, now_ms // 1000 + self._kept_s) for key in keys]
            written = (*tombstones, job_item(job_key(keys[0]), job))
            puts = [{"Put": {"TableName": self._table, "Item": item}} for item in written]
            self._client.transact_write_items(TransactItems=puts)
        self._start()
        return Erasure(now_ms, "running")

    def status(self, viewer_id: str) -> Erasure | None:
        """See ErasureRequests."""
        with busy_when_it_passes():
            keys = self._keys.of(viewer_id)
            tombstones = [item for key in keys if (item := self._get(key)) is not None]
            job = next((item for key in keys if (item := self._get(job_key(key))) is not None), None)
        if not tombstones:
            return None
        tombstone = max(tombstones, key=erased_at_ms)
        asked_ms = erased_at_ms(tombstone)
        if job is not None:
            return Erasure(asked_ms, "running" if job_of(job).number == 1 else "checking")
        return Erasure(asked_ms, "done", int(tombstone["f"]["N"]) if "f" in tombstone else None)

    def _get(self, key: Item) -> Item | None:
        item: Item | None = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return item
