"""The functions of the stack, in one table: names, sizes, and by their settings the environment of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from live_viewers.settings import (
    CheckAudienceSettings,
    EraseViewersSettings,
    ProcessEventsSettings,
    ProjectChangesSettings,
    PushUpdatesSettings,
    RedriveRejectedSettings,
    ServeApiSettings,
    ServeSocketsSettings,
    Settings,
)

FunctionName = Literal[
    "process_events",
    "project_changes",
    "push_updates",
    "serve_api",
    "serve_sockets",
    "erase_viewers",
    "check_audience",
    "redrive_rejected",
]


@dataclass(frozen=True)
class DefaultSize:
    """What a function gets where the configuration says nothing."""

    memory_mb: int
    timeout_s: int
    description: str


@dataclass(frozen=True)
class FunctionRow(DefaultSize):
    """One of the stack's functions. Its handler is `<name>.handler`."""

    settings: type[Settings]


FUNCTIONS: Mapping[FunctionName, FunctionRow] = {
    "process_events": FunctionRow(
        1769, 120, "Folds batches of media events into viewers' sessions", ProcessEventsSettings
    ),
    "project_changes": FunctionRow(
        1024, 120, "Keeps audience counts and profile items in step with sessions", ProjectChangesSettings
    ),
    "push_updates": FunctionRow(
        512, 20, "Sends changed sessions to the pages that watch them", PushUpdatesSettings
    ),
    "serve_api": FunctionRow(
        1024,
        15,
        "Answers the HTTP API",
        ServeApiSettings,
    ),
    "serve_sockets": FunctionRow(
        512,
        10,
        "Lets pages connect and subscribe",
        ServeSocketsSettings,
    ),
    "erase_viewers": FunctionRow(
        512,
        300,
        "Erases a viewer's items, resumably",
        EraseViewersSettings,
    ),
    "check_audience": FunctionRow(
        512,
        60,
        "Judges alerts over the audience each minute, and keeps its history",
        CheckAudienceSettings,
    ),
    "redrive_rejected": FunctionRow(
        512, 300, "Feeds rejected records to process_events again", RedriveRejectedSettings
    ),
}


def construct_id_of(name: FunctionName) -> str:
    """What the function is called in the template: `process_events` is ProcessEvents."""
    return "".join(part.capitalize() for part in name.split("_"))
