"""Sign-in, in a stage's configuration: a user pool of the stack's, an issuer of yours, or none."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from live_viewers import defaults
from stacks.strict_model import StrictModel, fixed

RESERVED_BY_COGNITO = ("amazon", "aws", "cognito")
"""Words that the prefix of a sign-in page's address can't have. Source: Amazon Cognito developer guide,
"Configuring a user pool domain"."""


def reserved_in(prefix: str) -> str | None:
    """The word that makes Cognito refuse `prefix`, if any."""
    return next((word for word in RESERVED_BY_COGNITO if word in prefix), None)


class CognitoAuth(StrictModel):
    """A user pool made by the stack, with a client for the page and one for services."""

    mode: Literal["cognito"] = Field(
        default="cognito",
        description="chooses the kind",
        json_schema_extra=fixed("with another mode the user pool goes, and everybody in it."),
    )
    domain_prefix: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$",
        description="Of the hosted sign-in page; unique in the region. Default: live-viewers-<stage>-<account>.",
        json_schema_extra=fixed("a user pool has one such page, which goes before another can come."),
    )
    require_mfa: bool = Field(default=True, description="Ask every user for a one-time code.")

    @model_validator(mode="after")
    def _prefix_without_reserved_words(self) -> "CognitoAuth":
        if self.domain_prefix and (word := reserved_in(self.domain_prefix)):
            raise ValueError(f"domain_prefix {self.domain_prefix!r}: Cognito refuses {word!r} in it")
        return self


class OidcAuth(StrictModel):
    """Your own OpenID Connect issuer."""

    mode: Literal["oidc"] = "oidc"
    issuer: str = Field(
        pattern=r"^https://[^\s/]+(/\S*)?$",
        description="Exactly as in the tokens' iss, with the / at its end where yours has one (Auth0, Azure).",
    )
    audience: list[str] = Field(min_length=1, description="Accepted aud or client_id values.")
    page_client_id: str = Field(description="Public client (PKCE) of the live page.")
    read_scope: str = Field(default=defaults.READ_SCOPE, description="Scope that reads need.")
    erase_scope: str = Field(default=defaults.ERASE_SCOPE, description="Scope that erasure needs.")


class NoAuth(StrictModel):
    """Open to all. Stage local only."""

    mode: Literal["none"] = "none"


Auth = Annotated[CognitoAuth | OidcAuth | NoAuth, Field(discriminator="mode")]
