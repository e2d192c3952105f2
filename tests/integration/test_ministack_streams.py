"""What the emulator lacks and localstack/services/ministack_server.py adds."""

import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from services.ministack import ministack as ministack_service
from services.service import free_port, running

KEY = {"viewer_id": {"S": "v"}, "sk": {"S": "session#1"}}
LAST = {"viewer_id": {"S": "last"}, "sk": {"S": "last"}}


@pytest.fixture
def stock(tmp_path: Path) -> Iterator[str]:
    """MiniStack as its package starts it."""
    port = free_port()
    ours = ministack_service(port, tmp_path)
    plain = type(ours)(ours.name, [sys.executable, "-m", "ministack"], ours.ready, ours.env, ours.directory)
    with running(plain, tmp_path / "log"):
        yield f"http://127.0.0.1:{port}"


def changes_seen_after_partiql_writes(endpoint: str) -> list[str]:
    """The kinds of the stream's records after an insert, an update and a delete by PartiQL."""
    dynamodb = boto3.client("dynamodb", endpoint_url=endpoint)
    name = f"streams-{uuid.uuid4()}"
    described = dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "viewer_id", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": a, "AttributeType": "S"} for a in ("viewer_id", "sk")],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )["TableDescription"]
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    for statement, parameters in (
        (f"INSERT INTO \"{name}\" VALUE {{'viewer_id': ?, 'sk': ?, 'v': ?}}", [*KEY.values(), {"N": "1"}]),
        (f'UPDATE "{name}" SET v=? WHERE viewer_id=? AND sk=? AND v=?', [{"N": "2"}, *KEY.values(), {"N": "1"}]),
        (f'UPDATE "{name}" SET v=? WHERE viewer_id=? AND sk=? AND v=?', [{"N": "9"}, *KEY.values(), {"N": "1"}]),
        (f'DELETE FROM "{name}" WHERE viewer_id=? AND sk=?', list(KEY.values())),
    ):
        dynamodb.batch_execute_statement(Statements=[{"Statement": statement, "Parameters": parameters}])
    # A plain write is told by every MiniStack: once it is in the stream, so is all that came before it.
    dynamodb.put_item(TableName=name, Item=LAST)
    until = time.monotonic() + 120
    while True:
        records = stream_records(endpoint, described["LatestStreamArn"])
        if records and records[-1]["dynamodb"]["Keys"] == LAST:
            return [record["eventName"] for record in records[:-1]]
        assert time.monotonic() < until, "the last write isn't in the stream"
        time.sleep(0.05)


def stream_records(endpoint: str, stream: str) -> list[dict[str, Any]]:
    streams = boto3.client("dynamodbstreams", endpoint_url=endpoint)
    records: list[dict[str, Any]] = []
    for shard in streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"]:
        start = streams.get_shard_iterator(
            StreamArn=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        records += streams.get_records(ShardIterator=start["ShardIterator"])["Records"]
    return records


def test_partiql_writes_reach_the_stream_and_a_lost_condition_does_not(ministack: str) -> None:
    assert changes_seen_after_partiql_writes(ministack) == ["INSERT", "MODIFY", "REMOVE"]


def test_the_emulator_still_needs_this(stock: str) -> None:
    """Fails once MiniStack writes these records by itself: then ministack_server.py is to be deleted."""
    assert changes_seen_after_partiql_writes(stock) == []


def test_the_server_script_is_what_the_demo_starts(tmp_path: Path) -> None:
    script = Path(ministack_service(1, tmp_path).argv[2])
    assert subprocess.run([sys.executable, "-m", "py_compile", str(script)], check=False).returncode == 0
