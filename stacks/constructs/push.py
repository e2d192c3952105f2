"""The WebSocket API: pages connect with a ticket, subscribe, and get the sessions that change."""

from aws_cdk import CfnElement, Stack
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_apigatewayv2_integrations as integrations
from constructs import Construct

from stacks.constructs.functions import Functions
from stacks.constructs.nag import acknowledge, shown_environment
from stacks.constructs.storage import LIVE_INDEX, RECENT_INDEX, Storage
from stacks.function_table import FunctionName
from stacks.stage_config import LimitsConfig

# A page that stalls is disconnected by the function that finds it stalling.
PUSHING: dict[FunctionName, tuple[str, ...]] = {"push_updates": ("POST", "DELETE"), "serve_sockets": ("POST",)}

SOCKET_STAGE = "socket"
"""Also the path behind the site: CloudFront passes /socket on as it is, and the API's stage answers to it."""


class SocketApi(Construct):
    """$connect consumes the ticket, so no authorizer stands before it."""

    def __init__(self, scope: Construct, construct_id: str, limits: LimitsConfig) -> None:
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        self.api = apigw.WebSocketApi(
            self, "Api", api_name=f"{stack.stack_name}-sockets", description="Live viewer profiles"
        )
        self.stage = apigw.WebSocketStage(
            self,
            "Stage",
            web_socket_api=self.api,
            stage_name=SOCKET_STAGE,
            auto_deploy=True,
            throttle=apigw.ThrottleSettings(
                rate_limit=limits.socket_messages_per_s, burst_limit=limits.socket_burst
            ),
        )
        acknowledge(
            self.stage,
            {"AwsSolutions-APIG1": "its logs need a role in the account's settings, not the stack's"},
        )
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
        kept = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
        functions.allow("serve_sockets", kept, [sockets])
        # A new subscription is answered with what is known now.
        functions.allow("serve_sockets", ["dynamodb:BatchGetItem", "dynamodb:Query"], [viewers])
        indexes = [f"{viewers}/index/{each}" for each in (LIVE_INDEX, RECENT_INDEX)]
        functions.allow("serve_sockets", ["dynamodb:Query"], indexes)
        served = ["dynamodb:BatchGetItem", "dynamodb:DeleteItem", "dynamodb:UpdateItem"]
        functions.allow("push_updates", served, [sockets])
        element = self.api.node.default_child
        if not isinstance(element, CfnElement):
            raise TypeError("the WebSocket API is not of this stack")
        partition, account, region = shown_environment(self)
        for name, methods in PUSHING.items():
            for method in methods:
                path = f"{SOCKET_STAGE}/{method}/@connections/*"
                connections = Stack.of(self).format_arn(
                    service="execute-api", resource=self.api.api_id, resource_name=path
                )
                functions.allow(name, ["execute-api:ManageConnections"], [connections])
                finding = (
                    f"AwsSolutions-IAM5[Resource::arn:{partition}:execute-api:{region}:{account}:"
                    f"<{Stack.of(self).get_logical_id(element)}>/{path}]"
                )
                functions.acknowledge(name, {finding: "connections come and go: their ids are not known before"})
