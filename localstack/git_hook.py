"""Turns on the repository's own git hook, where no other is configured. The standard library alone."""

from __future__ import annotations  # an older Python is to read this far, and be told that it is too old

import subprocess
from pathlib import Path

FOLDER = ".githooks"


def turn_on(repository: Path) -> bool:
    """Whether it is on now that was not before. Without git, or in a copy that is no clone, nothing is done."""
    if not (repository / ".git").exists() or _git(repository, "config", "core.hooksPath") is not None:
        return False
    return _git(repository, "config", "--local", "core.hooksPath", FOLDER) is not None


def _git(repository: Path, *arguments: str) -> str | None:
    """What git printed; None: it failed or isn't there."""
    try:
        done = subprocess.run(["git", *arguments], cwd=repository, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
