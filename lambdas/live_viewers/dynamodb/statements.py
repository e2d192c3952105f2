"""PartiQL statements of a BatchExecuteStatement. Names in them are ours and the table's; values are parameters."""

from typing import Any

Statement = dict[str, Any]


def insert_statement(table: str, item: dict[str, Any]) -> Statement:
    """Puts a new item. It fails as DuplicateItem when there is one with its key."""
    names = ", ".join(f"'{name}': ?" for name in item)
    return {"Statement": f'INSERT INTO "{table}" VALUE {{{names}}}', "Parameters": list(item.values())}


def delete_statement(table: str, key: dict[str, Any], version: int) -> Statement:
    """Removes an item that is at this version. It fails as ConditionalCheckFailed when it isn't, or is gone."""
    parameters = [key["viewer_id"], key["sk"], {"N": str(version)}]
    return {
        "Statement": f'DELETE FROM "{table}" WHERE viewer_id=? AND sk=? AND v=?',  # noqa: S608 - a name of ours
        "Parameters": parameters,
    }
