"""What the stack reads of the functions' package: their tables, and nothing that stands behind those."""

import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

from stacks.function_table import FUNCTIONS, FunctionName, construct_id_of

ROOT = Path(__file__).parents[3]
TABLES = {"live_viewers.api.routes", "live_viewers.settings", "live_viewers.defaults"}
PACKAGES = {"live_viewers", "live_viewers.api"}
# What stage.json is made of: the domain's own definitions, so that a configuration is checked by what reads it.
OF_STAGE_FILE = re.compile(r"live_viewers\.(stage_file|dimensions\.\w+|incidents\.alert|events\.title)")


def test_the_stack_imports_the_tables_alone() -> None:
    imported = set()
    for path in (ROOT / "stacks").rglob("*.py"):
        for module, names in re.findall(
            r"^\s*from (live_viewers\S*) import (\([^)]*\)|.*)$", path.read_text(encoding="utf-8"), re.MULTILINE
        ):
            if not OF_STAGE_FILE.fullmatch(module):
                imported |= {f"{module}.{names}"} if module in PACKAGES else {module}
    assert imported == TABLES


def test_a_table_brings_nothing_else_of_the_functions() -> None:
    program = f"import sys, {', '.join(sorted(TABLES))}; print(*(m for m in sys.modules if 'live_viewers' in m))"
    outcome = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT / "lambdas", capture_output=True, text=True, check=True
    )
    assert set(outcome.stdout.split()) == TABLES | PACKAGES


def test_every_function_is_in_the_table_under_its_handler_s_name() -> None:
    assert set(FUNCTIONS) == set(get_args(FunctionName))
    assert set(FUNCTIONS) == {path.stem for path in (ROOT / "lambdas").glob("*.py")}
    assert construct_id_of("process_events") == "ProcessEvents"
