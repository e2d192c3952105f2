"""What every part of the configuration is: frozen, and closed to keys it doesn't know."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Arn = Annotated[str, Field(pattern=r"^arn:aws[\w-]*:[a-z0-9-]+:\S+$")]


class StrictModel(BaseModel):
    """A misspelt key is an error that names it, not a default that nobody asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)
