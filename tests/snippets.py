"""The commands and programs in README and docs, each with what its fence says of it.

What stands after a fence's language says how a snippet is tried: `run` to its end against a running demo,
`until "text"` started, and stopped at the page's end, once it has printed the text; `demo` is the demo itself;
`needs WHAT` can't be tried here.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROGRAMS = ("sh", "python")
NEEDS = {"AWS", "Docker", "npm", "an app of yours"}
_FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Snippet:
    page: Path
    line: int
    language: str
    how: str  # run, demo, until "…", needs …; empty where the fence says nothing
    text: str

    @property
    def prints(self) -> str | None:
        """The text after which a snippet that runs for ever is stopped."""
        found = re.fullmatch(r'until "(.+)"', self.how)
        return found.group(1) if found else None

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages() -> list[Path]:
    """README and docs: all Markdown that git has."""
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split()]


def snippets(page: Path) -> list[Snippet]:
    text = page.read_text()
    found = []
    for fence in _FENCE.finditer(text):
        language, _, how = fence["info"].partition(" ")
        line = text.count("\n", 0, fence.start()) + 1
        found.append(Snippet(page, line, language, how.strip(), fence["text"]))
    return found
