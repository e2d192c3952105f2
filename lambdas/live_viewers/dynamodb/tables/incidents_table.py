"""Incidents as `check_audience` keeps them: every write is conditional, and may be repeated."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from live_viewers.dynamodb.conditions import if_allowed
from live_viewers.dynamodb.querying import query_pages
from live_viewers.dynamodb.tables.incident_items import (
    JUDGED,
    Item,
    incident_item,
    incident_key,
    open_incident_key,
    open_item,
    read_incident,
    read_open,
    tell_key,
)
from live_viewers.incidents.incident import Incident, OpenIncident, State, Untold

_ABSENT = "attribute_not_exists(pk)"


class IncidentsTable:
    """See IncidentStore. `client` is a DirectClient."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def judged_until(self) -> int | None:
        """See IncidentStore."""
        item = self._client.get_item(TableName=self._table, Key=JUDGED, ConsistentRead=True).get("Item")
        return None if item is None else int(item["until"]["N"])

    def move_judged(self, was: int | None, until: int) -> bool:
        """See IncidentStore."""
        values: dict[str, Any] = {":until": {"N": str(until)}}
        if was is not None:
            values[":was"] = {"N": str(was)}
        moved = if_allowed(
            self._client.update_item,
            TableName=self._table,
            Key=JUDGED,
            UpdateExpression="SET #until = :until",
            ConditionExpression="attribute_not_exists(#until)" if was is None else "#until = :was",
            ExpressionAttributeNames={"#until": "until"},
            ExpressionAttributeValues=values,
        )
        return moved is not None

    def all_open(self) -> Sequence[OpenIncident]:
        """See IncidentStore."""
        return [read_open(item) for item in self._beginning("open#")]

    def open(self, incident: Incident) -> bool:
        """See IncidentStore: one transaction."""
        return self._transact(
            self._put(open_item(incident), _ABSENT),
            self._put(incident_item(incident), _ABSENT),
            self._put(tell_key(incident.id, "open")),
        )

    def went_on(self, known: OpenIncident, minute: int, value: float, worse: Literal["above", "below"]) -> None:
        """See IncidentStore: an update, and another where the value isn't the worst."""
        names = {"#last": "last", "#minutes": "minutes"}
        values = {":minute": {"N": str(minute)}, ":one": {"N": "1"}}
        noted, fresh = (
            "SET #last = :minute, #minutes = #minutes + :one",
            "attribute_exists(pk) AND #last < :minute",
        )
        sign = "<" if worse == "above" else ">"
        is_worst = if_allowed(
            self._client.update_item,
            TableName=self._table,
            Key=incident_key(known.id),
            UpdateExpression=f"{noted}, #value = :value",
            ConditionExpression=f"{fresh} AND #value {sign} :value",
            ExpressionAttributeNames={**names, "#value": "value"},
            ExpressionAttributeValues={**values, ":value": {"N": repr(float(value))}},
        )
        if is_worst is None:
            if_allowed(
                self._client.update_item,
                TableName=self._table,
                Key=incident_key(known.id),
                UpdateExpression=noted,
                ConditionExpression=fresh,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
            )

    def resolve(self, known: OpenIncident, minute: int) -> bool:
        """See IncidentStore: one transaction."""
        delete = {
            "TableName": self._table,
            "Key": open_incident_key(known.key),
            "ConditionExpression": "id = :id",
            "ExpressionAttributeValues": {":id": {"S": known.id}},
        }
        mark = {
            "TableName": self._table,
            "Key": incident_key(known.id),
            "UpdateExpression": "SET resolved = :minute",
            "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(resolved)",
            "ExpressionAttributeValues": {":minute": {"N": str(minute)}},
        }
        return self._transact({"Delete": delete}, {"Update": mark}, self._put(tell_key(known.id, "resolved")))

    def untold(self) -> Sequence[Untold]:
        """See IncidentStore."""
        found = []
        for item in self._beginning("tell#"):
            incident_id, _, state = str(item["sk"]["S"]).removeprefix("tell#").rpartition("#")
            incident = self._get(incident_id)
            if incident is not None:
                told: State = "resolved" if state == "resolved" else "open"
                found.append(Untold(incident, told))
        return found

    def told(self, untold: Untold) -> None:
        """See IncidentStore."""
        self._client.delete_item(TableName=self._table, Key=tell_key(untold.incident.id, untold.state))

    def _get(self, incident_id: str) -> Incident | None:
        key = incident_key(incident_id)
        item = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return None if item is None else read_incident(item)

    def _put(self, item: Item, condition: str | None = None) -> dict[str, Any]:
        put: dict[str, Any] = {"TableName": self._table, "Item": item}
        return {"Put": put if condition is None else {**put, "ConditionExpression": condition}}

    def _transact(self, *actions: dict[str, Any]) -> bool:
        return if_allowed(self._client.transact_write_items, TransactItems=list(actions)) is not None

    def _beginning(self, prefix: str) -> Iterator[Item]:
        request = {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :prefix)",
            "ExpressionAttributeValues": {":pk": {"S": "incidents"}, ":prefix": {"S": prefix}},
            "ConsistentRead": True,
        }
        for page, _ in query_pages(self._client, request):
            yield from page
