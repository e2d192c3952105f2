"""Java programs from Maven Central, fetched once into `.local/java/<name>`."""

import os
import shutil
import subprocess
from pathlib import Path

from filelock import FileLock

from services.service import ServiceFailed

ROOT = Path(__file__).resolve().parents[2]
POM = ROOT / "localstack" / "java" / "pom.xml"


def java() -> str | None:
    """The `java` to run: the PATH's, else None."""
    return shutil.which("java")


def can_run_java_services() -> bool:
    """Whether Apache Kafka and DynamoDB Local can run here (Java 17+ and, until they are fetched, Maven)."""
    return java() is not None and (shutil.which("mvn") is not None or (ROOT / ".local" / "java").exists())


def class_path(name: str) -> str:
    """The class path of `name` (a profile of localstack/java/pom.xml: kafka, dynamodb), fetched when absent.

    Raises ServiceFailed when Java or Maven is missing or Maven can't fetch.
    """
    if java() is None:
        raise ServiceFailed("java is not on the PATH: install a JDK or JRE of version 17 or newer")
    folder = ROOT / ".local" / "java" / name
    done = folder / f".fetched-{POM.stat().st_mtime_ns}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not done.exists():
            _fetch(name, folder)
            done.touch()
    return f"{folder}{os.sep}*"


def _fetch(name: str, folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise ServiceFailed("mvn is not on the PATH: install Apache Maven, which fetches Kafka and DynamoDB Local")
    shutil.rmtree(folder, ignore_errors=True)
    command = [maven, "-B", "-q", "-f", str(POM), "-P", name, "dependency:copy-dependencies"]
    outcome = subprocess.run(
        [*command, f"-DoutputDirectory={folder}"], capture_output=True, text=True, check=False
    )
    if outcome.returncode != 0:
        raise ServiceFailed(f"Maven could not fetch {name}:\n{outcome.stdout[-800:]}{outcome.stderr[-400:]}")
