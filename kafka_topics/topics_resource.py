"""The custom resource `Custom::KafkaTopics`, as the CDK's provider framework calls it (`onEvent`).

Properties: ClusterArn, Topics (list of names), Partitions (of each). Creating and updating it make the topics
through `make_topics`; deleting it deletes nothing, for the topics go with their cluster.

Attribute: BootstrapServers (host:port, comma separated), which CloudFormation's own resource doesn't have. The
property Attributes names it, so that a stage from before it is asked anew.
"""

import json
import logging
import os
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

MAKE_TOPICS_WITHIN_S = 250
"""A little longer than make_topics may run (stacks/constructs/kafka_topics.py)."""

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)


class TopicsRefused(Exception):
    """The topics could not be made; the message is CloudFormation's reason."""


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answers with PhysicalResourceId and attributes (Data). Raises TopicsRefused."""
    kind = event["RequestType"]
    if kind == "Delete":
        return {}
    properties = event["ResourceProperties"]
    cluster = properties["ClusterArn"]
    if kind == "Update" and _rolls_back(event["StackId"]):
        # Going back asks for the partitions from before, which can't be had: refusing would block the rollback.
        logger.info("Rollback: topics stay as they are")
        return _attributes_if_known(cluster)
    wanted = {topic: int(properties["Partitions"]) for topic in properties["Topics"]}
    logger.info("%s: %s", kind, wanted)
    servers = _bootstrap_servers(cluster)
    made = _make_topics({"bootstrap_servers": servers, "topics": wanted})
    logger.info("made: %s", made)
    return {"PhysicalResourceId": f"topics of {cluster}", "Data": {"BootstrapServers": servers}}


def _attributes_if_known(cluster: str) -> dict[str, Any]:
    """CloudFormation keeps the attributes of the last answer; but a rollback must end, whatever can be asked."""
    try:
        return {"Data": {"BootstrapServers": _bootstrap_servers(cluster)}}
    except ClientError as problem:
        logger.warning("the bootstrap servers can't be asked for: %s", problem)
        return {}


def _rolls_back(stack_id: str) -> bool:
    (stack,) = boto3.client("cloudformation").describe_stacks(StackName=stack_id)["Stacks"]
    return "ROLLBACK" in stack["StackStatus"]


def _bootstrap_servers(cluster_arn: str) -> str:
    found = boto3.client("kafka").get_bootstrap_brokers(ClusterArn=cluster_arn)
    return str(found["BootstrapBrokerStringSaslIam"])


def _make_topics(event: dict[str, Any]) -> Any:
    settings = Config(read_timeout=MAKE_TOPICS_WITHIN_S, retries={"total_max_attempts": 1})
    client = boto3.client("lambda", config=settings)
    function, payload = os.environ["MAKE_TOPICS_FUNCTION"], json.dumps(event).encode()
    unready = client.exceptions
    try:
        answer = client.invoke(FunctionName=function, Payload=payload)
    except (unready.ResourceNotReadyException, unready.ResourceConflictException, unready.ENINotReadyException):
        # A function in a VPC that wasn't called for weeks has lost its network interfaces and gets new ones now.
        client.get_waiter("function_active_v2").wait(FunctionName=function)
        answer = client.invoke(FunctionName=function, Payload=payload)
    answered = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise TopicsRefused(answered.get("errorMessage") or answered)
    return answered
