"""Every key of the configuration, with the smallest configuration that uses it and another value for it."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from stacks.config import Config
from stacks.strict_model import models_in, why_fixed

CLUSTER = "arn:aws:kafka:eu-west-1:111122223333:cluster/events/0a1b2c3d-1111-2222-3333-444455556666-7"
SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:AmazonMSK_live-viewers-AbCdEf"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-1111-2222-3333-444455556666"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:live-viewers-on-failure"
NETWORK = {
    "vpc_id": "vpc-0a1b2c3d",
    "subnet_ids": ["subnet-0a1b2c3d", "subnet-1a1b2c3d"],
    "security_group_id": "sg-0a1b2c3d",
    "manage_rules": True,
    "create_endpoints": True,
}
MSK = {"type": "msk", "cluster_arn": CLUSTER}
SCRAM = MSK | {"authentication": "sasl_scram_512", "secret_arn": SECRET, "secret_kms_key_arn": KEY}
OWN = {"type": "self_managed", "bootstrap_servers": ["10.0.1.10:9096"], "secret_arn": SECRET, "network": NETWORK}
OIDC = {"mode": "oidc", "issuer": "https://login.example.com/", "audience": ["a"], "page_client_id": "page"}
DOMAIN = {
    "name": "viewers.example.com",
    "certificate_arn": "arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d",
    "hosted_zone_id": "Z0123456789ABC",
    "hosted_zone_name": "example.com",
}

SMALLEST: dict[str, Any] = {"region": "eu-west-1", "kafka": {"source": MSK}, "auth": {"mode": "cognito"}}
SECTIONS: dict[str, dict[str, Any]] = {
    "kafka.source[msk]": {"kafka.source": SCRAM},
    "kafka.source[msk].network": {"kafka.source": MSK | {"network": NETWORK}, "kafka.preset": "economy"},
    "kafka.source[self_managed]": {"kafka.source": OWN},
    "kafka.source[self_managed].network": {"kafka.source": OWN, "kafka.preset": "economy"},
    "kafka.source[msk_serverless]": {"kafka.source": {"type": "msk_serverless"}},
    "kafka.source[msk_serverless].producers": {"kafka.source": {"type": "msk_serverless"}},
    "pipeline": {"kafka.source": OWN, "pipeline": {"accept_limited_use_licence": True}},
    "auth[oidc]": {"auth": OIDC},
    "data.warm_throughput": {"data": {"warm_throughput": {"writes_per_s": 8000, "reads_per_s": 20_000}}},
    "site.domain": {"site": {"domain": DOMAIN}},
}
"""What a section needs beside SMALLEST before a key of it means something, by dotted path."""

NEEDS: dict[str, dict[str, Any]] = {
    "kafka.starting_position_timestamp_s": {
        "kafka.starting_position": "AT_TIMESTAMP",
        "kafka.starting_position_timestamp_s": 1767225600,
    },
    "kafka.on_failure_kms_key_arn": {"kafka.on_failure": QUEUE},
    "pipeline.bootstrap_servers": {
        "kafka.source": MSK | {"network": NETWORK},
        "pipeline.bootstrap_servers": ["b-1.events.example.com:9098"],
    },
    "monitoring.alarm_topic_arn": {"monitoring.alarms": True},
}
VALUES: dict[str, Any] = {
    "account": "222233334444",
    "region": "eu-west-2",
    "kafka.topics": ["viewer-json"],
    "kafka.window_s": 5,
    "kafka.starting_position": "LATEST",
    "kafka.starting_position_timestamp_s": 1767312000,
    "kafka.consumer_group_id": "another-{topic}",
    "kafka.filters": [{"value": {"event_name": ["play_event"]}}],
    "kafka.on_failure": QUEUE,
    "kafka.on_failure_kms_key_arn": KEY,
    "kafka.maximum_record_age_s": 3600,
    "kafka.source[msk].type": {"type": "msk_serverless"},
    "kafka.source[msk].cluster_arn": CLUSTER.replace("events", "others"),
    "kafka.source[msk].authentication": "mtls",
    "kafka.source[msk].secret_arn": SECRET.replace("viewers", "others"),
    "kafka.source[msk].secret_kms_key_arn": KEY.replace("0a1b", "1a1b"),
    "kafka.source[self_managed].type": MSK,
    "kafka.source[self_managed].bootstrap_servers": ["10.0.3.10:9096"],
    "kafka.source[self_managed].authentication": "sasl_scram_256",
    "kafka.source[self_managed].secret_arn": SECRET.replace("viewers", "others"),
    "kafka.source[self_managed].secret_kms_key_arn": KEY,
    "kafka.source[self_managed].root_ca_secret_arn": SECRET.replace("viewers", "ca"),
    "kafka.source[msk_serverless].type": MSK,
    "kafka.source[msk_serverless].vpc_cidr": "10.70.0.0/20",
    "kafka.source[msk_serverless].producers.security_group_ids": ["sg-1a1b2c3d"],
    "kafka.source[msk_serverless].producers.cidrs": ["10.20.0.0/16"],
    "kafka.source[msk_serverless].producers.vpcs": [
        {"subnet_ids": ["subnet-1a1b2c3d", "subnet-2a1b2c3d"], "security_group_ids": ["sg-1a1b2c3d"]}
    ],
    "pipeline.bootstrap_servers": ["b-2.events.example.com:9098"],
    "pipeline.subnet_ids": ["subnet-2a1b2c3d", "subnet-3a1b2c3d"],
    "pipeline.collector_image": "registry.example.com/collector:3.7.0",
    "pipeline.enrich_image": "registry.example.com/enrich:6.3.0",
    "pipeline.partition_key": "user_id",
    "pipeline.geo_database": "s3://example-data/GeoIP2-City.mmdb",
    "pipeline.isp_database": "s3://example-data/GeoIP2-ISP.mmdb",
    "pipeline.iglu_registry": "https://registry.example.com",
    "auth[cognito].mode": OIDC,
    "auth[cognito].domain_prefix": "other-viewers",
    "auth[oidc].mode": {"mode": "cognito"},
    "auth[oidc].issuer": "https://login.example.com/realms/other",
    "auth[oidc].audience": ["b"],
    "auth[oidc].page_client_id": "other-page",
    "auth[oidc].read_scope": "others:read",
    "auth[oidc].erase_scope": "others:erase",
    "viewers.ping_write_interval_s": 20,
    "viewers.placeholder_viewer_ids": ["nobody"],
    "data.deletion_protection": False,
    "data.kms_key_arn": KEY,
    "data.warm_throughput.writes_per_s": 6000,
    "data.warm_throughput.reads_per_s": 15_000,
    "functions.log_retention_days": 7,
    "site.web_acl_arn": "arn:aws:wafv2:us-east-1:111122223333:global/webacl/viewers/0a1b2c3d",
    "site.collector_url": "https://collector.example.com",
    "site.domain.name": "live.example.com",
    "site.domain.certificate_arn": DOMAIN["certificate_arn"] + "9",
    "site.domain.hosted_zone_id": "Z9876543210CBA",
    "site.domain.hosted_zone_name": "example.org",
    "monitoring.alarm_topic_arn": "arn:aws:sns:eu-west-1:111122223333:on-call",
    "monitoring.nothing_arrives_minutes": 30,
    "monitoring.rejected_share": 0.5,
    **{
        f"kafka.source[{kind}].network.{name}": value
        for kind in ("msk", "self_managed")
        for name, value in {
            "vpc_id": "vpc-1a1b2c3d",
            "subnet_ids": ["subnet-2a1b2c3d"],
            "security_group_id": "sg-1a1b2c3d",
            "manage_rules": False,
            "create_endpoints": False,
        }.items()
    },
}
"""Another value for a key whose kind doesn't say one."""

NOT_IN_THE_STACK = {
    **dict.fromkeys(
        (
            *(f"viewers.dimensions.{name}" for name in ("name", "paths", "values", "map")),
            "viewers.media_id_from",
            *(
                f"alerts.{name}"
                for name in ("name", "version", "metric", "by", "above", "below", "for_minutes", "min_viewers")
            ),
            "audience.pinned_titles",
        ),
        "in stage.json, within the functions' bundle",
    ),
    "account": "of another account: its environment, no property",
    "region": "of another region: its environment",
    "auth[none].mode": "stage local only",
    "emulator.free_edition": "stage local only",
    "pipeline.accept_limited_use_licence": "refused without",
}


@dataclass(frozen=True)
class Key:
    """`place` is the key's dotted path, a kind in brackets."""

    place: str
    field: FieldInfo

    @property
    def marked(self) -> bool:
        return why_fixed(self.field) is not None

    def configurations(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Before and after a change of this key."""
        before = copy.deepcopy(SMALLEST)
        section = self.place.rpartition(".")[0]
        for path, value in {**SECTIONS.get(section, {}), **NEEDS.get(self.place, {})}.items():
            _put(before, path.split("."), copy.deepcopy(value))
        after = copy.deepcopy(before)
        kind_changes = self.place.endswith(("].type", "].mode"))
        path = _plain(section if kind_changes else self.place)
        _put(after, path, VALUES[self.place] if self.place in VALUES else _another(before, path, self.field))
        return before, after


def every_key() -> list[Key]:
    """In the order of docs/configuration.md, but for those that are no property of the stack."""
    return [Key(place, field) for place, field in _walk("", Config) if place not in NOT_IN_THE_STACK]


def _walk(path: str, model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        place = f"{path}.{name}" if path else name
        models = models_in(field.annotation)
        if not models or place in VALUES:
            yield place, field
            continue
        for found in models:
            chooser = next(
                (found.model_fields[key] for key in ("type", "mode") if key in found.model_fields), None
            )
            inner = f"{place}[{chooser.default}]" if chooser else place
            yield from _walk(f"{inner}.serve_api" if name == "sizes" else inner, found)


def _plain(place: str) -> list[str]:
    return [part.split("[")[0] for part in place.split(".")]


def _put(values: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        values = values.setdefault(part, {})
    values[path[-1]] = value


def _another(values: dict[str, Any], path: list[str], field: FieldInfo) -> Any:
    """Of a key whose kind or limits say what else it may be."""
    now: Any = values
    for part in path:
        now = now.get(part) if isinstance(now, dict) else None
    now = field.get_default(call_default_factory=True) if now is None else now
    kinds = [part for part in (get_args(field.annotation) or (field.annotation,)) if part is not type(None)]
    if get_origin(field.annotation) is Literal:
        return next(value for value in get_args(field.annotation) if value != now)
    if get_origin(kinds[0]) is Literal:
        return next(value for value in get_args(kinds[0]) if value != now)
    if bool in kinds:
        return not now
    if int in kinds:
        limits = [one for one in field.metadata if isinstance(one, Ge | Le)]
        lowest = next((one.ge for one in limits if isinstance(one, Ge)), 1)
        highest = next((one.le for one in limits if isinstance(one, Le)), None)
        if now is None:
            return lowest
        return now + 1 if highest is None or now < highest else now - 1  # type: ignore[operator]
    raise KeyError(f"{'.'.join(path)}: name another value for it in VALUES")
