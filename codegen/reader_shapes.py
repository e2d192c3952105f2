"""Makes the reader's shapes: the models of answers and messages as a client in Python decodes them.

A time is a datetime there, and a text of a closed set a str, so that a reader takes
what a later API adds to the set.
"""

import enum
import inspect
import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from codegen.schemas import SERVER_MESSAGES
from live_viewers.api.described import schema_name
from live_viewers.api.models import BatchOfViewers, LivePage, LiveSession, ProblemDetails, SocketTicket
from live_viewers.profile.session_view import MediaSessionView
from live_viewers.profile.viewer_view import ViewerProfileView
from live_viewers.profile.viewing_totals import ViewingTotals
from live_viewers.push.messages import ErasedMessage
from live_viewers.rfc3339 import Time

_ROOTS: tuple[type[msgspec.Struct], ...] = (
    ViewerProfileView,
    BatchOfViewers,
    LivePage,
    SocketTicket,
    ProblemDetails,
    *SERVER_MESSAGES,
)
# What readers call them.
_NAMES: dict[type[msgspec.Struct], str] = {
    MediaSessionView: "Session",
    ViewerProfileView: "Viewer",
    ViewingTotals: "Totals",
    ErasedMessage: "Erased",
}
_BASES = {"Session": "Playhead, "}
_HEAD = '''"""What the API answers with, as values. Fields that a later API adds are ignored. Times are
datetimes in UTC.

Generated from the API's models by `make generate`: change those.
"""

from datetime import datetime

import msgspec

from live_viewers_reader.playhead import Playhead
'''


def render() -> str:
    """The module, before it is formatted."""
    shapes: dict[str, str] = {}
    for root in _ROOTS:
        _add(root, shapes)
    return _HEAD + "".join(f"\n\n{shape}" for shape in shapes.values())


def _add(model: type[msgspec.Struct], shapes: dict[str, str]) -> str:
    """Add the class of a model, after those that it is made of. Its name."""
    if model is LiveSession:  # its key only tells what comes twice, which the reader finds by the ids
        model = MediaSessionView
    name = _NAMES.get(model) or schema_name(model)
    if name in shapes:
        return name
    hints = get_type_hints(model, include_extras=True)
    fields = []
    for field in msgspec.structs.fields(model):
        line = f"    {field.name}: {_expression(hints[field.name], shapes)}"
        if field.encode_name != field.name:
            line += f' = msgspec.field(name="{field.encode_name}")'
        elif model.__struct_config__.omit_defaults and field.default_factory is list:
            line += " = []"
        fields.append(line)
    options = "frozen=True, kw_only=True"
    config = model.__struct_config__
    if config.tag_field is not None:
        options += f', tag_field="{config.tag_field}", tag="{config.tag}"'
    documentation = inspect.cleandoc(model.__doc__ or "").replace("\n", "\n    ").replace("\n    \n", "\n\n")
    closing = "\n    " if "\n" in documentation else ""
    shapes[name] = "\n".join(
        [
            f"class {name}({_BASES.get(name, '')}msgspec.Struct, {options}):",
            f'    """{documentation}{closing}"""',
            *([""] if fields else []),
            *fields,
            "",
        ]
    )
    return name


def _expression(hint: Any, shapes: dict[str, str]) -> str:
    if hint == Time:
        return "datetime"
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _expression(arguments[0], shapes)
    if origin in (Union, types.UnionType):
        return " | ".join(dict.fromkeys(_expression(each, shapes) for each in arguments))
    if origin is Literal:
        return "str"
    if origin in (list, dict):
        inner = ", ".join(_expression(each, shapes) for each in arguments)
        return f"{origin.__name__}[{inner}]"
    if hint is type(None):
        return "None"
    if issubclass(hint, msgspec.Struct):
        return _add(hint, shapes)
    if issubclass(hint, enum.Enum):
        return "str"
    return str(hint.__name__)
