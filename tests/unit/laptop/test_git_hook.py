"""The hook refuses what `make check` would, is turned on by the set-up, and takes nobody's own hook away."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from git_hook import turn_on

ROOT = Path(__file__).parents[3]
BIOME = ROOT / "frontend" / "node_modules" / ".bin" / "biome"


def git(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    command = ["git", "-c", "user.name=ann", "-c", "user.email=ann@example.com", *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(
        command, cwd=clone, capture_output=True, text=True, check=False, env=environment | settings
    )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with our hook and settings, and with ruff where the hook looks for it."""
    git(tmp_path, "init", "-q")
    shutil.copytree(ROOT / ".githooks", tmp_path / ".githooks")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "ruff").symlink_to(Path(sys.executable).with_name("ruff"))
    assert turn_on(tmp_path)
    return tmp_path


def commit(clone: Path, name: str, text: str) -> subprocess.CompletedProcess[str]:
    (clone / name).parent.mkdir(parents=True, exist_ok=True)
    (clone / name).write_text(text)
    git(clone, "add", name)
    return git(clone, "commit", "-qm", "try")


def test_what_is_clean_is_committed(clone: Path) -> None:
    done = commit(clone, "clean.py", '"""A module."""\n\nNAME = "ann"\n')
    assert done.returncode == 0, done.stderr
    assert git(clone, "log", "--oneline").stdout.endswith("try\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [("import os\n", "F401"), ("NAME = 'ann'\n", "not formatted: make format")],
    ids=["a finding", "a format"],
)
def test_what_ruff_refuses_is_not_committed(clone: Path, text: str, said: str) -> None:
    done = commit(clone, "with space.py", text)
    assert done.returncode != 0
    assert said in done.stdout + done.stderr
    assert git(clone, "log").returncode != 0, "there is no commit"


@pytest.mark.skipif(not BIOME.exists() and not os.environ.get("CI"), reason="biome is not installed: make setup")
def test_what_biome_refuses_is_not_committed(clone: Path) -> None:
    shutil.copy(ROOT / "frontend" / "biome.json", clone)
    (clone / "frontend" / "node_modules").mkdir(parents=True)
    (clone / "frontend" / "node_modules" / ".bin").symlink_to(BIOME.parent)
    shutil.copy(ROOT / "frontend" / "biome.json", clone / "frontend")
    done = commit(clone, "frontend/src/a.ts", "var a = 1\nif (a == 2) { debugger }\n")
    assert done.returncode != 0
    assert "debugger" in done.stdout + done.stderr


def test_without_the_tools_it_says_so_and_lets_pass(clone: Path) -> None:
    (clone / ".venv" / "bin" / "ruff").unlink()
    done = commit(clone, "a.py", "import os\n")
    assert done.returncode == 0
    assert "make setup" in done.stderr


def test_a_hook_of_the_user_s_own_stays(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "config", "core.hooksPath", "mine")
    assert not turn_on(tmp_path)
    assert git(tmp_path, "config", "core.hooksPath").stdout == "mine\n"


def test_a_copy_that_is_no_clone_is_left_alone(tmp_path: Path) -> None:
    assert not turn_on(tmp_path)
