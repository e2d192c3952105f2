"""The jobs of erasures in the ViewerProfiles table, and how each removes what is kept of its viewer.

Jobs: PK `erasures`, SK the tombstone's PK, `id` the viewer's id, `t` when it was asked for (ms),
`n` the pass, `due` not before (ms), `a` the rejected object to go on after, `d` whether this pass's items
are gone. A finished job is removed, so that the id isn't kept; the tombstone's `f` tells when.
"""

from collections.abc import Callable, Iterator
from typing import Any

from live_viewers.dynamodb import items
from live_viewers.dynamodb.ad_items import ADS_PREFIX
from live_viewers.dynamodb.conditions import if_allowed
from live_viewers.dynamodb.direct_client import DirectClient
from live_viewers.dynamodb.items import Item
from live_viewers.dynamodb.querying import query_pages
from live_viewers.dynamodb.tombstones import JOBS, PREFIX, StateInTable, TombstoneKeys, is_old, old_key
from live_viewers.dynamodb.transport import PUTS_A_CALL
from live_viewers.erasure.jobs import ErasureJob


class ErasuresTable:
    """See erasure.ErasureJobs. A write whose condition doesn't hold is left: the viewer was erased anew."""

    def __init__(self, client: DirectClient, table: str, tombstone_secret: str) -> None:
        self._client = client
        self._table = table
        self._keys = TombstoneKeys(tombstone_secret, StateInTable(client, table))

    def due(self, now_ms: int) -> list[ErasureJob]:
        """See ErasureJobs."""
        # By the jobs' own sort keys: a viewer may be named as the jobs' partition is.
        self._keys.state()
        found = list(self._query(JOBS, PREFIX))
        old = [item for item in found if is_old(item["sk"]["S"])]
        for item in old:
            self._take_over(item)
        jobs = list(map(job_of, self._query(JOBS, PREFIX) if old else found))
        return sorted((job for job in jobs if job.due_ms <= now_ms), key=lambda job: job.due_ms)

    def save(self, job: ErasureJob) -> None:
        """See ErasureJobs."""
        if_allowed(
            self._client.put_item,
            TableName=self._table,
            Item=job_item(self._job_key(job.viewer_id), job),
            ConditionExpression="t = :asked",
            ExpressionAttributeValues={":asked": {"N": str(job.asked_ms)}},
        )

    def finish(self, job: ErasureJob, now_ms: int) -> None:
        """See ErasureJobs."""
        asked = {":asked": {"N": str(job.asked_ms)}}
        forget = {"Key": self._job_key(job.viewer_id), "ConditionExpression": "t = :asked"}
        note = {
            "Key": self._keys.rewritten(old_key(job.viewer_id)),
            "UpdateExpression": "SET f = :now",
            "ConditionExpression": "attribute_exists(viewer_id)",
            "ExpressionAttributeValues": {":now": {"N": str(now_ms)}},
        }
        if_allowed(
            self._client.transact_write_items,
            TransactItems=[
                {"Delete": {"TableName": self._table, "ExpressionAttributeValues": asked, **forget}},
                {"Update": {"TableName": self._table, **note}},
            ],
        )

    def remove_items(self, job: ErasureJob, may_go_on: Callable[[], bool]) -> bool:
        """See ErasureJobs. Sessions first, for what brings the other items is their session.

        What was begun after the erasure says so itself (`e`). No time is asked: an event's own may be ahead.
        """
        kept = False

        def older(prefix: str) -> Iterator[str]:
            nonlocal kept
            for item in self._query(job.viewer_id, prefix, keys_only=True):
                if "e" in item and int(item["e"]["N"]) >= job.asked_ms:
                    kept = True
                else:
                    yield item["sk"]["S"]

        if not self._delete(job.viewer_id, list(older(items.SESSION_PREFIX)), may_go_on):
            return False
        if job.number == 1 or not kept:
            self._client.delete_item(TableName=self._table, Key=items.profile_key(job.viewer_id))
        following = (older(prefix) for prefix in (items.TITLE_PREFIX, ADS_PREFIX, items.EVENT_PREFIX))
        return all(self._delete(job.viewer_id, some, may_go_on) for some in following)

    def _delete(self, viewer_id: str, sort_keys: Any, may_go_on: Callable[[], bool]) -> bool:
        batch: list[dict[str, Any]] = []
        for sk in sort_keys:
            batch.append({"DeleteRequest": {"Key": {"viewer_id": {"S": viewer_id}, "sk": {"S": sk}}}})
            if len(batch) == PUTS_A_CALL:
                self._write(batch)
                batch = []
                if not may_go_on():
                    return False
        if batch:
            self._write(batch)
        return True

    def _write(self, requests: list[dict[str, Any]]) -> None:
        left: dict[str, Any] = {self._table: requests}
        while left:
            left = self._client.batch_write_item(RequestItems=left).get("UnprocessedItems") or {}

    def _query(self, viewer_id: str, prefix: str, keys_only: bool = False) -> Iterator[dict[str, Any]]:
        request: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "viewer_id = :viewer AND begins_with(sk, :prefix)",
            "ExpressionAttributeValues": {":viewer": {"S": viewer_id}, ":prefix": {"S": prefix}},
            "ConsistentRead": True,
        }
        if keys_only:
            request["ProjectionExpression"] = "sk, e"
        for page, _ in query_pages(self._client, request):
            yield from page

    def _get(self, key: dict[str, Any]) -> dict[str, Any] | None:
        item: dict[str, Any] | None = self._client.get_item(
            TableName=self._table, Key=key, ConsistentRead=True
        ).get("Item")
        return item

    def _take_over(self, old: dict[str, Any]) -> None:
        """Give the job of an older release its key of today, and its tombstone too. The old tombstone stays for
        that release's functions, until all are rewritten."""
        viewer_id, asked = old["id"]["S"], {":asked": old["t"]}
        tombstone = self._get(old_key(viewer_id))
        later = "attribute_not_exists(viewer_id) OR {} < :asked"
        if tombstone is not None:
            if_allowed(
                self._client.put_item,
                TableName=self._table,
                Item={**tombstone, **self._keys.rewritten(old_key(viewer_id))},
                ConditionExpression=later.format("erased_ms"),
                ExpressionAttributeValues={":asked": tombstone["erased_ms"]},
            )
        if_allowed(
            self._client.put_item,
            TableName=self._table,
            Item={**old, **self._job_key(viewer_id)},
            ConditionExpression=later.format("t"),
            ExpressionAttributeValues=asked,
        )
        if_allowed(
            self._client.delete_item,
            TableName=self._table,
            Key={name: old[name] for name in ("viewer_id", "sk")},
            ConditionExpression="t = :asked",
            ExpressionAttributeValues=asked,
        )

    def _job_key(self, viewer_id: str) -> dict[str, Any]:
        return job_key(self._keys.rewritten(old_key(viewer_id)))


def job_key(tombstone: Item) -> Item:
    """The key of the job that belongs to a tombstone's key of today."""
    return {"viewer_id": {"S": JOBS}, "sk": tombstone["viewer_id"]}


def job_item(key: Item, job: ErasureJob) -> Item:
    """The item of a job with this key."""
    item: Item = {
        **key,
        "id": {"S": job.viewer_id},
        "t": {"N": str(job.asked_ms)},
        "n": {"N": str(job.number)},
        "due": {"N": str(job.due_ms)},
        "d": {"BOOL": job.items_done},
    }
    if job.after is not None:
        item["a"] = {"S": job.after}
    return item


def job_of(item: Item) -> ErasureJob:
    """The job in an item."""
    return ErasureJob(
        item["id"]["S"],
        int(item["t"]["N"]),
        int(item["n"]["N"]),
        int(item["due"]["N"]),
        item["a"]["S"] if "a" in item else None,
        item["d"]["BOOL"],
    )
