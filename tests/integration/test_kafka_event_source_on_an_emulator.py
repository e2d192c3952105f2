"""Against a real emulator: names from the deployed stack, functions that run, discarded batches in SQS and S3."""

import io
import json
import uuid
import zipfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import boto3
import pytest

from services.ministack import ministack as ministack_service
from services.service import free_port, running
from tests.integration.kafka_event_source_rig import Topic, poller, template

# By default a function has 3 s, its start included: on a busy machine a batch would have failed once more.
STARTS_WITHIN_S = 60
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
                    "Timeout": STARTS_WITHIN_S,
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
        StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
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


def create_recorder(endpoint: str, delivered: Path) -> None:
    """The function that the mapping names, as a deployment makes it."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as folder:
        folder.writestr("index.py", CODE)
    client("lambda", endpoint).create_function(
        FunctionName="recorder",
        Runtime="python3.11",
        Handler="index.handler",
        Role="arn:aws:iam::000000000000:role/recorder",
        Timeout=STARTS_WITHIN_S,
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": {"DELIVERED": str(delivered)}},
    )


def test_a_restarted_emulator_that_has_forgotten_the_function_is_waited_for(
    embedded_kafka: str, tmp_path: Path
) -> None:
    """MiniStack remembers nothing: until the function is deployed again there is nothing to invoke."""
    topic = Topic(embedded_kafka, partitions=2).create()
    delivered, port = tmp_path / "delivered", free_port()
    delivered.touch()
    emulator = ministack_service(port, tmp_path / "ministack")
    endpoint, log = f"http://127.0.0.1:{port}", tmp_path / "ministack.log"
    with ExitStack() as stack:
        with running(emulator, log):
            create_recorder(endpoint, delivered)
            topic.produce(40)
            going_on = stack.enter_context(poller(template(tmp_path, topic), endpoint))
            topic.wait_until_drained()
        topic.produce(1)  # "40": the next one is what this function fails on
        going_on.wait_for("unreachable")
        stack.enter_context(running(emulator, log))
        going_on.wait_for("unreachable", detail="(?i)not found|not exist")
        assert topic.lag() == 1
        create_recorder(endpoint, delivered)
        topic.wait_until_drained()
        assert going_on.stop() == 0
    values = delivered.read_text().split()
    assert sorted(set(values), key=int) == topic.produced
    assert len(values) == len(topic.produced), "none was invoked twice: each offset was committed once"
