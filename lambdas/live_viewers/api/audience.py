"""GET /v1/audience: how many are watching, in figures, by value; GET /v1/audience/timeseries: over time."""

from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from live_viewers.api import routes
from live_viewers.api.answers import Answer, prepare, send
from live_viewers.api.described import answer_route
from live_viewers.api.models import ProblemError
from live_viewers.api.problems import Problem, ProblemType
from live_viewers.api.service import Service
from live_viewers.api.times import PATTERN, read_time
from live_viewers.audience.audience_view import AudienceView
from live_viewers.audience.breakdown import LONGEST_WINDOW, MOST_ROWS, BreakdownQuestion
from live_viewers.audience.breakdown_view import AudienceBreakdownView
from live_viewers.audience.timeseries import MOST_POINTS, STEP_MINUTES, TimeRange, time_range
from live_viewers.audience.timeseries_view import AudienceTimeseriesView
from live_viewers.scope import title_or_all
from live_viewers.session.bounded_sets import MINUTE_MS

_TIME = {"format": "date-time"}
_WINDOW_PATTERN = r"^([1-9]|[1-5][0-9]|60)m$"
_DEFAULT_POINTS = {"1m": 60, "1h": 24}
# A longer range takes many reads, and hardly changes.
_SHORT_POINTS = 180
MediaId = Annotated[str | None, Query(min_length=1, max_length=128, description="Only this title.")]
By = Annotated[
    str | None,
    Query(min_length=1, max_length=64, description="A dimension's name, `title` or `status`."),
]


def add_routes(resolver: APIGatewayHttpResolver, service: Service) -> None:
    """Add the routes of this resource."""

    @answer_route(
        resolver,
        routes.AUDIENCE,
        (AudienceView, AudienceBreakdownView),
        "The audience now and in the last hour; with `by` its rows by value.",
        ProblemType.NOT_COUNTED,
    )
    def get_audience(
        media_id: MediaId = None,
        by: By = None,
        window: Annotated[
            str,
            Query(
                pattern=_WINDOW_PATTERN,
                description=f"With `by`: how many whole minutes before now's, `1m` to `{LONGEST_WINDOW}m`.",
            ),
        ] = "5m",
        limit: Annotated[
            int,
            Query(
                ge=1, le=MOST_ROWS, description="With `by`: rows at the most; the rest are in one more, `other`."
            ),
        ] = 50,
    ) -> Response[Any]:
        now_ms = service.clock()
        if by is None:
            scope = title_or_all(media_id)
            answer = service.brief.get(
                ("audience", scope), now_ms, lambda: prepare(service.audience.read(scope, now_ms))
            )
            return send(answer, resolver.current_event)
        question = BreakdownQuestion(by, media_id, int(window[:-1]), limit)
        answer = service.brief.get(question, now_ms, lambda: prepare(service.figures.breakdown(question, now_ms)))
        return send(answer, resolver.current_event)

    @answer_route(
        resolver,
        routes.TIMESERIES,
        AudienceTimeseriesView,
        "The points of the range, oldest first.",
        ProblemType.TOO_MANY_POINTS,
        ProblemType.NOT_COUNTED,
    )
    def get_audience_timeseries(
        from_: Annotated[
            str | None,
            Query(
                alias="from",
                pattern=PATTERN,
                description="Of the first point, floored to the step. Default: 60 minutes or 24 hours before.",
                json_schema_extra=_TIME,
            ),
        ] = None,
        to: Annotated[
            str | None,
            Query(pattern=PATTERN, description="Exclusive. Default: now.", json_schema_extra=_TIME),
        ] = None,
        step: Annotated[Literal["1m", "1h"], Query(description="Minutes or hours, in UTC.")] = "1m",
        media_id: MediaId = None,
        by: Annotated[
            str | None, Query(min_length=1, max_length=64, description="A dimension's name or `title`.")
        ] = None,
        value: Annotated[
            str | None, Query(min_length=1, max_length=256, description="With `by`: one of its values.")
        ] = None,
    ) -> Response[Any]:
        now_ms = service.clock()
        asked = _range(from_, to, step, now_ms)
        if (by is None) != (value is None):
            raise _wrong("value" if value is None else "by", "`by` and `value` go together.")
        subject = service.figures.subject(by, value, media_id)

        def read() -> Answer:
            return prepare(service.figures.timeseries(subject, asked, now_ms))

        cache = service.brief if step == "1m" and asked.points <= _SHORT_POINTS else service.longer
        return send(cache.get(("series", subject, asked), now_ms, read), resolver.current_event)


def _range(from_: str | None, to: str | None, step: Literal["1m", "1h"], now_ms: int) -> TimeRange:
    end_ms = read_time(to, "to", now_ms)
    default_ms = end_ms - _DEFAULT_POINTS[step] * STEP_MINUTES[step] * MINUTE_MS
    asked = time_range(read_time(from_, "from", max(0, default_ms)), end_ms, step)
    if asked.points > MOST_POINTS:
        raise Problem(
            ProblemType.TOO_MANY_POINTS,
            f"{asked.points} points of {step}: ask for at most {MOST_POINTS}, or for hours (step=1h).",
            [ProblemError(in_="query", name="from", reason="too_many_points")],
        )
    if asked.points < 1:
        raise _wrong("from", "`from` is to be before `to`.")
    return asked


def _wrong(name: str, detail: str) -> Problem:
    return Problem(ProblemType.INVALID, detail, [ProblemError(in_="query", name=name, reason="value_error")])
