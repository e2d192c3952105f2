"""CloudFormation's intrinsic functions, resolved against a deployed stack.

As many as event source mappings use: Ref, Fn::GetAtt (Arn), Fn::Join, Fn::Sub, Fn::Select, Fn::Split, pseudo
parameters. Others raise Unresolved with their name.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from kafka_event_source.refusal import Unresolved

_PLACEHOLDER = re.compile(r"\$\{([!]?)([^}]+)\}")


class Resolver:
    """`physical_id(logical_id)` names a resource of the stack, or raises Unresolved."""

    def __init__(
        self,
        template: Mapping[str, Any],
        physical_id: Callable[[str], str],
        region: str,
        account: str = "000000000000",
        stack_name: str = "",
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        self._resources: Mapping[str, Any] = template.get("Resources", {})
        self._physical_id = physical_id
        self._region = region
        self._account = account
        given = parameters or {}
        self._values: dict[str, Any] = {
            "AWS::Region": region,
            "AWS::AccountId": account,
            "AWS::Partition": "aws",
            "AWS::StackName": stack_name,
            "AWS::URLSuffix": "amazonaws.com",
        }
        for name, parameter in (template.get("Parameters") or {}).items():
            if name in given or "Default" in parameter:
                value = given.get(name, parameter.get("Default"))
                self._values[name] = (
                    str(value).split(",") if parameter.get("Type") == "CommaDelimitedList" else value
                )

    def resolve(self, value: Any) -> Any:
        """`value` with all intrinsic functions replaced; AWS::NoValue leaves its property out."""
        if isinstance(value, list):
            return [self.resolve(element) for element in value if element != {"Ref": "AWS::NoValue"}]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name == "Ref":
                return self._ref(argument)
            if name.startswith("Fn::"):
                return self._function(name, argument)
        return {name: self.resolve(inner) for name, inner in value.items() if inner != {"Ref": "AWS::NoValue"}}

    def _ref(self, name: str) -> Any:
        if name in self._values:
            return self._values[name]
        if name in self._resources:
            return self._physical_id(name)
        raise Unresolved(
            f"the template refers to {name!r}, which is neither a resource nor a parameter with a value"
        )

    def _function(self, name: str, argument: Any) -> Any:
        if name == "Fn::GetAtt":
            logical, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
            return self._attribute(logical, attribute)
        if name == "Fn::Join":
            separator, parts = argument
            return separator.join(str(part) for part in self.resolve(parts))
        if name == "Fn::Sub":
            return self._substitute(argument)
        if name == "Fn::Select":
            index, options = argument
            return self.resolve(options)[int(index)]
        if name == "Fn::Split":
            separator, text = argument
            return str(self.resolve(text)).split(separator)
        raise Unresolved(f"the template uses {name}, which only CloudFormation can resolve here")

    def _substitute(self, argument: Any) -> str:
        text, extra = (argument, {}) if isinstance(argument, str) else argument

        def value_of(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return "${" + name + "}"
            if name in extra:
                return str(self.resolve(extra[name]))
            if "." in name:
                return str(self._function("Fn::GetAtt", name))
            return str(self._ref(name))

        return _PLACEHOLDER.sub(value_of, text)

    def _attribute(self, logical: str, attribute: str) -> str:
        if logical not in self._resources:
            raise Unresolved(f"the template refers to {logical!r}, which is no resource of it")
        physical = self._physical_id(logical)
        if attribute in ("QueueName", "FunctionName", "BucketName"):
            return physical.rsplit("/", 1)[-1]
        if attribute != "Arn":
            raise Unresolved(f"{logical}.{attribute} can't be resolved without CloudFormation")
        if physical.startswith("arn:"):
            return physical
        kind = self._resources[logical].get("Type")
        place = f"{self._region}:{self._account}"
        if kind == "AWS::Lambda::Function":
            return f"arn:aws:lambda:{place}:function:{physical}"
        if kind == "AWS::SQS::Queue":  # its physical id is a URL that ends in the name
            return f"arn:aws:sqs:{place}:{physical.rsplit('/', 1)[-1]}"
        if kind == "AWS::S3::Bucket":
            return f"arn:aws:s3:::{physical}"
        raise Unresolved(f"the ARN of {logical} ({kind}) can't be derived from its physical id")
