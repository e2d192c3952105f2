"""Data outlives mistakes: fixed logical ids, backups, protection, and removal only where it was asked for."""

import json
from typing import Any

import pytest

from tests.unit.stacks.synthesis import EVERY_CONFIG, synthesize

# A logical id that changes makes CloudFormation replace the resource, and its data with it. Never edit this.
PINNED = {
    "StorageViewerProfiles9CD87871": "AWS::DynamoDB::GlobalTable",
    "StorageAudience3E88A69E": "AWS::DynamoDB::GlobalTable",
    "StorageSockets414BE13A": "AWS::DynamoDB::GlobalTable",
    "StorageRejected28A31AB5": "AWS::S3::Bucket",
    "StorageSiteDBA682E2": "AWS::S3::Bucket",
}


def replica(name: str, logical_id: str) -> dict[str, Any]:
    (only,) = synthesize(name).resources[logical_id]["Properties"]["Replicas"]
    return dict(only)


@pytest.mark.parametrize("name", EVERY_CONFIG)
def test_tables_and_buckets_keep_their_logical_ids(name: str) -> None:
    kinds = set(PINNED.values())
    found = {key: r["Type"] for key, r in synthesize(name).resources.items() if r["Type"] in kinds}
    assert found == PINNED


@pytest.mark.parametrize("logical_id", PINNED)
@pytest.mark.parametrize(("name", "policy"), [("prod", "Retain"), ("dev", "Delete"), ("local", "Delete")])
def test_production_keeps_its_data_and_dev_leaves_none(name: str, policy: str, logical_id: str) -> None:
    resource = synthesize(name).resources[logical_id]
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == policy


# What the table's tombstones are keyed with. Another logical id, or another way to make its value, makes another
# secret, and every function that looks for a tombstone stops. Never edit this.
TOMBSTONE_SECRET = "StorageTombstoneSecret404E11E5"


@pytest.mark.parametrize("name", EVERY_CONFIG)
def test_the_tombstones_secret_stays_what_it_is_as_long_as_their_table(name: str) -> None:
    resources = synthesize(name).resources
    secret, table = resources[TOMBSTONE_SECRET], resources["StorageViewerProfiles9CD87871"]
    assert secret["Properties"]["GenerateSecretString"] == {"ExcludePunctuation": True, "PasswordLength": 43}
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        assert secret[policy] == table[policy]
    rotations = synthesize(name).of_type("AWS::SecretsManager::RotationSchedule")
    assert not any(TOMBSTONE_SECRET in str(each) for each in rotations)


def test_a_stack_that_leaves_no_data_empties_its_buckets_first() -> None:
    assert len(synthesize("dev").of_type("Custom::S3AutoDeleteObjects")) == 2
    assert synthesize("prod").of_type("Custom::S3AutoDeleteObjects") == []


@pytest.mark.parametrize(("name", "protected"), [("prod", True), ("dev", False)])
def test_production_s_tables_refuse_deletion(name: str, protected: bool) -> None:
    for logical_id, kind in PINNED.items():
        if kind == "AWS::DynamoDB::GlobalTable":
            assert replica(name, logical_id)["DeletionProtectionEnabled"] is protected


def test_profiles_and_audience_can_be_restored_to_any_second() -> None:
    for logical_id in ("StorageViewerProfiles9CD87871", "StorageAudience3E88A69E"):
        recovery = replica("prod", logical_id)["PointInTimeRecoverySpecification"]
        assert recovery == {"PointInTimeRecoveryEnabled": True}


def test_the_viewer_table_is_as_the_functions_expect_it() -> None:
    table = synthesize("prod").resources["StorageViewerProfiles9CD87871"]["Properties"]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["KeySchema"] == [
        {"AttributeName": "viewer_id", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    (index,) = table["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "LiveSessions"
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["lp", "lk"]
    assert index["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["s", "m", "d"]}
    types = {a["AttributeName"]: a["AttributeType"] for a in table["AttributeDefinitions"]}
    assert types == {"viewer_id": "S", "sk": "S", "lp": "S", "lk": "N", "h": "N"}
    (recent,) = table["LocalSecondaryIndexes"]
    assert [key["AttributeName"] for key in recent["KeySchema"]] == ["viewer_id", "h"]
    assert (recent["IndexName"], recent["Projection"]) == ("Recent", {"ProjectionType": "KEYS_ONLY"})


@pytest.mark.parametrize("logical_id", ["StorageAudience3E88A69E", "StorageSockets414BE13A"])
def test_audience_and_sockets_are_keyed_alike_and_expire(logical_id: str) -> None:
    table = synthesize("prod").resources[logical_id]["Properties"]
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}


def test_what_could_not_be_read_is_kept_two_weeks() -> None:
    bucket = synthesize("prod").resources["StorageRejected28A31AB5"]["Properties"]
    days = [
        rule["ExpirationInDays"]
        for rule in bucket["LifecycleConfiguration"]["Rules"]
        if "ExpirationInDays" in rule
    ]
    assert days == [14]


def test_a_key_of_your_own_encrypts_tables_and_rejected_records() -> None:
    name, key = "customer-key-large-site", "key/0a1b2c3d-1111-2222-3333-444455556666"
    for logical_id, kind in PINNED.items():
        if kind == "AWS::DynamoDB::GlobalTable":
            assert key in str(replica(name, logical_id)["SSESpecification"])
    assert key in str(synthesize(name).resources["StorageRejected28A31AB5"]["Properties"]["BucketEncryption"])
    for action in ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey"):
        assert synthesize(name).resources_for("ServeApi", f"kms:{action}")
    assert synthesize("prod").resources_for("ServeApi", "kms:Decrypt") == []


def test_an_opening_night_s_writes_are_warmed_up() -> None:
    table = synthesize("customer-key-large-site").resources["StorageViewerProfiles9CD87871"]["Properties"]
    warm = {"ReadUnitsPerSecond": 30_000, "WriteUnitsPerSecond": 20_000}
    assert table["WarmThroughput"] == warm
    assert table["GlobalSecondaryIndexes"][0]["WarmThroughput"] == warm


def test_consumers_of_the_stream_see_sessions_and_what_is_counted_also_ad_views() -> None:
    streams = [m for m in synthesize("prod").of_type("AWS::Lambda::EventSourceMapping") if "Topics" not in m]
    assert len(streams) == 2
    for mapping, prefixes in zip(streams, (["session#", "ads#"], ["session#"]), strict=True):
        assert mapping["ParallelizationFactor"] == 1
        assert mapping["BisectBatchOnFunctionError"] is False
        (only,) = mapping["FilterCriteria"]["Filters"]
        keys = json.loads(only["Pattern"])["dynamodb"]["Keys"]
        assert keys == {"sk": {"S": [{"prefix": prefix} for prefix in prefixes]}}


def test_audience_counts_take_large_batches_in_order_from_the_beginning() -> None:
    streams = synthesize("prod").of_type("AWS::Lambda::EventSourceMapping")
    (projector,) = [m for m in streams if "ProjectChanges" in str(m["FunctionName"])]
    assert projector["TumblingWindowInSeconds"] == 5
    assert projector["MaximumBatchingWindowInSeconds"] == 5
    assert projector["BatchSize"] == 10_000
    assert projector["StartingPosition"] == "TRIM_HORIZON"
    assert "MaximumRetryAttempts" not in projector


def test_push_is_about_now() -> None:
    streams = synthesize("prod").of_type("AWS::Lambda::EventSourceMapping")
    (pusher,) = [m for m in streams if "PushUpdates" in str(m["FunctionName"])]
    assert pusher["MaximumBatchingWindowInSeconds"] == 0
    assert pusher["StartingPosition"] == "LATEST"
    assert pusher["MaximumRetryAttempts"] == 1
