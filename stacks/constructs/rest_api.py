"""The API as a REST API (v1), for emulators without HTTP APIs (stage local, `emulator.free_edition`)."""

from aws_cdk import Stack
from aws_cdk import aws_apigateway as apigw
from constructs import Construct

from live_viewers.api.routes import ROUTES
from stacks.constructs.functions import Functions
from stacks.constructs.nag import acknowledge

REST_STAGE = "local"

_ONLY_ON_A_LAPTOP = {
    f"AwsSolutions-{rule}": "stage local alone: an emulator on loopback, where nobody signs in"
    for rule in ("APIG1", "APIG2", "APIG3", "APIG4", "APIG6", "COG4")
}


class RestApi(Construct):
    """The routes of the HTTP API, open to everyone, to the same function: it answers payload 1.0 too."""

    def __init__(self, scope: Construct, construct_id: str, functions: Functions) -> None:
        super().__init__(scope, construct_id)
        self.api = apigw.RestApi(
            self,
            "Api",
            rest_api_name=f"{Stack.of(self).stack_name}-rest",
            description="Live viewer profiles",
            endpoint_types=[apigw.EndpointType.REGIONAL],
            cloud_watch_role=False,
            deploy_options=apigw.StageOptions(stage_name=REST_STAGE),
        )
        # Its output is an address of AWS: the emulator's is the stack's ApiUrl.
        self.api.node.try_remove_child("Endpoint")
        acknowledge(self.api, _ONLY_ON_A_LAPTOP)
        self._add_routes(apigw.LambdaIntegration(functions["serve_api"], scope_permission_to_method=False))

    def _add_routes(self, integration: apigw.LambdaIntegration) -> None:
        root = self.api.root
        for route in ROUTES:
            root.resource_for_path(route.path).add_method(route.method, integration)
        # What no route matches is to be a problem like every other error: the function tells.
        parts = [route.path.strip("/").split("/") for route in ROUTES]
        prefixes = {"/".join(path[:end]) for path in parts for end in range(1, len(path) + 1)}
        for resource in [root, *(root.resource_for_path(prefix) for prefix in sorted(prefixes))]:
            resource.add_method("ANY", integration)
        root.add_resource("{proxy+}").add_method("ANY", integration)
