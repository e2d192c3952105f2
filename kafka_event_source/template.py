"""The Kafka event source mappings of a synthesized template, or those an emulator keeps itself."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kafka_event_source.intrinsics import Resolver
from kafka_event_source.mapping import EventSourceMapping, is_kafka, mapping_from
from kafka_event_source.refusal import Refused

MAPPING_TYPE = "AWS::Lambda::EventSourceMapping"


def read_template(path: Path) -> dict[str, Any]:
    """A CloudFormation template in JSON, as `cdk synth` writes it. Raises Refused when it can't be read as one."""
    try:
        template = json.loads(path.read_text())
    except OSError as problem:
        raise Refused(f"{path} can't be read: {problem.strerror}") from problem
    except ValueError as problem:
        raise Refused(f"{path} is not JSON; give the template that `cdk synth` wrote into cdk.out") from problem
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        raise Refused(f"{path} has no Resources: it is not a CloudFormation template")
    return template


def kafka_mappings(template: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The properties of each enabled Kafka mapping by logical id, intrinsic functions unresolved."""
    return {
        logical: resource.get("Properties", {})
        for logical, resource in template["Resources"].items()
        if resource.get("Type") == MAPPING_TYPE
        and is_kafka(resource.get("Properties", {}))
        and resource.get("Properties", {}).get("Enabled", True) is not False
    }


def select(found: Mapping[str, Any], wanted: list[str]) -> dict[str, Any]:
    """Those of `found` that `wanted` names (all when it names none). Raises Refused when none is left."""
    if not found:
        raise Refused("no enabled Kafka event source mapping was found")
    if missing := [name for name in wanted if name not in found]:
        raise Refused(
            f"there is no Kafka event source mapping {missing[0]!r}; there are: {', '.join(sorted(found))}"
        )
    return {name: found[name] for name in (wanted or sorted(found))}


def mappings_of(template: Mapping[str, Any], resolver: Resolver, wanted: list[str]) -> list[EventSourceMapping]:
    """The mappings with functions, secrets and destinations resolved. Raises Refused or Unresolved."""
    chosen = select(kafka_mappings(template), wanted)
    return [mapping_from(name, resolver.resolve(properties)) for name, properties in chosen.items()]


def mappings_of_emulator(listed: list[dict[str, Any]], wanted: list[str]) -> list[EventSourceMapping]:
    """The mappings among `listed`, the answers of Lambda's ListEventSourceMappings; named by their UUID."""
    found = {
        entry["UUID"]: {**entry, "FunctionName": entry["FunctionArn"]}
        for entry in listed
        if is_kafka(entry) and entry.get("Topics") and entry.get("State") not in ("Disabled", "Deleting")
    }
    return [mapping_from(name, properties) for name, properties in select(found, wanted).items()]
