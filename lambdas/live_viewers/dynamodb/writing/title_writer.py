"""Writes the rows of a session's other titles: each keeps the newest by its order key, whoever comes last."""

from collections.abc import Iterable
from functools import partial

from live_viewers.dynamodb.items import Item, Place, place_of, title_item
from live_viewers.dynamodb.writing.calls import Action, Calls, Invalid, Passing, narrowed
from live_viewers.dynamodb.writing.patience import Patience
from live_viewers.intake.store import StoreUnavailable
from live_viewers.session.seen_title import SeenTitle
from live_viewers.settings import ProcessEventsSettings

_LOST = "ConditionalCheckFailed"
_ROWS_A_TRANSACTION = 25  # titles change rarely: few rows delay each other


def write_titles(
    calls: Calls,
    settings: ProcessEventsSettings,
    patience: Patience,
    titles: Iterable[tuple[SeenTitle, int | None]],
) -> None:
    """Write rows, each with the viewer's erasure that its session knows of. A row that has a newer event stays.

    Raises StoreUnavailable when some could not be written.
    """
    rows: dict[Place, Item] = {}
    for title, erased_ms in titles:
        item = title_item(title, settings.profile_retention_days, erased_ms)
        at = place_of(item)
        if at not in rows or rows[at]["k"]["B"] < item["k"]["B"]:
            rows[at] = item
    left = list(rows.values())

    def puts_of(group: list[Item]) -> list[Action]:
        return [_put(settings.viewer_profiles_table, item) for item in group]

    for _ in patience.rounds(lambda: True):
        groups, left = patience.groups(left, _ROWS_A_TRANSACTION), []
        for group, reasons in narrowed(partial(calls.transact_each, actions_of=puts_of), groups):
            if isinstance(reasons, Passing):
                left += group
            elif isinstance(reasons, Invalid):
                continue  # a key of outside bytes that no table takes: its session is refused for it too
            elif reasons is not None:
                left += [item for item, reason in zip(group, reasons, strict=True) if reason != _LOST]
        if not left:
            return
    raise StoreUnavailable(f"{len(left)} rows of titles could not be written")


def _put(table: str, item: Item) -> Action:
    return {
        "Put": {
            "TableName": table,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(viewer_id) OR k < :k",
            "ExpressionAttributeValues": {":k": item["k"]},
        }
    }
