"""The settings files of Collector and Enrich: those in snowplow/, and what a stage adds to them.

Keys are checked by a test against the reference configurations of both programs. Values that are secret stay
`${NAME}` in the file: the task gets them from Secrets Manager into its environment, where HOCON looks them up.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stacks.kafka_config import KafkaConfig
from stacks.kafka_sources import MskServerlessSource, SelfManagedSource
from stacks.pipeline_config import BAD_TOPIC, RAW_TOPIC, PipelineConfig, enrich_major, image_of_enrich

SNOWPLOW = Path(__file__).resolve().parents[2] / "snowplow"
FIRST_ENRICH_ON_COMMON_STREAMS = 6
_SNOWPLOW_VENDOR = "com.snowplowanalytics.snowplow"

LOGIN_MODULES = {
    "sasl_scram_256": ("SCRAM-SHA-256", "org.apache.kafka.common.security.scram.ScramLoginModule"),
    "sasl_scram_512": ("SCRAM-SHA-512", "org.apache.kafka.common.security.scram.ScramLoginModule"),
    "basic": ("PLAIN", "org.apache.kafka.common.security.plain.PlainLoginModule"),
}
USERNAME, PASSWORD = "KAFKA_USERNAME", "KAFKA_PASSWORD"
CERTIFICATE, PRIVATE_KEY, ROOT_CA = "KAFKA_CERTIFICATE", "KAFKA_PRIVATE_KEY", "KAFKA_ROOT_CA"


@dataclass(frozen=True)
class SecretValue:
    """One field of a JSON secret in Secrets Manager."""

    secret_arn: str
    field: str


@dataclass(frozen=True)
class SigningIn:
    """How a Kafka client signs in: its properties as HOCON values, and the secrets by environment variable."""

    properties: Mapping[str, str]
    secrets: Mapping[str, SecretValue] = field(default_factory=dict)


def signing_in(kafka: KafkaConfig) -> SigningIn:
    """As the event source mapping signs in, with the same secrets."""
    source = kafka.source
    if isinstance(source, MskServerlessSource) or source.authentication == "iam":
        # aws-msk-iam-auth, README: "Configuring a Kafka client to use AWS IAM".
        return SigningIn(
            {
                "security.protocol": _text("SASL_SSL"),
                "sasl.mechanism": _text("AWS_MSK_IAM"),
                "sasl.jaas.config": _text("software.amazon.msk.auth.iam.IAMLoginModule required;"),
                "sasl.client.callback.handler.class": _text(
                    "software.amazon.msk.auth.iam.IAMClientCallbackHandler"
                ),
            }
        )
    properties = {"security.protocol": _text("SSL")}
    secrets: dict[str, SecretValue] = {}
    if source.authentication in LOGIN_MODULES and source.secret_arn:
        mechanism, module = LOGIN_MODULES[source.authentication]
        properties = {
            "security.protocol": _text("SASL_SSL"),
            "sasl.mechanism": _text(mechanism),
            "sasl.jaas.config": f'"{module} required username=\\""${{{USERNAME}}}"\\" '
            f'password=\\""${{{PASSWORD}}}"\\";"',
        }
        secrets |= {
            USERNAME: SecretValue(source.secret_arn, "username"),
            PASSWORD: SecretValue(source.secret_arn, "password"),
        }
    elif source.authentication == "mtls" and source.secret_arn:
        properties |= {
            "ssl.keystore.type": _text("PEM"),
            "ssl.keystore.certificate.chain": f"${{{CERTIFICATE}}}",
            "ssl.keystore.key": f"${{{PRIVATE_KEY}}}",
        }
        secrets |= {
            CERTIFICATE: SecretValue(source.secret_arn, "certificate"),
            PRIVATE_KEY: SecretValue(source.secret_arn, "privateKey"),
        }
    if isinstance(source, SelfManagedSource) and source.root_ca_secret_arn:
        properties |= {
            "ssl.truststore.type": _text("PEM"),
            "ssl.truststore.certificates": f"${{{ROOT_CA}}}",
        }
        secrets[ROOT_CA] = SecretValue(source.root_ca_secret_arn, "certificate")
    return SigningIn(properties, secrets)


def collector_settings(client: SigningIn) -> str:
    """The Collector's settings file."""
    added = [f"collector.streams.bad.name = {_text(BAD_TOPIC)}"]
    added += [_block(f"collector.streams.{stream}.producerConf", client.properties) for stream in ("good", "bad")]
    return _with("collector.hocon", added)


def enrich_settings(config: PipelineConfig, kafka: KafkaConfig, stage: str, client: SigningIn) -> str:
    """Enrich's settings file, of the release that is configured: 5 or 6."""
    major = enrich_major(image_of_enrich(config, kafka))
    newer = major is None or major >= FIRST_ENRICH_ON_COMMON_STREAMS
    added = [
        f"input.topicName = {_text(RAW_TOPIC)}",
        _block("input.consumerConf", {"group.id": _text(enrich_group(stage)), **client.properties}),
        f"output.good.topicName = {_text(kafka.topics[0])}",
        f"output.good.partitionKey = {_text(config.partition_key)}",
        _block("output.good.producerConf", client.properties),
        f"output.bad.topicName = {_text(BAD_TOPIC)}",
        _block("output.bad.producerConf", client.properties),
        # What failed is among the bad rows already; as TSV it would need a topic more.
        *(["output.failed = null"] if newer else []),
        # Enrich 6 always has its client for S3.
        *(["blobStorage.s3 = true"] if databases(config) and not newer else []),
    ]
    return _with("enrich.hocon" if newer else "enrich-5.hocon", added)


def databases(config: PipelineConfig) -> dict[str, str]:
    """Where MaxMind's databases lie, by the name that the ip_lookups enrichment has for each."""
    given = {"geo": config.geo_database, "isp": config.isp_database}
    return {name: uri for name, uri in given.items() if uri}


def enrichments(config: PipelineConfig) -> dict[str, str]:
    """Enrich's enrichments by file name: those of snowplow/, and ip_lookups where there are databases."""
    found = {
        path.name: path.read_text(encoding="utf-8") for path in sorted((SNOWPLOW / "enrichments").glob("*.json"))
    }
    parameters = {}
    for name, uri in databases(config).items():
        folder, _, database = uri.rpartition("/")
        parameters[name] = {"database": database, "uri": folder}
    if parameters:
        data = {"name": "ip_lookups", "vendor": _SNOWPLOW_VENDOR, "enabled": True, "parameters": parameters}
        schema = f"iglu:{_SNOWPLOW_VENDOR}/ip_lookups/jsonschema/2-0-1"
        found["ip_lookups.json"] = json.dumps({"schema": schema, "data": data})
    return found


def enrich_group(stage: str) -> str:
    """The consumer group that reads what the Collector took."""
    return f"live-viewers-{stage}-enrich"


def resolver(config: PipelineConfig) -> str:
    """Where Enrich finds schemas: Iglu Central, then a registry of the stage's own where there is one."""
    text = (SNOWPLOW / "resolver.json").read_text(encoding="utf-8")
    if config.iglu_registry is None:
        return text
    settings = json.loads(text)
    connection = {"http": {"uri": config.iglu_registry}}
    own = {"name": "Own schemas", "priority": 1, "vendorPrefixes": [], "connection": connection}
    settings["data"]["repositories"].append(own)
    return json.dumps(settings)


def _with(name: str, added: Sequence[str]) -> str:
    """A file of snowplow/ without its comments, and lines that win over it."""
    given = (SNOWPLOW / name).read_text(encoding="utf-8").splitlines()
    kept = [line for line in given if line.strip() and not line.lstrip().startswith("#")]
    return "\n".join([*kept, *added]) + "\n"


def _block(path: str, values: Mapping[str, str]) -> str:
    return "\n".join([f"{path} {{", *(f'  "{key}" = {value}' for key, value in values.items()), "}"])


def _text(value: str) -> str:
    return json.dumps(value)
