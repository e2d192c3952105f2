"""Command line options: argparse, whose complaints are one line, and the types that options here have in common.

Each type raises argparse.ArgumentTypeError, which names what was given and what would do.
"""

import argparse
import re
from collections.abc import Callable
from typing import NoReturn
from urllib.parse import urlsplit

USAGE_ERROR = 2


class OptionParser(argparse.ArgumentParser):
    """Refuses options in one line on stderr, with exit code 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE_ERROR, f"error: {' '.join(message.split())}; --help lists the options\n")


def kafka_servers(text: str) -> str:
    """HOST:PORT, one or more with commas between."""
    for server in text.split(","):
        host, separator, port = server.rpartition(":")
        if not separator or not re.fullmatch(r"[\w.-]+|\[[0-9A-Fa-f:]+\]", host) or not _is_port(port, least=1):
            raise argparse.ArgumentTypeError(f"{server!r} is not HOST:PORT (for example localhost:9092)")
    return text


def endpoint_url(text: str) -> str:
    """An http or https URL without query; comes back without a slash at its end."""
    try:
        url = urlsplit(text)
        port_fits = url.port != 0  # .port raises ValueError beyond 65535
    except ValueError:
        url, port_fits = urlsplit(""), False
    if url.scheme not in ("http", "https") or not url.hostname or not port_fits or url.query or url.fragment:
        raise argparse.ArgumentTypeError(f"{text!r} is not a URL such as http://127.0.0.1:4566")
    return text.rstrip("/")


def port(text: str) -> int:
    """A TCP port; 0 stands for any free one."""
    if not _is_port(text, least=0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def number(least: float, most: float, unit: str = "") -> Callable[[str], float]:
    """A number between the two, both included; `unit` is named in the complaint."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(
                f"{text!r} is not a number{f' of {unit}' if unit else ''} from {least:g} to {most:g}"
            )
        return value

    return parse


def whole_number(least: int, most: int, what: str = "a whole number") -> Callable[[str], int]:
    """A whole number between the two, both included; `what` says in the complaint what it counts."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,18}", text) or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not {what} from {least} to {most}")
        return int(text)

    return parse


def region_name(text: str) -> str:
    """A name of the form that AWS gives its regions."""
    if not re.fullmatch(r"[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a region such as eu-central-1")
    return text


def name_and_value(text: str) -> tuple[str, str]:
    """NAME=VALUE; the value may be empty and hold equals signs."""
    name, separator, value = text.partition("=")
    if not separator or not name.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name.strip(), value


def topic_name(text: str) -> str:
    """A name that Kafka takes for a topic."""
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,249}", text) or text in (".", ".."):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a topic's name: up to 249 letters, digits, dots, underscores and hyphens"
        )
    return text


def _is_port(text: str, least: int) -> bool:
    return re.fullmatch(r"[0-9]{1,5}", text) is not None and least <= int(text) <= 65_535
