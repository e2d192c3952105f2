"""Functions' code and its dependencies in one folder, made by pip without Docker and cached by content.

Dependencies come as wheels for the platform they will run on, so an x86 machine makes a bundle for arm64. boto3 is
left out: the Lambda runtime brings it. A source's requirements.txt lists every package, transitive ones too, with
the hashes of its files, and allows only wheels (its first lines say which package has none).

Some dependencies are compiled beforehand: see compiled_files.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stacks import compiled_files
from stacks.compiled_files import compile_files, compiler_for

REPOSITORY = Path(__file__).resolve().parent.parent
CACHE = REPOSITORY / ".local" / "bundle"
_UNREAD = "aws_lambda_powertools/event_handler/openapi/swagger_ui/*.min.*"
"""A page for browsers that no function serves: 1.7 MB of what pip installs."""
IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc", "requirements.txt", ".*")


class BundleError(Exception):
    """pip could not bring a dependency; the message is pip's last line."""


@dataclass(frozen=True)
class BundleSource:
    """A folder of functions with their requirements.txt.

    With `is_package` its modules keep the folder's name in the bundle, else they lie at the top.
    """

    folder: Path
    is_package: bool = False

    @property
    def requirements(self) -> Path:
        """What pip installs beside the sources."""
        return self.folder / "requirements.txt"

    def files(self) -> list[Path]:
        """All that decides what is in the bundle."""
        found = (path for path in self.folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        return [self.requirements, *sorted(found)]

    def copy_into(self, bundle: Path) -> None:
        """Lay the sources beside their dependencies."""
        target = bundle / self.folder.name if self.is_package else bundle
        shutil.copytree(self.folder, target, ignore=IGNORED, dirs_exist_ok=True)


LAMBDAS = BundleSource(REPOSITORY / "lambdas")
KAFKA_TOPICS = BundleSource(REPOSITORY / "kafka_topics", is_package=True)


@dataclass(frozen=True)
class BundlePlatform:
    """What the bundle will run on. `wheel_platform` None stands for this machine."""

    wheel_platform: str | None
    python_version: str
    architecture: str

    @property
    def pip_arguments(self) -> list[str]:
        """What pip needs to choose wheels for it."""
        if self.wheel_platform is None:
            return []
        version = self.python_version
        return ["--platform", self.wheel_platform, "--python-version", version, "--implementation", "cp"]


def lambda_platform() -> BundlePlatform:
    """AWS Lambda as the stack asks for it: arm64, Python 3.13 on Amazon Linux 2023 (glibc 2.34)."""
    return BundlePlatform("manylinux2014_aarch64", "3.13", "arm64")


def host_platform() -> BundlePlatform:
    """This machine and the Python that runs this, for an emulator whose functions are processes of the host."""
    architecture = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
    return BundlePlatform(None, f"{sys.version_info.major}.{sys.version_info.minor}", architecture)


def build_bundle(target: BundlePlatform, cache: Path = CACHE, source: BundleSource = LAMBDAS) -> Path:
    """The folder to upload, built when sources, requirements or `target` changed. Raises BundleError."""
    compiler = compiler_for(target.python_version)
    dependencies = _dependencies(target, cache, source.requirements, compiler)
    bundle = cache / f"bundle-{_digest(target, compiler, *source.files())}"
    if not bundle.is_dir():
        with _becoming(bundle) as part:
            shutil.copytree(dependencies, part, dirs_exist_ok=True)
            source.copy_into(part)
    return bundle


def with_file(bundle: Path, name: str, data: bytes, cache: Path = CACHE) -> Path:
    """The bundle with one file more at its top; its own files are linked, not copied, where that works."""
    digest = hashlib.sha256(bundle.name.encode() + b"\0" + name.encode() + b"\0" + data).hexdigest()[:16]
    folder = cache / f"with-{digest}"
    if not folder.is_dir():
        with _becoming(folder) as part:
            shutil.copytree(bundle, part, dirs_exist_ok=True, copy_function=_link_or_copy)
            (part / name).write_bytes(data)
    return folder


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


@contextmanager
def _becoming(folder: Path) -> Iterator[Path]:
    """A folder to fill that is `folder` in the end: whole or not at all, whoever else makes the same meanwhile."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=".part", dir=folder.parent))
    try:
        yield part
        part.chmod(0o755)
        try:
            part.replace(folder)
        except OSError:
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _dependencies(target: BundlePlatform, cache: Path, requirements: Path, compiler: str | None) -> Path:
    folder = cache / f"dependencies-{_digest(target, compiler, requirements)}"
    if not folder.is_dir():
        with _becoming(folder) as part:
            _install(target, requirements, part)
            if compiler:
                compile_files(compiler, part)
    return folder


def _install(target: BundlePlatform, requirements: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--no-deps"]
    # Wheels alone: what pip builds from source is for this machine, and runs a stranger's setup.py on it.
    command += ["--only-binary", ":all:", "--require-hashes", "--target", str(folder), *target.pip_arguments]
    command += ["--requirement", str(requirements)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        last = (run.stderr.strip().splitlines() or ["pip failed without a word"])[-1]
        raise BundleError(f"the functions' dependencies could not be installed: {last}")
    shutil.rmtree(folder / "bin", ignore_errors=True)
    for unread in folder.glob(_UNREAD):
        unread.unlink()


def _digest(target: BundlePlatform, compiler: str | None, *files: Path) -> str:
    how = Path(compiled_files.__file__).read_bytes() if compiler else b""
    digest = hashlib.sha256(repr(target).encode() + _UNREAD.encode() + how)
    for path in files:
        digest.update(str(path.relative_to(REPOSITORY)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
