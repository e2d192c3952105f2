"""Writes the rows of a session's other titles: each keeps the newest by its order key, whoever comes last."""

from collections.abc import Iterable

from live_viewers.dynamodb.items import Item, title_item
from live_viewers.dynamodb.writing.calls import Action, Calls, Cancelled, Invalid, Passing
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
    rows: dict[tuple[str, str], Item] = {}
    for title, erased_ms in titles:
        item = title_item(title, settings.profile_retention_days, erased_ms)
        at = item["viewer_id"]["S"], item["sk"]["S"]
        if at not in rows or rows[at]["k"]["B"] < item["k"]["B"]:
            rows[at] = item
    left = list(rows.values())
    if not left:
        return
    for _ in patience.rounds(lambda: True):
        groups = [left[at : at + _ROWS_A_TRANSACTION] for at in range(0, len(left), _ROWS_A_TRANSACTION)]
        left = [item for group in groups for item in _write(calls, settings.viewer_profiles_table, group)]
        if not left:
            return
    raise StoreUnavailable(f"{len(left)} rows of titles could not be written")


def _write(calls: Calls, table: str, items: list[Item]) -> list[Item]:
    """What is left to write."""
    try:
        calls.transact([_put(table, item) for item in items])
    except Cancelled as cancelled:
        return [item for item, reason in zip(items, cancelled.reasons, strict=True) if reason != _LOST]
    except Passing:
        return items
    except Invalid:
        if len(items) == 1:
            return []  # a key of outside bytes that no table takes: its session is refused for it too
        half = len(items) // 2
        return _write(calls, table, items[:half]) + _write(calls, table, items[half:])
    return []


def _put(table: str, item: Item) -> Action:
    return {
        "Put": {
            "TableName": table,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(viewer_id) OR k < :k",
            "ExpressionAttributeValues": {":k": item["k"]},
        }
    }
