"""The HTTP API: one function, one authorizer on every route but the API's own description."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_logs as logs
from constructs import Construct

from live_viewers.api.routes import ROUTES
from stacks.constructs.auth import SignIn
from stacks.constructs.functions import Functions
from stacks.constructs.nag import acknowledge
from stacks.constructs.storage import LIVE_INDEX, RECENT_INDEX, Storage
from stacks.stage_config import LimitsConfig

OPEN_REQUESTS_PER_S, OPEN_BURST = 5, 10
"""Of a route that answers everyone: a client reads the description once, and nobody is to pay for more."""

ACCESS_LOG_FORMAT = (
    '{"requestId":"$context.requestId","time":"$context.requestTime","routeKey":"$context.routeKey",'
    '"status":"$context.status","latencyMs":"$context.responseLatency","error":"$context.error.messageString"}'
)
"""The route key, never the path or the query: both hold viewer ids."""


class HttpApi(Construct):
    """Created without routes, since the site stands before it and the sign-in stands behind the site."""

    def __init__(
        self, scope: Construct, construct_id: str, log_options: Mapping[str, Any], limits: LimitsConfig
    ) -> None:
        super().__init__(scope, construct_id)
        # No CORS: the site carries the API (on the laptop the emulator carries both), so nothing is cross-origin.
        stack = Stack.of(self)
        self.api = apigw.HttpApi(
            self,
            "Api",
            api_name=f"{stack.stack_name}-http",
            description="Live viewer profiles",
            create_default_stage=False,
        )
        self.host = f"{self.api.api_id}.execute-api.{stack.region}.{stack.url_suffix}"
        access_logs = logs.LogGroup(self, "AccessLogs", **log_options)
        self.stage = apigw.CfnStage(
            self,
            "Stage",
            api_id=self.api.api_id,
            stage_name="$default",
            auto_deploy=True,
            access_log_settings=apigw.CfnStage.AccessLogSettingsProperty(
                destination_arn=access_logs.log_group_arn, format=ACCESS_LOG_FORMAT
            ),
            default_route_settings=apigw.CfnStage.RouteSettingsProperty(
                detailed_metrics_enabled=True,
                throttling_burst_limit=limits.api_burst,
                throttling_rate_limit=limits.api_requests_per_s,
            ),
        )

    def add_routes(self, functions: Functions, sign_in: SignIn | None) -> None:
        """All routes of the API. Without `sign_in` (stage local) they answer everyone."""
        integration = integrations.HttpLambdaIntegration("ServeApi", functions["serve_api"])
        authorizer = sign_in.authorizer() if sign_in else None
        for route in ROUTES:
            if sign_in and route.access != "open":
                scope = sign_in.erase_scope if route.access == "erase" else sign_in.read_scope
                self.api.add_routes(
                    path=route.path,
                    methods=[apigw.HttpMethod(route.method)],
                    integration=integration,
                    authorizer=authorizer,
                    authorization_scopes=[scope],
                )
        # What no route matches is to be a problem like every other error.
        rest = apigw.HttpRoute(
            self,
            "AnythingElse",
            http_api=self.api,
            route_key=apigw.HttpRouteKey.DEFAULT,
            integration=integration,
            authorizer=authorizer,
            authorization_scopes=[sign_in.read_scope] if sign_in else None,
        )
        if not sign_in:
            acknowledge(rest, {"AwsSolutions-APIG4": "stage local has no sign-in"})
        for route in ROUTES:
            if sign_in and route.access != "open":
                continue
            for made in self.api.add_routes(
                path=route.path, methods=[apigw.HttpMethod(route.method)], integration=integration
            ):
                acknowledge(
                    made, {"AwsSolutions-APIG4": "the API's description is public; stage local has no sign-in"}
                )
                if sign_in:
                    self._limit_open_route(f"{route.method} {route.path}", made)

    def _limit_open_route(self, key: str, route: apigw.HttpRoute) -> None:
        limit = {"ThrottlingRateLimit": OPEN_REQUESTS_PER_S, "ThrottlingBurstLimit": OPEN_BURST}
        self.stage.add_property_override("RouteSettings", {key: limit})
        # A stage with settings of a route that isn't there yet is refused.
        self.stage.node.add_dependency(route)


def grant_serving(functions: Functions, storage: Storage) -> None:
    """What serving needs of the tables."""
    viewers = storage.viewer_profiles.table_arn
    allow = functions.allow
    allow("serve_api", ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"], [viewers])
    indexes = [f"{viewers}/index/{each}" for each in (LIVE_INDEX, RECENT_INDEX)]
    allow("serve_api", ["dynamodb:Query"], indexes)
    allow("serve_api", ["dynamodb:BatchGetItem", "dynamodb:Query"], [storage.audience.table_arn])
    # PATCH marks an incident; who is late and what was judged is read beside the counts.
    allow("serve_api", ["dynamodb:GetItem", "dynamodb:UpdateItem"], [storage.audience.table_arn])
    # DELETE leaves a tombstone and a job in one transaction; a POST leaves a socket ticket.
    allow("serve_api", ["dynamodb:PutItem"], [viewers, storage.sockets.table_arn])
    eraser = functions["erase_viewers"]
    allow("serve_api", ["lambda:InvokeFunction"], [eraser.function_arn])
