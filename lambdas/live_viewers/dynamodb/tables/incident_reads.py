"""Incidents as the API reads and acknowledges them."""

from typing import Any

from live_viewers.dynamodb.conditions import if_allowed
from live_viewers.dynamodb.querying import query_all, query_pages
from live_viewers.dynamodb.tables.incident_items import (
    JUDGED,
    incident_key,
    read_incident,
    read_open,
)
from live_viewers.dynamodb.tables.progress_table import ProgressTable
from live_viewers.dynamodb.tables.read_client import busy_when_it_passes
from live_viewers.incidents.incident import Incident, State
from live_viewers.incidents.reading import Checked, IncidentsPage

_ITEMS_READ = 400
"""At the most for one page: where one state is asked for, those of the other are passed by."""
_ITEMS_A_PAGE = 100
_MOST_OPEN = 1_000


class IncidentReads:
    """See incidents.reading.Incidents. `client` is a DirectClient."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table
        self._progress = ProgressTable(client, table)

    def page(self, state: State | None, before: str | None, limit: int) -> IncidentsPage:
        """See Incidents."""
        with busy_when_it_passes():
            return self._open(before, limit) if state == "open" else self._newest(state, before, limit)

    def acknowledge(self, incident_id: str) -> Incident | None:
        """See Incidents."""
        with busy_when_it_passes():
            answer = if_allowed(
                self._client.update_item,
                TableName=self._table,
                Key=incident_key(incident_id),
                UpdateExpression="SET ack = :yes",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues={":yes": {"BOOL": True}},
                ReturnValues="ALL_NEW",
            )
        return None if answer is None else read_incident(answer["Attributes"])

    def checked(self) -> Checked:
        """See Incidents."""
        with busy_when_it_passes():
            judged = self._client.get_item(TableName=self._table, Key=JUDGED).get("Item")
            until = None if judged is None else int(judged["until"]["N"])
            return Checked(until, tuple(self._progress.of_shards()))

    def _open(self, before: str | None, limit: int) -> IncidentsPage:
        items, _ = query_all(self._client, self._query("open#", before=None), _MOST_OPEN)
        ids = sorted(
            (each.id for each in map(read_open, items) if before is None or each.id < before), reverse=True
        )
        keys = [incident_key(each) for each in ids[:limit]]
        wanted: dict[str, Any] = {self._table: {"Keys": keys}} if keys else {}  # a read of nothing is refused
        found: list[Incident] = []
        while wanted:
            answer = self._client.batch_get_item(RequestItems=wanted)
            found += map(read_incident, answer["Responses"].get(self._table, []))
            wanted = answer.get("UnprocessedKeys") or {}
        # One may have been resolved between the two reads.
        found = [each for each in found if each.state == "open"]
        found.sort(key=lambda each: each.id, reverse=True)
        return IncidentsPage(found, ids[limit - 1] if len(ids) > limit else None)

    def _newest(self, state: State | None, before: str | None, limit: int) -> IncidentsPage:
        found: list[Incident] = []
        looked_at = 0
        for page, more in query_pages(self._client, self._query("incident#", before)):
            for number, item in enumerate(page):
                incident = read_incident(item)
                looked_at += 1
                if state is None or incident.state == state:
                    found.append(incident)
                last = not more and number == len(page) - 1
                if not last and (len(found) == limit or looked_at == _ITEMS_READ):
                    return IncidentsPage(found, incident.id)
        return IncidentsPage(found, None)

    def _query(self, prefix: str, before: str | None) -> dict[str, Any]:
        """Newest first; ids sort as times do."""
        condition, values = "begins_with(sk, :prefix)", {":prefix": {"S": prefix}}
        if before is not None:
            condition = "sk BETWEEN :prefix AND :before"
            # What stands before it and is no other's beginning: ids have one length.
            values[":before"] = {"S": prefix + before[:-1] + chr(ord(before[-1]) - 1) + "~"}
        return {
            "TableName": self._table,
            "KeyConditionExpression": f"pk = :pk AND {condition}",
            "ExpressionAttributeValues": {":pk": {"S": "incidents"}, **values},
            "ScanIndexForward": False,
            "Limit": _ITEMS_A_PAGE,
        }
