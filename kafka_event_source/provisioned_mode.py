"""Which settings of a Kafka event source mapping AWS takes only in provisioned mode, and the words to refuse them.

`stacks/` and the event source share this module, so that a refusal reads the same at synthesis and at start-up.
Source: AWS Lambda's documentation of Kafka retry configurations and of schema registries.
"""

from collections.abc import Mapping
from typing import Any

# CloudFormation names; each counts as used when it differs from the value that means "off".
NEEDS_PROVISIONED_MODE: Mapping[str, Any] = {
    "MaximumRetryAttempts": -1,
    "MaximumRecordAgeInSeconds": -1,
    "BisectBatchOnFunctionError": False,
    "FunctionResponseTypes": [],
    "SchemaRegistryConfig": None,
    "LoggingConfig": None,
    "MetricsConfig": None,
}


def refusal(settings: list[str]) -> str:
    """The sentence that refuses `settings` (CloudFormation names) on a mapping without ProvisionedPollerConfig."""
    names = ", ".join(sorted(settings))
    verb = "needs" if len(settings) == 1 else "need"
    return f"{names} {verb} provisioned mode: set ProvisionedPollerConfig, or leave {names} out"


def needing_provisioned_mode(properties: Mapping[str, Any]) -> list[str]:
    """The settings in use among `properties` (of an AWS::Lambda::EventSourceMapping) that need provisioned mode.

    Empty when ProvisionedPollerConfig is set.
    """
    if properties.get("ProvisionedPollerConfig"):
        return []
    given = dict(properties)
    for kind in ("AmazonManagedKafkaEventSourceConfig", "SelfManagedKafkaEventSourceConfig"):
        if registry := (properties.get(kind) or {}).get("SchemaRegistryConfig"):
            given["SchemaRegistryConfig"] = registry
    destination = ((properties.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
    used = [
        name for name, off in NEEDS_PROVISIONED_MODE.items() if given.get(name) is not None and given[name] != off
    ]
    if isinstance(destination, str) and destination.startswith("kafka://"):
        used.append("DestinationConfig.OnFailure (Kafka topic)")
    return sorted(used)
