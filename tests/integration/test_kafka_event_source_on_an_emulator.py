"""Against a real emulator: names from the deployed stack, functions that run, discarded batches in SQS and S3."""

import json
import uuid
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.integration.kafka_event_source_rig import Topic, poller

CODE = """
import base64, json, os
def handler(event, context):
    values = [base64.b64decode(r["value"]).decode() for rs in event["records"].values() for r in rs]
    if "41" in values:
        raise RuntimeError("poison")
    with open(os.environ["DELIVERED"], "a") as delivered:
        delivered.write("".join(value + "\\n" for value in values))
"""


def stack_template(topic: Topic, delivered: Path, name: str) -> dict[str, Any]:
    """A function, a queue and a bucket, and the mapping that the emulator accepts and leaves alone."""
    kind = "AWS::Lambda::EventSourceMapping"
    return {
        "Parameters": {"Destination": {"Type": "String", "Default": "queue"}},
        "Resources": {
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
            },
            "Recorder": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Handler": "index.handler",
                    "Runtime": "python3.11",
                    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                    "Code": {"ZipFile": CODE},
                    "Environment": {"Variables": {"DELIVERED": str(delivered)}},
                },
            },
            "Failed": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": f"failed-{name}"}},
            "FailedEvents": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": f"failed-{name}"}},
            "Mapping": {
                "Type": kind,
                "Properties": {
                    "FunctionName": {"Ref": "Recorder"},
                    "Topics": [topic.name],
                    "SelfManagedEventSource": {"Endpoints": {"KafkaBootstrapServers": [topic.bootstrap]}},
                    "SelfManagedKafkaEventSourceConfig": {"ConsumerGroupId": topic.group},
                    "StartingPosition": "TRIM_HORIZON",
                    "BatchSize": 20,
                    "MaximumBatchingWindowInSeconds": 1,
                    "MaximumRetryAttempts": 1,
                    "ProvisionedPollerConfig": {"MinimumPollers": 1, "MaximumPollers": 1},
                },
            },
        },
    }


def client(service: str, endpoint: str) -> Any:
    return boto3.client(service, endpoint_url=endpoint, region_name="us-east-1")


def records_of_failure(failure: dict[str, Any]) -> tuple[str, int]:
    (ends,) = failure["KafkaBatchInfo"]["recordsInfo"].values()
    return failure["requestContext"]["condition"], int(ends["firstRecordOffset"])


@pytest.mark.parametrize("destination", ["Failed", "FailedEvents"], ids=["sqs", "s3"])
def test_a_deployed_stack_is_polled_for_and_its_discarded_batches_are_kept(
    destination: str, ministack: str, embedded_kafka: str, tmp_path: Path
) -> None:
    topic = Topic(embedded_kafka, partitions=2).create()
    topic.produce(100)
    delivered, stack = tmp_path / "delivered", f"viewers-{uuid.uuid4().hex[:8]}"
    delivered.touch()
    body = stack_template(topic, delivered, stack)
    mapping = body["Resources"]["Mapping"]["Properties"]
    mapping["DestinationConfig"] = {"OnFailure": {"Destination": {"Fn::GetAtt": [destination, "Arn"]}}}
    path = tmp_path / "stack.template.json"
    path.write_text(json.dumps(body))
    formation = client("cloudformation", ministack)
    formation.create_stack(StackName=stack, TemplateBody=json.dumps(body), Capabilities=["CAPABILITY_IAM"])
    formation.get_waiter("stack_create_complete").wait(
        StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    with poller(path, ministack, "--stack", stack) as running:
        topic.wait_until_drained()
        assert running.stop() == 0
    values = delivered.read_text().split()
    assert set(topic.produced) - set(values) == {str(number) for number in range(41, 80, 2)}
    if destination == "Failed":
        queue = client("sqs", ministack)
        url = queue.get_queue_url(QueueName=f"failed-{stack}")["QueueUrl"]
        (message,) = queue.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        failure = json.loads(message["Body"])
        assert "payload" not in failure
    else:
        store = client("s3", ministack)
        (stored,) = store.list_objects_v2(Bucket=f"failed-{stack}")["Contents"]
        failure = json.loads(store.get_object(Bucket=f"failed-{stack}", Key=stored["Key"])["Body"].read())
        assert len(json.loads(failure["payload"])["records"][f"{topic.name}-1"]) == 20
        assert stored["Key"].startswith(f"aws/lambda/Mapping/{topic.name}-1/")
    assert records_of_failure(failure) == ("RetryAttemptsExhausted", 20)
    assert failure["requestContext"]["approximateInvokeCount"] == 2
    assert failure["responseContext"]["functionError"] == "Unhandled"
