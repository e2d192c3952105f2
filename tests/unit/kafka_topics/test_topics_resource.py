"""What CloudFormation's events lead to: topics are made, and never taken away or back."""

import io
import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber

from kafka_topics import topics_resource
from kafka_topics.topics_resource import TopicsRefused, handler

CLUSTER = "arn:aws:kafka:eu-west-1:111122223333:cluster/live-viewers-dev/0a1b2c3d-1111-2222-3333-444455556666-s1"
STACK = "arn:aws:cloudformation:eu-west-1:111122223333:stack/LiveViewers-dev/0a1b2c3d"
SERVERS = "boot-a1b2c3d4.c2.kafka-serverless.eu-west-1.amazonaws.com:9098"
MADE = {"created": ["enriched"], "grown": []}


class Aws:
    """The three clients, each answering only what a test expects of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._clients = {name: boto3.client(name, region_name="eu-west-1") for name in self._NAMES}
        self._stubs = {name: Stubber(client) for name, client in self._clients.items()}
        monkeypatch.setattr(boto3, "client", lambda name, config=None: self._clients[name])
        monkeypatch.setenv("MAKE_TOPICS_FUNCTION", "make-topics")
        for stub in self._stubs.values():
            stub.activate()

    _NAMES = ("cloudformation", "kafka", "lambda")

    def stack_is(self, status: str) -> None:
        stack = {"StackName": "LiveViewers-dev", "CreationTime": 0, "StackStatus": status}
        self._stubs["cloudformation"].add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": STACK})

    def has_brokers(self) -> None:
        answer = {"BootstrapBrokerStringSaslIam": SERVERS}
        self._stubs["kafka"].add_response("get_bootstrap_brokers", answer, {"ClusterArn": CLUSTER})

    def tells_no_brokers(self) -> None:
        self._stubs["kafka"].add_client_error("get_bootstrap_brokers", "NotFoundException")

    def invoked(self, topics: dict[str, int], answer: Any = MADE, **more: Any) -> None:
        payload = json.dumps({"bootstrap_servers": SERVERS, "topics": topics}).encode()
        call = {"FunctionName": "make-topics", "Payload": payload}
        answers = {"Payload": io.BytesIO(json.dumps(answer).encode()), "StatusCode": 200, **more}
        self._stubs["lambda"].add_response("invoke", answers, call)

    def invocation_fails(self, code: str) -> None:
        expected = {"FunctionName": "make-topics", "Payload": ANY}
        self._stubs["lambda"].add_client_error("invoke", code, expected_params=expected)

    def function_is(self, state: str) -> None:
        answer = {"Configuration": {"FunctionName": "make-topics", "State": state}}
        self._stubs["lambda"].add_response("get_function", answer, {"FunctionName": "make-topics"})

    def assert_all_asked(self) -> None:
        for stub in self._stubs.values():
            stub.assert_no_pending_responses()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    return Aws(monkeypatch)


def event(kind: str, partitions: int = 4, topics: tuple[str, ...] = ("enriched",)) -> dict[str, Any]:
    """As the provider framework hands it on: CloudFormation makes text of every number."""
    properties = {"ClusterArn": CLUSTER, "Topics": list(topics), "Partitions": str(partitions)}
    return {"RequestType": kind, "StackId": STACK, "PhysicalResourceId": "x", "ResourceProperties": properties}


def test_creating_makes_every_topic(aws: Aws) -> None:
    aws.has_brokers()
    aws.invoked({"enriched": 4, "viewer-json": 4})
    answer = handler(event("Create", topics=("enriched", "viewer-json")), None)
    assert answer == {"PhysicalResourceId": f"topics of {CLUSTER}", "Data": {"BootstrapServers": SERVERS}}
    aws.assert_all_asked()


def test_updating_makes_them_what_they_are_to_be(aws: Aws) -> None:
    aws.stack_is("UPDATE_IN_PROGRESS")
    aws.has_brokers()
    aws.invoked({"enriched": 8})
    assert handler(event("Update", 8), None)["PhysicalResourceId"] == f"topics of {CLUSTER}"
    aws.assert_all_asked()


@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED"])
def test_a_rollback_asks_nothing_of_the_cluster_so_that_it_ends(aws: Aws, status: str) -> None:
    aws.stack_is(status)
    aws.has_brokers()
    assert handler(event("Update", 4), None) == {"Data": {"BootstrapServers": SERVERS}}
    aws.assert_all_asked()


def test_a_rollback_ends_where_the_cluster_is_gone(aws: Aws) -> None:
    aws.stack_is("UPDATE_ROLLBACK_IN_PROGRESS")
    aws.tells_no_brokers()
    assert handler(event("Update", 4), None) == {}


def test_deleting_deletes_nothing_and_needs_nobody(aws: Aws) -> None:
    assert handler(event("Delete"), None) == {}


def test_a_refusal_is_reported_to_cloudformation_in_its_own_words(aws: Aws) -> None:
    aws.stack_is("UPDATE_IN_PROGRESS")
    aws.has_brokers()
    why = {"errorMessage": "partitions can't be taken away: topic enriched has 8, wanted 4.", "errorType": "X"}
    aws.invoked({"enriched": 4}, why, FunctionError="Unhandled")
    with pytest.raises(TopicsRefused, match="topic enriched has 8, wanted 4"):
        handler(event("Update", 4), None)


@pytest.mark.parametrize(
    "code", ["ResourceNotReadyException", "ResourceConflictException", "ENINotReadyException"]
)
def test_a_function_that_was_idle_for_weeks_is_waited_for(aws: Aws, code: str) -> None:
    aws.has_brokers()
    aws.invocation_fails(code)
    aws.function_is("Active")
    aws.invoked({"enriched": 4})
    handler(event("Create"), None)
    aws.assert_all_asked()


def test_another_failure_is_not_waited_for(aws: Aws) -> None:
    aws.has_brokers()
    aws.invocation_fails("AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        handler(event("Create"), None)


def test_the_call_outlasts_the_function_that_it_calls() -> None:
    from stacks.constructs.kafka_topics import MAKE_TOPICS, TOPICS_RESOURCE

    waiting_for_interfaces_s = 300
    assert MAKE_TOPICS.timeout_s < topics_resource.MAKE_TOPICS_WITHIN_S
    assert waiting_for_interfaces_s + topics_resource.MAKE_TOPICS_WITHIN_S < TOPICS_RESOURCE.timeout_s
