"""The file beside the handlers: read where it is, the defaults where it isn't, a clear error where it can't be."""

from pathlib import Path

import msgspec
import pytest

from live_viewers.dimensions.defaults import DEFAULT_DIMENSIONS
from live_viewers.dimensions.dimension import Dimension
from live_viewers.stage_file import STAGE_FILE, StageFile, StageFileError, read_stage_file


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert read_stage_file(tmp_path / "stage.json") == StageFile(dimensions=DEFAULT_DIMENSIONS)
    assert STAGE_FILE.name == "stage.json"
    assert (STAGE_FILE.parent / "process_events.py").exists()


def test_what_was_written_is_read(tmp_path: Path) -> None:
    written = StageFile(
        dimensions=(Dimension("cdn", ("entity:com.example/cdn/1#/name",), None, {"a": "b"}),),
        media_id_from=("atomic:page_urlpath",),
        pinned_titles=("Final",),
    )
    path = tmp_path / "stage.json"
    path.write_bytes(msgspec.json.encode(written))
    assert read_stage_file(path) == written
    path.write_bytes(msgspec.json.encode(StageFile()))
    assert read_stage_file(path) == StageFile()


@pytest.mark.parametrize("text", [b"", b"{", b'{"dimensions": [{"name": "x"}]}', b"\xff"])
def test_a_file_that_cant_be_read_is_reported(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "stage.json"
    path.write_bytes(text)
    with pytest.raises(StageFileError, match=r"stage\.json beside the handlers can't be read"):
        read_stage_file(path)
