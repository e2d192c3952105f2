"""Mappings from a template as the CDK writes it, and from an emulator that keeps them."""

import json
from pathlib import Path
from typing import Any

import pytest

from kafka_event_source.intrinsics import Resolver
from kafka_event_source.refusal import Refused, Unresolved
from kafka_event_source.template import (
    kafka_mappings,
    mappings_of,
    mappings_of_emulator,
    read_template,
    select,
)

TEMPLATE: dict[str, Any] = {
    "Parameters": {
        "Topic": {"Type": "String", "Default": "enriched"},
        "Brokers": {"Type": "CommaDelimitedList", "Default": "a:1,b:2"},
        "Unset": {"Type": "String"},
    },
    "Resources": {
        "Process": {"Type": "AWS::Lambda::Function"},
        "Failed": {"Type": "AWS::SQS::Queue"},
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Table": {"Type": "AWS::DynamoDB::Table"},
        "Kafka": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "FunctionName": {"Ref": "Process"},
                "Topics": [{"Ref": "Topic"}],
                "SelfManagedEventSource": {"Endpoints": {"KafkaBootstrapServers": {"Ref": "Brokers"}}},
                "DestinationConfig": {"OnFailure": {"Destination": {"Fn::GetAtt": ["Failed", "Arn"]}}},
                "FilterCriteria": {"Ref": "AWS::NoValue"},
            },
        },
        "Off": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {"Topics": ["t"], "SelfManagedEventSource": {}, "Enabled": False},
        },
        "Stream": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {"EventSourceArn": {"Fn::GetAtt": ["Table", "StreamArn"]}},
        },
    },
}
PHYSICAL = {
    "Process": "stack-Process-1",
    "Failed": "http://127.0.0.1:4566/000000000000/stack-Failed",
    "Bucket": "b",
}
RESOLVER = Resolver(TEMPLATE, PHYSICAL.__getitem__, "us-east-1", stack_name="stack")


def test_kafka_mappings_are_resolved_against_the_stack() -> None:
    (mapping,) = mappings_of(TEMPLATE, RESOLVER, [])
    assert mapping.name == "Kafka"
    assert mapping.function == "stack-Process-1"
    assert mapping.topic == "enriched"
    assert mapping.bootstrap_servers == "a:1,b:2"
    assert mapping.on_failure == "arn:aws:sqs:us-east-1:000000000000:stack-Failed"


def test_disabled_mappings_and_other_sources_are_left_out() -> None:
    assert list(kafka_mappings(TEMPLATE)) == ["Kafka"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Fn::Join": ["-", ["x", {"Ref": "AWS::Region"}]]}, "x-us-east-1"),
        ({"Fn::Sub": "arn:${AWS::Partition}:x:${Process}:${!literal}"}, "arn:aws:x:stack-Process-1:${literal}"),
        ({"Fn::Sub": ["${Name}!", {"Name": {"Ref": "Topic"}}]}, "enriched!"),
        ({"Fn::Sub": "${Process.Arn}"}, "arn:aws:lambda:us-east-1:000000000000:function:stack-Process-1"),
        ({"Fn::Select": [1, {"Fn::Split": [",", "a,b"]}]}, "b"),
        ({"Fn::GetAtt": ["Bucket", "Arn"]}, "arn:aws:s3:::b"),
        ({"Fn::GetAtt": "Process.Arn"}, "arn:aws:lambda:us-east-1:000000000000:function:stack-Process-1"),
        ([{"Ref": "AWS::NoValue"}, "kept"], ["kept"]),
    ],
)
def test_intrinsic_functions(value: Any, expected: Any) -> None:
    assert RESOLVER.resolve(value) == expected


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"Ref": "Nothing"}, "'Nothing'"),
        ({"Ref": "Unset"}, "'Unset'"),
        ({"Fn::ImportValue": "x"}, "Fn::ImportValue"),
        ({"Fn::GetAtt": ["Process", "Version"]}, "Process.Version"),
        ({"Fn::GetAtt": ["Nothing", "Arn"]}, "'Nothing'"),
    ],
)
def test_what_only_cloudformation_can_resolve_is_said_by_name(value: Any, says: str) -> None:
    with pytest.raises(Unresolved, match=says):
        RESOLVER.resolve(value)


def test_a_mapping_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(Refused, match="'Other'; there are: Kafka"):
        select(kafka_mappings(TEMPLATE), ["Other"])
    with pytest.raises(Refused, match="no enabled Kafka event source mapping"):
        select({}, [])


def test_several_mappings_are_all_taken() -> None:
    assert list(select({"B": 2, "A": 1}, [])) == ["A", "B"]
    assert list(select({"B": 2, "A": 1}, ["B"])) == ["B"]


@pytest.mark.parametrize("content", ["no json", "[]", "{}"])
def test_a_file_that_is_no_template_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(Refused):
        read_template(path)
    with pytest.raises(Refused, match="can't be read"):
        read_template(tmp_path / "absent.json")
    path.write_text(json.dumps(TEMPLATE))
    assert read_template(path) == TEMPLATE


def test_mappings_an_emulator_keeps_are_read_from_it() -> None:
    listed = [
        {
            "UUID": "u-1",
            "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:f",
            "Topics": ["t"],
            "SelfManagedEventSource": {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["a:1"]}},
            "BatchSize": 7,
            "State": "Enabled",
        },
        {"UUID": "u-2", "FunctionArn": "f", "EventSourceArn": "arn:aws:sqs:us-east-1:0:q", "State": "Enabled"},
    ]
    (mapping,) = mappings_of_emulator(listed, [])
    assert (mapping.name, mapping.topic, mapping.bootstrap_servers, mapping.batch_size) == ("u-1", "t", "a:1", 7)
