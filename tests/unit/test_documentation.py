"""What README and docs point to is there."""

import importlib
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kafka_event_source.options import OptionParser
from stacks.config import Config
from stacks.strict_model import models_in
from tests.snippets import NEEDS, PROGRAMS, ROOT, pages, snippets

PAGES = pages()
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(#[^)]*)?\)")
NAMED = re.compile(
    r"(?<![\w/.])((?:config|docs|tests|lambdas|localstack|snowbridge|snowplow|bench)/[\w./-]+\.\w+)"
)
TARGET = re.compile(r"(?:`|^ *)make ([a-z-]+)(?=`| [A-Z]|$| &&)", re.MULTILINE)
# Written by whoever deploys, or while something runs.
THEIRS = {"config/mine.yaml", "config/staging.yaml"}
FUNCTIONS = {path.stem for path in (ROOT / "lambdas").glob("*.py")}
FUNCTION_SETTINGS = (ROOT / "stacks/live_viewers_stack.py").read_text()
# What isn't called by us or isn't a command.
THEIR_PYTHON = {"python -m ministack", "python3 app.py"}


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


# What others call things: Snowplow's media fields, MiniStack's setting.
FOREIGN = {
    "LAMBDA_EXECUTOR",
    "ads_time_secs",
    "buffering_time_secs",
    "content_watched_secs",
    "duration_secs",
    "is_played",
    "snowplow_media_player_base",
    "start_tstamp",
    "paused_time_secs",
    "play_time_muted_secs",
    "play_time_secs",
}
COMMAND = re.compile(r"(make|npm|npx|curl|pip|docker|\.venv/\S+) ")
BARE_PYTHON = re.compile(r"(?<![\w./-])(?<!-m )(?:python3? -m|python3?|pytest|ruff|mypy) [\w./-]+")
NOT_CODE = {".md", ".png", ".webm", ".mp4", ".lock", ".jsonl", ".tsv"}


@pytest.fixture(scope="module")
def words_of_the_code() -> set[str]:
    """Each identifier in a file that isn't prose or data, and the names of files."""
    words: set[str] = set()
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    for path in (ROOT / name for name in listed):
        words.add(path.stem)
        if path.suffix not in NOT_CODE and path.name != "package-lock.json" and path.is_file():
            words.update(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", path.read_text(errors="replace")))
    return words


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_environment_variable_field_and_key_named_is_in_the_code(
    page: Path, words_of_the_code: set[str]
) -> None:
    text = page.read_text()
    variables = set(re.findall(r"(?<![\w$])([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b", text))
    inline = re.findall(r"`([^`\n]+)`", text)
    fields = {
        word
        for code in inline
        for word in re.findall(r"(?<![\w./-])([a-z][a-z0-9]*(?:_[a-z0-9]+)+)(?![\w/…])", code)
    }
    assert (variables | fields) - words_of_the_code - FOREIGN == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_configuration_key_named_is_one(page: Path) -> None:
    sections = "|".join(Config.model_fields)
    named = re.findall(rf"`((?:{sections})(?:\.[a-z_0-9]+)+)\b", page.read_text())
    assert [key for key in named if not is_key(key)] == []


def is_key(key: str) -> bool:
    """Whether the configuration has this key; what stands below a mapping of names is one of theirs."""
    models: list[Any] = [Config]
    for part in key.split("."):
        fields = [model.model_fields[part] for model in models if part in model.model_fields]
        if not fields and not any(part == name for name in FUNCTIONS):
            return False
        models = [below for field in fields for below in models_in(field.annotation)] or models
    return True


def test_a_key_that_is_none_would_be_seen() -> None:
    assert is_key("functions.sizes.process_events.reserved_concurrency")
    assert not is_key("viewers.ping_write_interval")
    assert not is_key("kafka.source.nonsense")


def test_no_page_names_what_the_stack_sets_in_a_function_as_a_setting_for_people() -> None:
    own = {name for name in re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', FUNCTION_SETTINGS) if name != "AWS_REGION"}
    assert "PLACEHOLDER_VIEWER_IDS" in own
    named = {
        name: str(page.relative_to(ROOT)) for page in PAGES for name in own if f"`{name}`" in page.read_text()
    }
    assert named == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_fence_has_a_language_and_every_program_says_how_it_is_tried(page: Path) -> None:
    """`tests/integration/test_snippets.py` runs those that can be run."""
    found = snippets(page)
    assert [str(snippet) for snippet in found if not snippet.language] == []
    untried = [
        str(snippet)
        for snippet in found
        if snippet.language in PROGRAMS
        and not (
            snippet.how in ("run", "demo")
            or snippet.prints
            or (snippet.how.startswith("needs ") and snippet.how.removeprefix("needs ") in NEEDS)
        )
    ]
    assert untried == []
    hidden = [
        str(s)
        for s in found
        if s.language not in PROGRAMS and re.match(r"(make|npm|npx|curl|pip|\.venv)\b", s.text)
    ]
    assert hidden == [], "commands in a fence that isn't marked as sh"


def test_the_demo_of_the_readme_is_the_one_that_the_tests_start() -> None:
    (demo,) = [snippet for page in PAGES for snippet in snippets(page) if snippet.how == "demo"]
    assert demo.page == ROOT / "README.md"
    assert demo.text.splitlines()[-1] == "make demo"
    recipe = re.search(r"^demo:[^\n]*\n\t@(.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe
    assert recipe.group(1).replace("$(PY)", "python").split()[:3] == ["python", "localstack/demo.py", "run"]


def test_every_script_of_the_front_end_named_is_there() -> None:
    scripts = set(json.loads((ROOT / "frontend/package.json").read_text())["scripts"])
    named = {name for page in PAGES for name in re.findall(r"npm run (?:--silent )?([a-z-]+)", page.read_text())}
    assert named - scripts == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_our_python_is_called_in_one_way(page: Path) -> None:
    """By the environment that `make setup` makes; a package's own page speaks to other projects."""
    if page.parent.name in ("kafka_event_source", "reader"):
        return
    commands = re.findall(
        r"(?<![\w./-])(?<!-m )(?:python3? -m|python3?|pytest|ruff|mypy) [\w./-]+", "\n".join(code_of(page))
    )
    assert [command for command in commands if command not in THEIR_PYTHON] == []


def code_of(page: Path) -> list[str]:
    text = page.read_text()
    return [*re.findall(r"`([^`\n]+)`", text), *(snippet.text for snippet in snippets(page))]


# How each command of ours is called in the pages, and the module that has its options.
CALLED = {
    "-m kafka_event_source": "kafka_event_source.cli",
    "-m simulator": "simulator.__main__",
    "-m collector": "collector.__main__",
    "make smoke": "operations.smoke",
    "-m operations.smoke": "operations.smoke",
    "make doctor": "operations.doctor",
    "-m operations.doctor": "operations.doctor",
    "make outputs": "operations.outputs",
    "make redrive": "operations.redrive",
    "make demo": "laptop.options",
    "make up": "laptop.options",
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_option_named_is_one(page: Path) -> None:
    unknown = []
    for code in code_of(page):
        for line in code.replace("\\\n", " ").splitlines():
            for called, module in CALLED.items():
                _, found, rest = line.partition(called)
                given = re.findall(r"(?<![\w-])--[a-z][a-z-]*", rest) if found else []
                unknown += [(called, option) for option in given if option not in options_of(module)]
    assert unknown == []


def options_of(module: str) -> set[str]:
    loaded = importlib.import_module(module)
    if module == "laptop.options":
        parser = OptionParser()
        loaded.add_options(parser)
    else:
        parser = loaded.arguments()
    return {option for action in parser._actions for option in action.option_strings}
