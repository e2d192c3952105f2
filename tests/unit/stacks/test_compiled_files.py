"""Files that are compiled beforehand: which, by whom, and that they count whatever their sources' times are."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stacks.compiled_files import compile_files, compiler_for

RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"


def test_the_running_python_compiles_for_its_own_version() -> None:
    assert compiler_for(RUNNING) == sys.executable


def test_of_another_version_one_on_the_path_is_taken_if_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert compiler_for("3.99") is None
    stand_in = tmp_path / "python3.99"
    stand_in.write_text("#!/bin/sh\nexit 127\n")
    stand_in.chmod(0o755)
    assert compiler_for("3.99") is None
    stand_in.write_text("#!/bin/sh\nexit 0\n")
    assert compiler_for("3.99") == str(stand_in)


def test_named_packages_are_compiled_and_what_nobody_imports_is_not(tmp_path: Path) -> None:
    for name in ("pydantic/main.py", "pydantic/v1/main.py", "msgspec/json.py", "typing_extensions.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("answer = 42\n")
    compile_files(sys.executable, tmp_path)
    compiled = {path.relative_to(tmp_path).parent.parent.as_posix() for path in tmp_path.rglob("*.pyc")}
    assert compiled == {"pydantic", "."}


def test_a_compiled_file_counts_though_its_source_has_another_time(tmp_path: Path) -> None:
    source = tmp_path / "typing_extensions.py"
    source.write_text("answer = 42\n")
    compile_files(sys.executable, tmp_path)
    source.write_text("answer = 1 / 0\n")
    os.utime(source, (0, 0))
    code = "import typing_extensions; print(typing_extensions.answer)"
    run = subprocess.run(
        [sys.executable, "-B", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert run.stdout == "42\n"
