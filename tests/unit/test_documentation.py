"""What README and docs point to is there."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(#[^)]*)?\)")
NAMED = re.compile(
    r"(?<![\w/.])((?:config|docs|tests|lambdas|localstack|snowbridge|snowplow|bench)/[\w./-]+\.\w+)"
)
TARGET = re.compile(r"(?:`|^ *)make ([a-z-]+)(?=`| [A-Z]|$| &&)", re.MULTILINE)
# Written by whoever deploys, or while something runs.
THEIRS = {"config/dev.yaml", "config/staging.yaml"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_every_file_named_is_there(page: Path) -> None:
    text = page.read_text()
    links = {(page.parent / link).resolve() for link, _ in LINK.findall(text) if "://" not in link}
    named = {ROOT / name for name in NAMED.findall(text) if "*" not in name} - {ROOT / name for name in THEIRS}
    missing = [str(path) for path in links | named if not path.exists() and not (page.parent / path).exists()]
    assert missing == []


def test_every_make_target_named_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {target for page in PAGES for target in TARGET.findall(page.read_text())}
    assert named - targets == set()


def test_the_readme_fits_on_two_screens() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 80
