"""`make outputs` prints the stack's outputs, for people and for scripts."""

import json
from types import SimpleNamespace

import pytest

from operations import outputs

OUTPUTS = {
    "SiteUrl": "https://d111.cloudfront.net",
    "KafkaBootstrapServers": ",".join(f"boot-{number}.kafka-serverless.example.com:9098" for number in (1, 2, 3)),
}


@pytest.fixture(autouse=True)
def _stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "open_stage", lambda name: SimpleNamespace(outputs=OUTPUTS))


def test_a_line_an_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert outputs.main(["--stage", "dev"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines[1:]] == [[name, OUTPUTS[name]] for name in sorted(OUTPUTS)]


def test_one_object_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    assert outputs.main(["--stage", "dev", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == OUTPUTS
