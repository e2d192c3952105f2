"""Exit codes of settings that can't work, before any broker is asked."""

import json
from pathlib import Path

import pytest

from kafka_event_source.cli import REFUSED, UNRESOLVED, main

NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens


def write(tmp_path: Path, **properties: object) -> str:
    mapping = {"FunctionName": {"Ref": "F"}, "Topics": ["t"], "SelfManagedEventSource": {}, **properties}
    resources = {
        "F": {"Type": "AWS::Lambda::Function"},
        "Kafka": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": mapping},
    }
    path = tmp_path / "template.json"
    path.write_text(json.dumps({"Resources": resources}))
    return str(path)


@pytest.fixture(autouse=True)
def _keep_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)


def test_a_refused_setting_ends_with_2(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    template = write(tmp_path, FunctionName="f", BatchSize=0)
    assert main(["--template", template, "--endpoint", NOBODY]) == REFUSED
    line = json.loads(capfd.readouterr().err)
    assert line["level"] == "ERROR"
    assert line["message"] == "Kafka: BatchSize must be between 1 and 10000, not 0"


def test_a_decoder_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    options = ["--template", write(tmp_path), "--endpoint", NOBODY, "--decoder", "nothing:here"]
    assert main(options) == REFUSED


def test_brokers_that_nobody_names_end_with_2(tmp_path: Path) -> None:
    assert main(["--template", write(tmp_path, FunctionName="f"), "--endpoint", NOBODY]) == REFUSED


def test_a_resource_without_a_stack_ends_with_3(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--template", write(tmp_path), "--endpoint", NOBODY]) == UNRESOLVED
    assert "give --stack" in capfd.readouterr().err


def test_an_emulator_that_does_not_answer_ends_with_3(tmp_path: Path) -> None:
    options = ["--template", write(tmp_path), "--endpoint", NOBODY, "--stack", "s"]
    assert main(options) == UNRESOLVED
