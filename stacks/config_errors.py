"""What is wrong in a configuration file, in words: the file's own keys, what was given, what is allowed."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from stacks.strict_model import fields_of, keys_at, models_in

FORMS: Mapping[str, str] = {
    r"^\d{12}$": "the 12 digits of an account, in quotes",
    r"^arn:aws[\w-]*:[a-z0-9-]+:\S+$": "an ARN, such as arn:aws:kafka:eu-west-1:111122223333:cluster/events/…",
    r"^arn:aws[\w-]*:acm:us-east-1:\S+$": "the ARN of an ACM certificate in us-east-1",
    r"^(arn:aws[\w-]*:(sqs|sns|s3):\S+|kafka://\S+)$": "the ARN of a queue, topic or bucket, or kafka://topic",
    r"^[a-z][a-z0-9_]{0,31}$": "lower-case letters, digits and underscores, a letter first; 32 at the most",
    r"^[a-z0-9][a-z0-9-]{0,39}$": "lower-case letters, digits and, not in front, hyphens; 40 at the most",
    r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$": "lower-case letters, digits and, inside, hyphens; 63 at the most",
    r"^[A-Za-z0-9_-][A-Za-z0-9._-]+$": "letters, digits, dots (not in front), underscores, hyphens; two at least",
    r"^[a-zA-Z0-9\-/*:_+=.@{}]+$": "letters, digits and -/*:_+=.@{}",
    r"^vpc-([0-9a-f]{8}|[0-9a-f]{17})$": "the id of a VPC, such as vpc-0a1b2c3d",
    r"^sg-([0-9a-f]{8}|[0-9a-f]{17})$": "the id of a security group, such as sg-0a1b2c3d",
    r"^subnet-([0-9a-f]{8}|[0-9a-f]{17})$": "the id of a subnet, such as subnet-0a1b2c3d",
    r"^https://[^\s/]+(/\S*)?$": "an https URL",
    r"^[^:/\s]+:\d{1,5}$": "host:port",
    r"^[a-z0-9][\w./:-]*(:[\w.-]+|@sha256:[0-9a-f]{64})$": "an image with its tag or digest, such as a/b:1.2.3",
    r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([\w.-]+/)*(GeoLite2|GeoIP2)-City\.mmdb$": (
        "s3://bucket/folder/GeoLite2-City.mmdb or GeoIP2-City.mmdb"
    ),
    r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([\w.-]+/)*GeoIP2-ISP\.mmdb$": "s3://bucket/folder/GeoIP2-ISP.mmdb",
    r"^https?://[^\s?#]+[^\s?#/]$": "a URL without a query and without a slash at its end",
    r"^(domain_userid|user_id|network_userid|domain_sessionid)$": (
        "domain_userid, user_id, network_userid or domain_sessionid"
    ),
}
"""The patterns of the configuration, each as a person would say it."""


class ConfigError(Exception):
    """The configuration can't be used; the message names the file, each key, its value and what is allowed."""


def problem_line(model: type[BaseModel], entry: Any, values: Any) -> str:
    """One of pydantic's errors over `values`, the file's content, as a line."""
    place, kind = entry["loc"], entry["type"]
    key = ".".join(str(part) for part in keys_in_file(place, values)) or "(whole file)"
    message = entry["msg"].removeprefix("Value error, ")
    if kind == "string_pattern_mismatch":
        message = f"should be {FORMS[entry['ctx']['pattern']]}"
    given = entry.get("input")
    line = f"  {key}: {message}"
    if not isinstance(given, dict | list) and kind != "missing":
        line += f" (given: {given!r})"
    if kind == "extra_forbidden":
        return f"{line}; known here: {', '.join(keys_at(model, place[:-1]))}"
    if allowed := range_at(model, place):
        line += f"; allowed: {allowed}"
    return line


def keys_in_file(place: tuple[Any, ...], values: Any) -> list[Any]:
    """`place` without the words by which pydantic says which of several kinds it took, as "msk" of a source."""
    keys, here = [], values
    for part in place:
        if isinstance(here, dict) and part not in here and part in (here.get("type"), here.get("mode")):
            continue
        keys.append(part)
        if isinstance(here, dict):
            here = here.get(part)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            here = None
    return keys


def range_at(model: type[BaseModel], place: tuple[Any, ...]) -> str:
    """The numbers or lengths that the key at `place` may have; empty where there is no bound."""
    field = field_at(model, place)
    bounds = {
        name: getattr(bound, name)
        for bound in (field.metadata if field else ())
        for name in ("ge", "le", "gt", "lt", "min_length", "max_length")
        if getattr(bound, name, None) is not None
    }
    for least, most, unit in (("ge", "le", ""), ("min_length", "max_length", " long")):
        if least in bounds and most in bounds:
            return f"{bounds[least]} to {bounds[most]}{unit}"
        if least in bounds:
            return f"{bounds[least]} or more{unit}"
        if most in bounds:
            return f"up to {bounds[most]}{unit}"
    return f"more than {bounds['gt']}" if "gt" in bounds else ""


def field_at(model: type[BaseModel], place: tuple[Any, ...]) -> FieldInfo | None:
    """The field that `place` ends at; None where it ends inside a list or at a key that isn't known."""
    found: FieldInfo | None = None
    models = [model]
    for part in place:
        fields = [fields_of(one)[part] for one in models if part in fields_of(one)]
        if not fields:  # a kind's word, an index or a key of a mapping
            found = None
            continue
        found = fields[0]
        models = [below for one in fields for below in models_in(one.annotation)]
    return found
