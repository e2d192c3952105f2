"""What lists things for the functions: `stage.json`, which the stack writes into the bundle, beside the handlers.

An environment holds 4 KB and names and numbers; a stage's dimensions wouldn't fit. The stack writes it from
config/<stage>.yaml (stacks/stage_files.py). A function that needs it reads it once, when it starts.
"""

from pathlib import Path

import msgspec

from live_viewers.dimensions.defaults import DEFAULT_DIMENSIONS
from live_viewers.dimensions.dimension import Dimension
from live_viewers.incidents.alert import Alert

STAGE_FILE = Path(__file__).resolve().parent.parent / "stage.json"


class StageFileError(RuntimeError):
    """The file is there and can't be read; the message tells why."""


class StageFile(msgspec.Struct, frozen=True, kw_only=True):
    """`media_id_from`: paths of the title's id, the player's label where empty. `pinned_titles`: media ids that
    are counted by each closed value of a dimension."""

    dimensions: tuple[Dimension, ...] = DEFAULT_DIMENSIONS
    media_id_from: tuple[str, ...] = ()
    pinned_titles: tuple[str, ...] = ()
    alerts: tuple[Alert, ...] = ()


def read_stage_file(path: Path = STAGE_FILE) -> StageFile:
    """The stage's file, or the defaults where there is none (tests, benches). Raises StageFileError."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return StageFile()
    try:
        return msgspec.json.decode(data, type=StageFile)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise StageFileError(f"{path.name} beside the handlers can't be read: {error}") from error
