"""What an update of a stack would replace or remove although it can't, or mustn't, be replaced.

CloudFormation makes the new resource first and deletes the old one last. So replacing fails where a name must be
unique, and loses what a stateful resource holds. Which properties can't be changed in place stands in
CloudFormation's own schemas, in the copy that cfn-lint brings.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cfnlint.schema._exceptions import ResourceNotFoundError
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

SCHEMAS_OF = "us-east-1"
"""What is create-only is the same in every region."""

STATEFUL = {
    "AWS::Cognito::UserPool",
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::KMS::Key",
    "AWS::MSK::ServerlessCluster",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
}
UNIQUE_BY: Mapping[str, tuple[str, ...]] = {
    "AWS::Cognito::UserPoolDomain": ("UserPoolId",),
    "AWS::EC2::SecurityGroupEgress": ("GroupId", "DestinationSecurityGroupId", "FromPort", "CidrIp"),
    "AWS::EC2::SecurityGroupIngress": ("GroupId", "SourceSecurityGroupId", "FromPort", "CidrIp"),
    "AWS::EC2::VPCEndpoint": ("VpcId", "ServiceName"),
    "AWS::Lambda::EventSourceMapping": ("FunctionName", "Topics"),
    "AWS::MSK::ServerlessCluster": ("ClusterName",),
}
"""Properties of which there can be no second resource with the same values. Of a mapping the topic stands for it,
whatever the broker: its consumer group is one in the account.
"""
_GROUPS = ("AmazonManagedKafkaEventSourceConfig", "SelfManagedKafkaEventSourceConfig")
NOT_IN_THE_SCHEMA: Mapping[str, tuple[str, ...]] = {
    "AWS::Lambda::EventSourceMapping": tuple(f"{group}/ConsumerGroupId" for group in _GROUPS),
}
"""Source: AWS Lambda's API, UpdateEventSourceMapping and AmazonManagedKafkaEventSourceConfig."""

Template = Mapping[str, Any]


@dataclass(frozen=True)
class Refusal:
    """A resource that an update would replace, remove or lower, and the property whose change does it."""

    logical_id: str
    type: str
    property: str
    why: str


def refusals(before: Template, after: Template) -> list[Refusal]:
    """What stands in the way of updating a stack from `before` to `after`, two CloudFormation templates."""
    old, new = before.get("Resources", {}), after.get("Resources", {})
    replaced = _replaced(old, new)
    found = [
        Refusal(logical_id, old[logical_id]["Type"], "", "it would be removed with all that it holds")
        for logical_id in old
        if logical_id not in new and old[logical_id]["Type"] in STATEFUL
    ]
    for logical_id, property_ in replaced.items():
        type_ = new[logical_id]["Type"]
        if type_ in STATEFUL:
            found.append(
                Refusal(logical_id, type_, property_, "it would be replaced, and what it holds left behind")
            )
        elif _stays_unique(old[logical_id], new[logical_id], replaced):
            why = "it would be replaced, and there can't be two of it at once"
            found.append(Refusal(logical_id, type_, property_, why))
    found += _lowered(old, new)
    return sorted(found, key=lambda one: one.logical_id)


def _replaced(old: Template, new: Template) -> dict[str, str]:
    """By logical id the create-only property that changed; a reference to what is replaced is a change."""
    replaced: dict[str, str] = {}
    while True:
        more = {
            logical_id: changed
            for logical_id in set(old) & set(new) - set(replaced)
            if old[logical_id]["Type"] == new[logical_id]["Type"]
            and (changed := _changed(old[logical_id], new[logical_id], replaced))
        }
        if not more:
            return replaced
        replaced |= more


def _changed(old: Template, new: Template, replaced: Mapping[str, str]) -> str | None:
    for path in create_only(new["Type"]):
        before, after = (_at(one.get("Properties", {}), path) for one in (old, new))
        if before != after or not replaced.keys().isdisjoint(references(after)):
            return path
    return None


def create_only(type_: str) -> tuple[str, ...]:
    """Paths (`Name`, `Config/Name`) of the properties that can't be changed in place."""
    try:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(SCHEMAS_OF, type_).schema
    except ResourceNotFoundError:  # newer than cfn-lint's copy
        return ()
    paths = [*schema.get("createOnlyProperties", ()), *schema.get("conditionalCreateOnlyProperties", ())]
    return (*(path.removeprefix("/properties/") for path in paths), *NOT_IN_THE_SCHEMA.get(type_, ()))


def _stays_unique(old: Template, new: Template, replaced: Mapping[str, str]) -> bool:
    unique = UNIQUE_BY.get(new["Type"])
    if unique is None:
        return False
    values = [(_at(old["Properties"], name), _at(new["Properties"], name)) for name in unique]
    return all(a == b and replaced.keys().isdisjoint(references(b)) for a, b in values)


def _lowered(old: Template, new: Template) -> Iterator[Refusal]:
    """DynamoDB takes no lower warm throughput. Source: its developer guide, "Understanding DynamoDB warm
    throughput"."""
    for logical_id in set(old) & set(new):
        if new[logical_id]["Type"] != "AWS::DynamoDB::GlobalTable":
            continue
        before, after = (one[logical_id]["Properties"].get("WarmThroughput") or {} for one in (old, new))
        for unit in after:
            if after[unit] < before.get(unit, 0):
                why = f"DynamoDB refuses to lower it from {before[unit]} to {after[unit]}"
                yield Refusal(logical_id, new[logical_id]["Type"], f"WarmThroughput/{unit}", why)


def _at(properties: Any, path: str) -> Any:
    """The value there; of a list (`*`) what all its entries have."""
    found = [properties]
    for part in path.split("/"):
        if part == "*":
            found = [entry for one in found if isinstance(one, list) for entry in one]
        else:
            found = [one[part] for one in found if isinstance(one, dict) and part in one]
    return found


def references(value: Any) -> set[str]:
    """Logical ids that `value` refers to, by Ref or Fn::GetAtt."""
    if isinstance(value, list):
        return {found for one in value for found in references(one)}
    if not isinstance(value, dict):
        return set()
    found = {one for inner in value.values() for one in references(inner)}
    if isinstance(value.get("Ref"), str):
        found.add(value["Ref"])
    if attribute := value.get("Fn::GetAtt"):
        found.add(attribute[0] if isinstance(attribute, list) else attribute.split(".")[0])
    return found
