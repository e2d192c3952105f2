"""On the emulator: what viewers left behind outlives a change of the configuration, and a change that fails."""

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore.exceptions import WaiterError

from services.ministack import CREDENTIALS, REGION

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "tests/events/reference_viewer_json.jsonl"
ACCOUNT, STACK = "000000000000", "LiveViewers-local"


@dataclass
class Deployment:
    """The app of stage local, deployed to an emulator from a configuration that a test may change."""

    endpoint: str
    folder: Path

    def client(self, service: str) -> Any:
        credentials = {key.lower(): value for key, value in CREDENTIALS.items() if key != "AWS_DEFAULT_REGION"}
        return boto3.client(service, endpoint_url=self.endpoint, region_name=REGION, **credentials)

    def configure(self, **sections: dict[str, Any]) -> None:
        values = yaml.safe_load((ROOT / "config/local.yaml").read_text(encoding="utf-8"))
        for name, section in sections.items():
            values[name] = values.get(name, {}) | section
        (self.folder / "local.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")

    def cdklocal(self, *arguments: str) -> None:
        environment = {
            **os.environ,
            **CREDENTIALS,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "CDK_DEFAULT_ACCOUNT": ACCOUNT,
            "CDK_DEFAULT_REGION": REGION,
            "CDK_DISABLE_CLI_TELEMETRY": "1",
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        command = [str(ROOT / "node_modules/.bin/cdklocal"), *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200, check=False
        )
        assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]

    def deploy(self) -> None:
        context = ["-c", "stage=local", "-c", "bundle_platform=host", "-c", f"config={self.folder}"]
        output = ["--output", str(self.folder / "cdk.out"), "--require-approval", "never"]
        self.cdklocal("deploy", STACK, *context, *output)

    @property
    def stack(self) -> dict[str, Any]:
        return dict(self.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0])

    @property
    def outputs(self) -> dict[str, str]:
        return {output["OutputKey"]: output["OutputValue"] for output in self.stack["Outputs"]}

    def process(self, records: list[bytes]) -> None:
        """Invoke process_events as the event source mapping does."""
        topic = "snowplow-enriched-good"
        batch = [
            {
                "topic": topic,
                "partition": 0,
                "offset": offset,
                "timestamp": 1764000000000,
                "timestampType": "CREATE_TIME",
                "value": base64.b64encode(value).decode(),
                "headers": [],
            }
            for offset, value in enumerate(records)
        ]
        event = {"eventSource": "SelfManagedKafka", "bootstrapServers": "b:9092", "records": {f"{topic}-0": batch}}
        answer = self.client("lambda").invoke(
            FunctionName=self.outputs["ProcessEventsFunctionName"], Payload=json.dumps(event).encode()
        )
        assert "FunctionError" not in answer, answer["Payload"].read()

    def items(self) -> list[dict[str, Any]]:
        """All sessions and timeline rows; the projection follows in its own time."""
        pages = (
            self.client("dynamodb")
            .get_paginator("scan")
            .paginate(TableName=self.outputs["ViewerProfilesTableName"], ConsistentRead=True)
        )
        found = [item for page in pages for item in page["Items"] if item["sk"]["S"] != "profile"]
        return sorted(found, key=lambda item: (item["viewer_id"]["S"], item["sk"]["S"]))

    def environment_of(self, function: str) -> dict[str, str]:
        found = self.client("lambda").get_function_configuration(FunctionName=function)
        return dict(found["Environment"]["Variables"])


@pytest.fixture(scope="module")
def deployment(ministack: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    if shutil.which("node") is None or not (ROOT / "node_modules/.bin/cdklocal").exists():
        message = "needs Node.js and `npm ci`"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    deployed = Deployment(ministack, tmp_path_factory.mktemp("stage"))
    deployed.cdklocal("bootstrap", f"aws://{ACCOUNT}/{REGION}", "--app", "")
    deployed.configure()
    deployed.deploy()
    yield deployed
    deployed.client("cloudformation").delete_stack(StackName=STACK)


@pytest.fixture(scope="module")
def records() -> list[bytes]:
    """Golden events as if they had happened a few minutes ago: what is older than the retention is not kept."""
    began = datetime.now(UTC) - timedelta(minutes=10)
    events = [json.loads(line) for line in EVENTS.read_text(encoding="utf-8").splitlines()]
    for second, event in enumerate(events):
        event["collector_tstamp"] = (began + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [json.dumps(event).encode() for event in events]


@pytest.fixture(scope="module")
def kept(deployment: Deployment, records: list[bytes]) -> list[dict[str, Any]]:
    """What a few viewers left behind in the first deployment."""
    deployment.process(records)
    items = deployment.items()
    assert {item["sk"]["S"].split("#")[0] for item in items} == {"session", "event"}
    return items


def test_a_changed_configuration_keeps_what_viewers_left(
    deployment: Deployment, kept: list[dict[str, Any]]
) -> None:
    function = deployment.outputs["ProcessEventsFunctionName"]
    before = deployment.outputs
    assert deployment.environment_of(function)["EVENT_RETENTION_DAYS"] == "30"

    deployment.configure(
        viewers={"event_retention_days": 7, "live_shards": 16},
        functions={"log_retention_days": 3, "sizes": {"process_events": {"memory_mb": 2048}}},
        data={"removal": "destroy", "deletion_protection": False, "rejected_retention_days": 5},
    )
    deployment.deploy()

    assert deployment.environment_of(function)["EVENT_RETENTION_DAYS"] == "7"
    assert deployment.client("lambda").get_function_configuration(FunctionName=function)["MemorySize"] == 2048
    assert deployment.outputs == before
    assert deployment.items() == kept


def test_what_comes_again_after_the_change_changes_nothing_but_how_long_it_is_kept(
    deployment: Deployment, kept: list[dict[str, Any]], records: list[bytes]
) -> None:
    deployment.process(records)
    again = deployment.items()
    for item in (*again, *kept):
        item.pop("ttl", None)
    assert again == kept


def test_an_update_that_fails_is_rolled_back_and_keeps_what_viewers_left(
    deployment: Deployment, kept: list[dict[str, Any]]
) -> None:
    function = deployment.outputs["ProcessEventsFunctionName"]
    variables = deployment.environment_of(function)
    before = deployment.items()
    assert len(before) == len(kept)
    template = json.loads((deployment.folder / "cdk.out" / f"{STACK}.template.json").read_text())
    (logical_id,) = [
        key
        for key, resource in template["Resources"].items()
        if resource.get("Properties", {}).get("Handler") == "process_events.handler"
    ]
    changed = template["Resources"][logical_id]["Properties"]["Environment"]["Variables"]
    changed["EVENT_RETENTION_DAYS"] = "1"
    # Made after the function was changed, and it can't be: nothing answers there.
    template["Resources"]["Broken"] = {
        "Type": "Custom::Broken",
        "DependsOn": [logical_id],
        "Properties": {"ServiceToken": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:no-such-function"},
    }
    with pytest.raises(WaiterError, match=r"UPDATE_ROLLBACK"):
        _update(deployment, template)

    assert deployment.stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert deployment.environment_of(function) == variables
    assert deployment.items() == before


def _update(deployment: Deployment, template: dict[str, Any]) -> None:
    # Too large for the call itself: CloudFormation reads it from a bucket.
    s3, bucket = deployment.client("s3"), deployment.outputs["SiteBucketName"]
    s3.put_object(Bucket=bucket, Key="broken.template.json", Body=json.dumps(template).encode())
    cloudformation = deployment.client("cloudformation")
    cloudformation.update_stack(
        StackName=STACK,
        TemplateURL=f"{deployment.endpoint}/{bucket}/broken.template.json",
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
    )
    waiter = cloudformation.get_waiter("stack_update_complete")
    waiter.wait(StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
