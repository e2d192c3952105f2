"""The typed view of ads by hour: as the API shows it, as JSON and as CSV."""

import csv
from io import StringIO
from typing import Annotated

import msgspec
from msgspec import Meta

from live_viewers.ads.ad_counting import (
    BREAKS,
    CLICKS,
    COMPLETIONS,
    EMPTY_BREAKS,
    REACHED_25,
    REACHED_50,
    REACHED_75,
    SKIPS,
    VIEWS,
    By,
)
from live_viewers.ads.ad_report import AdReport, AdRow
from live_viewers.response_model import ResponseModel
from live_viewers.rfc3339 import Time, rfc3339
from live_viewers.time_units import HOUR_MS

# What a spreadsheet takes for the beginning of a formula.
_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


class AdRowView(ResponseModel):
    """One ad, creative or ad break, by what `by` says; ids of the others are null."""

    ad_id: str | None
    name: Annotated[str | None, Meta(description="Of the ad, or by break of the break.")]
    creative_id: Annotated[str | None, Meta(description="By creative null: of ads that tell none.")]
    break_id: Annotated[str | None, Meta(description="By break null: of ads outside any break.")]
    views: Annotated[int, Meta(description="An ad in an ad break (or in none) of a media session.")]
    reached_25: int
    reached_50: int
    reached_75: int
    completed: int
    clicks: Annotated[int, Meta(description="Views with a click, however many.")]
    skips: int
    breaks: Annotated[int | None, Meta(description="By break: in how many media sessions it was seen.")]
    empty_breaks: Annotated[int | None, Meta(description="By break: in how many of these it showed no ad.")]


class AdReportView(ResponseModel):
    """Ad views of whole hours, from `from` to before `to`: at most 200 rows, most views first."""

    from_: Time = msgspec.field(name="from")
    to: Time
    by: By
    partial: Annotated[bool, Meta(description="Whether rows are missing, or lack what was not read in time.")]
    rows: list[AdRowView]


def ad_report_view(by: By, from_hour: int, to_hour: int, report: AdReport) -> AdReportView:
    """The answer for the hours from `from_hour` to before `to_hour`."""
    return AdReportView(
        from_=rfc3339(from_hour * HOUR_MS),
        to=rfc3339(to_hour * HOUR_MS),
        by=by,
        partial=report.partial,
        rows=[_row(by, row) for row in report.rows],
    )


def _row(by: By, row: AdRow) -> AdRowView:
    names, counts = row.names, row.counts
    own = None if row.is_none else names.id
    return AdRowView(
        ad_id=own if by == "ad" else None,
        name=names.name or None,
        creative_id=own if by == "creative" else names.creative_id or None,
        break_id=own if by == "break" else None,
        views=counts[VIEWS],
        reached_25=counts[REACHED_25],
        reached_50=counts[REACHED_50],
        reached_75=counts[REACHED_75],
        completed=counts[COMPLETIONS],
        clicks=counts[CLICKS],
        skips=counts[SKIPS],
        breaks=counts[BREAKS] if by == "break" else None,
        empty_breaks=counts[EMPTY_BREAKS] if by == "break" else None,
    )


def as_csv(report: AdReportView) -> str:
    """The rows, under a line with the fields' names. Ids and names come from outside: what a spreadsheet would
    take for a formula begins with an apostrophe."""
    text = StringIO()
    lines = csv.writer(text)
    fields = AdRowView.__struct_fields__
    lines.writerow(fields)
    lines.writerows([_cell(getattr(row, name)) for name in fields] for row in report.rows)
    return text.getvalue()


def _cell(value: str | int | None) -> str:
    if value is None:
        return ""
    text = str(value)
    return "'" + text if isinstance(value, str) and text.startswith(_FORMULA_BEGINS) else text
