"""Who gets in: an HTTP API with a JWT authorizer, a real issuer's keys, and tokens good and bad."""

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
import urllib3

from tests.integration.deployed_api import Authorizer, DeployedApi, deploy
from tests.integration.oidc_issuer import AUDIENCE, OidcIssuer, running_issuer


@pytest.fixture(scope="module")
def issuer() -> Iterator[OidcIssuer]:
    with running_issuer() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def api(ministack: str, issuer: OidcIssuer) -> DeployedApi:
    return deploy(ministack, Authorizer(issuer.url, [AUDIENCE]))


def test_a_token_with_the_scope_lets_in(api: DeployedApi, issuer: OidcIssuer) -> None:
    assert api.ask("GET", "/v1/live", issuer.token()).status == 200
    assert api.ask("GET", "/v1/live", issuer.token("openid viewers:read viewers:erase")).status == 200
    assert api.ask("POST", "/v1/socket-tickets", issuer.token()).status == 201


BAD_TOKENS: dict[str, Callable[[OidcIssuer], str | None]] = {
    "no token": lambda _: None,
    "not a token": lambda _: "let-me-in",
    "expired": lambda issuer: issuer.token(exp=int(time.time()) - 1),
    "not valid yet": lambda issuer: issuer.token(nbf=int(time.time()) + 60),
    "of another audience": lambda issuer: issuer.token(aud="another-app"),
    "without an audience": lambda issuer: issuer.token(aud=None),
    "of another issuer": lambda issuer: issuer.token(iss="http://127.0.0.1:1/other"),
    "unsigned, alg none": lambda issuer: issuer.unsigned_token(),
    "signed by another key": lambda issuer: issuer.token(key=issuer.other_key),
    "signed with the public key as a secret": lambda issuer: issuer.token_by_public_key(),
    "changed after signing": lambda issuer: _with_scope_changed(issuer.token("openid"), issuer),
}


def _with_scope_changed(token: str, issuer: OidcIssuer) -> str:
    header, _, signature = token.split(".")
    return f"{header}.{issuer.token().split('.')[1]}.{signature}"


@pytest.mark.parametrize("name", BAD_TOKENS)
def test_a_token_that_does_not_hold_keeps_out(api: DeployedApi, issuer: OidcIssuer, name: str) -> None:
    token = BAD_TOKENS[name](issuer)
    for method, path in (("GET", "/v1/live"), ("DELETE", "/v1/viewers/ann"), ("GET", "/v1/anything")):
        assert api.ask(method, path, token).status == 401


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("openid", "GET", "/v1/live"),
        ("viewers:erase", "GET", "/v1/live"),
        ("viewers:reader", "GET", "/v1/live"),
        ("viewers:read", "DELETE", "/v1/viewers/ann"),
        ("openid", "POST", "/v1/socket-tickets"),
    ],
)
def test_a_token_without_the_scope_keeps_out(
    api: DeployedApi, issuer: OidcIssuer, scope: str, method: str, path: str
) -> None:
    assert api.ask(method, path, issuer.token(scope)).status == 403


def test_only_the_description_is_open(api: DeployedApi) -> None:
    reply = api.ask("GET", "/v1/openapi.json")
    assert reply.status == 200, reply.data


def test_the_scope_to_erase_lets_erase(api: DeployedApi, issuer: OidcIssuer) -> None:
    assert api.ask("DELETE", "/v1/viewers/ann", issuer.token("viewers:erase")).status == 202


def test_a_route_left_open_by_mistake_still_keeps_out(ministack: str, api: DeployedApi) -> None:
    """The function checks by itself what the authorizer told it."""
    gateway = boto3.client("apigatewayv2", endpoint_url=ministack)
    api_id = api.host.partition(".")[0]
    live = next(
        each for each in gateway.get_routes(ApiId=api_id)["Items"] if each["RouteKey"] == "GET /v1/audience"
    )
    gateway.update_route(ApiId=api_id, RouteId=live["RouteId"], AuthorizationType="NONE", AuthorizationScopes=[])
    reply = api.ask("GET", "/v1/audience")
    assert (reply.status, reply.json()["type"]) == (401, "urn:live-viewers:problem:unauthenticated")
    assert reply.headers["www-authenticate"] == "Bearer"


def test_a_service_signs_in_with_client_credentials_of_the_user_pool(ministack: str) -> None:
    """As the stack makes it: a resource server with the scopes, and a client with a secret."""
    cognito = boto3.client("cognito-idp", endpoint_url=ministack)
    pool = cognito.create_user_pool(PoolName=f"pool-{uuid.uuid4().hex[:8]}")["UserPool"]["Id"]
    scopes = [{"ScopeName": name, "ScopeDescription": name} for name in ("viewers:read", "viewers:erase")]
    cognito.create_resource_server(UserPoolId=pool, Identifier="live-viewers", Name="api", Scopes=scopes)
    client = _service(cognito, pool)
    stranger = _service(cognito, pool)
    issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{pool}"
    api = deploy(
        ministack,
        Authorizer(issuer, [client["ClientId"]]),
        scope_prefix="live-viewers/",
        READ_SCOPE="live-viewers/viewers:read",
        ERASE_SCOPE="live-viewers/viewers:erase",
    )
    token = _token(ministack, client, "live-viewers/viewers:read")
    assert api.ask("GET", "/v1/live", token).status == 200
    assert api.ask("DELETE", "/v1/viewers/ann", token).status == 403
    eraser = _token(ministack, client, "live-viewers/viewers:read live-viewers/viewers:erase")
    assert api.ask("DELETE", "/v1/viewers/ann", eraser).status == 202
    assert api.ask("GET", "/v1/live", _token(ministack, stranger, "live-viewers/viewers:read")).status == 401


def _service(cognito: Any, pool: str) -> dict[str, str]:
    client: dict[str, str] = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="service",
        GenerateSecret=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthScopes=["live-viewers/viewers:read", "live-viewers/viewers:erase"],
    )["UserPoolClient"]
    return client


def _token(endpoint: str, client: dict[str, str], scope: str) -> str:
    secret = urllib3.make_headers(basic_auth=f"{client['ClientId']}:{client['ClientSecret']}")
    reply = urllib3.PoolManager().request_encode_body(
        "POST",
        f"{endpoint}/oauth2/token",
        fields={"grant_type": "client_credentials", "scope": scope},
        encode_multipart=False,
        headers=secret,
    )
    assert reply.status == 200, reply.data
    return str(reply.json()["access_token"])
