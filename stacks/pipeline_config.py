"""The `pipeline:` part of the configuration: Snowplow's Collector and Enrich, before the stage's Kafka."""

import re
from ipaddress import ip_network
from typing import Annotated

from pydantic import Field

from stacks.kafka_config import KafkaConfig
from stacks.kafka_sources import MskServerlessSource, MskSource, SelfManagedSource, SubnetId
from stacks.strict_model import StrictModel

LICENCE = "https://docs.snowplow.io/limited-use-license-1.1/"

COLLECTOR_IMAGE = "snowplow/scala-stream-collector-kafka:3.7.0"
"""Brings aws-msk-iam-auth, since 2.6.0 (snowplow/stream-collector, CHANGELOG and project/Dependencies.scala)."""

ENRICH_IMAGE = "snowplow/snowplow-enrich-kafka:6.3.0"
ENRICH_IMAGE_FOR_IAM = "snowplow/snowplow-enrich-kafka:5.2.0"
"""Brings aws-msk-iam-auth, as 3.8.0 to 5.x do (snowplow/enrich, CHANGELOG, #752). Enrich 6 is built on
common-streams, whose Kafka module doesn't have it, and adds it no more (kafkaDependencies in
project/Dependencies.scala of snowplow/enrich and of snowplow-incubator/common-streams)."""

_ENRICH_OF_SNOWPLOW = re.compile(r"snowplow/snowplow-enrich-kafka:(\d+)\.")
FIRST_ENRICH_WITHOUT_IAM = 6

RAW_TOPIC, BAD_TOPIC = "snowplow-raw-good", "snowplow-bad"
PIPELINE_TOPICS = (RAW_TOPIC, BAD_TOPIC)
"""Beside the topic that is read: what the Collector took, and what neither of the two could use."""

_DATABASE = r"^s3://[a-z0-9][a-z0-9.-]{{1,61}}[a-z0-9]/([\w.-]+/)*{}\.mmdb$"
"""The names are those that the schema of the ip_lookups enrichment allows (Iglu Central, ip_lookups 2-0-1)."""

Image = Annotated[str, Field(pattern=r"^[a-z0-9][\w./:-]*(:[\w.-]+|@sha256:[0-9a-f]{64})$")]


class PipelineConfig(StrictModel):
    """Snowplow's Collector and Enrich on Fargate, before the stage's Kafka; not there unless this section is.

    `-c pipeline=on` on the command line is this section, empty. docs/pipeline.md has its price.
    """

    accept_limited_use_licence: bool = Field(
        default=False,
        description=f"You accept Snowplow's Limited Use Licence ({LICENCE}) for your Collector and Enrich. "
        "Refused without.",
    )
    bootstrap_servers: list[Annotated[str, Field(pattern=r"^[^:/\s]+:\d{1,5}$")]] = Field(
        default_factory=list,
        description="host:port of an Amazon MSK cluster you have, for its sign-in: `aws kafka "
        "get-bootstrap-brokers`. The other sources know theirs.",
    )
    subnet_ids: list[SubnetId] = Field(
        default_factory=list,
        description="Where the tasks live in a VPC you have, with a way to the Internet for images and schemas. "
        "Default: those of kafka.source.network.",
    )
    public_ip: bool = Field(
        default=False,
        description="Give the tasks public addresses, for public subnets you name; msk_serverless always does, "
        "since its VPC has no NAT gateway. Nothing outside is let in.",
    )
    collector_image: Image = Field(default=COLLECTOR_IMAGE, description="Pinned; yours if you keep a copy.")
    enrich_image: Image | None = Field(
        default=None,
        description=f"Pinned. Default: {ENRICH_IMAGE}, and {ENRICH_IMAGE_FOR_IAM} where Kafka signs in by IAM.",
    )
    collector_tasks: int = Field(default=1, ge=1, le=100, description="Copies of the Collector.")
    enrich_tasks: int = Field(
        default=1, ge=1, le=100, description="Copies of Enrich; more than partitions are idle."
    )
    partition_key: str = Field(
        default="domain_userid",
        pattern=r"^(domain_userid|user_id|network_userid|domain_sessionid)$",
        description="Enriched event's field that is the key on Kafka: domain_userid, user_id, network_userid or "
        "domain_sessionid.",
    )
    geo_database: str | None = Field(
        default=None,
        pattern=_DATABASE.format("(GeoLite2|GeoIP2)-City"),
        description="Your copy of MaxMind's city database, s3://bucket/folder/GeoLite2-City.mmdb or "
        "GeoIP2-City.mmdb, from which Enrich tells countries. Default: none, and no country: both need an account "
        "and a licence of yours.",
    )
    isp_database: str | None = Field(
        default=None,
        pattern=_DATABASE.format("GeoIP2-ISP"),
        description="The same for providers: s3://bucket/folder/GeoIP2-ISP.mmdb.",
    )
    iglu_registry: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s?#]+[^\s?#/]$",
        description="Where schemas of your own are, such as an entity for the CDN: a static registry's address. "
        "Enrich refuses events with a schema that it doesn't find. Default: Iglu Central's alone.",
    )


def image_of_enrich(config: PipelineConfig, kafka: KafkaConfig) -> str:
    """The image that runs: the configured one, else the pinned one that can sign in."""
    return config.enrich_image or (ENRICH_IMAGE_FOR_IAM if signs_in_by_iam(kafka) else ENRICH_IMAGE)


def enrich_major(image: str) -> int | None:
    """The major version of one of Snowplow's Enrich images; None for images of other names or pinned by digest."""
    found = _ENRICH_OF_SNOWPLOW.search(image)
    return int(found[1]) if found else None


def signs_in_by_iam(kafka: KafkaConfig) -> bool:
    """MSK Serverless knows no other sign-in."""
    source = kafka.source
    return isinstance(source, MskServerlessSource) or (
        isinstance(source, MskSource) and source.authentication == "iam"
    )


def pipeline_problems(config: PipelineConfig, kafka: KafkaConfig, collector_url: str | None) -> list[str]:
    """Why this pipeline can't stand before this Kafka; empty where it can."""
    problems = []
    if not config.accept_limited_use_licence:
        problems.append(
            "Collector and Enrich are under Snowplow's Limited Use Licence: read it "
            f"({LICENCE}), then say accept_limited_use_licence: yes (or -c accept_limited_use_licence=yes)"
        )
    if collector_url:
        problems.append("it brings a collector: leave site.collector_url out")
    major = enrich_major(image_of_enrich(config, kafka))
    if signs_in_by_iam(kafka) and major is not None and major >= FIRST_ENRICH_WITHOUT_IAM:
        problems.append(
            f"Snowplow's Enrich {major} has no aws-msk-iam-auth and can't sign in to MSK by IAM: leave "
            f"enrich_image out ({ENRICH_IMAGE_FOR_IAM}), or use sasl_scram_512"
        )
    source = kafka.source
    if isinstance(source, MskServerlessSource):
        return problems + _of_new_cluster(config, source)
    return problems + _of_your_cluster(config, source)


def _of_new_cluster(config: PipelineConfig, source: MskServerlessSource) -> list[str]:
    given = [name for name in ("bootstrap_servers", "subnet_ids") if getattr(config, name)]
    problems = [f"{' and '.join(given)}: msk_serverless has its own"] if given else []
    # A private and a public /24 a zone, in powers of two.
    smallest = 22 if source.availability_zones == 2 else 21
    if ip_network(source.vpc_cidr).prefixlen > smallest:
        problems.append(f"its public subnets need kafka.source.vpc_cidr to be /{smallest} or wider")
    return problems


def _of_your_cluster(config: PipelineConfig, source: MskSource | SelfManagedSource) -> list[str]:
    problems = []
    if source.network is None:
        problems.append(
            "it runs in the brokers' VPC: set kafka.source.network (brokers on the Internet: run Collector and "
            "Enrich beside them, docs/getting-events-in.md)"
        )
    elif len(source.network.subnet_ids) < 2:
        problems.append("its load balancer needs subnets of two zones in kafka.source.network.subnet_ids")
    if isinstance(source, MskSource) != bool(config.bootstrap_servers):
        problems.append(
            "an Amazon MSK cluster of yours needs bootstrap_servers"
            if isinstance(source, MskSource)
            else "bootstrap_servers stands in kafka.source already"
        )
    return problems
