"""Where a Python 3.13 is looked for, and what is said where there is none."""

import sys
from pathlib import Path

import pytest
import unit_tests_on_313 as on_313


def python(path: Path, version: str) -> Path:
    """A program that answers as a Python of that version; "" is a version manager's stand-in, which fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {version}\n" if version else "#!/bin/sh\nexit 127\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment in which nothing is to be found."""
    return {"HOME": str(tmp_path / "home"), "PATH": str(tmp_path / "bin")}


def found(environment: dict[str, str], uv: Path = Path("/nowhere/uv")) -> list[str]:
    return [found for found in on_313.candidates(environment, uv) if on_313.is_of_that_version(found)]


def test_what_is_given_is_all_that_is_looked_at(home: dict[str, str], tmp_path: Path) -> None:
    python(tmp_path / "bin" / "python3.13", "3.13")
    told = python(tmp_path / "mine" / "python", "3.13")
    assert found(home | {"PYTHON313": str(told)}) == [str(told)]
    assert found(home | {"PYTHON313": "/nowhere/python"}) == []


def test_a_stand_in_on_the_path_and_another_version_are_passed_over(home: dict[str, str], tmp_path: Path) -> None:
    python(tmp_path / "bin" / "python3.13", "")
    python(tmp_path / "home/.pyenv/versions/3.13.1/bin/python3.13", "3.12")
    real = python(tmp_path / "home/.pyenv/versions/3.13.0/bin/python3.13", "3.13")
    assert found(home) == [str(real)]


def test_pyenv_may_lie_elsewhere(home: dict[str, str], tmp_path: Path) -> None:
    real = python(tmp_path / "elsewhere/versions/3.13.9/bin/python3.13", "3.13")
    assert found(home | {"PYENV_ROOT": str(tmp_path / "elsewhere")}) == [str(real)]


def test_uv_is_asked(home: dict[str, str], tmp_path: Path) -> None:
    real = python(tmp_path / "uvs" / "python3.13", "3.13")
    uv = python(tmp_path / "uv", str(real))
    assert found(home, uv) == [str(real)]
    assert found(home, python(tmp_path / "uv", "")) == []


def test_where_there_is_none_it_says_so_and_is_content(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(on_313, "candidates", lambda environment: iter(["/nowhere/python"]))
    monkeypatch.delenv("PYTHON313", raising=False)
    assert on_313.main() == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("not run on 3.13")


def test_one_that_is_given_and_is_another_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHON313", "/nowhere/python")
    assert on_313.main() == 1
    assert "PYTHON313=/nowhere/python is no Python 3.13" in capsys.readouterr().err


def test_the_code_of_the_tests_is_the_code_of_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(on_313, "find", lambda environment: sys.executable)
    monkeypatch.setattr(on_313, "make_environment", lambda python: True)
    monkeypatch.setattr(on_313, "VENV", tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").write_text("#!/bin/sh\nexit 3\n")
    (tmp_path / "bin" / "python").chmod(0o755)
    assert on_313.main() == 3
    assert capsys.readouterr().out == f"run on 3.13: {sys.executable}\n"
