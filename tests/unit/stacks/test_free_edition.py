"""Stage local for an emulator like LocalStack's free edition: only what that has, and the same routes."""

import json
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from live_viewers.api.routes import ROUTES
from stacks.config import Config, ConfigError, load_config
from tests.unit.stacks.synthesis import CONFIG, Synthesis, synthesize, synthesize_checked

COVERED = set(
    json.loads((Path(__file__).parent / "reference/localstack_cloudformation.json").read_text(encoding="utf-8"))[
        "types"
    ]
)


def switched(word: str = "on") -> Config:
    return load_config("local", CONFIG, free_edition=word)


@cache
def stack() -> Synthesis:
    return synthesize_checked("local", switched())


def template() -> dict[str, Any]:
    return dict(stack().template.to_json())


def methods() -> dict[str, set[str]]:
    """The REST API's methods by path."""
    resources = stack().resources
    paths = {
        key: "/".join(reversed(list(_parts(resources, key))))
        for key, resource in resources.items()
        if resource["Type"] == "AWS::ApiGateway::Resource"
    }
    found: dict[str, set[str]] = defaultdict(set)
    for method in stack().all_of_type("AWS::ApiGateway::Method"):
        where = method["ResourceId"]
        found["/" + paths[where["Ref"]] if "Ref" in where else "/"].add(method["HttpMethod"])
    return dict(found)


def _parts(resources: dict[str, Any], key: str) -> Any:
    while True:
        properties = resources[key]["Properties"]
        yield properties["PathPart"]
        if "Ref" not in properties["ParentId"]:
            return
        key = properties["ParentId"]["Ref"]


def test_it_is_off_by_default() -> None:
    assert load_config("local", CONFIG).emulator.free_edition is False
    assert switched().emulator.free_edition is True
    assert switched("off").emulator.free_edition is False


def test_aws_lacks_nothing() -> None:
    with pytest.raises(ConfigError, match=r"emulator\.free_edition is for stage local"):
        load_config("dev", CONFIG, free_edition="on")


def test_a_stack_on_aws_refuses_it_too() -> None:
    with pytest.raises(Exception, match="free_edition is for stage local"):
        synthesize_checked("dev", switched())


def test_the_template_is_valid() -> None:
    settings = ManualArgs(regions=["us-east-1"], ignore_checks=["W3005"])
    found = lint(json.dumps(template()), config=settings)
    assert [f"{match.rule.id} {match.message} {match.path}" for match in found] == []


def test_no_security_rule_is_broken_without_a_reason() -> None:
    assert stack().violations == ()


def test_it_has_only_what_localstack_can_make() -> None:
    assert {resource["Type"] for resource in stack().resources.values()} <= COVERED
    assert "AWS::CloudWatch::Dashboard" not in COVERED


def test_what_the_free_edition_lacks_is_left_out() -> None:
    kinds = {resource["Type"] for resource in stack().resources.values()}
    lacking = ("AWS::ApiGatewayV2", "AWS::Cognito", "AWS::CloudFront", "AWS::MSK", "AWS::ECS", "AWS::EC2")
    assert [kind for kind in kinds if kind.startswith(lacking)] == []
    assert "SocketUrl" not in template()["Outputs"]
    for function in stack().all_of_type("AWS::Lambda::Function"):
        assert not function["Environment"]["Variables"].get("SOCKET_ENDPOINT")


def test_every_route_is_there_and_everything_else_is_answered_as_well() -> None:
    found = methods()
    for route in ROUTES:
        assert route.method in found[route.path]
    assert {path for path, names in found.items() if "ANY" not in names} == set()
    assert {"/", "/{proxy+}", "/v1", "/v1/viewers"} <= set(found)
    named = {(path, method) for path, names in found.items() for method in names - {"ANY"}}
    assert named == {(route.path, route.method) for route in ROUTES}


def test_every_method_is_answered_by_the_api_s_function() -> None:
    (function,) = (
        key
        for key, resource in stack().resources.items()
        if resource.get("Properties", {}).get("Handler") == "serve_api.handler"
    )
    for method in stack().all_of_type("AWS::ApiGateway::Method"):
        assert method["AuthorizationType"] == "NONE"
        assert method["Integration"]["Type"] == "AWS_PROXY"
        assert function in json.dumps(method["Integration"]["Uri"])


def test_the_address_is_the_emulator_s() -> None:
    address = json.dumps(template()["Outputs"]["ApiUrl"]["Value"])
    assert "http://127.0.0.1:4566/_aws/execute-api/" in address
    assert address.endswith('"/local"]]}')


def test_who_publishes_the_pages_is_told_the_dimensions() -> None:
    told = json.loads(template()["Outputs"]["PageDimensions"]["Value"])
    assert {"name": "cdn", "open": False} in told


def test_the_kafka_mapping_is_written_down_and_not_made() -> None:
    of_kafka, of_stream = [], []
    for resource in stack().resources.values():
        if resource["Type"] == "AWS::Lambda::EventSourceMapping":
            (of_kafka if "Topics" in resource["Properties"] else of_stream).append(resource)
    (mapping,) = of_kafka
    condition = template()["Conditions"][mapping["Condition"]]
    assert condition["Fn::Equals"][1] == "yes"
    assert template()["Parameters"][condition["Fn::Equals"][0]["Ref"]]["Default"] == "no"
    assert len(of_stream) == 1


def test_the_api_may_do_the_same() -> None:
    assert stack().statements_of("ServeApi") == synthesize("local").statements_of("ServeApi")
