"""What holds for every stage and every example: valid, secure, and no right wider than its reason."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Stack, aws_s3, aws_sqs
from aws_cdk.assertions import Template
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from live_viewers.settings import ProcessEventsSettings
from stacks import function_table
from stacks.function_table import construct_id_of
from tests.unit.stacks.synthesis import EVERY_CONFIG, EXAMPLES, STAGES, broken_rules, new_app, synthesize

HANDLERS = Path(__file__).parents[3] / "lambdas"

# Statements that can name no single resource, each with a finding set aside on its role and a reason beside it.
WITHOUT_RESOURCES = {
    "dynamodb:ListStreams",
    "kafka:GetBootstrapBrokers",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
}
FUNCTIONS = [construct_id_of(name) for name in function_table.FUNCTIONS]
OF_NEW_CLUSTERS = {"kafka_topics.make_topics.handler", "kafka_topics.topics_resource.handler"}
"""With a bundle of their own (test_kafka_topics.py)."""
OF_THE_CDK = {"index.handler", "framework.onEvent"}
"""Its uploader of pages, and its framework for custom resources."""
EVERY_HANDLER = {f"{path.stem}.handler" for path in HANDLERS.glob("*.py")} | OF_NEW_CLUSTERS | OF_THE_CDK


def test_there_are_examples_for_the_combinations_that_matter() -> None:
    assert len(EXAMPLES) >= 12


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in STAGES else pytest.mark.slow) for name in EVERY_CONFIG]
)
def test_the_template_is_valid(name: str) -> None:
    # W3005: the CDK's functions depend on their role by name as well as by reference.
    settings = ManualArgs(regions=["eu-west-1"], ignore_checks=["W3005"])
    found = lint(json.dumps(synthesize(name).template.to_json()), config=settings)
    assert [f"{match.rule.id} {match.message} {match.path}" for match in found] == []


@pytest.mark.parametrize("name", EVERY_CONFIG)
def test_no_security_rule_is_broken_without_a_reason(name: str) -> None:
    assert synthesize(name).violations == ()


def test_a_broken_security_rule_is_found() -> None:
    app = new_app()
    stack = Stack(app, "Careless")
    aws_s3.CfnBucket(stack, "Open")
    aws_sqs.CfnQueue(stack, "Clear", sqs_managed_sse_enabled=False)
    Template.from_stack(stack)
    found = broken_rules(app, stack)
    assert [rule for rule in found if "/Open" in rule], found
    assert [rule for rule in found if "/Clear" in rule], found


@pytest.mark.parametrize("name", EVERY_CONFIG)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_named_actions_on_named_resources(name: str, function: str) -> None:
    statements = synthesize(name).statements_of(function)
    assert statements
    for statement in statements:
        assert statement["Effect"] == "Allow"
        assert not [action for action in statement["Action"] if "*" in action]
        if "*" in statement["Resource"]:
            assert set(statement["Action"]) <= WITHOUT_RESOURCES


@pytest.mark.parametrize("name", EVERY_CONFIG)
def test_functions_run_where_the_bundle_was_built_for(name: str) -> None:
    functions = _own_functions(name)
    assert len(functions) == len(FUNCTIONS)
    for function in [*functions, *_functions(name, OF_NEW_CLUSTERS)]:
        assert function["LoggingConfig"]["LogFormat"] == "JSON"
        assert "LogGroup" in function["LoggingConfig"]
        if name != "local":
            assert function["Runtime"] == "python3.13"
            assert function["Architectures"] == ["arm64"]


@pytest.mark.parametrize("name", EVERY_CONFIG)
def test_every_log_group_forgets(name: str) -> None:
    groups = synthesize(name).of_type("AWS::Logs::LogGroup")
    assert groups
    assert all(group["RetentionInDays"] <= 365 for group in groups)


@pytest.mark.parametrize("name", EVERY_CONFIG)
def test_nobody_else_may_read_the_buckets(name: str) -> None:
    for bucket in synthesize(name).all_of_type("AWS::S3::Bucket"):
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}


def test_every_handler_has_its_function() -> None:
    handlers = {function["Handler"] for function in _own_functions("local")}
    assert handlers == {f"{path.stem}.handler" for path in HANDLERS.glob("*.py")}


@pytest.mark.parametrize("name", EVERY_CONFIG)
def test_every_function_gets_the_variables_of_its_settings_and_no_others(name: str) -> None:
    environments = _environments(name)
    assert set(environments) == set(function_table.FUNCTIONS)
    for function, row in function_table.FUNCTIONS.items():
        assert set(environments[function]) == {*row.settings.variables(), "LOG_LEVEL"}


def test_the_settings_are_those_of_the_stage() -> None:
    environments = _environments("customer-key-large-site")
    assert {each["STAGE"] for each in environments.values()} == {"customer-key-large-site"}
    texts = {k: v for k, v in environments["process_events"].items() if isinstance(v, str)}
    references = {
        "VIEWER_PROFILES_TABLE": "t",
        "REJECTED_BUCKET": "b",
        "LIVE_INDEX_SECRET": "s",
        "TOMBSTONE_SECRET": "t",
    }
    read = ProcessEventsSettings.from_environ({**references, **texts})
    assert (read.live_shards, read.ping_write_interval_s, read.event_retention_days) == (32, 60, 7)
    assert read.placeholders == {"PoC user"}
    assert environments["project_changes"]["AUDIENCE_SHARDS"] == "16"
    assert environments["serve_api"]["AUDIENCE_SHARDS"] == "16"


def test_only_who_writes_sessions_has_the_live_index_s_secret() -> None:
    holders = [
        function for function, variables in _environments("dev").items() if "LIVE_INDEX_SECRET" in variables
    ]
    assert holders == ["process_events"]


def test_only_who_looks_for_tombstones_has_their_secret() -> None:
    holders = {name for name, variables in _environments("dev").items() if "TOMBSTONE_SECRET" in variables}
    assert holders == {"process_events", "project_changes", "serve_api", "erase_viewers"}


def test_the_economy_preset_writes_pings_less_often() -> None:
    assert _environments("dev")["process_events"]["PING_WRITE_INTERVAL_S"] == "30"


@pytest.mark.parametrize("name", EVERY_CONFIG)
def test_no_file_reserves_executions_that_a_new_account_does_not_have(name: str) -> None:
    assert not [f for f in _own_functions(name) if "ReservedConcurrentExecutions" in f]


def test_size_and_tracing_are_choices() -> None:
    functions = {function["Handler"]: function for function in _own_functions("customer-key-large-site")}
    processor = functions["process_events.handler"]
    assert processor["MemorySize"] == 3538
    assert processor["Timeout"] == 300
    assert processor["TracingConfig"] == {"Mode": "Active"}
    assert functions["push_updates.handler"]["MemorySize"] == 1024
    assert "TracingConfig" not in _own_functions("prod")[0]


def test_metrics_are_logged_whatever_the_log_level() -> None:
    functions = _own_functions("customer-key-large-site")
    assert functions
    for function in functions:
        assert function["LoggingConfig"]["ApplicationLogLevel"] == "INFO"
        assert function["Environment"]["Variables"]["LOG_LEVEL"] == "WARNING"


def _own_functions(name: str) -> list[dict[str, Any]]:
    """The functions of lambdas/, each of which must be there."""
    return _functions(name, EVERY_HANDLER - OF_NEW_CLUSTERS - OF_THE_CDK)


def _functions(name: str, handlers: set[str]) -> list[dict[str, Any]]:
    found = synthesize(name).of_type("AWS::Lambda::Function")
    assert {function["Handler"] for function in found} <= EVERY_HANDLER
    return [function for function in found if function["Handler"] in handlers]


def _environments(name: str) -> dict[str, dict[str, Any]]:
    """The variables of each function, by the function's name."""
    return {
        function["Handler"].removesuffix(".handler"): function["Environment"]["Variables"]
        for function in _own_functions(name)
    }
