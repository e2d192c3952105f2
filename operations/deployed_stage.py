"""A deployed stage as its own account describes it: the stack's outputs and resources.

Stage `local` is the demo that runs on this machine: its emulator's address comes from `.local/endpoints.json`,
unless AWS_ENDPOINT_URL names another.
"""

import json
import os
from argparse import ArgumentTypeError
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import yaml
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError

from kafka_event_source.options import endpoint_url

LOCAL = "local"
_ROOT = Path(__file__).parents[1]
ENDPOINTS = Path(os.environ.get("LIVE_VIEWERS_LOCAL", _ROOT / ".local")) / "endpoints.json"
_CONFIG = Config(connect_timeout=5, read_timeout=310)


class OperationFailed(RuntimeError):
    """The message says what was wrong, where, and what to do."""


class DeployedStage:
    def __init__(self, name: str, session: Any, endpoint: str | None = None) -> None:
        self.name = name
        self.stack_name = f"LiveViewers-{name}"
        self._session = session
        self._endpoint = endpoint

    def client(self, service: str, attempts: int = 2) -> Any:
        """A client of the service in the stage's account, which sends a request `attempts` times at the most."""
        config = _CONFIG.merge(Config(retries={"total_max_attempts": attempts}))
        try:
            return self._session.client(service, endpoint_url=self._endpoint, config=config)
        except NoRegionError:
            raise OperationFailed(
                "no region is set: put the stage's into AWS_REGION, or into your profile"
            ) from None

    @property
    def region(self) -> str:
        """Where the stage is; empty where no region is set."""
        return str(self._session.region_name or "")

    @cached_property
    def stack(self) -> dict[str, Any]:
        """The stack as CloudFormation describes it. Raises OperationFailed when there is none to be seen."""
        try:
            found: dict[str, Any] = self.client("cloudformation").describe_stacks(StackName=self.stack_name)[
                "Stacks"
            ][0]
        except (ClientError, BotoCoreError) as problem:
            hint = (
                "is it the emulator that the demo's stack was deployed to?"
                if self.name == LOCAL
                else f"is the stage deployed (`make deploy STAGE={self.name}`), and are these the account and "
                "region it is in?"
            )
            raise OperationFailed(f"the stack {self.stack_name} can't be read ({problem}): {hint}") from None
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


def session_of(stage: str, folder: Path = _ROOT / "config") -> boto3.Session:
    """In the region that the stage is deployed to: its configuration's, else the shell's, as `cdk deploy` has it.

    Raises OperationFailed when the stage's file can't be read.
    """
    path = folder / f"{stage}.yaml"
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else None
    except (OSError, yaml.YAMLError) as problem:
        raise OperationFailed(f"{path.name} can't be read: {problem}") from None
    region = values.get("region") if isinstance(values, dict) else None
    return boto3.Session(region_name=region or os.environ.get("AWS_REGION"))  # boto3 itself doesn't read it


def open_stage(name: str) -> DeployedStage:
    """Raises OperationFailed when stage local is asked for and no demo runs."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    if endpoint:
        try:
            endpoint = endpoint_url(endpoint)
        except ArgumentTypeError as problem:
            raise OperationFailed(f"AWS_ENDPOINT_URL: {problem}") from None
    if name != LOCAL:
        return DeployedStage(name, session_of(name), endpoint)
    if not endpoint and not ENDPOINTS.exists():
        raise OperationFailed("no demo runs on this machine: start one with `make demo` or `make up`")
    endpoint = endpoint or json.loads(ENDPOINTS.read_text())["aws"]
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    emulated = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=region)  # noqa: S106 - the emulator checks none
    return DeployedStage(name, emulated, endpoint)
