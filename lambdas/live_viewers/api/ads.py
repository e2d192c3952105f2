"""GET /v1/ads and /v1/viewers/{viewer_id}/ads: how ads were seen, and which ads a viewer saw."""

from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from live_viewers.ads.ad_counting import By
from live_viewers.ads.ad_report import DEFAULT_HOURS, MOST_HOURS
from live_viewers.ads.ad_report_view import AdReportView, ad_report_view, as_csv
from live_viewers.ads.viewer_ads_view import ViewerAdsView, viewer_ads_view
from live_viewers.api import routes
from live_viewers.api.answers import PRIVATE, prepare, send
from live_viewers.api.described import answer_route
from live_viewers.api.models import ProblemError
from live_viewers.api.problems import Problem, ProblemType
from live_viewers.api.service import Service
from live_viewers.api.times import PATTERN, read_time
from live_viewers.api.viewers import ViewerId, stored_viewer_id
from live_viewers.time_units import HOUR_MS

_TIME = {"format": "date-time"}
_CSV = "text/csv"


def add_routes(resolver: APIGatewayHttpResolver, service: Service) -> None:
    """Add the routes of this resource."""

    @answer_route(resolver, routes.ADS, AdReportView, "Ads, most views first.")
    def list_ads(
        from_: Annotated[
            str | None,
            Query(
                alias="from", pattern=PATTERN, description="From the hour of this time.", json_schema_extra=_TIME
            ),
        ] = None,
        to: Annotated[
            str | None,
            Query(pattern=PATTERN, description="Up to the end of this time's hour.", json_schema_extra=_TIME),
        ] = None,
        by: Annotated[By, Query(description="What a row is of.")] = "ad",
        media_id: Annotated[
            str | None, Query(min_length=1, max_length=128, description="Only views in this title.")
        ] = None,
        format_: Annotated[
            Literal["json", "csv"] | None, Query(alias="format", description="Before what Accept says.")
        ] = None,
    ) -> Response[Any]:
        now_ms = service.clock()
        to_hour = -(-read_time(to, "to", now_ms) // HOUR_MS)
        from_hour = read_time(from_, "from", (to_hour - DEFAULT_HOURS) * HOUR_MS) // HOUR_MS
        _check(from_hour, to_hour)

        def read() -> AdReportView:
            report = service.ads.report(by, from_hour, to_hour, media_id)
            return ad_report_view(by, from_hour, to_hour, report)

        accepted = resolver.current_event.headers.get("accept", "").lower()
        if format_ == "csv" or (format_ is None and accepted.startswith(_CSV)):
            return _download(by, read())
        key = ("ads", by, from_hour, to_hour, media_id)
        return send(service.brief.get(key, now_ms, lambda: prepare(read())), resolver.current_event)

    @answer_route(resolver, routes.ADS_OF_VIEWER, ViewerAdsView, "The viewer's ads.")
    def list_ads_of_viewer(
        viewer_id: ViewerId,
        since: Annotated[
            str | None,
            Query(pattern=PATTERN, description="Views of this time's hour and later.", json_schema_extra=_TIME),
        ] = None,
    ) -> Response[Any]:
        viewer = stored_viewer_id(viewer_id)
        from_hour = read_time(since, "since", 0) // HOUR_MS
        content = viewer_ads_view(viewer, service.profiles.ads(viewer), from_hour)
        return send(prepare(content), resolver.current_event)


def _check(from_hour: int, to_hour: int) -> None:
    if from_hour >= to_hour:
        name, reason, detail = "from", "not_before_to", "`from` must be before `to`."
    elif to_hour - from_hour > MOST_HOURS:
        name, reason, detail = "from", "range_too_long", f"At most {MOST_HOURS // 24} days at a time."
    else:
        return
    raise Problem(ProblemType.INVALID, detail, [ProblemError(in_="query", name=name, reason=reason)])


def _download(by: By, report: AdReportView) -> Response[Any]:
    name = f"ads-by-{by}-{report.from_[:13]}-{report.to[:13]}.csv"
    headers: dict[str, str | list[str]] = {
        "content-disposition": f'attachment; filename="{name}"',
        "x-partial": str(report.partial).lower(),
        **PRIVATE,
    }
    return Response(200, content_type=f"{_CSV}; charset=utf-8", body=as_csv(report), headers=headers)
