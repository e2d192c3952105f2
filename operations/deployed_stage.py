"""A deployed stage as its own account describes it: the stack's outputs and resources.

Stage `local` is the demo that runs on this machine: its emulator's address comes from `.local/endpoints.json`,
unless AWS_ENDPOINT_URL names another.
"""

import json
import os
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

LOCAL = "local"
ENDPOINTS = Path(os.environ.get("LIVE_VIEWERS_LOCAL", Path(__file__).parents[1] / ".local")) / "endpoints.json"
_CONFIG = Config(connect_timeout=5, read_timeout=310, retries={"total_max_attempts": 2})


class OperationFailed(RuntimeError):
    """The message says what was wrong, where, and what to do."""


class DeployedStage:
    def __init__(self, name: str, session: Any, endpoint: str | None = None) -> None:
        self.name = name
        self.stack_name = f"LiveViewers-{name}"
        self._session = session
        self._endpoint = endpoint

    def client(self, service: str) -> Any:
        return self._session.client(service, endpoint_url=self._endpoint, config=_CONFIG)

    @cached_property
    def stack(self) -> dict[str, Any]:
        """The stack as CloudFormation describes it. Raises OperationFailed when there is none to be seen."""
        try:
            found: dict[str, Any] = self.client("cloudformation").describe_stacks(StackName=self.stack_name)[
                "Stacks"
            ][0]
        except (ClientError, BotoCoreError) as problem:
            raise OperationFailed(
                f"the stack {self.stack_name} can't be read ({problem}): is the stage deployed (`make deploy "
                f"STAGE={self.name}`), and are these the account and region it is in?"
            ) from None
        return found

    @cached_property
    def outputs(self) -> dict[str, str]:
        return {output["OutputKey"]: output["OutputValue"] for output in self.stack.get("Outputs", [])}

    @cached_property
    def resources(self) -> list[dict[str, str]]:
        pages = (
            self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.stack_name)
        )
        return [resource for page in pages for resource in page["StackResourceSummaries"]]

    def resource(self, kind: str, part_of_id: str) -> str:
        """Physical name of the resource of this type whose logical id has this part. Raises OperationFailed."""
        for resource in self.resources:
            if resource["ResourceType"] == kind and part_of_id in resource["LogicalResourceId"]:
                return resource["PhysicalResourceId"]
        raise OperationFailed(f"the stack {self.stack_name} has no {kind} {part_of_id}")


def open_stage(name: str) -> DeployedStage:
    """Raises OperationFailed when stage local is asked for and no demo runs."""
    if name != LOCAL or os.environ.get("AWS_ENDPOINT_URL"):
        return DeployedStage(name, boto3.Session())
    if not ENDPOINTS.exists():
        raise OperationFailed("no demo runs on this machine: start one with `make demo` or `make up`")
    endpoint = json.loads(ENDPOINTS.read_text())["aws"]
    emulated = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")  # noqa: S106 - the emulator checks none
    return DeployedStage(name, emulated, endpoint)
