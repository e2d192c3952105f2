"""Known weaknesses in what is installed: pip-audit and npm audit over the locks: `make audit`.

Some registries serve packages and no advisories. pip-audit then ends well, having skipped each package, and npm
fails. So what counts is how many packages an answer is about: *audited n of m*, and fewer than all is not audited,
never clean. Ends with 0 when all is audited and nothing found, 1 when something is, 2 when not all is audited.
"""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
LOCK = "requirements-dev.txt"  # holds what deploys, the bundles and the rest
NODE_FOLDERS = (".", "frontend")
WITHIN_S = 300
_URL = re.compile(r"\w+://\S+")


@dataclass(frozen=True)
class Report:
    """What an audit said of `wanted` packages: `audited` of them were looked up, `found` are the weaknesses."""

    name: str
    audited: int
    wanted: int
    found: Sequence[str] = ()
    reason: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether each package was looked up."""
        return self.wanted > 0 and self.audited >= self.wanted

    def __str__(self) -> str:
        """One line, and one more for each weakness."""
        head = f"{self.name}: audited {self.audited} of {self.wanted}"
        if not self.is_whole:
            head += ": NOT AUDITED" + (f" ({self.reason})" if self.reason else "")
        elif not self.found:
            head += ": no known weakness"
        return "\n".join([head, *(f"  {weakness}" for weakness in self.found)])


def pinned_here(lock: str) -> set[str]:
    """Names (normalized) of the lock's packages that are for this machine and this Python."""
    names = set()
    for line in lock.splitlines():
        if "==" in line and not line.startswith(("#", "-", " ")):
            requirement = Requirement(line.removesuffix("\\").strip())
            if requirement.marker is None or requirement.marker.evaluate():
                names.add(_normal(requirement.name))
    return names


def python_report(answer: str, wanted: set[str]) -> Report:
    """Of what `pip-audit --format json` printed."""
    try:
        dependencies = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Report("Python packages", 0, len(wanted), reason="pip-audit gave no answer")
    audited = {_normal(each["name"]) for each in dependencies if "vulns" in each}
    found = [
        f"{each['name']} {each['version']}: {weakness['id']}, "
        f"mended in {', '.join(weakness['fix_versions']) or 'no version yet'}"
        for each in dependencies
        for weakness in each.get("vulns", [])
    ]
    skipped = [each["skip_reason"] for each in dependencies if "skip_reason" in each]
    return Report("Python packages", len(audited & wanted), len(wanted), found, skipped[0] if skipped else "")


def npm_report(name: str, answer: str, wanted: int) -> Report:
    """Of what `npm audit --json` printed; it answers for all of a lock or for nothing."""
    try:
        answered = json.loads(answer)
        vulnerabilities = answered["vulnerabilities"]
        audited = answered["metadata"]["dependencies"]["total"]
    except (ValueError, KeyError, TypeError):
        reason = _URL.sub("the registry", _message(answer))
        return Report(name, 0, wanted, reason=reason or "npm audit gave no answer")
    found = [f"{package}: {weakness['severity']}" for package, weakness in sorted(vulnerabilities.items())]
    return Report(name, min(audited, wanted), wanted, found)


def exit_code(reports: Sequence[Report]) -> int:
    """0: all audited and clean; 1: something was found; 2: not all is audited."""
    if any(report.found for report in reports):
        return 1
    return 0 if all(report.is_whole for report in reports) else 2


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _message(answer: str) -> str:
    try:
        return str(json.loads(answer)["message"])
    except (ValueError, KeyError, TypeError):
        return ""


def _printed(command: list[str], folder: Path) -> str:
    """Standard output; both programs say by their exit code that they found something, which is no failure."""
    try:
        return subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=WITHIN_S
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def audit_python() -> Report:
    command = [sys.executable, "-m", "pip_audit", "-r", LOCK, "--require-hashes", "--disable-pip"]
    answer = _printed([*command, "--format", "json", "--progress-spinner", "off"], ROOT)
    return python_report(answer, pinned_here((ROOT / LOCK).read_text()))


def audit_node(folder: str) -> Report:
    lock = json.loads((ROOT / folder / "package-lock.json").read_text())
    wanted = sum(1 for path in lock["packages"] if path)  # "" is the folder's own
    return npm_report(f"npm packages of {folder}", _printed(["npm", "audit", "--json"], ROOT / folder), wanted)


def main() -> int:
    reports = []
    for audit in (audit_python, *(lambda folder=folder: audit_node(folder) for folder in NODE_FOLDERS)):
        report = audit()
        print(report, flush=True)
        reports.append(report)
    return exit_code(reports)


if __name__ == "__main__":
    sys.exit(main())
