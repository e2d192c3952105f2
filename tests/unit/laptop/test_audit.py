"""An audit that looked up fewer than all packages is not audited, and never clean."""

import json
import subprocess
from pathlib import Path
from typing import Any

import audit
import pytest
from audit import NODE_FOLDERS, Report, exit_code, npm_report, pinned_here, python_report

LOCK = """\
# Written by `make lock` from requirements.in: edit that one.
--only-binary :all:
boto3==1.43.106 \\
    --hash=sha256:00
colorama==0.4.6 ; sys_platform == 'nowhere' \\
    --hash=sha256:01
PyYAML==6.0.3 \\
    --hash=sha256:02
"""
WANTED = {"boto3", "pyyaml"}


def pip_audit_says(*dependencies: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(dependencies), "fixes": []})


CLEAN = [
    {"name": "boto3", "version": "1.43.106", "vulns": []},
    {"name": "pyyaml", "version": "6.0.3", "vulns": []},
]
SKIPPED = {
    "name": "pyyaml",
    "skip_reason": "Dependency not found on PyPI and could not be audited: pyyaml (6.0.3)",
}
WEAK = {
    "name": "pyyaml",
    "version": "6.0.3",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["6.0.4"], "aliases": []}],
}


def npm_says(total: int, **vulnerabilities: dict[str, str]) -> str:
    """The answer of a registry that has advisories (npm's auditReportVersion 2)."""
    metadata = {"vulnerabilities": {"total": len(vulnerabilities)}, "dependencies": {"prod": 1, "total": total}}
    return json.dumps({"auditReportVersion": 2, "vulnerabilities": vulnerabilities, "metadata": metadata})


REFUSED = json.dumps({"message": "405 Method Not Allowed - POST https://registry.example/bulk", "statusCode": 405})


def test_what_is_for_another_system_is_not_asked_for() -> None:
    assert pinned_here(LOCK) == WANTED


def test_all_looked_up_and_nothing_found_is_clean() -> None:
    reports = [python_report(pip_audit_says(*CLEAN), WANTED), npm_report("npm", npm_says(3), 3)]
    assert str(reports[0]) == "Python packages: audited 2 of 2: no known weakness"
    assert str(reports[1]) == "npm: audited 3 of 3: no known weakness"
    assert exit_code(reports) == 0


def test_a_weakness_is_named_with_what_mends_it() -> None:
    report = python_report(pip_audit_says(CLEAN[0], WEAK), WANTED)
    assert str(report) == "Python packages: audited 2 of 2\n  pyyaml 6.0.3: PYSEC-1, mended in 6.0.4"
    assert exit_code([report]) == 1


def test_a_weakness_of_npm_is_named_with_its_weight() -> None:
    report = npm_report("npm", npm_says(3, vite={"severity": "high"}), 3)
    assert str(report) == "npm: audited 3 of 3\n  vite: high"
    assert exit_code([report]) == 1


@pytest.mark.parametrize(
    ("answer", "audited", "reason"),
    [
        (pip_audit_says(CLEAN[0], SKIPPED), 1, "could not be audited"),
        (pip_audit_says(CLEAN[0]), 1, ""),
        (pip_audit_says(), 0, ""),
        ("", 0, "gave no answer"),
        ("{}", 0, "gave no answer"),
        ("[]", 0, "gave no answer"),
    ],
    ids=["skipped", "left out", "of nothing", "silence", "no list", "something else"],
)
def test_python_packages_not_looked_up_are_not_audited(answer: str, audited: int, reason: str) -> None:
    report = python_report(answer, WANTED)
    assert str(report).startswith(f"Python packages: audited {audited} of 2: NOT AUDITED")
    assert reason in str(report)
    assert "no known weakness" not in str(report)
    assert exit_code([report]) == 2


@pytest.mark.parametrize(
    ("answer", "audited", "reason"),
    [
        (REFUSED, 0, "405 Method Not Allowed - POST the registry"),
        (npm_says(2), 2, ""),
        ("", 0, "gave no answer"),
        ("null", 0, "gave no answer"),
    ],
    ids=["refused", "too few", "silence", "null"],
)
def test_npm_packages_not_looked_up_are_not_audited(answer: str, audited: int, reason: str) -> None:
    report = npm_report("npm", answer, 3)
    assert str(report).startswith(f"npm: audited {audited} of 3: NOT AUDITED")
    assert reason in str(report)
    assert exit_code([report]) == 2


def test_a_weakness_found_is_reported_though_not_all_is_audited() -> None:
    assert exit_code([python_report(pip_audit_says(WEAK), WANTED)]) == 1
    assert exit_code([Report("nothing to audit", 0, 0)]) == 2


def test_the_command_asks_for_all_of_the_locks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = sorted(pinned_here((audit.ROOT / audit.LOCK).read_text()))
    assert len(names) > 100
    answers = {"-m": pip_audit_says(*({"name": name, "version": "1", "vulns": []} for name in names))}
    asked: list[Path] = []

    def run(command: list[str], cwd: Path, **_: Any) -> subprocess.CompletedProcess[str]:
        asked.append(cwd)
        return subprocess.CompletedProcess(command, 0, answers.get(command[1], npm_says(1000)), "")

    monkeypatch.setattr(subprocess, "run", run)
    assert audit.main() == 0
    assert [cwd.resolve() for cwd in asked] == [
        audit.ROOT,
        *((audit.ROOT / folder).resolve() for folder in NODE_FOLDERS),
    ]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"Python packages: audited {len(names)} of {len(names)}: no known weakness"
    assert all(line.endswith(": no known weakness") for line in lines)


def test_a_program_that_is_not_there_has_audited_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*_: Any, **__: Any) -> None:
        raise FileNotFoundError("npm")

    monkeypatch.setattr(subprocess, "run", run)
    assert audit.main() == 2
    assert all("audited 0 of" in line and "NOT AUDITED" in line for line in capsys.readouterr().out.splitlines())
