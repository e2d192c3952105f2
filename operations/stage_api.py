"""The HTTP API of a deployed stage, signed in as a service."""

import base64
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from live_viewers.api.viewer_ids import segment_of
from operations.deployed_stage import LOCAL, DeployedStage, OperationFailed

TOKEN = "LIVE_VIEWERS_TOKEN"  # noqa: S105 - the name of an environment variable


class StageApi:
    def __init__(self, url: str, token: str | None) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def viewer(self, viewer_id: str) -> dict[str, Any] | None:
        """None where the API knows no such viewer."""
        return self._ask("GET", f"/v1/viewers/{segment_of(viewer_id)}")

    def erase(self, viewer_id: str) -> None:
        self._ask("DELETE", f"/v1/viewers/{segment_of(viewer_id)}")

    def erasure(self, viewer_id: str) -> dict[str, Any] | None:
        return self._ask("GET", f"/v1/viewers/{segment_of(viewer_id)}/erasure")

    def _ask(self, method: str, path: str) -> dict[str, Any] | None:
        # The URL is the stack's own output, or the emulator's on loopback.
        request = urllib.request.Request(self._url + path, method=method, headers=self._headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310
                found: dict[str, Any] = json.load(answer)
                return found
        except urllib.error.HTTPError as problem:
            if problem.code == 404:
                return None
            what = problem.read(300).decode(errors="replace")
            raise OperationFailed(f"{method} {path} was answered {problem.code}: {what}") from None
        except OSError as problem:
            raise OperationFailed(f"the API at {self._url} does not answer: {problem}") from None


def sign_in(stage: DeployedStage) -> StageApi:
    """As the user pool's service client; with another issuer by the token in LIVE_VIEWERS_TOKEN."""
    url = stage.outputs["ApiUrl"]
    if TOKEN in os.environ:
        return StageApi(url, os.environ[TOKEN])
    if "UserPoolId" in stage.outputs:
        return StageApi(url, _service_token(stage))
    if stage.name == LOCAL:
        return StageApi(url, None)
    raise OperationFailed(
        f"the stage signs in with an issuer of yours: put a token with its read and erase scopes into {TOKEN}"
    )


def _service_token(stage: DeployedStage) -> str:
    """By client credentials. The secret is read for this one call and kept nowhere."""
    cognito, pool = stage.client("cognito-idp"), stage.outputs["UserPoolId"]
    client_id = stage.resource("AWS::Cognito::UserPoolClient", "Services")
    described = cognito.describe_user_pool_client(UserPoolId=pool, ClientId=client_id)["UserPoolClient"]
    domain = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]["Domain"]
    region = cognito.meta.region_name
    credentials = base64.b64encode(f"{client_id}:{described['ClientSecret']}".encode()).decode()
    form = {"grant_type": "client_credentials", "scope": " ".join(described["AllowedOAuthScopes"])}
    request = urllib.request.Request(
        f"https://{domain}.auth.{region}.amazoncognito.com/oauth2/token",
        data=urllib.parse.urlencode(form).encode(),
        headers={"Authorization": f"Basic {credentials}", "Content-Type": "application/x-www-form-urlencoded"},
    )
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310
            return str(json.load(answer)["access_token"])
    except OSError as problem:
        raise OperationFailed(f"the user pool's token endpoint refused the service client: {problem}") from None
