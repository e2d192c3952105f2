"""Every command's options: a value that can't be right is refused in one line on stderr, with exit code 2.

The table names a bad value for each option that takes one, and a test holds it complete.
"""

import argparse
import importlib
import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest

from kafka_event_source.options import USAGE_ERROR

ROOT = Path(__file__).parents[2]
NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens
SERVERS = ["foo", "foo:99999", "foo:0", ":9092", "foo:bar", "a:1,b", ""]
URLS = ["foo", "4566", "ftp://a", "http://", "http://a:99999", "http://a/?b=c"]
TOPICS = ["", "a topic", "..", "t" * 250]
TIMES = ["yesterday", "2026-13-01", ""]
PROPERTIES = ["foo", "=bar", ""]
NEITHER = "no value can be told to be wrong without asking for it"


@dataclass(frozen=True)
class Command:
    """`given` is what makes a command line whole; `bad` has for each option values that must be refused."""

    module: str
    given: list[str]
    bad: dict[str, list[str]]
    any_text: dict[str, str] = field(default_factory=dict)  # options that are checked later, and why
    sub: str | None = None

    @property
    def name(self) -> str:
        return f"{self.module} {self.sub}" if self.sub else self.module


INCIDENT = {
    "--incident": ["", "cdn", "west", "cdn=", "cdn=moon", "planet=mars", "=west"],
    "--incident-after": ["-1", "soon", "nan", ""],
    "--incident-for": ["0", "-1", "long", "inf", ""],
}
DEMO = {
    "--kafka": [*SERVERS, "Embedded"],
    "--viewers": ["many", "-1", "100001", "1.5", ""],
    "--aws": URLS,
    "--port": ["80", "65001", "many", ""],
    **INCIDENT,
}
STAGE = ["Local", "a b", "", "-x", "9a"]
COMMANDS = [
    Command("localstack/demo.py", [], DEMO, sub="run"),
    Command("localstack/demo.py", [], DEMO, sub="up"),
    Command(
        "collector.__main__",
        ["--port", "0", "--kafka", "a:1"],
        {"--port": ["-1", "65536", "x", ""], "--kafka": SERVERS, "--topic": TOPICS},
        {"--host": NEITHER},
    ),
    Command(
        "simulator.__main__",
        ["--kafka", "a:1"],
        {
            "--viewers": ["0", "100001", "many"],
            "--collector": URLS,
            "--kafka": SERVERS,
            "--topic": TOPICS,
            "--seed": ["-1", "x", ""],
            "--speed": ["0", "-1", "fast", "nan"],
            "--seconds": ["-1", "long", "nan"],
            **INCIDENT,
        },
    ),
    Command(
        "kafka_event_source.cli",
        ["--endpoint", NOBODY, "--template", str(ROOT / "package.json")],
        {
            "--endpoint": URLS,
            "--region": ["mars", "eu_central_1", ""],
            "--bootstrap": SERVERS,
            "--parameter": PROPERTIES,
            "--session-timeout": ["0", "soon", "4000", "nan"],
            "--first-backoff": ["-1", "x", "31"],
            "--longest-backoff": ["-1", "x", "0.01"],
            "--wait": ["-1", "x", "inf"],
            "--status-port": ["-1", "65536", "x"],
            "--log-level": ["loud", "info"],
            "--template": ["/nowhere/template.json", str(ROOT / "README.md"), str(ROOT)],
            "--decoder": ["nothing:here", "json", "json:nothing", ":x", "os:sep"],
        },
        {"--stack": "asked of the emulator: exit code 3", "--mapping": "looked for in the template"},
    ),
    Command(
        "operations.smoke",
        ["--stage", "local", "--through-kafka", "a:1"],
        {
            "--stage": STAGE,
            "--through-kafka": SERVERS,
            "--topic": TOPICS,
            "--kafka-property": [*PROPERTIES, "no.such=1", "linger.ms=x"],
        },
    ),
    Command("operations.doctor", ["--stage", "local"], {"--stage": STAGE}),
    Command(
        "operations.invite",
        ["--stage", "local", "--email", "someone@example.com"],
        {"--stage": STAGE, "--email": ["someone", "@example.com", "a b@example.com", ""]},
    ),
    Command(
        "operations.preflight",
        ["--stage", "local"],
        {"--stage": STAGE, "--synthesized": ["/nowhere/cdk.out", str(ROOT / "README.md")]},
    ),
    Command("operations.outputs", ["--stage", "local"], {"--stage": STAGE}),
    Command(
        "operations.try_alert",
        ["--stage", "local"],
        {
            "--stage": STAGE,
            "--metric": ["", "rebuffering"],
            "--above": ["", "high", "nan"],
            "--below": ["", "low", "inf"],
            "--for-minutes": ["0", "31", "1.5", ""],
            "--min-viewers": ["-1", "few", ""],
            "--hours": ["0", "97", "a day", ""],
        },
        {"--alert": "looked for in the configuration", "--by": "looked for among the stage's dimensions"},
    ),
    Command(
        "operations.redrive",
        ["--stage", "local", "--through-kafka", "a:1"],
        {
            "--stage": STAGE,
            "--reason": ["nonsense", "", "BAD_JSON"],
            "--topic": TOPICS,
            "--since": TIMES,
            "--until": TIMES,
            "--through-kafka": SERVERS,
            "--kafka-property": [*PROPERTIES, "no.such=1"],
        },
        {"--bucket": NEITHER, "--prefix": NEITHER},
    ),
]


def loaded(command: Command) -> ModuleType:
    if not command.module.endswith(".py"):
        return importlib.import_module(command.module)
    found = importlib.util.spec_from_file_location("demo_command", ROOT / command.module)
    assert found
    assert found.loader
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def parser_of(command: Command) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = loaded(command).arguments()
    if command.sub:
        (subparsers,) = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
        sub: argparse.ArgumentParser = subparsers.choices[command.sub]
        return sub
    return parser


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_table_has_every_option_that_takes_a_value(command: Command) -> None:
    takes_value = {action.option_strings[-1] for action in parser_of(command)._actions if action.nargs != 0}
    assert takes_value == set(command.bad) | set(command.any_text)


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No signal handler of a command stays, and none finds a demo that runs on this machine."""
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setenv("LIVE_VIEWERS_LOCAL", str(tmp_path))
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


@pytest.mark.parametrize(
    ("command", "option", "value"),
    [
        pytest.param(command, option, value, id=f"{command.name} {option} {value[:20]!r}")
        for command in COMMANDS
        for option, values in command.bad.items()
        for value in values
    ],
)
def test_a_bad_value_is_one_line_and_exit_code_2(
    command: Command, option: str, value: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    given = without(option, command.given)
    if option == "--collector":
        given = without("--kafka", given)
    line = [*([command.sub] if command.sub else []), *given, f"{option}={value}"]
    monkeypatch.setattr(sys, "argv", ["command", *line])
    run = loaded(command).main
    try:
        code = run() if command.module.endswith((".py", "__main__")) else run(line)
    except SystemExit as ended:
        code = ended.code
    out, err = capfd.readouterr()
    assert (code, out) == (USAGE_ERROR, ""), err
    assert err.count("\n") == 1, err
    assert "Traceback" not in err
    said = json.loads(err)["message"] if err.startswith("{") else err.removeprefix("error: ")
    assert option in said or value in said


def without(option: str, given: list[str]) -> list[str]:
    if option not in given:
        return given
    place = given.index(option)
    return given[:place] + given[place + 2 :]


@pytest.mark.parametrize("command", [command for command in COMMANDS if "--incident" in command.bad], ids=str)
def test_an_incident_of_nobody_is_refused_before_anything_is_started(
    command: Command, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    line = [*([command.sub] if command.sub else []), *command.given, "--viewers=1", "--incident=cdn=west"]
    monkeypatch.setattr(sys, "argv", ["command", *line])
    try:
        code = loaded(command).main()
    except SystemExit as ended:
        code = ended.code
    out, err = capfd.readouterr()
    assert (code in (1, USAGE_ERROR), out) == (True, "")
    assert err.startswith("error: none of 1 simulated viewers has cdn=west: take more (--viewers)")
    assert err.count("\n") == 1


def test_a_part_that_cannot_be_prepared_is_refused() -> None:
    command = [sys.executable, str(ROOT / "localstack/prepare.py"), "pyhton"]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert outcome.stderr == "error: 'pyhton' is none of: python, cdk, frontend\n"


@pytest.mark.parametrize("name", ["nonsense", "drain_stor"])
def test_a_figure_that_is_not_measured_is_refused_too(name: str) -> None:
    outcome = subprocess.run(
        [sys.executable, "-m", "bench", name],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([".", "lambdas", "localstack"])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (outcome.returncode, outcome.stderr.count("\n")) == (2, 1), outcome.stderr
    assert name in outcome.stderr
    assert "Traceback" not in outcome.stderr
