"""The AWS APIs this event source calls on an emulator, through botocore: CloudFormation, Lambda, secrets, queues.

Real AWS polls Kafka itself, so there is no use for this against it.
"""

import json
from typing import Any

import botocore.config
import botocore.exceptions
import botocore.session
from botocore.credentials import ReadOnlyCredentials

from kafka_event_source.refusal import Unresolved

PLACEHOLDER = "test"  # emulators check no signature, yet each request must carry one


class Emulator:
    """Clients for one endpoint, made when first used; safe to share between threads once made."""

    def __init__(self, endpoint: str, region: str | None = None) -> None:
        self.session = botocore.session.get_session()
        self.endpoint = endpoint
        self.region = region or self.session.get_config_variable("region") or "us-east-1"
        self._clients: dict[str, Any] = {}

    def credentials(self) -> ReadOnlyCredentials:
        found = self.session.get_credentials()
        if found is None:
            self.session.set_credentials(PLACEHOLDER, PLACEHOLDER)
            return ReadOnlyCredentials(PLACEHOLDER, PLACEHOLDER, None)
        return found.get_frozen_credentials()

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self.credentials()
            self._clients[service] = self.session.create_client(
                service,
                region_name=self.region,
                endpoint_url=self.endpoint,
                config=botocore.config.Config(
                    connect_timeout=2,
                    read_timeout=20,
                    retries={"total_max_attempts": 2},
                    s3={"addressing_style": "path"},
                ),
            )
        return self._clients[service]

    def physical_id(self, stack: str, logical_id: str) -> str:
        """A resource of a deployed stack. Raises Unresolved when stack or resource isn't there."""
        try:
            found = self.client("cloudformation").describe_stack_resources(
                StackName=stack, LogicalResourceId=logical_id
            )
        except botocore.exceptions.ClientError as problem:
            raise Unresolved(f"stack {stack!r}: {problem.response['Error'].get('Message', problem)}") from problem
        except botocore.exceptions.BotoCoreError as problem:
            raise Unresolved(f"the emulator at {self.endpoint} doesn't answer: {problem}") from problem
        for resource in found.get("StackResources", []):
            if resource["LogicalResourceId"] == logical_id and resource.get("PhysicalResourceId"):
                return str(resource["PhysicalResourceId"])
        raise Unresolved(f"stack {stack!r} has no resource {logical_id!r}: is it deployed from this template?")

    def function(self, name: str) -> tuple[str, int]:
        """A function's ARN and timeout in seconds. Raises Unresolved when there is none."""
        try:
            found = self.client("lambda").get_function_configuration(FunctionName=name)
        except botocore.exceptions.ClientError as problem:
            raise Unresolved(
                f"function {name!r}: {problem.response['Error'].get('Message', problem)}"
            ) from problem
        except botocore.exceptions.BotoCoreError as problem:
            raise Unresolved(f"the emulator at {self.endpoint} doesn't answer: {problem}") from problem
        return str(found["FunctionArn"]), int(found.get("Timeout", 3))

    def mappings(self) -> list[dict[str, Any]]:
        """What Lambda's ListEventSourceMappings answers, all pages."""
        try:
            pages = self.client("lambda").get_paginator("list_event_source_mappings").paginate()
            return [entry for page in pages for entry in page.get("EventSourceMappings", [])]
        except (botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError) as problem:
            raise Unresolved(f"the emulator at {self.endpoint} lists no mappings: {problem}") from problem

    def secret(self, arn: str) -> dict[str, str]:
        """A secret that holds a JSON object of strings. Raises Unresolved; the message never holds its content."""
        try:
            found = self.client("secretsmanager").get_secret_value(SecretId=arn)
        except botocore.exceptions.ClientError as problem:
            raise Unresolved(f"secret {arn}: {problem.response['Error'].get('Code')}") from problem
        except botocore.exceptions.BotoCoreError as problem:
            raise Unresolved(f"the emulator at {self.endpoint} doesn't answer: {problem}") from problem
        try:
            content = json.loads(found["SecretString"])
            return {str(name): str(value) for name, value in content.items()}
        except (KeyError, ValueError, AttributeError):
            raise Unresolved(f"secret {arn} holds no JSON object") from None
