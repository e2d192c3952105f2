"""What lists things, made of a stage's configuration: stage.json for the functions (live_viewers.stage_file), and
what the pages are told of it in config.json."""

from typing import Any

import msgspec

from live_viewers.stage_file import STAGE_FILE, StageFile
from stacks.config import Config

STAGE_FILE_NAME = STAGE_FILE.name


def stage_file_of(config: Config) -> StageFile:
    """What the functions of a stage with this configuration read."""
    defaults = StageFile()
    dimensions = config.viewers.dimensions
    return StageFile(
        dimensions=defaults.dimensions if dimensions is None else tuple(each.definition for each in dimensions),
        media_id_from=tuple(config.viewers.media_id_from),
        pinned_titles=tuple(config.audience.pinned_titles),
        alerts=tuple(each.alert() for each in config.alerts),
    )


def stage_json(config: Config) -> bytes:
    """The file's content."""
    return msgspec.json.format(msgspec.json.encode(stage_file_of(config)), indent=1) + b"\n"


def page_dimensions(config: Config) -> list[dict[str, Any]]:
    """The dimensions as config.json has them: `name`, and `open` where any text is a value."""
    return [{"name": each.name, "open": each.is_open} for each in stage_file_of(config).dimensions]
