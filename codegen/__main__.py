"""Generates what follows from the typed views, and compares it: `make generate`, and a part of `make check`.

python -m codegen [--check]
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from codegen import openapi, reader_shapes
from live_viewers.api.openapi_document import DOCUMENT

ROOT = Path(__file__).resolve().parents[1]
FRONTEND = ROOT / "frontend"
TYPES = FRONTEND / "src" / "api-types.ts"
SHAPES = ROOT / "reader" / "live_viewers_reader" / "shapes.py"
_HEAD_OF_TYPES = "// Generated from the API's models by `make generate`: change those.\n"


def openapi_document() -> str:
    """The OpenAPI document, as it is kept and served."""
    return openapi.render()


def typescript_types() -> str:
    """The types of the API's answers and the socket's messages for the pages, by openapi-typescript."""
    generator = FRONTEND / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
    if not generator.exists():
        raise SystemExit("openapi-typescript isn't installed in frontend/: run `make setup` (or `npm ci` there)")
    with tempfile.TemporaryDirectory() as folder:
        document, types = Path(folder) / "openapi.json", Path(folder) / "types.ts"
        schemas_alone = {**openapi.make_document(), "paths": {}}
        document.write_text(json.dumps(schemas_alone), encoding="utf-8")
        options = ["--root-types", "--root-types-no-schema-prefix", "--root-types-keep-casing"]
        command = ["node", str(generator), str(document), "--output", str(types), *options]
        subprocess.run(command, cwd=FRONTEND, check=True, stdout=subprocess.DEVNULL)
        return _HEAD_OF_TYPES + types.read_text(encoding="utf-8")


def reader_module() -> str:
    """The reader's shapes, formatted as all Python here."""
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(SHAPES), "-"]
    source = reader_shapes.render()
    return subprocess.run(command, input=source, cwd=ROOT, check=True, capture_output=True, text=True).stdout


GENERATED = {DOCUMENT: openapi_document, TYPES: typescript_types, SHAPES: reader_module}


def main() -> int:
    parser = argparse.ArgumentParser(prog="codegen", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where a file isn't what it would be"
    )
    check = parser.parse_args().check
    drifted = []
    for path, make in GENERATED.items():
        text = make()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        drifted.append(str(path.relative_to(ROOT)))
        if not check:
            path.write_text(text, encoding="utf-8")
    if check and drifted:
        print(f"not what the models say: {', '.join(drifted)}: run `make generate`", file=sys.stderr)
        return 1
    for name in drifted:
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
