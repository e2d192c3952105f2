"""The stack's three tables, made for tests just as the stack makes them."""

from typing import Any

import botocore.session

from live_viewers.dynamodb.direct_client import DirectClient
from live_viewers.dynamodb.transport import Credentials, Transport

_PROFILES_KEYS = (("viewer_id", "S"), ("sk", "S"))
_PLAIN_KEYS = (("pk", "S"), ("sk", "S"))
_INDEX_KEYS = (("lp", "S"), ("lk", "N"))


def client_of(endpoint: str, config: Any = None) -> Any:
    """A low-level DynamoDB client of a local endpoint."""
    return botocore.session.Session().create_client(
        "dynamodb",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=config,
    )


def transport_of(endpoint: str) -> Transport:
    """The hot path's own way to a local endpoint."""
    return Transport(endpoint, "us-east-1", Credentials("test", "test"))


def direct_client_of(endpoint: str) -> DirectClient:
    """How the projector speaks to a local endpoint."""
    return DirectClient(transport_of(endpoint))


def create_tables(endpoint: str, prefix: str, stream: bool = False) -> dict[str, str]:
    """Makes `<prefix>ViewerProfiles`, `<prefix>Audience` and `<prefix>Sockets`; their names by their own name.

    `stream`: whether the profiles' changes are to be told, as the stack's are. DynamoDB Local grows slow with the
    records of streams that nobody reads.
    """
    client = client_of(endpoint)
    client.create_table(
        **_table(
            prefix + "ViewerProfiles",
            _PROFILES_KEYS,
            (*_INDEX_KEYS, ("h", "N")),
            StreamSpecification={"StreamEnabled": stream}
            | ({"StreamViewType": "NEW_AND_OLD_IMAGES"} if stream else {}),
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "LiveSessions",
                    "KeySchema": _schema(_INDEX_KEYS),
                    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["s", "m"]},
                }
            ],
            LocalSecondaryIndexes=[
                {
                    "IndexName": "Recent",
                    "KeySchema": _schema((_PROFILES_KEYS[0], ("h", "N"))),
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
        )
    )
    names = {"ViewerProfiles": prefix + "ViewerProfiles"}
    for name in ("Audience", "Sockets"):
        client.create_table(**_table(prefix + name, _PLAIN_KEYS))
        names[name] = prefix + name
    for name in names.values():
        client.update_time_to_live(
            TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"}
        )
    return names


def delete_tables(endpoint: str, names: dict[str, str]) -> None:
    client = client_of(endpoint)
    for name in names.values():
        client.delete_table(TableName=name)


def _table(
    name: str, keys: tuple[tuple[str, str], ...], more: tuple[tuple[str, str], ...] = (), **rest: Any
) -> dict[str, Any]:
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": t} for n, t in (*keys, *more)],
        "KeySchema": _schema(keys),
        **rest,
    }


def _schema(keys: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [
        {"AttributeName": name, "KeyType": kind} for (name, _), kind in zip(keys, ("HASH", "RANGE"), strict=True)
    ]
