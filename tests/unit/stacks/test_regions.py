"""Every region that the docs name has every resource type of the stack, with the properties that are set."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from app import build_app
from stacks.config import ConfigError, parse_config
from stacks.regions import MSK_SERVERLESS_REGIONS, MSK_ZONES, REGIONS
from tests.unit.stacks.synthesis import EVERY_CONFIG, synthesize, synthesize_config

DEPLOYING = (Path(__file__).parents[3] / "docs" / "deploy.md").read_text(encoding="utf-8")
SERVERLESS = {"kafka": {"source": {"type": "msk_serverless", "availability_zones": 3}}}


def regions_of(name: str) -> tuple[str, ...]:
    has_cluster = synthesize(name).of_type("AWS::MSK::ServerlessCluster")
    return MSK_SERVERLESS_REGIONS if has_cluster else REGIONS


def test_the_docs_name_exactly_these() -> None:
    section = DEPLOYING.split("### Regions")[1].split("## ")[0]
    named = {word for word in section.split("`") if word.count("-") == 2 and word[-1].isdigit()}
    assert named - {"use1-az3"} == set(REGIONS)


def test_cloudformation_has_every_type_in_every_region() -> None:
    lacking: dict[str, set[str]] = defaultdict(set)
    for name in EVERY_CONFIG:
        types = {r["Type"] for r in synthesize(name).resources.values() if r["Type"].startswith("AWS::")}
        for region in regions_of(name):
            lacking[region] |= types - set(PROVIDER_SCHEMA_MANAGER.get_resource_types(region))
    assert {region: types for region, types in lacking.items() if types} == {}


@pytest.mark.parametrize("region", ["us-west-1", "me-central-1"])
def test_the_check_finds_a_region_without_the_service(region: str) -> None:
    assert "AWS::MSK::ServerlessCluster" not in PROVIDER_SCHEMA_MANAGER.get_resource_types(region)


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERY_CONFIG)
def test_every_template_is_valid_in_every_region(name: str) -> None:
    settings = ManualArgs(regions=list(regions_of(name)), ignore_checks=["W3005"])
    found = lint(json.dumps(synthesize(name).template.to_json()), config=settings)
    assert [f"{match.rule.id} {match.message} {match.path}" for match in found] == []


def subnets(region: str) -> list[dict[str, Any]]:
    config = parse_config("dev", SERVERLESS | {"region": region})
    return synthesize_config("dev", config).of_type("AWS::EC2::Subnet")


def test_the_new_cluster_s_subnets_are_where_msk_is() -> None:
    ids = [subnet["AvailabilityZoneId"] for subnet in subnets("us-east-1")]
    assert tuple(ids) == MSK_ZONES["us-east-1"]
    assert "use1-az3" not in ids
    assert not [subnet for subnet in subnets("us-east-1") if "AvailabilityZone" in subnet]


def test_elsewhere_the_account_s_first_zones_are_taken() -> None:
    zones = [subnet["AvailabilityZone"] for subnet in subnets("eu-west-1")]
    assert zones == [{"Fn::Select": [index, {"Fn::GetAZs": ""}]} for index in range(3)]


@pytest.mark.parametrize(
    ("region", "words"), [("us-west-1", "MSK Serverless is to be had"), ("cn-north-1", "China")]
)
def test_a_region_of_the_shell_is_refused_as_the_file_s_is(
    region: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDK_DEFAULT_REGION", region)
    monkeypatch.setenv("CDK_CONTEXT_JSON", json.dumps({"stage": "dev"}))
    with pytest.raises(ConfigError, match=words):
        build_app()
