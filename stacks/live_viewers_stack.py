"""The one stack: wires the constructs and names what others may rely on."""

import json
from pathlib import Path
from typing import Any

from aws_cdk import Aws, CfnOutput, Fn, Stack, Tags
from constructs import Construct

from live_viewers.defaults import ERASE_SCOPE, READ_SCOPE
from stacks.auth_config import CognitoAuth, OidcAuth
from stacks.bundle import BundlePlatform
from stacks.config import LOCAL_STAGE, Config
from stacks.constructs.api import HttpApi, grant_serving
from stacks.constructs.audience_checking import AudienceChecking
from stacks.constructs.auth import SignIn, UserPool, connect_origins, oidc_sign_in
from stacks.constructs.erasure import Erasure
from stacks.constructs.functions import Functions
from stacks.constructs.ingestion import Ingestion
from stacks.constructs.kafka import KafkaSourceMappings
from stacks.constructs.monitoring import Monitoring
from stacks.constructs.pipeline import COLLECTOR_PATH, Pipeline
from stacks.constructs.push import SOCKET_STAGE, SocketApi
from stacks.constructs.rest_api import REST_STAGE, RestApi
from stacks.constructs.site import Backends, Site
from stacks.constructs.storage import Storage
from stacks.emulator import Emulator
from stacks.stage_files import page_dimensions


class LiveViewersStack(Stack):
    """`LiveViewers-<stage>`: from the Kafka event source to the live page.

    `bundle` is the folder with the functions' code, `topics_bundle` the one that makes topics (for source
    msk_serverless alone), `site` the built pages. With `emulator` (stage local) there is no CloudFront and nobody
    signs in: the pages are uploaded by whoever deploys. Without `with_mappings` nothing reads Kafka.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stage: str,
        config: Config,
        bundle: Path,
        bundle_platform: BundlePlatform,
        site: Path,
        topics_bundle: Path | None = None,
        emulator: Emulator | None = None,
        with_mappings: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, description="Live viewer profiles", **kwargs)
        if emulator is None and stage == LOCAL_STAGE:
            raise ValueError("stage local needs an emulator")
        self._stage, self._config = stage, config
        less = config.emulator.free_edition
        if less and emulator is None:
            raise ValueError("emulator.free_edition is for stage local")
        self.storage = Storage(self, "Storage", config.data, on_aws=emulator is None)
        self.functions = Functions(
            self, "Functions", config.functions, stage, bundle, bundle_platform, self.storage.removal_policy
        )
        self.ingestion = Ingestion(self, "Ingestion", self.storage, self.functions, push=not less)
        self.erasure = Erasure(self, "Erasure", self.storage, self.functions)
        self.checking = AudienceChecking(
            self, "AudienceChecking", self.storage, self.functions, config.monitoring.alarm_topic_arn
        )
        self.kafka = KafkaSourceMappings(
            self,
            "Kafka",
            config.kafka,
            stage,
            self.functions,
            topics_bundle,
            config.topics_of_pipeline,
            with_mappings=with_mappings,
        )
        self.pipeline = (
            Pipeline(
                self, "Pipeline", config.pipeline, config.kafka, stage, self.kafka, self.functions.log_options()
            )
            if config.pipeline
            else None
        )
        self._site_bucket = self.storage.private_bucket("Site")
        self.socket_url = self.socket_endpoint = ""
        self._read_scope, self._erase_scope = READ_SCOPE, ERASE_SCOPE  # of stage local: nobody is asked for them
        api = self._wire_free_edition(emulator) if emulator and less else self._wire_apis(site, emulator)
        grant_serving(self.functions, self.storage)
        self.functions.add_environment(self._environment())
        self.monitoring = Monitoring(
            self,
            "Monitoring",
            config.monitoring,
            stage,
            self.functions,
            api.api,
            more=self.pipeline.thresholds if self.pipeline else (),
            dashboard=not less,
        )
        self._outputs()

    @property
    def availability_zones(self) -> list[str]:
        """Left to CloudFormation: a look-up at synthesis would need the account's credentials."""
        return [Fn.select(index, Fn.get_azs()) for index in range(3)]

    def _wire_apis(self, site: Path, emulator: Emulator | None) -> HttpApi:
        api = HttpApi(self, "HttpApi", self.functions.log_options(), self._config.limits)
        sockets = SocketApi(self, "SocketApi", self._config.limits)
        if emulator:
            self._wire_emulator(emulator, api, sockets)
        else:
            self._wire_aws(site, api, sockets)
        sockets.grant(self.functions, self.storage)
        sockets.add_routes(self.functions)
        return api

    def _wire_aws(self, site_folder: Path, api: HttpApi, sockets: SocketApi) -> None:
        auth = self._config.auth
        pool = (
            UserPool(self, "Auth", auth, self._stage, self.storage.removal_policy)
            if isinstance(auth, CognitoAuth)
            else None
        )
        site_config = self._config.site
        collector = [site_config.collector_url.rstrip("/")] if site_config.collector_url else []
        site = Site(
            self,
            "Site",
            site_config,
            self._site_bucket,
            Backends(
                api.host,
                sockets.host,
                collector_path=COLLECTOR_PATH if self.pipeline else None,
                collector=self.pipeline.origin if self.pipeline else None,
            ),
            connect_origins(auth, pool) + collector,
        )
        sign_in = self._sign_in(pool, site.url)
        api.add_routes(self.functions, sign_in)
        self._read_scope, self._erase_scope = sign_in.read_scope, sign_in.erase_scope
        self.site_url, self.video_page_url = site.url, f"{site.url}/video.html"
        self.api_url, self.socket_url = site.url, f"wss://{site.host}/{SOCKET_STAGE}"
        self.socket_endpoint = f"https://{sockets.host}/{SOCKET_STAGE}"
        site.publish(
            site_folder,
            {
                "apiUrl": self.api_url,
                "socketUrl": self.socket_url,
                "auth": sign_in.page_config(),
                # The pipeline's Collector stands under the site's own name.
                "collectorUrl": site.url if self.pipeline else site_config.collector_url,
                "videoPageUrl": self.video_page_url,
                "livePageUrl": f"{site.url}/",
                "dimensions": page_dimensions(self._config),
            },
        )
        if self.pipeline:
            self._output("CollectorUrl", site.url)
        self._output("UserPoolClientId", sign_in.page_client_id)
        if pool:
            self._output("UserPoolId", pool.pool.user_pool_id)

    def _sign_in(self, pool: UserPool | None, site_url: str) -> SignIn:
        auth = self._config.auth
        if pool:
            return pool.sign_in(site_url)
        if isinstance(auth, OidcAuth):
            return oidc_sign_in(auth)
        raise ValueError("auth.mode none is for stage local: use cognito or oidc")

    def _wire_emulator(self, emulator: Emulator, api: HttpApi, sockets: SocketApi) -> None:
        api.add_routes(self.functions, None)
        self._use_bucket_as_site(emulator)
        self.api_url = emulator.api_url(api.api.api_id, "$default")
        self.socket_url = emulator.api_url(sockets.api.api_id, SOCKET_STAGE, scheme="ws")
        self.socket_endpoint = emulator.api_url(sockets.api.api_id, SOCKET_STAGE)

    def _wire_free_edition(self, emulator: Emulator) -> RestApi:
        """Without sockets: the functions behind them are there, and nothing calls them."""
        api = RestApi(self, "RestApi", self.functions)
        self.kafka.leave_to_others()
        self._use_bucket_as_site(emulator)
        self.api_url = emulator.api_url(api.api.rest_api_id, REST_STAGE)
        return api

    def _use_bucket_as_site(self, emulator: Emulator) -> None:
        self.site_url = f"{emulator.url}/{self._site_bucket.bucket_name}"
        self.video_page_url = f"{self.site_url}/video.html"
        # The pages are published from outside here, with a config.json of the same content.
        self._output("PageDimensions", json.dumps(page_dimensions(self._config)))

    def _environment(self) -> dict[str, str]:
        viewers, storage = self._config.viewers, self.storage
        return {
            "STAGE": self._stage,
            "VIEWER_PROFILES_TABLE": storage.viewer_profiles.table_name,
            "AUDIENCE_TABLE": storage.audience.table_name,
            "SOCKETS_TABLE": storage.sockets.table_name,
            "REJECTED_BUCKET": storage.rejected.bucket_name,
            "LIVE_SHARDS": str(viewers.live_shards),
            "LIVE_INDEX_SECRET": storage.live_index_secret,  # only who writes sessions has it among its settings
            "TOMBSTONE_SECRET": storage.tombstone_secret,  # only who looks for tombstones has it
            "AUDIENCE_SHARDS": str(viewers.audience_shards),
            "AUDIENCE_ITEMS_A_BATCH": str(viewers.audience_items_a_batch),
            "EVENT_RETENTION_DAYS": str(viewers.event_retention_days),
            "PROFILE_RETENTION_DAYS": str(viewers.profile_retention_days),
            "DEFAULT_PING_INTERVAL_S": str(viewers.default_ping_interval_s),
            "PING_WRITE_INTERVAL_S": str(self._config.ping_write_interval_s),
            "WRITE_VERSION": str(self._config.viewers.write_version),
            "PLACEHOLDER_VIEWER_IDS": ",".join(viewers.placeholder_viewer_ids),
            "TICKET_TTL_S": str(viewers.socket_ticket_ttl_s),
            "SOCKET_ENDPOINT": self.socket_endpoint,
            "READ_SCOPE": self._read_scope,
            "ERASE_SCOPE": self._erase_scope,
            "PROCESS_EVENTS_FUNCTION": self.functions["process_events"].function_name,
            "ALARM_TOPIC_ARN": self._config.monitoring.alarm_topic_arn or "",
            "ERASE_VIEWERS_FUNCTION": self.functions["erase_viewers"].function_name,
        }

    def _outputs(self) -> None:
        for name, value in {
            "ApiUrl": self.api_url,
            **({"SocketUrl": self.socket_url} if self.socket_url else {}),
            "SiteUrl": self.site_url,
            "VideoPageUrl": self.video_page_url,
            "SiteBucketName": self._site_bucket.bucket_name,
            "ViewerProfilesTableName": self.storage.viewer_profiles.table_name,
            "AudienceTableName": self.storage.audience.table_name,
            "SocketsTableName": self.storage.sockets.table_name,
            "RejectedBucketName": self.storage.rejected.bucket_name,
            "ProcessEventsFunctionName": self.functions["process_events"].function_name,
            "Region": Aws.REGION,
        }.items():
            self._output(name, value)

    def _output(self, name: str, value: str) -> None:
        CfnOutput(self, name, value=value)


def tag(stack: LiveViewersStack, stage: str) -> None:
    """Tags of every resource that takes them, for whoever pays."""
    # A cluster's tags are fixed with it: another tag would make another cluster of the same name.
    untagged = ["AWS::MSK::ServerlessCluster"]
    Tags.of(stack).add("application", "live-viewer-profiles", exclude_resource_types=untagged)
    Tags.of(stack).add("stage", stage, exclude_resource_types=untagged)
