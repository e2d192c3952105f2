"""PartiQL statements of a BatchExecuteStatement. Names in them are ours and the table's; values are parameters."""

from collections.abc import Iterable
from typing import Any

Statement = dict[str, Any]


def insert_statement(table: str, item: dict[str, Any]) -> Statement:
    """Puts a new item. It fails as DuplicateItem when there is one with its key."""
    names = ", ".join(f"'{name}': ?" for name in item)
    return {"Statement": f'INSERT INTO "{table}" VALUE {{{names}}}', "Parameters": list(item.values())}


def update_statement(
    table: str, key: dict[str, Any], changed: dict[str, Any], removed: Iterable[str], read_version: int
) -> Statement:
    """Sets and removes attributes of an item that is at this version. It fails as ConditionalCheckFailed when it
    isn't, or is gone."""
    changes = " ".join([*(f'SET "{name}"=?' for name in changed), *(f'REMOVE "{name}"' for name in removed)])
    return {
        "Statement": f'UPDATE "{table}" {changes} WHERE viewer_id=? AND sk=? AND v=?',
        "Parameters": [*changed.values(), key["viewer_id"], key["sk"], {"N": str(read_version)}],
    }


def delete_statement(table: str, key: dict[str, Any], version: int) -> Statement:
    """Removes an item that is at this version. It fails as ConditionalCheckFailed when it isn't, or is gone."""
    parameters = [key["viewer_id"], key["sk"], {"N": str(version)}]
    return {
        "Statement": f'DELETE FROM "{table}" WHERE viewer_id=? AND sk=? AND v=?',  # noqa: S608 - as above
        "Parameters": parameters,
    }
