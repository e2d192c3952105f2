"""The functions behind the stream on the emulator, and the WebSocket API with its routes."""

import io
import json
import time
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from live_viewers.dynamodb.direct_client import DirectClient
from live_viewers.dynamodb.tables.tickets_table import TicketsTable
from live_viewers.push.tickets import issue_ticket
from live_viewers.session.media_session import MediaSession
from tests.stories import session_item
from tests.tables import create_tables, direct_client_of

LAMBDAS = Path(__file__).parents[2] / "lambdas"
STAGE = "socket"
TICKET_TTL_S = 60


@dataclass(frozen=True)
class SocketRig:
    """`socket` is the address that pages connect to."""

    dynamodb: Any
    direct: DirectClient
    tables: dict[str, str]
    socket: str

    def ticket(self, issued_s_ago: int = 0) -> str:
        now_ms = int(time.time() * 1000) - issued_s_ago * 1000
        return issue_ticket(TicketsTable(self.dynamodb, self.tables["Sockets"]), now_ms, TICKET_TTL_S).token

    def address(self, ticket: str | None) -> str:
        return self.socket if ticket is None else f"{self.socket}?ticket={ticket}"

    def write(self, session: MediaSession) -> None:
        """Write a session as process_events would: the stream tells of it."""
        self.dynamodb.put_item(TableName=self.tables["ViewerProfiles"], Item=session_item(session))

    def erase(self, session: MediaSession) -> None:
        key = {name: session_item(session)[name] for name in ("viewer_id", "sk")}
        self.dynamodb.delete_item(TableName=self.tables["ViewerProfiles"], Key=key)

    def subscribers(self, scope_key: str) -> set[str]:
        """The connections in the index under a scope's key."""
        answer = self.dynamodb.query(
            TableName=self.tables["Sockets"],
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": scope_key}},
        )
        return {each for item in answer["Items"] for each in item.get("c", {}).get("SS", [])}


def deploy(endpoint: str) -> SocketRig:
    unique = uuid.uuid4().hex[:8]

    def aws(service: str) -> Any:
        return boto3.client(service, endpoint_url=endpoint)

    gateway, functions, dynamodb = aws("apigatewayv2"), aws("lambda"), aws("dynamodb")
    tables = create_tables(endpoint, f"{unique}-", stream=True)
    api_id = gateway.create_api(
        Name=unique, ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
    )["ApiId"]
    gateway.create_stage(ApiId=api_id, StageName=STAGE)
    host = endpoint.removeprefix("http://")
    path = f"{host}/_aws/execute-api/{api_id}/{STAGE}"
    environment = {
        "STAGE": "local",
        "VIEWER_PROFILES_TABLE": tables["ViewerProfiles"],
        "AUDIENCE_TABLE": tables["Audience"],
        "TOMBSTONE_SECRET": "secret",
        "SOCKETS_TABLE": tables["Sockets"],
        "SOCKET_ENDPOINT": f"http://{path}",
        "AWS_ENDPOINT_URL": endpoint,
        "POWERTOOLS_METRICS_NAMESPACE": "LiveViewers",
    }
    code = _bundle()
    arns = {}
    for name in ("serve_sockets", "push_updates", "project_changes"):
        arns[name] = functions.create_function(
            FunctionName=f"{name}-{unique}",
            Runtime="python3.11",
            Role="arn:aws:iam::000000000000:role/any",
            Handler=f"{name}.handler",
            Code={"ZipFile": code},
            Timeout=60,
            Environment={"Variables": environment},
        )["FunctionArn"]
    integration = gateway.create_integration(
        ApiId=api_id,
        IntegrationType="AWS_PROXY",
        IntegrationUri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arns['serve_sockets']}/invocations",
    )["IntegrationId"]
    for route in ("$connect", "$disconnect", "$default"):
        gateway.create_route(ApiId=api_id, RouteKey=route, Target=f"integrations/{integration}")
    stream = dynamodb.describe_table(TableName=tables["ViewerProfiles"])["Table"]["LatestStreamArn"]
    sessions_only = json.dumps({"dynamodb": {"Keys": {"sk": {"S": [{"prefix": "session#"}]}}}})
    for name in ("push_updates", "project_changes"):
        functions.create_event_source_mapping(
            EventSourceArn=stream,
            FunctionName=arns[name],
            StartingPosition="LATEST",
            BatchSize=500,
            FilterCriteria={"Filters": [{"Pattern": sessions_only}]},
        )
    return SocketRig(dynamodb, direct_client_of(endpoint), tables, f"ws://{path}")


def _bundle() -> bytes:
    """The functions' own code: what it imports, this Python has."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path in LAMBDAS.rglob("*.py"):
            bundle.write(path, path.relative_to(LAMBDAS))
    return packed.getvalue()
