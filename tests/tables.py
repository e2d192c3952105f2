"""The stack's tables, made for tests of the very template that the stack is deployed with."""

import json
import os
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import botocore.session
from filelock import FileLock

from live_viewers.aws_environment import Credentials
from live_viewers.dynamodb.direct_client import DirectClient
from live_viewers.dynamodb.tables.read_client import ATTEMPTS, READ_TIMEOUT_S
from live_viewers.dynamodb.transport import Transport

RUN_FOLDER = "LIVE_VIEWERS_TEST_RUN"
LOGICAL_ID_HASH = 8  # of the hexadecimal digits at a logical id's end
INDEX_PARTS = ("IndexName", "KeySchema", "Projection")
_MAKING = Lock()  # a session makes one client at a time


def client_of(endpoint: str) -> Any:
    """A low-level DynamoDB client of a local endpoint."""
    with _MAKING:
        return _session().create_client(
            "dynamodb",
            region_name="us-east-1",
            endpoint_url=endpoint,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


@cache
def _session() -> botocore.session.Session:
    """One for all clients of a process: each session reads the SDK's description of DynamoDB anew, 0.1 s."""
    return botocore.session.Session()


def transport_of(endpoint: str) -> Transport:
    """The hot path's own way to a local endpoint."""
    return Transport(endpoint, "us-east-1", Credentials("test", "test"))


def direct_client_of(endpoint: str) -> DirectClient:
    """How the projector speaks to a local endpoint."""
    return DirectClient(transport_of(endpoint))


def reading_client_of(endpoint: str) -> DirectClient:
    """How the API speaks to a local endpoint: with the patience of read_client.reader_of."""
    transport = Transport(endpoint, "us-east-1", Credentials("test", "test"), READ_TIMEOUT_S)
    return DirectClient(transport, attempts=ATTEMPTS)


def create_tables(endpoint: str, prefix: str, stream: bool = False) -> dict[str, str]:
    """Makes each table of the stack as `<prefix><id>`; their names by their ids (ViewerProfiles, Audience, ...).

    `stream`: whether the profiles' changes are to be told, as the stack's are. DynamoDB Local grows slow with the
    records of streams that nobody reads. Nothing goes by its time to live: tests tell of fixed days, and DynamoDB
    Local removes what has expired whenever it looks, at times while a test still reads it.
    """
    client = client_of(endpoint)
    names = {}
    for table_id, properties in definitions().items():
        names[table_id] = prefix + table_id
        client.create_table(TableName=names[table_id], **creation_parameters(properties, stream))
    return names


def delete_tables(endpoint: str, names: dict[str, str]) -> None:
    client = client_of(endpoint)
    for name in names.values():
        client.delete_table(TableName=name)


@cache
def definitions() -> dict[str, dict[str, Any]]:
    """The properties of the stack's tables by their ids, of the template that the local stage is deployed with.

    Synthesized once a test run: the workers share it by a file in the run's folder.
    """
    run = os.environ.get(RUN_FOLDER)
    if run is None:
        return _synthesized()
    kept = Path(run) / "tables.definitions"
    with FileLock(f"{kept}.lock"):
        if not kept.exists():
            kept.write_text(json.dumps(_synthesized()))
        return dict(json.loads(kept.read_text()))


def _synthesized() -> dict[str, dict[str, Any]]:
    from stacks.config import load_config  # the CDK starts a process of its own: only where it is needed
    from tests.unit.stacks.synthesis import CONFIG, synthesize_config

    found = {}
    for logical_id, resource in synthesize_config("local", load_config("local", CONFIG)).resources.items():
        if resource["Type"] == "AWS::DynamoDB::GlobalTable":
            table_id = logical_id.removeprefix("Storage")[:-LOGICAL_ID_HASH]
            found[table_id] = resource["Properties"]
    return found


def creation_parameters(properties: dict[str, Any], stream: bool) -> dict[str, Any]:
    """CreateTable's parameters for a table that CloudFormation would make of `properties`."""
    asked = {name: properties[name] for name in ("KeySchema", "AttributeDefinitions", "BillingMode")}
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if kind in properties:
            asked[kind] = [{name: index[name] for name in INDEX_PARTS} for index in properties[kind]]
    if stream and "StreamSpecification" in properties:
        asked["StreamSpecification"] = {"StreamEnabled": True, **properties["StreamSpecification"]}
    return asked
