"""Collector and Enrich get settings that their reference configurations know, and sign in as the mapping does."""

import json
from pathlib import Path
from typing import Any

import hocon
import pytest

from stacks.config import Config, parse_config
from stacks.constructs.pipeline_settings import (
    SecretValue,
    collector_settings,
    enrich_settings,
    resolver,
    signing_in,
)

ROOT = Path(__file__).parents[3]
REFERENCE = Path(__file__).parent / "reference"
SECRET, CA = (
    f"arn:aws:secretsmanager:eu-west-1:111122223333:secret:{name}-AbCdEf" for name in ("AmazonMSK_client", "ca")
)
NETWORK = {
    "vpc_id": "vpc-0a1b2c3d",
    "subnet_ids": ["subnet-0a1b2c3d", "subnet-1a1b2c3d"],
    "security_group_id": "sg-0a1b2c3d",
}
MSK = "arn:aws:kafka:eu-west-1:111122223333:cluster/events/0a1b2c3d-1111-2222-3333-444455556666-7"
BROKERS = ["b-1.example:9096", "b-2.example:9096"]
SOURCES: dict[str, dict[str, Any]] = {
    "msk_serverless": {"type": "msk_serverless"},
    "msk iam": {"type": "msk", "cluster_arn": MSK, "network": NETWORK},
    **{
        f"msk {sign_in}": {
            "type": "msk",
            "cluster_arn": MSK,
            "authentication": sign_in,
            "secret_arn": SECRET,
            "secret_kms_key_arn": "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d",
            "network": NETWORK,
        }
        for sign_in in ("sasl_scram_512", "mtls")
    },
    **{
        f"self-managed {sign_in}": {
            "type": "self_managed",
            "bootstrap_servers": BROKERS,
            "authentication": sign_in,
            "root_ca_secret_arn": CA,
            "network": NETWORK,
            **({} if sign_in == "tls" else {"secret_arn": SECRET}),
        }
        for sign_in in ("tls", "sasl_scram_256", "sasl_scram_512", "mtls", "basic")
    },
}


def configured(source: str, **pipeline: Any) -> Config:
    values: dict[str, Any] = {"accept_limited_use_licence": True} | pipeline
    if SOURCES[source]["type"] == "msk":
        values["bootstrap_servers"] = BROKERS
    return parse_config("dev", {"kafka": {"source": SOURCES[source]}, "pipeline": values})


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the tasks have, where HOCON looks its substitutions up."""
    monkeypatch.setenv("KAFKA_BROKERS", "brokers.example:9098")
    for name in ("USERNAME", "PASSWORD", "CERTIFICATE", "PRIVATE_KEY", "ROOT_CA"):
        monkeypatch.setenv(f"KAFKA_{name}", f"the-{name.lower()}")


def settings(config: Config) -> dict[str, dict[str, Any]]:
    assert config.pipeline
    client = signing_in(config.kafka)
    enrich = enrich_settings(config.pipeline, config.kafka, "dev", client)
    return {
        "collector": parsed(collector_settings(client)),
        "enrich": parsed(enrich),
    }


def parsed(text: str) -> dict[str, Any]:
    tree: Any = hocon.parse(text).to_object()
    assert isinstance(tree, dict)
    return tree


def keys(tree: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Values by path; a Kafka property's own dots are part of one name."""
    found: dict[str, Any] = {}
    for key, value in tree.items():
        path = f"{prefix}{key}"
        found |= keys(value, f"{path}.") if isinstance(value, dict) else {path: value}
    return found


def reference(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((REFERENCE / f"{name}.json").read_text())
    assert found["source"]
    return found


def unknown(found: dict[str, Any], name: str) -> list[str]:
    """Paths of which the reference configuration of the program, or of Kafka's client, doesn't know."""
    known, client = reference(name), set(reference("kafka_client")["keys"])
    blocks = tuple(f"{block}." for block in known["kafka_properties"])
    strange = []
    for path in found:
        block = next((block for block in blocks if path.startswith(block)), None)
        if path.removeprefix(block) not in client if block else path not in known["keys"]:
            strange.append(path)
    return strange


@pytest.mark.parametrize("source", SOURCES)
def test_the_programs_know_every_setting_and_miss_none(source: str) -> None:
    made = settings(configured(source))
    enrich = "enrich-5" if source in ("msk_serverless", "msk iam") else "enrich-6"
    for program, name in (("collector", "collector"), ("enrich", enrich)):
        found = keys(made[program])
        assert unknown(found, name) == []
        assert [needed for needed in reference(name)["needed"] if not found.get(needed)] == []


@pytest.mark.parametrize("name", ["collector", "enrich", "enrich-5"])
def test_the_files_for_running_them_yourself_are_known_too(name: str) -> None:
    text = (ROOT / "snowplow" / f"{name}.hocon").read_text()
    found = keys(parsed(text))
    assert unknown(found, "enrich-6" if name == "enrich" else name) == []


def test_a_setting_that_is_not_in_the_reference_is_found() -> None:
    misspelt = keys(parsed('collector.prot = 1\ncollector.streams.good.producerConf { "ssl.x" = 1 }'))
    assert unknown(misspelt, "collector") == ["collector.prot", "collector.streams.good.producerConf.ssl.x"]


@pytest.mark.parametrize("source", SOURCES)
def test_what_one_writes_the_next_reads(source: str) -> None:
    config = configured(source, partition_key="user_id")
    made = settings(config)
    collector, enrich = keys(made["collector"]), keys(made["enrich"])
    assert collector["collector.streams.good.name"] == enrich["input.topicName"] == "snowplow-raw-good"
    assert collector["collector.streams.bad.name"] == enrich["output.bad.topicName"] == "snowplow-bad"
    assert enrich["output.good.topicName"] == config.kafka.topics[0]
    assert enrich["output.good.partitionKey"] == "user_id"
    assert enrich["input.consumerConf.group.id"] == "live-viewers-dev-enrich"
    for path in ("input.bootstrapServers", "output.good.bootstrapServers", "output.bad.bootstrapServers"):
        assert enrich[path] == collector["collector.streams.good.brokers"] == "brokers.example:9098"
    # Nothing that it can't write: that topic isn't made.
    assert enrich.get("output.failed") is None
    assert "output.failed.topicName" not in enrich


SCRAM = 'org.apache.kafka.common.security.scram.ScramLoginModule required username="the-username" '
SIGN_INS = {
    "iam": {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "AWS_MSK_IAM",
        "sasl.jaas.config": "software.amazon.msk.auth.iam.IAMLoginModule required;",
        "sasl.client.callback.handler.class": "software.amazon.msk.auth.iam.IAMClientCallbackHandler",
    },
    "sasl_scram_256": {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-256",
        "sasl.jaas.config": SCRAM + 'password="the-password";',
    },
    "sasl_scram_512": {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.jaas.config": SCRAM + 'password="the-password";',
    },
    "basic": {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "PLAIN",
        "sasl.jaas.config": "org.apache.kafka.common.security.plain.PlainLoginModule required "
        'username="the-username" password="the-password";',
    },
    "tls": {"security.protocol": "SSL"},
    "mtls": {
        "security.protocol": "SSL",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.certificate.chain": "the-certificate",
        "ssl.keystore.key": "the-private_key",
    },
}


@pytest.mark.parametrize("source", SOURCES)
def test_every_client_signs_in_as_the_mapping_does(source: str) -> None:
    config = configured(source)
    sign_in = "iam" if source == "msk_serverless" else source.split(" ")[1]
    expected = dict(SIGN_INS[sign_in])
    if source.startswith("self-managed"):
        expected |= {"ssl.truststore.type": "PEM", "ssl.truststore.certificates": "the-root_ca"}
    made = settings(config)
    everything = keys(made["collector"]) | keys(made["enrich"])
    blocks = reference("collector")["kafka_properties"] + reference("enrich-6")["kafka_properties"]
    for block in blocks:
        of_block = {
            path.removeprefix(f"{block}."): value for path, value in everything.items() if path.startswith(block)
        }
        of_block = {key: value for key, value in of_block.items() if key not in ("group.id", "auto.offset.reset")}
        assert of_block == expected, block


def test_no_secret_is_in_a_settings_file(monkeypatch: pytest.MonkeyPatch) -> None:
    config = configured("self-managed mtls")
    client = signing_in(config.kafka)
    assert client.secrets == {
        "KAFKA_CERTIFICATE": SecretValue(SECRET, "certificate"),
        "KAFKA_PRIVATE_KEY": SecretValue(SECRET, "privateKey"),
        "KAFKA_ROOT_CA": SecretValue(CA, "certificate"),
    }
    assert SECRET not in collector_settings(client)
    scram = signing_in(configured("msk sasl_scram_512").kafka)
    assert set(scram.secrets) == {"KAFKA_USERNAME", "KAFKA_PASSWORD"}
    assert signing_in(configured("msk_serverless").kafka).secrets == {}


def test_schemas_come_from_iglu_central() -> None:
    (repository,) = json.loads(resolver())["data"]["repositories"]
    assert repository["connection"]["http"]["uri"] == "http://iglucentral.com"
