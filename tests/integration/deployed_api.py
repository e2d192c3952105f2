"""The API function behind an HTTP API of the emulator, deployed as the stack does it, without the stack."""

import io
import json
import uuid
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import urllib3

from tests.tables import create_tables

SOURCES = Path(__file__).parents[2] / "lambdas"
DOCUMENT = json.loads((SOURCES / "live_viewers" / "api" / "openapi.json").read_text())
_HTTP = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=60, read=120))


@dataclass(frozen=True)
class Authorizer:
    """A JWT authorizer: the tokens' issuer and the audiences that are let in."""

    issuer: str
    audience: list[str]


@dataclass(frozen=True)
class DeployedApi:
    """An API that answers at `host` of the emulator."""

    endpoint: str
    host: str
    names: dict[str, str]

    def ask(
        self, method: str, target: str, token: str | None = None, body: bytes | None = None, **headers: str
    ) -> urllib3.BaseHTTPResponse:
        given = {"Host": self.host, **headers}
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        return _HTTP.request(method, self.endpoint + target, headers=given, body=body)


@cache
def bundle() -> bytes:
    """The functions' code. Their packages are this Python's, whose worker the emulator starts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in SOURCES.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, str(path.relative_to(SOURCES)))
    return out.getvalue()


def deploy(
    endpoint: str, authorizer: Authorizer | None = None, scope_prefix: str = "", **environment: str
) -> DeployedApi:
    """Tables, function and API. The routes are those of the OpenAPI document, and all others."""
    unique = uuid.uuid4().hex[:8]
    names = create_tables(endpoint, f"deployed-{unique}-", stream=True)
    function = boto3.client("lambda", endpoint_url=endpoint).create_function(
        FunctionName=f"serve-api-{unique}",
        Runtime="python3.13",
        Handler="serve_api.handler",
        Role="arn:aws:iam::000000000000:role/any",
        Timeout=60,
        Code={"ZipFile": bundle()},
        Environment={
            "Variables": {
                "STAGE": "test" if authorizer else "local",
                "VIEWER_PROFILES_TABLE": names["ViewerProfiles"],
                "TOMBSTONE_SECRET": "secret",
                "AUDIENCE_TABLE": names["Audience"],
                "SOCKETS_TABLE": names["Sockets"],
                **environment,
            }
        },
    )
    gateway = boto3.client("apigatewayv2", endpoint_url=endpoint)
    api_id, integration = _make_api(gateway, function["FunctionArn"])
    guard: dict[str, Any] = {}
    if authorizer is not None:
        guard["AuthorizationType"] = "JWT"
        guard["AuthorizerId"] = gateway.create_authorizer(
            ApiId=api_id,
            AuthorizerType="JWT",
            Name="signed-in",
            IdentitySource=["$request.header.Authorization"],
            JwtConfiguration={"Issuer": authorizer.issuer, "Audience": authorizer.audience},
        )["AuthorizerId"]
    for route_key, scopes in _routes():
        needed = [scope_prefix + each for each in scopes]
        guarded = {**guard, "AuthorizationScopes": needed} if guard and scopes else {}
        gateway.create_route(ApiId=api_id, RouteKey=route_key, Target=f"integrations/{integration}", **guarded)
    return _open(endpoint, gateway, api_id, names)


def deploy_echo(endpoint: str) -> DeployedApi:
    """An API that answers with the path that its function was given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        answer = "def handler(event, context):\n    return {'statusCode': 200, 'body': event['rawPath']}\n"
        archive.writestr("echo.py", answer)
    function = boto3.client("lambda", endpoint_url=endpoint).create_function(
        FunctionName=f"echo-{uuid.uuid4().hex[:8]}",
        Runtime="python3.13",
        Handler="echo.handler",
        Role="arn:aws:iam::000000000000:role/any",
        Timeout=60,
        Code={"ZipFile": out.getvalue()},
    )
    return put_http_api_before(endpoint, function["FunctionArn"])


def put_http_api_before(endpoint: str, function_arn: str) -> DeployedApi:
    """An API that hands every request to a function."""
    gateway = boto3.client("apigatewayv2", endpoint_url=endpoint)
    api_id, integration = _make_api(gateway, function_arn)
    gateway.create_route(ApiId=api_id, RouteKey="$default", Target=f"integrations/{integration}")
    return _open(endpoint, gateway, api_id, {})


def _make_api(gateway: Any, function_arn: str) -> tuple[str, str]:
    """The ids of a new HTTP API and of its integration with a function."""
    api_id = gateway.create_api(Name=f"api-{uuid.uuid4().hex[:8]}", ProtocolType="HTTP")["ApiId"]
    integration = gateway.create_integration(
        ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=function_arn, PayloadFormatVersion="2.0"
    )
    return api_id, integration["IntegrationId"]


def _open(endpoint: str, gateway: Any, api_id: str, names: dict[str, str]) -> DeployedApi:
    gateway.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
    return DeployedApi(endpoint, f"{api_id}.execute-api.localhost:{urlsplit(endpoint).port}", names)


def deploy_eraser(endpoint: str, rejected_bucket: str) -> tuple[str, dict[str, str]]:
    """The erasing function over tables of its own: its name, and its environment."""
    unique = uuid.uuid4().hex[:8]
    names = create_tables(endpoint, f"erased-{unique}-", stream=True)
    environment = {
        "STAGE": "local",
        "VIEWER_PROFILES_TABLE": names["ViewerProfiles"],
        "TOMBSTONE_SECRET": "secret",
        "AUDIENCE_TABLE": names["Audience"],
        "SOCKETS_TABLE": names["Sockets"],
        "REJECTED_BUCKET": rejected_bucket,
    }
    name = f"erase-viewers-{unique}"
    boto3.client("lambda", endpoint_url=endpoint).create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="erase_viewers.handler",
        Role="arn:aws:iam::000000000000:role/any",
        Timeout=60,
        Code={"ZipFile": bundle()},
        Environment={"Variables": environment},
    )
    return name, environment


def _routes() -> list[tuple[str, list[str]]]:
    """Route keys with the scopes they need; none: open."""
    routes: list[tuple[str, list[str]]] = [("GET /v1/openapi.json", []), ("$default", ["viewers:read"])]
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            routes.append((f"{method.upper()} {path}", operation["security"][0]["token"]))
    return routes
