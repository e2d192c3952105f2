"""The WebSocket API: pages connect with a ticket, subscribe, and get the sessions that change."""

from aws_cdk import Stack
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_apigatewayv2_integrations as integrations
from constructs import Construct

from stacks.constructs.functions import Functions
from stacks.constructs.nag import acknowledge
from stacks.constructs.storage import Storage

SOCKET_STAGE = "socket"
"""Also the path behind the site: CloudFront passes /socket on as it is, and the API's stage answers to it."""


class SocketApi(Construct):
    """$connect consumes the ticket, so no authorizer stands before it."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.api = apigw.WebSocketApi(self, "Api", description="Live viewer profiles")
        self.stage = apigw.WebSocketStage(
            self, "Stage", web_socket_api=self.api, stage_name=SOCKET_STAGE, auto_deploy=True
        )
        acknowledge(
            self.stage,
            {"AwsSolutions-APIG1": "its logs need a role in the account's settings, not the stack's"},
        )
        stack = Stack.of(self)
        self.host = f"{self.api.api_id}.execute-api.{stack.region}.{stack.url_suffix}"

    def add_routes(self, functions: Functions) -> None:
        """Every route goes to serve_sockets."""
        for route_key in ("$connect", "$disconnect", "$default"):
            route = self.api.add_route(
                route_key,
                integration=integrations.WebSocketLambdaIntegration(
                    f"ServeSockets{route_key.removeprefix('$').capitalize()}", functions["serve_sockets"]
                ),
            )
            acknowledge(
                route, {"AwsSolutions-APIG4": "$connect consumes a single-use ticket that a signed-in reader got"}
            )

    def grant(self, functions: Functions, storage: Storage) -> None:
        """Sockets are kept by one function and written to by both."""
        sockets, viewers = storage.sockets.table_arn, storage.viewer_profiles.table_arn
        actions = [
            "dynamodb:BatchWriteItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
        ]
        actions += ["dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"]
        functions.allow("serve_sockets", actions, [sockets])
        functions.allow("serve_sockets", ["dynamodb:Query", "dynamodb:GetItem"], [viewers])
        functions.allow(
            "push_updates",
            [
                "dynamodb:BatchGetItem",
                "dynamodb:BatchWriteItem",
                "dynamodb:DeleteItem",
                "dynamodb:GetItem",
                "dynamodb:Query",
                "dynamodb:UpdateItem",
            ],
            [sockets],
        )
        connections = Stack.of(self).format_arn(
            service="execute-api", resource=self.api.api_id, resource_name=f"{SOCKET_STAGE}/POST/@connections/*"
        )
        for name in ("push_updates", "serve_sockets"):
            functions.allow(name, ["execute-api:ManageConnections"], [connections])
        self.connections_arn = connections
