"""A stage is looked for where its configuration puts it, whatever region the shell has."""

from pathlib import Path

import pytest

from operations.deployed_stage import OperationFailed, open_stage, session_of


@pytest.fixture(autouse=True)
def _shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")


def test_the_configuration_s_region_wins_over_the_shell_s(tmp_path: Path) -> None:
    (tmp_path / "dev.yaml").write_text("region: eu-north-1\n")
    assert session_of("dev", tmp_path).region_name == "eu-north-1"


@pytest.mark.parametrize("content", ["kafka: {}\n", ""])
def test_without_one_the_shell_s_is_taken(tmp_path: Path, content: str) -> None:
    (tmp_path / "dev.yaml").write_text(content)
    assert session_of("dev", tmp_path).region_name == "us-west-2"
    assert session_of("nowhere", tmp_path).region_name == "us-west-2"


def test_aws_region_wins_over_the_default_as_for_the_cdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    assert session_of("nowhere", tmp_path).region_name == "eu-west-3"


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "dev.yaml").write_text("region: [")
    with pytest.raises(OperationFailed, match=r"dev\.yaml can't be read"):
        session_of("dev", tmp_path)


def test_every_command_opens_its_stage_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = []
    monkeypatch.setattr("operations.deployed_stage.session_of", lambda name: asked.append(name))
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    open_stage("prod")
    assert asked == ["prod"]
