"""Collector and Enrich get settings that their reference configurations know, and sign in as the mapping does."""

import json
from pathlib import Path
from typing import Any

import hocon
import pytest

from stacks.config import Config, parse_config
from stacks.config_errors import ConfigError
from stacks.constructs.pipeline_settings import (
    SecretValue,
    collector_settings,
    enrich_settings,
    enrichments,
    resolver,
    signing_in,
)
from stacks.pipeline_config import PipelineConfig

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


def pipeline_of(source: str = "msk_serverless", **pipeline: Any) -> PipelineConfig:
    config = configured(source, **pipeline).pipeline
    assert config
    return config


def test_schemas_come_from_iglu_central_and_a_registry_of_the_stage_s_own() -> None:
    (repository,) = json.loads(resolver(pipeline_of()))["data"]["repositories"]
    assert repository["connection"]["http"]["uri"] == "http://iglucentral.com"
    own = pipeline_of(iglu_registry="https://schemas.example.com/iglu")
    central, registry = json.loads(resolver(own))["data"]["repositories"]
    assert central == repository
    assert registry["connection"]["http"]["uri"] == "https://schemas.example.com/iglu"
    assert (registry["priority"], registry["vendorPrefixes"]) == (1, [])


def test_yauaa_is_on_and_needs_nothing_from_outside() -> None:
    (name,) = made = enrichments(pipeline_of())
    assert name == "yauaa_enrichment_config.json"
    assert json.loads(made[name]) == {
        "schema": "iglu:com.snowplowanalytics.snowplow.enrichments/yauaa_enrichment_config/jsonschema/1-0-0",
        "data": {
            "enabled": True,
            "vendor": "com.snowplowanalytics.snowplow.enrichments",
            "name": "yauaa_enrichment_config",
        },
    }


GEO, ISP = "s3://my-data/maxmind/GeoLite2-City.mmdb", "s3://my-data/GeoIP2-ISP.mmdb"


def test_countries_and_providers_come_from_databases_of_the_stage_s_own() -> None:
    made = enrichments(pipeline_of(geo_database=GEO, isp_database=ISP))
    assert json.loads(made["ip_lookups.json"]) == {
        "schema": "iglu:com.snowplowanalytics.snowplow/ip_lookups/jsonschema/2-0-1",
        "data": {
            "name": "ip_lookups",
            "vendor": "com.snowplowanalytics.snowplow",
            "enabled": True,
            "parameters": {
                "geo": {"database": "GeoLite2-City.mmdb", "uri": "s3://my-data/maxmind"},
                "isp": {"database": "GeoIP2-ISP.mmdb", "uri": "s3://my-data"},
            },
        },
    }
    assert set(
        json.loads(enrichments(pipeline_of(geo_database=GEO))["ip_lookups.json"])["data"]["parameters"]
    ) == {"geo"}


@pytest.mark.parametrize("source", ["msk_serverless", "self-managed tls"])
@pytest.mark.parametrize("database", [GEO, None])
def test_enrich_5_is_set_to_read_from_s3_where_there_is_a_database(source: str, database: str | None) -> None:
    enrich = keys(settings(configured(source, geo_database=database))["enrich"])
    told = enrich.get("blobStorage.s3")
    assert told == (True if database and source == "msk_serverless" else None)
    assert unknown(enrich, "enrich-5" if source == "msk_serverless" else "enrich-6") == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("geo_database", "https://example.com/GeoLite2-City.mmdb"),
        ("geo_database", "s3://my-data/GeoLite2-Country.mmdb"),
        ("geo_database", "s3://My_Data/GeoLite2-City.mmdb"),
        ("geo_database", "s3://my-data/*/GeoLite2-City.mmdb"),
        ("isp_database", "s3://my-data/GeoLite2-City.mmdb"),
        ("iglu_registry", "schemas.example.com"),
        ("iglu_registry", "https://schemas.example.com/?key=secret"),
    ],
)
def test_what_enrich_could_not_use_is_refused_by_name(key: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"pipeline.{key}"):
        pipeline_of(**{key: value})
