"""What every model of an answer or a message has in common."""

import msgspec


class ResponseModel(msgspec.Struct, forbid_unknown_fields=True):
    """A part of an answer or of a message of the socket.

    A field is written here once: the OpenAPI document, the TypeScript types and the reader's shapes are generated
    from the models (`make generate`). snake_case; times in RFC 3339; a number with a unit carries it in its name;
    what isn't known is null.
    """
