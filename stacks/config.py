"""The configuration of a stage: config/<stage>.yaml, typed, checked before anything is synthesized."""

import re
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, model_validator

from live_viewers.defaults import LEASE_IN_PINGS
from live_viewers.defaults import LOCAL_STAGE as LOCAL_STAGE
from live_viewers.incidents.alert import MOST_ALERTS
from stacks.alerts_config import AlertConfig, check_alerts
from stacks.auth_config import Auth, CognitoAuth, reserved_in
from stacks.config_errors import ConfigError, problem_line
from stacks.config_yaml import read_yaml
from stacks.kafka_config import KafkaConfig
from stacks.kafka_sources import MOST_PARTITIONS, MskServerlessSource, SelfManagedSource
from stacks.pipeline_config import PIPELINE_TOPICS, PipelineConfig, pipeline_problems
from stacks.regions import refuse_region
from stacks.stage_config import (
    DataConfig,
    EmulatorConfig,
    FunctionsConfig,
    LimitsConfig,
    MonitoringConfig,
    SiteConfig,
)
from stacks.strict_model import StrictModel
from stacks.viewers_config import AudienceConfig, ViewersConfig

STAGE_NAME = re.compile(r"[a-z][a-z0-9-]{0,36}")
"""Part of names that AWS limits: the sign-in page's prefix has room for 37 characters."""
DELIVERY_SLACK_S = 15


class Config(StrictModel):
    """All of config/<stage>.yaml."""

    region: str | None = Field(default=None, description="One of those in docs/deploy.md. Default: the CLI's.")
    account: str | None = Field(default=None, pattern=r"^\d{12}$", description="Default: the CLI's.")
    kafka: KafkaConfig
    auth: Auth = Field(default_factory=CognitoAuth)
    viewers: ViewersConfig = Field(default_factory=ViewersConfig)
    audience: AudienceConfig = Field(default_factory=AudienceConfig)
    data: DataConfig = Field(default_factory=DataConfig)
    functions: FunctionsConfig = Field(default_factory=FunctionsConfig)
    site: SiteConfig = Field(default_factory=SiteConfig)
    limits: LimitsConfig = Field(default_factory=LimitsConfig)
    monitoring: MonitoringConfig = Field(default_factory=MonitoringConfig)
    alerts: list[AlertConfig] = Field(
        default_factory=list,
        max_length=MOST_ALERTS,
        description=f"Rules that open incidents, at most {MOST_ALERTS} ([incidents.md](incidents.md)).",
    )
    pipeline: PipelineConfig | None = Field(default=None)
    emulator: EmulatorConfig = Field(default_factory=EmulatorConfig)

    @property
    def topics_of_pipeline(self) -> list[str]:
        """What a new cluster must have for the pipeline, beside the topics that are read."""
        return list(PIPELINE_TOPICS) if self.pipeline else []

    @property
    def ping_write_interval_s(self) -> int:
        """Seconds between writes of pings that only move the playhead; economy's default is 30."""
        chosen = self.viewers.ping_write_interval_s
        if chosen is not None:
            return chosen
        return 30 if self.kafka.preset == "economy" else 0

    @model_validator(mode="after")
    def _region_has_the_services(self) -> "Config":
        if self.region:
            self.refuse_region(self.region)
        return self

    def refuse_region(self, region: str) -> None:
        """Raises ValueError where a service that this configuration needs is missing in `region`."""
        refuse_region(region, msk_serverless=isinstance(self.kafka.source, MskServerlessSource))

    @model_validator(mode="after")
    def _alerts_are_of_what_is_counted(self) -> "Config":
        check_alerts(self.alerts, self.viewers.dimension_names, self.audience.pinned_titles)
        return self

    @model_validator(mode="after")
    def _key_in_region(self) -> "Config":
        key = self.data.kms_key_arn
        if key and key.split(":")[3] != self.region:
            raise ValueError(f"data.kms_key_arn needs region to be the key's, {key.split(':')[3]}")
        return self

    @model_validator(mode="after")
    def _pipeline_can_stand(self) -> "Config":
        if self.pipeline is None:
            return self
        problems = pipeline_problems(self.pipeline, self.kafka, self.site.collector_url)
        source, topics = self.kafka.source, len(self.kafka.topics_of_cluster) + len(self.topics_of_pipeline)
        if isinstance(source, MskServerlessSource) and source.partitions * topics > MOST_PARTITIONS:
            problems.append(f"{source.partitions} partitions of {topics} topics are more than {MOST_PARTITIONS}")
        if problems:
            raise ValueError("pipeline: " + "; ".join(problems))
        return self

    @model_validator(mode="after")
    def _lease_outlives_skipped_pings(self) -> "Config":
        ping, interval = self.viewers.default_ping_interval_s, self.ping_write_interval_s
        lease = LEASE_IN_PINGS * ping
        if interval and interval + ping + DELIVERY_SLACK_S > lease:
            raise ValueError(
                f"viewers.ping_write_interval_s {interval} + default_ping_interval_s {ping} + {DELIVERY_SLACK_S} s"
                f" is longer than the lease of {lease:g} s: viewers would drop out while they watch"
            )
        return self


def parse_config(stage: str, values: dict[str, Any], where: str = "config") -> Config:
    """`values` as the configuration of `stage`. Raises ConfigError, also for what only stage local may do."""
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        lines = [problem_line(Config, entry, values) for entry in error.errors(include_url=False)]
        raise ConfigError("\n".join([f"{where} can't be used:", *lines])) from None
    if stage != LOCAL_STAGE:
        _refuse_what_aws_would(stage, config, where)
    elif config.pipeline:
        raise ConfigError(f"{where}: pipeline is for AWS; on a laptop `make demo` brings a collector")
    return config


def load_config(
    stage: str,
    folder: Path,
    *,
    kafka_bootstrap: str | None = None,
    pipeline: str | None = None,
    accept_limited_use_licence: str | None = None,
    free_edition: str | None = None,
) -> Config:
    """The configuration in `folder`/<stage>.yaml, and what the command line says beside it. Raises ConfigError.

    `kafka_bootstrap` (host:port, comma separated) replaces the file's bootstrap_servers: a laptop's ports vary.
    `pipeline` (on, off) adds or takes away the section, `accept_limited_use_licence` (yes, no) is a key of it.
    `free_edition` (on, off) replaces emulator.free_edition.
    """
    if not STAGE_NAME.fullmatch(stage):
        raise ConfigError(f"stage {stage!r}: lower-case letters, digits and hyphens, 37 at the most")
    path = folder / f"{stage}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(found.stem for found in folder.glob("*.yaml")))
        raise ConfigError(f"no config/{stage}.yaml: known stages are {known}")
    values = read_yaml(path, f"config/{stage}.yaml")
    if kafka_bootstrap:
        kafka = values.get("kafka")
        source = kafka.get("source") if isinstance(kafka, dict) else None
        if not isinstance(source, dict) or source.get("type") != "self_managed":
            raise ConfigError(
                f"-c kafka_bootstrap goes with kafka.source.type self_managed in config/{stage}.yaml"
            )
        source["bootstrap_servers"] = kafka_bootstrap.split(",")
    if pipeline is not None:
        section = (values.pop("pipeline", None) or {}) if _switch("pipeline", pipeline) else None
        values |= {} if section is None else {"pipeline": section}
    if accept_limited_use_licence is not None and isinstance(values.get("pipeline"), dict):
        accepted = _switch("accept_limited_use_licence", accept_limited_use_licence)
        values["pipeline"] = values["pipeline"] | {"accept_limited_use_licence": accepted}
    if free_edition is not None:
        switched = {"free_edition": _switch("free_edition", free_edition)}
        values["emulator"] = (values.get("emulator") or {}) | switched
    return parse_config(stage, values, f"config/{stage}.yaml")


def _switch(name: str, word: str) -> bool:
    """What a word of the command line means. Raises ConfigError."""
    meanings = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}
    if word.lower() not in meanings:
        raise ConfigError(f"-c {name}={word}: {' or '.join(meanings)}")
    return meanings[word.lower()]


def _refuse_what_aws_would(stage: str, config: Config, where: str) -> None:
    refused = []
    if config.auth.mode == "none":
        refused.append("auth.mode none is for stage local: use cognito or oidc")
    source = config.kafka.source
    if isinstance(source, SelfManagedSource) and source.authentication == "plaintext":
        refused.append("kafka.source.authentication plaintext is for stage local: use tls, sasl_scram_256, ...")
    if config.emulator.free_edition:
        refused.append("emulator.free_edition is for stage local: AWS lacks nothing")
    if isinstance(config.auth, CognitoAuth) and config.auth.domain_prefix is None and (word := reserved_in(stage)):
        refused.append(
            f"auth.domain_prefix is needed: the default one holds the stage's name, and Cognito refuses {word!r}"
        )
    if refused:
        raise ConfigError("\n".join([f"{where} can't be used on AWS:", *(f"  {line}" for line in refused)]))
