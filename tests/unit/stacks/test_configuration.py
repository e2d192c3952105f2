"""A configuration that can't work is refused before synthesis, in words that name the key and what is allowed."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kafka_event_source.provisioned_mode import refusal
from stacks import config_docs
from stacks.bundle import lambda_platform
from stacks.config import Config, load_config, parse_config
from stacks.config_errors import FORMS, ConfigError
from stacks.live_viewers_stack import LiveViewersStack
from stacks.regions import MSK_SERVERLESS_REGIONS, REGIONS
from tests.unit.stacks.synthesis import new_app

MSK = {"type": "msk", "cluster_arn": "arn:aws:kafka:eu-west-1:111122223333:cluster/a/b"}
KEY = "arn:aws:kms:eu-west-1:111122223333:key/a"
SECRETS = "arn:aws:secretsmanager:eu-west-1:111122223333:secret"
SCRAM = MSK | {"authentication": "sasl_scram_512", "secret_arn": f"{SECRETS}:AmazonMSK_viewers-AbCdEf"}
COGNITO = {"mode": "cognito"}
OIDC = {"mode": "oidc", "audience": ["a"], "page_client_id": "page"}
SERVERLESS = {"type": "msk_serverless"}
PLAIN = {"type": "self_managed", "bootstrap_servers": ["kafka:9092"], "authentication": "plaintext"}


def refused(values: dict[str, Any], stage: str = "dev") -> str:
    with pytest.raises(ConfigError) as caught:
        parse_config(stage, values, "config/dev.yaml")
    return str(caught.value)


def kafka(**keys: Any) -> dict[str, Any]:
    return {"kafka": {"source": MSK, **keys}}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, ["config/dev.yaml", "kafka: Field required"]),
        (kafka(batchsize=5), ["kafka.batchsize", "not permitted", "5", "known here:", "batch_size", "window_s"]),
        (
            kafka(source=MSK | {"vpc": "a"}),
            ["kafka.source.vpc:", "known here: authentication, cluster_arn, network"],
        ),
        (
            kafka() | {"functions": {"sizes": {"serve_api": {"memory": 1}}}},
            ["functions.sizes.serve_api.memory", "known here: memory_mb, reserved_concurrency, timeout_s"],
        ),
        (kafka() | {"kaffka": 1}, ["kaffka", "known here: account, alerts, audience, auth, data"]),
        (kafka(preset=["economy"]), ["kafka.preset", "'low-latency' or 'economy'"]),
        (
            kafka() | {"viewers": {"placeholder_viewer_ids": ["PoC user", "a,b"]}},
            ["placeholder_viewer_ids 'a,b'", "no comma"],
        ),
        (
            kafka() | {"data": {"removal": "destroy", "deletion_protection": True}},
            ["removal destroy and deletion_protection true contradict"],
        ),
        (
            kafka(on_failure_kms_key_arn="arn:aws:kms:eu-west-1:111122223333:key/a"),
            ["on_failure_kms_key_arn needs on_failure"],
        ),
        (kafka() | {"monitoring": {"nothing_arrives_minutes": 7}}, ["multiple of 5", "7"]),
        (
            kafka(batch_size=20_000),
            ["kafka.batch_size", "less than or equal to 10000", "20000", "allowed: 1 to 10000"],
        ),
        (kafka(window_s=301), ["kafka.window_s", "less than or equal to 300", "301"]),
        (kafka(preset="fast"), ["kafka.preset", "'low-latency' or 'economy'", "'fast'"]),
        (kafka(starting_position="AT_TIMESTAMP"), ["starting_position_timestamp_s go together"]),
        (kafka(topics=["aa", "aa"]), ["topics names a topic twice"]),
        (kafka(topics=["aa", "bb"], consumer_group_id="one"), ["consumer_group_id must contain {topic}"]),
        (kafka(topics=["no spaces"]), ["kafka.topics.0", "'no spaces'"]),
        (kafka(topics=["a"]), ["kafka.topics.0", "at least 2"]),
        (kafka(topics=[".hidden"]), ["kafka.topics.0", "'.hidden'"]),
        (kafka(maximum_record_age_s=30), ["maximum_record_age_s 30 is neither -1 nor 60 to 604,800"]),
        (kafka(provisioned={"minimum": 5, "maximum": 2}), ["minimum 5 is above maximum 2"]),
        (kafka(provisioned={"minimum": 201}), ["kafka.provisioned.minimum", "201", "allowed: 1 to 200"]),
        (kafka(provisioned={"minimum": "many"}), ["kafka.provisioned.minimum", "'many'", "allowed: 1 to 200"]),
        (kafka(source=MSK | {"authentication": "mtls"}), ["authentication mtls needs secret_arn"]),
        (
            kafka(source=MSK | {"cluster_arn": "events"}),
            ["kafka.source.cluster_arn: should be an ARN, such as arn:aws:kafka", "'events'"],
        ),
        (kafka(source=SERVERLESS | {"partitions": 0}), ["partitions", "greater than or equal to 1", "0"]),
        (kafka(source=SERVERLESS | {"partitions": 251}), ["partitions", "less than or equal to 250", "251"]),
        (
            kafka(source=SERVERLESS | {"partitions": 100}, topics=["aa", "bb"], on_failure="kafka://c"),
            ["300 partitions of all topics together are more than 250"],
        ),
        (kafka(source=MSK | {"partitions": 4}), ["kafka.source.partitions: ", "not permitted"]),
        (kafka(source={"type": "kinesis"}), ["kafka.source", "'msk', 'self_managed', 'msk_serverless'"]),
        (
            kafka(source=PLAIN | {"authentication": "tls"}),
            ["authentication tls without network: brokers on the Internet need a secret"],
        ),
        (kafka() | {"auth": {"mode": "oidc"}}, ["auth.issuer: Field required"]),
        (
            kafka() | {"functions": {"log_retention_days": 8}},
            ["log_retention_days 8 is not one of 1, 3, 5, 7, 14, 30"],
        ),
        (kafka() | {"functions": {"sizes": {"process": {}}}}, ["functions.sizes.process", "'process_events'"]),
        (
            kafka() | {"data": {"kms_key_arn": "arn:aws:kms:eu-west-1:111122223333:key/a"}},
            ["data.kms_key_arn needs region to be the key's, eu-west-1"],
        ),
        (kafka() | {"data": {"warm_throughput": {"writes_per_s": 10}}}, ["writes_per_s", "4000"]),
        (kafka(source=SCRAM), ["sasl_scram_512 needs secret_kms_key_arn", "MSK takes no secret under"]),
        (
            kafka(source=SCRAM | {"secret_kms_key_arn": KEY, "secret_arn": f"{SECRETS}:kafka-AbCdEf"}),
            ["secret_arn: MSK takes only secrets whose names begin with AmazonMSK_"],
        ),
        (kafka(filters=[{"value": {"a": [1]}}] * 6), ["kafka.filters", "at most 5"]),
        (kafka(filters=[{"key": ["a"], "value": ["b"]}]), ["filters on key", "the value alone"]),
        (kafka(filters=[{"timestamp": [1]}]), ["filters on timestamp", "the value alone"]),
        *(
            (
                kafka() | {"auth": COGNITO | {"domain_prefix": f"my-{word}-viewers"}},
                ["domain_prefix", f"refuses '{word}'"],
            )
            for word in ("aws", "cognito", "amazon")
        ),
        (kafka(source=SERVERLESS | {"vpc_cidr": "10.0.0.0/24"}), ["vpc_cidr 10.0.0.0/24", "/16 to /23 with 2"]),
        (
            kafka(source=SERVERLESS | {"vpc_cidr": "10.0.0.0/23", "availability_zones": 3}),
            ["vpc_cidr 10.0.0.0/23", "/16 to /22 with 3 zones"],
        ),
        (kafka(source=SERVERLESS | {"vpc_cidr": "10.0.0/20"}), ["vpc_cidr '10.0.0/20' is no IPv4 range"]),
        (
            kafka(source=SERVERLESS) | {"region": "us-west-1"},
            ["us-west-1: MSK Serverless is to be had in", "us-west-2"],
        ),
        (kafka() | {"region": "cn-north-1"}, ["region cn-north-1", "missing in China"]),
        (kafka() | {"region": "us-gov-west-1"}, ["region us-gov-west-1", "CloudFront is missing"]),
        (kafka() | {"region": "eu-west-9"}, ["region eu-west-9 is none of those"]),
        (kafka() | {"auth": OIDC | {"issuer": "http://login.example.com"}}, ["auth.issuer", "'http://login"]),
    ],
)
def test_a_mistake_is_named_with_its_key_its_value_and_what_is_allowed(
    values: dict[str, Any], words: list[str]
) -> None:
    message = refused(values)
    assert [word for word in words if word not in message] == []


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ({"maximum_retry_attempts": 3}, "MaximumRetryAttempts"),
        ({"maximum_record_age_s": 60}, "MaximumRecordAgeInSeconds"),
        ({"bisect_on_error": True}, "BisectBatchOnFunctionError"),
        ({"partial_responses": True}, "FunctionResponseTypes"),
        ({"log_level": "INFO"}, "LoggingConfig"),
        ({"metrics": True}, "MetricsConfig"),
        ({"on_failure": "kafka://dead"}, "DestinationConfig.OnFailure (Kafka topic)"),
    ],
)
def test_what_needs_provisioned_mode_is_refused_in_the_event_source_s_words(
    setting: dict[str, Any], name: str
) -> None:
    assert refusal([name]) in refused(kafka(preset="economy", **setting))
    parse_config("dev", kafka(preset="low-latency", **setting))


def test_a_queue_needs_no_provisioned_mode() -> None:
    queue = "arn:aws:sqs:eu-west-1:111122223333:failed"
    assert parse_config("dev", kafka(preset="economy", on_failure=queue)).kafka.on_failure == queue


@pytest.mark.parametrize("stage", ["dev", "prod", "locally"])
def test_on_aws_nobody_reads_without_signing_in(stage: str) -> None:
    assert "auth.mode none is for stage local" in refused(kafka() | {"auth": {"mode": "none"}}, stage)


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_on_aws_kafka_is_not_read_in_the_clear(stage: str) -> None:
    assert "plaintext is for stage local" in refused({"kafka": {"source": PLAIN}}, stage)


def test_stage_local_may_do_both() -> None:
    config = parse_config("local", {"kafka": {"source": PLAIN}, "auth": {"mode": "none"}})
    assert config.auth.mode == "none"


@pytest.mark.parametrize(
    "issuer", ["https://login.example.com", "https://tenant.auth0.com/", "https://sts.windows.net/1-2-3/"]
)
def test_an_issuer_is_taken_as_its_tokens_have_it(issuer: str) -> None:
    auth = parse_config("dev", kafka() | {"auth": OIDC | {"issuer": issuer}}).auth
    assert auth.issuer == issuer  # type: ignore[union-attr]


def test_a_stage_whose_name_cognito_would_refuse_needs_a_prefix_of_its_own() -> None:
    assert "auth.domain_prefix is needed" in refused(kafka(), "aws-trial")
    parse_config("aws-trial", kafka() | {"auth": COGNITO | {"domain_prefix": "viewers-trial"}})
    parse_config("aws-trial", kafka() | {"auth": OIDC | {"issuer": "https://login.example.com"}})


def test_msk_in_its_own_regions_and_a_cluster_of_yours_in_all_are_taken() -> None:
    for region in MSK_SERVERLESS_REGIONS:
        assert parse_config("dev", kafka(source=SERVERLESS) | {"region": region}).region == region
    for region in REGIONS:
        assert parse_config("dev", kafka() | {"region": region}).region == region


def test_the_stack_itself_refuses_an_open_api_on_aws(tmp_path: Path) -> None:
    config = Config.model_validate(kafka() | {"auth": {"mode": "none"}})
    with pytest.raises(Exception, match="mode none is for stage local"):
        LiveViewersStack(
            new_app(),
            "Open",
            stage="dev",
            config=config,
            bundle=tmp_path,
            bundle_platform=lambda_platform(),
            site=tmp_path,
        )


@pytest.mark.parametrize(("ping", "interval"), [(30, 31), (60, 76), (10, 1)])
def test_pings_are_not_skipped_for_longer_than_a_viewer_is_live(ping: int, interval: int) -> None:
    values = kafka() | {"viewers": {"default_ping_interval_s": ping, "ping_write_interval_s": interval}}
    assert "viewers would drop out while they watch" in refused(values)


@pytest.mark.parametrize(("ping", "interval"), [(30, 30), (60, 75), (10, 0)])
def test_pings_may_be_skipped_within_the_lease(ping: int, interval: int) -> None:
    values = kafka() | {"viewers": {"default_ping_interval_s": ping, "ping_write_interval_s": interval}}
    assert parse_config("dev", values).ping_write_interval_s == interval


def test_a_key_of_the_file_wins_over_its_preset() -> None:
    settings = parse_config("dev", kafka(preset="low-latency", window_s=7)).kafka
    assert settings.window_s == 7
    assert settings.provisioned is not None


@pytest.mark.parametrize(("removal", "protected"), [("retain", True), ("destroy", False)])
def test_what_is_retained_is_protected_and_what_is_destroyed_is_not(removal: str, protected: bool) -> None:
    assert parse_config("dev", kafka() | {"data": {"removal": removal}}).data.deletion_protection is protected


def test_an_unknown_stage_names_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "dev.yaml").touch()
    with pytest.raises(ConfigError, match=r"no config/staging\.yaml: known stages are dev"):
        load_config("staging", tmp_path)


@pytest.mark.parametrize("stage", ["Dev", "", "a" * 38, "../local", "my stage"])
def test_a_stage_that_aws_could_not_name_things_after_is_refused(stage: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="lower-case letters, digits and hyphens"):
        load_config(stage, tmp_path)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "dev.yaml").write_text("kafka: [")
    with pytest.raises(ConfigError, match=r"config/dev\.yaml, line 1 is not YAML"):
        load_config("dev", tmp_path)


def test_the_laptop_s_broker_replaces_the_file_s(tmp_path: Path) -> None:
    (tmp_path / "local.yaml").write_text("kafka: {source: {type: self_managed, bootstrap_servers: ['a:1']}}")
    text = (tmp_path / "local.yaml").read_text().replace("'a:1']", "'a:1'], authentication: plaintext")
    (tmp_path / "local.yaml").write_text(text)
    source = load_config("local", tmp_path, kafka_bootstrap="b:2,c:3").kafka.source
    assert source.type == "self_managed"
    assert source.bootstrap_servers == ["b:2", "c:3"]


def test_the_schema_for_editors_is_the_model_s() -> None:
    assert config_docs.SCHEMA.read_text(encoding="utf-8") == config_docs.schema()


def test_the_documentation_names_every_key_with_its_default() -> None:
    assert config_docs.DOCUMENT.read_text(encoding="utf-8") == config_docs.document()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kafka:\n  preset: economy\n  preset: low-latency\n", ["line 3: preset stands twice, first in line 2"]),
        ("kafka: {}\nauth: {}\nkafka: {}\n", ["line 3: kafka stands twice, first in line 1"]),
        ("kafka: [\n", ["line 2 is not YAML"]),
        ("- kafka\n", ["holds no keys with values"]),
        ("just words\n", ["holds no keys with values"]),
        ("kafka: {source: {type: msk, cluster_arn: x}}\n", ["  kafka.source.cluster_arn: should be an ARN"]),
        ("kafka: {source: {type: nonsense}}\n", ["kafka.source", "'msk', 'self_managed', 'msk_serverless'"]),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_line_or_key(tmp_path: Path, text: str, words: list[str]) -> None:
    (tmp_path / "dev.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config("dev", tmp_path)
    message = str(caught.value)
    assert message.startswith("config/dev.yaml")
    assert [word for word in words if word not in message] == []


def test_a_broker_for_a_source_that_names_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dev.yaml").write_text("kafka: {source: {type: msk_serverless}}")
    with pytest.raises(ConfigError, match="kafka_bootstrap goes with"):
        load_config("dev", tmp_path, kafka_bootstrap="a:1")


def test_no_pattern_is_shown_raw() -> None:
    schema = json.dumps(Config.model_json_schema())
    patterns = {json.loads(f'"{found}"') for found in re.findall(r'"pattern": "((?:[^"\\]|\\.)*)"', schema)}
    assert patterns == set(FORMS)
