"""Who may ask what, and what stands before it."""

import json
from pathlib import Path
from typing import Any

import pytest

from stacks.auth_config import OidcAuth
from stacks.constructs.auth import SignIn, oidc_sign_in
from stacks.constructs.site import content_security_policy
from tests.unit.stacks.synthesis import EVERY_CONFIG, synthesize

OPENAPI = Path(__file__).parents[3] / "lambdas/live_viewers/api/openapi.json"
ON_AWS = [name for name in EVERY_CONFIG if name != "local"]
OPEN = "GET /v1/openapi.json"


def routes_of(api: str, name: str) -> dict[str, dict[str, Any]]:
    routes = synthesize(name).of_type("AWS::ApiGatewayV2::Route")
    return {route["RouteKey"]: route for route in routes if api in str(route["ApiId"])}


def http_routes(name: str) -> dict[str, dict[str, Any]]:
    return routes_of("HttpApi", name)


def distribution(name: str) -> dict[str, Any]:
    (only,) = synthesize(name).of_type("AWS::CloudFront::Distribution")
    return dict(only["DistributionConfig"])


@pytest.mark.parametrize("name", ON_AWS)
def test_no_route_but_the_api_s_description_answers_without_a_token(name: str) -> None:
    routes = http_routes(name)
    assert routes.pop(OPEN)["AuthorizationType"] == "NONE"
    for key, route in routes.items():
        assert route["AuthorizationType"] == "JWT", key
        assert route["AuthorizerId"], key
        assert len(route["AuthorizationScopes"]) == 1, key


@pytest.mark.parametrize("name", ON_AWS)
def test_what_no_route_matches_needs_a_token_too(name: str) -> None:
    routes = synthesize(name).of_type("AWS::ApiGatewayV2::Route")
    (rest,) = [route for route in routes if route["RouteKey"] == "$default" and route.get("AuthorizerId")]
    assert rest["AuthorizationType"] == "JWT"
    assert len(rest["AuthorizationScopes"]) == 1


def test_reading_and_erasing_need_scopes_of_their_own() -> None:
    scopes = {
        key: route.get("AuthorizationScopes") for key, route in http_routes("oidc-own-domain-alarms").items()
    }
    erase = "DELETE /v1/viewers/{viewer_id}"
    assert scopes.pop(erase) == ["viewers:erase"]
    del scopes[OPEN]
    assert set(map(tuple, scopes.values())) == {("viewers:read",)}


def test_the_functions_check_the_scopes_that_the_tokens_carry() -> None:
    (function,) = [f for f in synthesize("dev").of_type("AWS::Lambda::Function") if "serve_api" in f["Handler"]]
    variables = function["Environment"]["Variables"]
    assert variables["READ_SCOPE"] == "live-viewers/viewers:read"
    assert variables["ERASE_SCOPE"] == "live-viewers/viewers:erase"
    assert http_routes("dev")["GET /v1/live"]["AuthorizationScopes"] == ["live-viewers/viewers:read"]


@pytest.mark.parametrize("name", ["dev", "local"])
def test_the_routes_are_those_that_the_api_describes(name: str) -> None:
    described = {
        f"{method.upper()} {path}"
        for path, operations in json.loads(OPENAPI.read_text())["paths"].items()
        for method in operations
    }
    # Viewer ids may hold slashes: the function finds the route of what API Gateway doesn't.
    assert set(http_routes(name)) == described | {OPEN, "$default"}


def test_your_own_issuer_s_tokens_are_checked() -> None:
    (authorizer,) = synthesize("oidc-own-domain-alarms").of_type("AWS::ApiGatewayV2::Authorizer")
    assert authorizer["JwtConfiguration"] == {
        "Issuer": "https://login.example.com/realms/media",
        "Audience": ["live-viewers"],
    }
    assert synthesize("oidc-own-domain-alarms").of_type("AWS::Cognito::UserPool") == []


def test_the_user_pool_s_clients_are_a_page_without_a_secret_and_services_with_one() -> None:
    clients = synthesize("dev").of_type("AWS::Cognito::UserPoolClient")
    by_flow = {client["AllowedOAuthFlows"][0]: client for client in clients}
    assert by_flow["code"]["GenerateSecret"] is False
    assert by_flow["code"]["AllowedOAuthFlows"] == ["code"]
    assert by_flow["client_credentials"]["GenerateSecret"] is True
    scopes = {flow: [_written(scope) for scope in by_flow[flow]["AllowedOAuthScopes"]] for flow in by_flow}
    assert scopes["code"] == ["openid", "viewers:read"]
    assert scopes["client_credentials"] == ["viewers:read", "viewers:erase"]
    (pool,) = synthesize("dev").of_type("AWS::Cognito::UserPool")
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["MfaConfiguration"] == "ON"


def _written(scope: Any) -> str:
    """A scope's own name, without the resource server's."""
    return str(scope if isinstance(scope, str) else scope["Fn::Join"][1][-1]).removeprefix("/")


@pytest.mark.parametrize(
    ("sign_in", "scope"),
    [
        (oidc_sign_in(OidcAuth(issuer="https://a.example", audience=["b"], page_client_id="c")), "viewers:read"),
        (SignIn("https://a.example", ["b"], "c", "live-viewers/read", "live-viewers/erase"), "live-viewers/read"),
    ],
)
def test_the_page_asks_to_read_and_never_to_erase(sign_in: SignIn, scope: str) -> None:
    assert sign_in.page_config()["scope"] == f"openid {scope}"


def _stage(name: str, stage_name: str) -> dict[str, Any]:
    (stage,) = [s for s in synthesize(name).of_type("AWS::ApiGatewayV2::Stage") if s["StageName"] == stage_name]
    return stage


@pytest.mark.parametrize(
    ("name", "api", "socket"),
    [("prod", (1000, 500), (500, 500)), ("customer-key-large-site", (4000, 2000), (2000, 1000))],
)
def test_api_and_socket_take_no_more_than_they_are_configured_to(
    name: str, api: tuple[int, int], socket: tuple[int, int]
) -> None:
    for stage_name, (rate, burst) in {"$default": api, "socket": socket}.items():
        settings = _stage(name, stage_name)["DefaultRouteSettings"]
        assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (rate, burst)


def test_the_route_that_answers_everyone_answers_seldom_and_exists_before_its_limit() -> None:
    assert _stage("prod", "$default")["RouteSettings"] == {
        OPEN: {"ThrottlingRateLimit": 5, "ThrottlingBurstLimit": 10}
    }
    resources = synthesize("prod").resources
    (stage,) = [r for r in resources.values() if r.get("Properties", {}).get("StageName") == "$default"]
    assert OPEN in [resources[waited_for]["Properties"].get("RouteKey") for waited_for in stage["DependsOn"]]


@pytest.mark.parametrize("name", EVERY_CONFIG)
def test_no_other_origin_is_let_in(name: str) -> None:
    for api in synthesize(name).all_of_type("AWS::ApiGatewayV2::Api"):
        assert "CorsConfiguration" not in api


@pytest.mark.parametrize("name", EVERY_CONFIG)
def test_access_logs_hold_no_viewer_s_id(name: str) -> None:
    stages = synthesize(name).of_type("AWS::ApiGatewayV2::Stage")
    formats = [stage["AccessLogSettings"]["Format"] for stage in stages if "AccessLogSettings" in stage]
    assert len(formats) == 1
    assert "$context.routeKey" in formats[0]
    for leak in ("$context.path", "querystring", "identity", "authorizer"):
        assert leak not in formats[0]


@pytest.mark.parametrize("name", EVERY_CONFIG)
def test_pages_connect_subscribe_and_leave_through_one_function(name: str) -> None:
    assert set(routes_of("SocketApi", name)) == {"$connect", "$disconnect", "$default"}


@pytest.mark.parametrize("name", ON_AWS)
def test_api_and_socket_stand_under_the_site_s_name_and_are_never_cached(name: str) -> None:
    behaviours = {b["PathPattern"]: b for b in distribution(name)["CacheBehaviors"]}
    # The Collector's own path, where the stage brings one: test_pipeline.py.
    behaviours.pop("/com.snowplowanalytics.snowplow/*", None)
    assert set(behaviours) == {"/v1/*", "/socket"}
    caching_disabled, all_but_host = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    for behaviour in behaviours.values():
        assert behaviour["CachePolicyId"] == caching_disabled
        assert behaviour["OriginRequestPolicyId"] == all_but_host
        assert behaviour["ViewerProtocolPolicy"] == "https-only"


@pytest.mark.parametrize("name", ON_AWS)
def test_the_bucket_is_read_by_this_distribution_alone(name: str) -> None:
    synthesis = synthesize(name)
    assert len(synthesis.of_type("AWS::CloudFront::OriginAccessControl")) == 1
    policies = synthesis.of_type("AWS::S3::BucketPolicy")
    readers = [s for p in policies for s in p["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"]
    readers = [s for s in readers if s["Principal"] == {"Service": "cloudfront.amazonaws.com"}]
    assert len(readers) == 1
    assert readers[0]["Action"] == "s3:GetObject"
    assert "AWS:SourceArn" in readers[0]["Condition"]["StringEquals"]


def test_pages_run_their_own_scripts_and_nothing_inline() -> None:
    policy = content_security_policy(["https://login.example.com"])
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "connect-src 'self' https://login.example.com;" in policy
    assert "frame-ancestors 'none'" in policy


def test_pages_come_with_security_headers() -> None:
    (policy,) = synthesize("prod").of_type("AWS::CloudFront::ResponseHeadersPolicy")
    headers = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    assert headers["StrictTransportSecurity"]["AccessControlMaxAgeSec"] == 365 * 24 * 3600
    assert headers["FrameOptions"]["FrameOption"] == "DENY"
    assert headers["ReferrerPolicy"]["ReferrerPolicy"] == "no-referrer"
    assert headers["ContentTypeOptions"]["Override"] is True


def test_your_own_domain_gets_its_certificate_its_record_and_modern_tls() -> None:
    synthesis, config = synthesize("oidc-own-domain-alarms"), distribution("oidc-own-domain-alarms")
    assert config["Aliases"] == ["viewers.example.com"]
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert config["WebACLId"].startswith("arn:aws:wafv2:us-east-1:")
    assert config["PriceClass"] == "PriceClass_All"
    records = {record["Type"]: record["Name"] for record in synthesis.of_type("AWS::Route53::RecordSet")}
    assert records == {"A": "viewers.example.com.", "AAAA": "viewers.example.com."}


def test_hashed_files_are_kept_for_a_year_and_pages_are_asked_for_again() -> None:
    uploads = synthesize("prod").of_type("Custom::CDKBucketDeployment")
    by_cache = {upload["SystemMetadata"]["cache-control"]: upload for upload in uploads}
    assert set(by_cache) == {"public, max-age=31536000, immutable", "no-cache"}
    assert by_cache["no-cache"]["DistributionPaths"] == ["/*"]
    assert by_cache["no-cache"]["Exclude"] == ["assets/*"]


def test_stage_local_has_only_what_an_emulator_can_do() -> None:
    kinds = {resource["Type"] for resource in synthesize("local").resources.values()}
    prefixes = ("AWS::CloudFront", "AWS::Cognito", "Custom::", "AWS::MSK", "AWS::Route53", "AWS::EC2")
    assert [kind for kind in kinds if kind.startswith(prefixes)] == []
    assert {route["AuthorizationType"] for route in http_routes("local").values()} == {"NONE"}


@pytest.mark.parametrize("name", ON_AWS)
def test_an_error_is_answered_to_who_asked_and_not_kept_for_others(name: str) -> None:
    kept = {one["ErrorCode"]: one["ErrorCachingMinTTL"] for one in distribution(name)["CustomErrorResponses"]}
    assert set(kept) >= {404, 500, 501, 502, 503, 504}
    assert set(kept.values()) == {0}


def test_names_of_the_account_hold_the_region_so_that_a_second_one_can_have_the_stage() -> None:
    synthesis = synthesize("customer-key-large-site")
    (policy,) = synthesis.of_type("AWS::CloudFront::ResponseHeadersPolicy")
    (access,) = synthesis.of_type("AWS::CloudFront::OriginAccessControl")
    name = "LiveViewers-customer-key-large-site-eu-west-1"
    assert policy["ResponseHeadersPolicyConfig"]["Name"] == name
    assert access["OriginAccessControlConfig"]["Name"] == name


def test_the_longest_name_has_room() -> None:
    longest_stage, longest_region = 37, "ap-southeast-2"
    assert len("LiveViewers-") + longest_stage + len(f"-{longest_region}") <= 64


def test_the_two_apis_differ_in_their_names() -> None:
    names = {api["ProtocolType"]: api["Name"] for api in synthesize("prod").of_type("AWS::ApiGatewayV2::Api")}
    assert names == {"HTTP": "LiveViewers-prod-http", "WEBSOCKET": "LiveViewers-prod-sockets"}
