"""Installs the locked Python packages: with uv where it can be had, else with pip. The standard library alone.

uv doesn't read pip's configuration: where pip is pointed at an index of its own, uv would go to the public one. So
pip is asked what it is configured with, and uv is told by environment variables.
"""

from __future__ import annotations  # an older Python is to read this far, and be told that it is too old

import ast
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UV_LOCK = "localstack/uv.txt"
Run = Callable[[list[str], "dict[str, str] | None"], bool]  # command, environment -> did it succeed?

# pip's setting -> uv's variables, where the user hasn't set one of these himself; the first is set
VARIABLES = {
    "index-url": ("UV_DEFAULT_INDEX", "UV_INDEX_URL"),
    "extra-index-url": ("UV_INDEX", "UV_EXTRA_INDEX_URL"),
    "find-links": ("UV_FIND_LINKS",),
    "trusted-host": ("UV_INSECURE_HOST",),
    "cert": ("SSL_CERT_FILE",),
    "proxy": ("ALL_PROXY", "HTTPS_PROXY", "https_proxy"),
}


def pip_settings(listed: str) -> dict[str, str]:
    """What `pip config list` printed, of each setting the value that pip would obey when it installs."""
    obeyed: dict[str, str] = {}
    for section in ("global", "install", ":env:"):  # the later one wins
        for line in listed.splitlines():
            key, separator, value = line.partition("=")
            if separator and key.startswith(f"{section}."):
                obeyed[key.removeprefix(f"{section}.")] = str(ast.literal_eval(value))
    return obeyed


def uv_environment(settings: dict[str, str], environment: dict[str, str]) -> dict[str, str]:
    """`environment` with uv's variables for pip's `settings`; a variable that the user has set stays."""
    result = dict(environment)
    for setting, variables in VARIABLES.items():
        values = settings.get(setting, "").split()
        if values and not any(variable in environment for variable in variables):
            result[variables[0]] = ("," if setting == "find-links" else " ").join(values)
    if settings.get("extra-index-url"):
        result.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")  # as pip chooses; the hashes say what may come
    return result


def index_for_uv(python: str) -> dict[str, str]:
    """The environment in which uv finds packages where `python`'s pip finds them."""
    command = [python, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return uv_environment(pip_settings(listed), dict(os.environ))


def install_locked(venv: Path, lock: str, run: Run, say: Callable[[str], None]) -> bool:
    """Install what `lock` lists into `venv`; whether that succeeded. `say` is told when pip stands in for uv."""
    python = str(venv / "bin" / "python")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes"]
    if run([*pip, "--no-deps", "-r", UV_LOCK], None):
        uv = [str(venv / "bin" / "uv"), "pip", "install", "--quiet", "--python", python, "--require-hashes"]
        if run([*uv, "-r", lock], index_for_uv(python)):
            return True
        say("uv could not install (its index, perhaps): pip does, which takes longer")
    else:
        say("uv cannot be had here: pip installs, which takes longer")
    return run([*pip, "-r", lock], None)
