"""Compiled files (.pyc) in a bundle, of the packages whose compiling takes most of a cold start.

Lambda's folder is read-only: without them every cold start compiles anew. Only a Python of the function's own
minor version can make them; where the builder has none, the bundle goes without: it does the same, but starts
later. All packages compiled would come to 17 MB of the 15 that the bundle may have.
"""

import shutil
import subprocess
import sys
from pathlib import Path

COMPILED = (
    "annotated_types",
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/logging",
    "aws_lambda_powertools/utilities/data_classes",
    "jmespath",
    "pydantic",
    "pydantic_core",
    "typing_extensions.py",
    "typing_inspection",
)
"""Paths in the bundle: nearly all that serve_api imports of its dependencies."""
_NEVER_IMPORTED = r"/pydantic/(v1|deprecated|experimental)/"


def compiler_for(version: str) -> str | None:
    """A Python of that minor version ("3.13") on this machine: the running one, or one on the PATH; None: none."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    found = shutil.which(f"python{version}")
    if found is None:
        return None
    # A version manager's stand-in is on the PATH for versions that are not there.
    asked = subprocess.run([found, "-c", ""], capture_output=True, check=False)
    return found if asked.returncode == 0 else None


def compile_files(python: str, folder: Path) -> None:
    """Compile what there is of COMPILED; what can't be compiled stays as it is, as its import would say.

    The files are valid without a look at their sources, whose times change on the way to Lambda.
    """
    there = [str(folder / name) for name in COMPILED if (folder / name).exists()]
    if not there:
        return
    command = [python, "-W", "ignore", "-m", "compileall", "-q", "-x", _NEVER_IMPORTED]
    command += ["--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", "/var/task", *there]
    subprocess.run(command, capture_output=True, check=False)
