"""Runs the unit tests on Python 3.13, which the functions run on: `make unit-313`.

Looks for one in PYTHON313, on the PATH, in pyenv's folder and with uv, and gives it an environment of its own with
the same locked packages. Where there is none, it says `not run on 3.13` and is content.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from installing import ROOT, UV_LOCK, install_locked

VERSION = "3.13"
VENV = ROOT / ".local" / f"venv-{VERSION}"
LOCK = "requirements-dev.txt"
PYTEST = ["-m", "pytest", "-n", "2", "--dist", "worksteal", "-q", "-p", "no:cacheprovider", "tests/unit"]


def candidates(environment: Mapping[str, str], uv: Path = ROOT / ".venv" / "bin" / "uv") -> Iterator[str]:
    """Where a Python of that version may lie; what is told by name comes first."""
    if told := environment.get("PYTHON313"):
        yield told
        return
    if on_path := shutil.which(f"python{VERSION}", path=environment.get("PATH")):
        yield on_path
    pyenv = Path(environment.get("PYENV_ROOT") or Path(environment.get("HOME", "/")) / ".pyenv")
    for folder in sorted(pyenv.glob(f"versions/{VERSION}.*"), reverse=True):
        yield str(folder / "bin" / f"python{VERSION}")
    if uv.exists():
        asked = [str(uv), "python", "find", "--no-python-downloads", VERSION]
        found = subprocess.run(asked, capture_output=True, text=True, check=False, env=dict(environment))
        if found.returncode == 0:
            yield found.stdout.strip()


def is_of_that_version(python: str) -> bool:
    """A version manager's stand-in is on the PATH for versions that aren't there, so each is asked."""
    question = "import sys, venv; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run([python, "-c", question], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.strip() == VERSION


def find(environment: Mapping[str, str]) -> str | None:
    """A Python of that version; None: there is none here."""
    return next((python for python in candidates(environment) if is_of_that_version(python)), None)


def make_environment(python: str) -> bool:
    """VENV with the locked packages, anew when the lock or the Python changed; whether that succeeded."""
    stamp = VENV / "prepared"
    locks = b"".join((ROOT / lock).read_bytes() for lock in (LOCK, UV_LOCK))
    wanted = f"{python} {hashlib.sha256(locks).hexdigest()}"
    if stamp.exists() and stamp.read_text() == wanted:
        return True

    def run(command: list[str], env: dict[str, str] | None) -> bool:
        return subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, check=False).returncode == 0

    if not run([python, "-m", "venv", "--clear", str(VENV)], None):
        return False
    if not install_locked(VENV, LOCK, run, lambda text: print(f"  {text}", flush=True)):
        return False
    stamp.write_text(wanted)
    return True


def main() -> int:
    python = find(os.environ)
    if python is None:
        if told := os.environ.get("PYTHON313"):
            print(f"error: PYTHON313={told} is no Python {VERSION}", file=sys.stderr)
            return 1
        print(f"not run on {VERSION}: no such Python in PYTHON313, on the PATH, in pyenv's folder or with uv")
        return 0
    if not make_environment(python):
        print(f"error: the packages could not be installed for {python}", file=sys.stderr)
        return 1
    code = subprocess.run([str(VENV / "bin" / "python"), *PYTEST], cwd=ROOT, check=False).returncode
    print(f"run on {VERSION}: {python}")
    return code


if __name__ == "__main__":
    sys.exit(main())
