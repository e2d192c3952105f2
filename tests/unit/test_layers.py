"""The layers that pyproject.toml names hold, and an import across them is told by name."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lint(folder: Path, lambdas: Path) -> subprocess.CompletedProcess[str]:
    program = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(lambdas), "PATH": "", "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_layers_hold() -> None:
    outcome = lint(ROOT, ROOT / "lambdas")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize(
    ("module", "line", "told"),
    [
        (
            "session/status.py",
            "import live_viewers.dynamodb.items",
            "live_viewers.session is not allowed",
        ),
        ("wire/decode.py", "import live_viewers.session.status", "live_viewers.wire is not allowed to import"),
        ("profile/projection.py", "import botocore", "live_viewers.profile is not allowed to import botocore"),
        ("api/live.py", "import serve_api", "live_viewers is not allowed to import serve_api"),
    ],
)
def test_an_import_across_the_layers_is_reported(module: str, line: str, told: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "lambdas", tmp_path / "lambdas")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "lambdas" / "live_viewers" / module).open("a") as source:
        source.write(f"\n{line}\n")
    outcome = lint(tmp_path, tmp_path / "lambdas")
    assert outcome.returncode == 1, outcome.stdout + outcome.stderr
    assert told in outcome.stdout
