"""The app of stage local, deployed to an emulator by cdklocal, as a test configures it."""

import base64
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from services.ministack import CREDENTIALS, REGION

ROOT = Path(__file__).parents[2]
EVENTS = ROOT / "tests/events/reference_viewer_json.jsonl"
ACCOUNT, STACK = "000000000000", "LiveViewers-local"


def need_cdklocal() -> None:
    """Skip where it isn't installed; with CI set, fail."""
    if shutil.which("node") is None or not (ROOT / "node_modules/.bin/cdklocal").exists():
        message = "needs Node.js and `npm ci`"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)


def recent_events() -> list[bytes]:
    """Golden events as if they had happened a few minutes ago: what is older than the retention is not kept."""
    began = datetime.now(UTC) - timedelta(minutes=10)
    events = [json.loads(line) for line in EVENTS.read_text(encoding="utf-8").splitlines()]
    for second, event in enumerate(events):
        event["collector_tstamp"] = (began + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [json.dumps(event).encode() for event in events]


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
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False
        )
        assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]

    def bootstrap(self) -> None:
        self.cdklocal("bootstrap", f"aws://{ACCOUNT}/{REGION}", "--app", "")

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

    def function_arn(self, handler: str) -> str:
        found = self.client("lambda").list_functions()["Functions"]
        (arn,) = (function["FunctionArn"] for function in found if function["Handler"] == handler)
        return str(arn)

    @property
    def resource_types(self) -> set[str]:
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
        return {each["ResourceType"] for page in pages for each in page["StackResourceSummaries"]}

    def environment_of(self, function: str) -> dict[str, str]:
        found = self.client("lambda").get_function_configuration(FunctionName=function)
        return dict(found["Environment"]["Variables"])
