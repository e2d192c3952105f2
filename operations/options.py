"""What the options of operators' commands have in common."""

import argparse
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from kafka_event_source.options import OptionParser, name_and_value
from live_viewers.intake.redrive import epoch_ms
from stacks.config import STAGE_NAME

if TYPE_CHECKING:
    from confluent_kafka import Producer


class BadKafkaProperty(ValueError):
    """A property that librdkafka refuses; the message is its own."""


def stage_parser(prog: str, description: str | None) -> OptionParser:
    """A parser that wants --stage."""
    parser = OptionParser(prog=prog, description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stage", required=True, type=stage_name, help="as in config/<stage>.yaml, or local")
    return parser


def stage_name(text: str) -> str:
    if not STAGE_NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a stage: lower-case letters, digits and hyphens")
    return text


def instant_ms(text: str) -> int:
    """Epoch ms of an ISO 8601 time, UTC where it says nothing."""
    try:
        return epoch_ms(text)
    except (ValueError, OverflowError):
        example = datetime(2026, 11, 28, 12).isoformat()
        raise argparse.ArgumentTypeError(f"{text!r} is not an ISO 8601 time such as {example}Z") from None


def add_kafka_property(parser: OptionParser) -> None:
    parser.add_argument(
        "--kafka-property",
        action="append",
        type=name_and_value,
        default=[],
        metavar="NAME=VALUE",
        help="of librdkafka, such as security.protocol=SASL_SSL; may be given again",
    )


def kafka_producer(bootstrap: str, properties: Iterable[tuple[str, str]], **own: str) -> "Producer":
    """A producer with `own` settings, over which `properties` go. Raises BadKafkaProperty."""
    from confluent_kafka import KafkaException, Producer  # of requirements-dev.txt: only this way needs it

    try:
        return Producer({"bootstrap.servers": bootstrap, **own, **dict(properties)})
    except KafkaException as problem:
        raise BadKafkaProperty(f"--kafka-property: {problem.args[0].str()}") from None
