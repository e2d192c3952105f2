"""PartiQL statements of a BatchExecuteStatement. Names in them are ours and the table's; values are parameters."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

Statement = dict[str, Any]


def insert_statement(table: str, item: dict[str, Any]) -> Statement:
    """Puts a new item. It fails as DuplicateItem when there is one with its key."""
    return {"Statement": _insert_text(table, tuple(item)), "Parameters": [*item.values()]}


def update_statement(
    table: str, key: dict[str, Any], changed: dict[str, Any], removed: Iterable[str], read_version: int
) -> Statement:
    """Sets and removes attributes of an item that is at this version. It fails as ConditionalCheckFailed when it
    isn't, or is gone."""
    return {
        "Statement": _update_text(table, tuple(changed), tuple(removed)),
        "Parameters": [*changed.values(), key["viewer_id"], key["sk"], {"N": str(read_version)}],
    }


def delete_statement(table: str, key: dict[str, Any], version: int) -> Statement:
    """Removes an item that is at this version. It fails as ConditionalCheckFailed when it isn't, or is gone."""
    parameters = [key["viewer_id"], key["sk"], {"N": str(version)}]
    return {
        "Statement": f'DELETE FROM "{table}" WHERE viewer_id=? AND sk=? AND v=?',  # noqa: S608 - as above
        "Parameters": parameters,
    }


# Items differ in which attributes they have, in a few ways.
@lru_cache(256)
def _insert_text(table: str, names: tuple[str, ...]) -> str:
    values = ", ".join(f"'{name}': ?" for name in names)
    return f'INSERT INTO "{table}" VALUE {{{values}}}'


@lru_cache(256)
def _update_text(table: str, changed: tuple[str, ...], removed: tuple[str, ...]) -> str:
    changes = " ".join([*(f'SET "{name}"=?' for name in changed), *(f'REMOVE "{name}"' for name in removed)])
    return f'UPDATE "{table}" {changes} WHERE viewer_id=? AND sk=? AND v=?'
