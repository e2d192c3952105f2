"""The golden events of tests/events: captured or made once, kept as files (see the README there)."""

from pathlib import Path

FOLDER = Path(__file__).parent / "events"
TSV_FILES = sorted(path.name for path in FOLDER.glob("*.tsv") if path.name != "enriched_header.tsv")
WEB_FILES = [name for name in TSV_FILES if name.startswith("web_")]


def records(file: str) -> list[bytes]:
    """The records of one file, as they lie on the topic."""
    return [line for line in (FOLDER / file).read_bytes().split(b"\n") if line]


def all_tsv_records() -> list[bytes]:
    """Every enriched TSV record there is."""
    return [record for file in TSV_FILES for record in records(file)]
