"""Java programs from Maven Central, fetched once into `.local/java/<name>`."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from filelock import FileLock

from services.service import ServiceFailed

ROOT = Path(__file__).resolve().parents[2]
OLDEST_JAVA = 17
POM = ROOT / "localstack" / "java" / "pom.xml"


def java() -> str | None:
    """The `java` to run: the PATH's, else None."""
    return shutil.which("java")


def can_run_java_services() -> bool:
    """Whether Apache Kafka and DynamoDB Local can run here (Java 17+ and, until they are fetched, Maven)."""
    if java_version() < OLDEST_JAVA:
        return False
    return shutil.which("mvn") is not None or all(_stamp(name).exists() for name in ("kafka", "dynamodb"))


def java_version() -> int:
    """The major version of `java`; 0 where there is none."""
    if java() is None:
        return 0
    said = subprocess.run([java() or "java", "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found.group(1)) if found else 0


def class_path(name: str) -> str:
    """The class path of `name` (a profile of localstack/java/pom.xml: kafka, dynamodb), fetched when absent.

    Raises ServiceFailed when Java or Maven is missing or Maven can't fetch.
    """
    if java_version() < OLDEST_JAVA:
        raise ServiceFailed(f"no java of version {OLDEST_JAVA} or newer is on the PATH: install a JDK or JRE")
    done = _stamp(name)
    folder = done.parent
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not done.exists():
            _fetch(name, folder)
            done.touch()
    return f"{folder}{os.sep}*"


def _stamp(name: str) -> Path:
    wanted = hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    return ROOT / ".local" / "java" / name / f".fetched-{wanted}"


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
