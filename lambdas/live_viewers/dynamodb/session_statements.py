"""How sessions are written: a known one by an update conditional on its version, a new one by a transaction that
also checks that its viewer was not erased meanwhile."""

from live_viewers.dynamodb.calls import Action, Statement
from live_viewers.dynamodb.items import Item, session_key, tombstone_key

_OPTIONAL = ("m", "lp", "lk")


def update_statement(
    table: str, key: Item, attributes: Item, version: int, read_version: int, leaves_index: bool
) -> Statement:
    """A PartiQL statement of a BatchExecuteStatement. It fails as ConditionalCheckFailed when the item is not at
    `read_version` any more, or gone. `leaves_index`: the item has an index key that `attributes` lack."""
    names = [name for name in _OPTIONAL if name in attributes]
    sets = "".join(f" SET {name}=?" for name in names)
    removes = " REMOVE lp REMOVE lk" if leaves_index else ""
    changes = f'SET v=? SET r=? SET s=? SET "ttl"=?{sets}{removes}'
    return {
        # Names of ours and of the table; every value is a parameter.
        "Statement": f'UPDATE "{table}" {changes} WHERE viewer_id=? AND sk=? AND v=?',
        "Parameters": [
            {"N": str(version)},
            attributes["r"],
            attributes["s"],
            attributes["ttl"],
            *(attributes[name] for name in names),
            key["viewer_id"],
            key["sk"],
            {"N": str(read_version)},
        ],
    }


def create_actions(
    table: str, viewer_id: str, session_id: str, attributes: Item, version: int, erased_ms: int | None
) -> tuple[Action, Action]:
    """The two actions of a transaction: the check of the viewer's tombstone, and the put.

    `erased_ms`: the erasure that is known and was heeded; None where none is.
    """
    check: Action = {"TableName": table, "Key": tombstone_key(viewer_id)}
    if erased_ms is None:
        check["ConditionExpression"] = "attribute_not_exists(viewer_id)"
    else:
        check["ConditionExpression"] = "erased_ms = :known"
        check["ExpressionAttributeValues"] = {":known": {"N": str(erased_ms)}}
    item: Item = {**session_key(viewer_id, session_id), "v": {"N": str(version)}, **attributes}
    if erased_ms is not None:
        item["e"] = {"N": str(erased_ms)}
    put = {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(viewer_id)"}
    return {"ConditionCheck": check}, {"Put": put}
