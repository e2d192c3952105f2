"""The stack itself, the event source mappings and their secrets."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from operations.deployed_stage import DeployedStage
from operations.finding import Finding, good, unknown, wrong

_SETTLED = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}
_USER_AND_PASSWORD = {"SASL_SCRAM_256_AUTH", "SASL_SCRAM_512_AUTH", "BASIC_AUTH"}


def mappings_of(stage: DeployedStage) -> list[dict[str, Any]]:
    """The Kafka event source mappings of process_events, as Lambda describes them."""
    name = stage.outputs["ProcessEventsFunctionName"]
    found = stage.client("lambda").list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    return list(found)


def check_stack(stage: DeployedStage) -> Finding:
    status = stage.stack["StackStatus"]
    if status in _SETTLED:
        return good("stack", f"{stage.stack_name} is {status}")
    if status.endswith("IN_PROGRESS"):
        return unknown("stack", f"{stage.stack_name} is {status}", "wait until it is through, then ask again")
    return wrong(
        "stack", f"{stage.stack_name} is {status}", "its events in the CloudFormation console name the cause"
    )


def check_mappings(stage: DeployedStage, mappings: list[dict[str, Any]]) -> Iterator[Finding]:
    if not mappings:
        yield wrong(
            "event source mapping", "process_events has none", f"deploy again: make deploy STAGE={stage.name}"
        )
    for mapping in mappings:
        topics = ", ".join(mapping.get("Topics", [])) or mapping["UUID"]
        what = f"event source mapping of {topics}"
        state, last = mapping.get("State", "?"), mapping.get("LastProcessingResult") or "nothing yet"
        reason = mapping.get("StateTransitionReason") or ""
        seen = f"{state}; last result: {last}" + (f"; {reason}" if reason else "")
        if state != "Enabled":
            yield wrong(what, seen, "enable it, or read the reason: it names what Lambda could not reach or read")
        elif last.startswith("PROBLEM"):
            yield wrong(what, seen, _remedy(last))
        else:
            yield good(what, seen)


def _remedy(result: str) -> str:
    for part, do in (
        ("network", "the function's subnets must reach the brokers and Lambda's endpoint: see docs/deploy.md"),
        ("timed out", "no broker answered: check security groups and bootstrap servers"),
        ("auth", "the broker refused the credentials: check secret and authentication of the configuration"),
        ("topic", "the topic does not exist, or its name is another"),
        ("function", "the function failed: its log names the cause"),
    ):
        if part in result.lower():
            return do
    return "Lambda's own words are above; docs/deploy.md lists what each source needs"


def check_secrets(stage: DeployedStage, mappings: list[dict[str, Any]]) -> Iterator[Finding]:
    """Each secret exists and, for SCRAM and BASIC, is readable JSON with username and password."""
    for access in (access for mapping in mappings for access in mapping.get("SourceAccessConfigurations", [])):
        if not access["URI"].startswith("arn:") or ":secretsmanager:" not in access["URI"]:
            continue
        what = f"secret for {access['Type']}"
        try:
            value = stage.client("secretsmanager").get_secret_value(SecretId=access["URI"])["SecretString"]
        except ClientError as problem:
            if problem.response["Error"]["Code"] == "AccessDeniedException":
                yield unknown(
                    what, "you may not read it", "ask with a role that has secretsmanager:GetSecretValue"
                )
            else:
                yield wrong(what, str(problem), f"create {access['URI']} or correct the configuration")
            continue
        except (BotoCoreError, KeyError) as problem:
            yield unknown(what, str(problem))
            continue
        missing = [key for key in ("username", "password") if f'"{key}"' not in value]
        if access["Type"] in _USER_AND_PASSWORD and missing:
            yield wrong(
                what, f"it lacks {' and '.join(missing)}", 'it must be JSON: {"username": …, "password": …}'
            )
        else:
            yield good(what, "present and readable")
