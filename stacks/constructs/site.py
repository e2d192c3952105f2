"""The pages: a private bucket behind CloudFront, which carries API and socket too, so nothing is cross-origin."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk import Duration, RemovalPolicy, Size, Stack, aws_route53
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_logs as logs
from aws_cdk import aws_route53_targets as route53_targets
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as s3_deployment
from constructs import Construct

from stacks.constructs.nag import BASIC_EXECUTION, acknowledge, any_object_in, shown_environment
from stacks.stage_config import SiteConfig, SiteDomain

PRICE_CLASSES = {
    "100": cloudfront.PriceClass.PRICE_CLASS_100,
    "200": cloudfront.PriceClass.PRICE_CLASS_200,
    "all": cloudfront.PriceClass.PRICE_CLASS_ALL,
}
PUBLISHER_ACTIONS = ("GetObject", "GetBucket", "List", "DeleteObject", "Abort")

KEPT_ERRORS = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)
"""Every status whose answer CloudFront can be told how long to keep; untold it is 10 s, `no-store` or not, for
everybody at that edge. Source: its developer guide, "Control how long CloudFront caches errors"."""

HASHED_FILES = "assets/*"
"""The front-end's build puts a content hash into the names below assets/: these never change."""


@dataclass(frozen=True)
class Backends:
    """Host names behind /v1/* and /socket; and the Collector, where the stage brings one, behind its path."""

    api_host: str
    socket_host: str
    collector_path: str | None = None
    collector: cloudfront.IOrigin | None = None


class Site(Construct):
    """CloudFront in front of the bucket, the API and the socket, under one name."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        config: SiteConfig,
        bucket: s3.IBucket,
        backends: Backends,
        connect_origins: list[str],
    ) -> None:
        super().__init__(scope, construct_id)
        self._bucket = bucket
        # CloudFront's policies and access controls are of the account, not of a region.
        self._name_in_account = f"{Stack.of(self).stack_name}-{Stack.of(self).region}"
        domain = config.domain
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment="Live viewer profiles",
            default_root_object="index.html",
            domain_names=[domain.name] if domain else None,
            certificate=acm.Certificate.from_certificate_arn(self, "Certificate", domain.certificate_arn)
            if domain
            else None,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021 if domain else None,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=PRICE_CLASSES[config.price_class],
            web_acl_id=config.web_acl_arn,
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.S3BucketOrigin.with_origin_access_control(
                    bucket,
                    origin_access_control=cloudfront.S3OriginAccessControl(
                        self, "BucketAccess", origin_access_control_name=self._name_in_account
                    ),
                ),
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
                response_headers_policy=self._security_headers(connect_origins),
                compress=True,
            ),
            additional_behaviors=_behaviors(backends),
            error_responses=[
                cloudfront.ErrorResponse(http_status=status, ttl=Duration.seconds(0)) for status in KEPT_ERRORS
            ],
        )
        self.host = domain.name if domain else self.distribution.distribution_domain_name
        self.url = f"https://{self.host}"
        if domain:
            self._add_record(domain)
        self._acknowledge(config)

    def publish(self, folder: Path, page_config: dict[str, Any]) -> None:
        """Upload the built pages in `folder` and the config.json they read; drop them from CloudFront's cache."""
        log_group = logs.LogGroup(
            self, "PublishLogs", retention=logs.RetentionDays.ONE_WEEK, removal_policy=RemovalPolicy.DESTROY
        )
        pages = s3_deployment.Source.asset(str(folder))
        config_file = s3_deployment.Source.json_data("config.json", page_config)
        hashed = s3_deployment.BucketDeployment(
            self,
            "PublishAssets",
            destination_bucket=self._bucket,
            sources=[pages],
            exclude=["*"],
            include=[HASHED_FILES],
            prune=False,
            memory_limit=512,
            ephemeral_storage_size=Size.mebibytes(512),
            log_group=log_group,
            cache_control=[s3_deployment.CacheControl.from_string("public, max-age=31536000, immutable")],
        )
        s3_deployment.BucketDeployment(
            self,
            "PublishPages",
            destination_bucket=self._bucket,
            sources=[pages, config_file],
            exclude=[HASHED_FILES],
            prune=False,
            memory_limit=512,
            ephemeral_storage_size=Size.mebibytes(512),
            log_group=log_group,
            cache_control=[s3_deployment.CacheControl.from_string("no-cache")],
            distribution=self.distribution,
            distribution_paths=["/*"],
        ).node.add_dependency(hashed)
        self._acknowledge_publisher()

    def _security_headers(self, connect_origins: list[str]) -> cloudfront.ResponseHeadersPolicy:
        return cloudfront.ResponseHeadersPolicy(
            self,
            "SecurityHeaders",
            response_headers_policy_name=self._name_in_account,
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy=content_security_policy(connect_origins), override=True
                ),
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                frame_options=cloudfront.ResponseHeadersFrameOptions(
                    frame_option=cloudfront.HeadersFrameOption.DENY, override=True
                ),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
                ),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=Duration.days(365), include_subdomains=True, override=True
                ),
            ),
            custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
                custom_headers=[
                    cloudfront.ResponseCustomHeader(
                        header="permissions-policy",
                        value="camera=(), geolocation=(), microphone=()",
                        override=True,
                    )
                ]
            ),
        )

    def _add_record(self, domain: SiteDomain) -> None:
        if domain.hosted_zone_id is None or domain.hosted_zone_name is None:
            return
        zone = aws_route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=domain.hosted_zone_id, zone_name=domain.hosted_zone_name
        )
        target = aws_route53.RecordTarget.from_alias(route53_targets.CloudFrontTarget(self.distribution))
        aws_route53.ARecord(self, "Record", zone=zone, record_name=domain.name, target=target)
        aws_route53.AaaaRecord(self, "RecordV6", zone=zone, record_name=domain.name, target=target)

    def _acknowledge(self, config: SiteConfig) -> None:
        reasons = {
            "AwsSolutions-CFR1": "readers sign in; where they may sit is the owner's rule",
            "AwsSolutions-CFR3": "an access log would hold paths with viewer ids; the API logs its route keys",
        }
        if config.web_acl_arn is None:
            reasons["AwsSolutions-CFR2"] = "site.web_acl_arn adds a web ACL; every API route is behind sign-in"
        if config.domain is None:
            reasons["AwsSolutions-CFR4"] = (
                "CloudFront's own name allows no other TLS policy; a domain gets TLS 1.2"
            )
        acknowledge(self.distribution, reasons)

    def _acknowledge_publisher(self) -> None:
        reason = "the CDK's own uploader: made by aws-cdk-lib, runs at deployments only"
        publisher = next(
            child
            for child in Stack.of(self).node.children
            if child.node.id.startswith("Custom::CDKBucketDeployment")
        )
        partition, account, region = shown_environment(self)
        staging = f"arn:{partition}:s3:::cdk-hnb659fds-assets-{account}-{region}/*"
        findings = ["AwsSolutions-L1", BASIC_EXECUTION, any_object_in(self._bucket)]
        findings += [f"AwsSolutions-IAM5[Action::s3:{action}*]" for action in PUBLISHER_ACTIONS]
        findings += [f"AwsSolutions-IAM5[Resource::{resource}]" for resource in (staging, "*")]
        acknowledge(publisher, dict.fromkeys(findings, reason))


def content_security_policy(connect_origins: list[str]) -> str:
    """Scripts, styles and media from the site alone; calls to the site, the issuer and the collector."""
    connect = " ".join(["'self'", *connect_origins])
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
        f"font-src 'self'; connect-src {connect}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def _behaviors(backends: Backends) -> dict[str, cloudfront.BehaviorOptions]:
    behaviors = {
        "/v1/*": _passed_on(backends.api_host, compress=True),
        "/socket": _passed_on(backends.socket_host, compress=False),
    }
    if backends.collector_path and backends.collector:
        behaviors[backends.collector_path] = cloudfront.BehaviorOptions(
            origin=backends.collector,
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            # With the Host header, by which the Collector's cookie is the site's.
            origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER,
            compress=False,
        )
    return behaviors


def _passed_on(host: str, compress: bool) -> cloudfront.BehaviorOptions:
    """Everything but the Host header goes through, and nothing is kept: answers belong to who asked."""
    return cloudfront.BehaviorOptions(
        origin=origins.HttpOrigin(host, origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2]),
        viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
        cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
        origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        compress=compress,
    )
