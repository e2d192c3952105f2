"""The API over DynamoDB: what readers get."""

import json

import pytest

from live_viewers.api import models
from live_viewers.audience.audience_view import AudienceView
from live_viewers.events.media_event import EventKind
from live_viewers.profile.viewer_view import ViewerProfileView
from live_viewers.push.tickets import redeem_ticket
from live_viewers.session.media_session import fold
from tests.integration.api_rig import ApiRig
from tests.response_models import matches
from tests.unit.api.http_events import ERASER
from tests.viewing import (
    START_MS,
    ad_break_end,
    ad_break_start,
    ad_start,
    bare,
    end,
    pause,
    ping,
    play,
    ready,
)


@pytest.fixture
def api(dynamodb_local: str) -> ApiRig:
    return ApiRig(dynamodb_local)


def test_nobody_watches(api: ApiRig) -> None:
    page = api.get("/v1/live")
    matches(models.LivePage, page.json)
    assert (page.status, page.json["sessions"], page.json["next_cursor"]) == (200, [], None)
    assert page.json["as_of"] == "2026-11-24T11:00:00.000Z"


def test_a_viewer_who_watches_is_live_until_the_lease_ends(api: ApiRig) -> None:
    api.happened(play(at=0), ping(at=30))
    api.now_ms = START_MS + 31_000
    page = api.get("/v1/live")
    matches(models.LivePage, page.json)
    (session,) = page.json["sessions"]
    assert (session["viewer_id"], session["status"], session["live"]) == ("viewer-1", "WATCHING_VIDEO", True)
    api.now_ms = START_MS + 30_000 + 75_000 - 1
    assert len(api.get("/v1/live").json["sessions"]) == 1
    api.now_ms += 1
    assert api.get("/v1/live?limit=99").json["sessions"] == []


def test_live_sessions_by_title_status_and_search(api: ApiRig) -> None:
    api.happened(play(at=0, viewer_id="ann", session_id="1", label="Big Buck Bunny"))
    api.happened(play(at=0, viewer_id="bob", session_id="2", label="Big Fish"))
    api.happened(play(at=0, viewer_id="Big", session_id="3", label="Sintel"))
    api.happened(
        play(at=0, viewer_id="eve", session_id="4", label="Sintel"),
        pause(at=2, viewer_id="eve", session_id="4", label="Sintel"),
    )
    api.now_ms = START_MS + 5000

    def found(query: str) -> list[str]:
        return sorted(each["viewer_id"] for each in api.pages(f"/v1/live?{query}", "sessions"))

    assert found("media_id=Sintel") == ["Big", "eve"]
    assert found("status=PAUSED_VIDEO") == ["eve"]
    assert found("media_id=Sintel&status=WATCHING_VIDEO") == ["Big"]
    assert found("q=Big") == ["Big", "ann", "bob"]  # a viewer of that id, and titles that begin so
    assert found("q=Big%20F") == ["bob"]
    assert found("q=ann") == ["ann"]
    assert found("q=Nobody") == []


def test_a_long_title_is_found_by_any_beginning_of_it(api: ApiRig) -> None:
    title = "The " + "very " * 12 + "long title"
    api.happened(play(at=0, label=title))
    for length in (3, 47, 48, 60, len(title)):
        assert (
            len(api.get(f"/v1/live?limit={length}&q={title[:length]}".replace(" ", "%20")).json["sessions"]) == 1
        )


def test_pages_together_hold_every_live_session_once(api: ApiRig) -> None:
    sessions = [fold([play(at=n % 40, viewer_id=f"viewer-{n}", session_id=f"session-{n}")]) for n in range(230)]
    gone = [fold([play(at=-500, viewer_id=f"gone-{n}", session_id="s")]) for n in range(100)]
    api.keep([*sessions, *gone])
    api.now_ms = START_MS + 41_000
    for limit in (7, 50, 100):
        keys = [each["key"] for each in api.pages(f"/v1/live?limit={limit}", "sessions")]
        assert len(keys) == len(set(keys)) == 230


def test_a_page_is_never_longer_than_asked_for(api: ApiRig) -> None:
    api.keep(fold([play(at=0, viewer_id=f"viewer-{n}", session_id="s")]) for n in range(60))
    page = api.get("/v1/live?limit=10").json
    assert len(page["sessions"]) == 10
    assert page["next_cursor"]


def test_no_live_session_is_lost_while_leases_move_between_pages(api: ApiRig) -> None:
    """Leases get longer by a pause and shorter by a play, so index keys move both ways while a reader
    pages."""
    playing = {n: play(at=0, viewer_id=f"viewer-{n}", session_id="s") for n in range(120)}
    api.keep(fold([event]) for event in playing.values())
    seen: list[str] = []
    cursor = ""
    for step in range(30):
        api.now_ms = START_MS + 2000 * step
        page = api.get(f"/v1/live?limit=9{cursor}").json
        seen += [each["viewer_id"] for each in page["sessions"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
        moved = [pause, play][step % 2]
        api.keep(
            fold([event, moved(at=2 * step + 1, viewer_id=event.viewer_id, session_id="s")])
            for event in playing.values()
        )
    assert len(seen) == len(set(seen)) == 120


def test_a_cursor_of_other_filters_is_refused(api: ApiRig) -> None:
    api.keep(fold([play(at=0, viewer_id=f"viewer-{n}", session_id="s")]) for n in range(3))
    cursor = api.get("/v1/live?limit=1").json["next_cursor"]
    assert api.get(f"/v1/live?limit=1&cursor={cursor}").status == 200
    for target in (f"/v1/live?status=READY&cursor={cursor}", "/v1/live?cursor=AAAA", f"/v1/live?cursor={cursor}A"):
        reply = api.get(target)
        assert (reply.status, reply.problem) == (400, "invalid-cursor")


def test_an_unchanged_page_costs_nothing_to_send(api: ApiRig) -> None:
    api.happened(play(at=0))
    first = api.get("/v1/live")
    api.now_ms += 1500
    again = api.get("/v1/live", {"If-None-Match": first.headers["etag"]})
    assert (again.status, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    api.happened(play(at=0), ping(at=3))
    api.now_ms += 1500
    assert api.get("/v1/live", {"If-None-Match": first.headers["etag"]}).status == 200


def test_live_reads_are_kept_for_a_second(api: ApiRig) -> None:
    assert api.get("/v1/live").json["sessions"] == []
    api.happened(play(at=0))
    api.now_ms += 999
    assert api.get("/v1/live").json["sessions"] == []
    api.now_ms += 1
    assert len(api.get("/v1/live").json["sessions"]) == 1


def test_answers_are_compressed_where_the_client_can_read_that(api: ApiRig) -> None:
    api.happened(play(at=0))
    plain, small = api.get("/v1/live"), api.get("/v1/live?limit=49", {"Accept-Encoding": "gzip, br"})
    assert small.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert plain.json["sessions"] == small.json["sessions"]
    assert plain.headers["cache-control"] == "private, no-cache"


def test_a_viewer_is_folded_from_all_sessions(api: ApiRig) -> None:
    for n in range(25):
        api.happened(
            play(at=n * 1000, session_id=f"s{n}", label=f"Title {n}"), end(at=n * 1000 + 60, session_id=f"s{n}")
        )
    api.now_ms = START_MS + 24_030_000
    viewer = api.get("/v1/viewers/viewer-1")
    matches(ViewerProfileView, viewer.json)
    assert viewer.json["totals"]["sessions"] == 25
    assert [each["media_session_id"] for each in viewer.json["sessions"]] == [f"s{n}" for n in range(24, 4, -1)]


def test_sessions_of_a_viewer_page_by_page_newest_first(api: ApiRig) -> None:
    for n in range(12):
        api.happened(play(at=n * 100, session_id=f"s{n}"))
    matches(models.SessionPage, api.get("/v1/viewers/viewer-1/sessions?limit=5").json)
    listed = api.pages("/v1/viewers/viewer-1/sessions?limit=5", "sessions")
    assert [each["media_session_id"] for each in listed] == [f"s{n}" for n in range(11, -1, -1)]


def test_a_day_s_session_is_not_live_in_the_list_once_a_later_day_has_one(api: ApiRig) -> None:
    for day in ("2026-11-24", "2026-11-25"):
        api.happened(play(at=0, session_id=f"day-{day}", session_is_synthetic=True))
    listed = api.get("/v1/viewers/viewer-1/sessions").json["sessions"]
    assert {each["media_session_id"]: each["live"] for each in listed} == {
        "day-2026-11-24": False,
        "day-2026-11-25": True,
    }


def test_a_viewer_nobody_knows(api: ApiRig) -> None:
    for target in ("/v1/viewers/nobody", "/v1/viewers/nobody/sessions", "/v1/viewers/" + "x" * 3000):
        reply = api.get(target)
        assert (reply.status, reply.problem) == (404, "viewer-not-found")
    assert api.get("/v1/viewers/nobody/timeline").json["events"] == []


@pytest.mark.parametrize(
    ("viewer_id", "target"),
    [
        ("ann@example.com", "/v1/viewers/ann@example.com"),
        ("a/b", "/v1/viewers/~YS9i"),
        ("50% off", "/v1/viewers/~NTAlIG9mZg"),
        ("a%2Fb", "/v1/viewers/~YSUyRmI"),
        ("Zoë, \"quoted\" & 'so' ?#", "/v1/viewers/~Wm_DqywgInF1b3RlZCIgJiAnc28nID8j"),
        ("batch-get", "/v1/viewers/~YmF0Y2gtZ2V0"),
        ("bob/sessions", "/v1/viewers/~Ym9iL3Nlc3Npb25z"),
        ("alice?x", "/v1/viewers/~YWxpY2U_eA"),
    ],
)
def test_any_viewer_id_can_be_asked_for(api: ApiRig, viewer_id: str, target: str) -> None:
    api.happened(play(at=0, viewer_id=viewer_id))
    assert api.get(target).json["viewer_id"] == viewer_id
    assert api.get(target + "/timeline").json["events"][0]["event"] == "play"
    erasure = api.ask("DELETE", target, authorizer=ERASER)
    assert (erasure.status, erasure.json["viewer_id"]) == (202, viewer_id)
    assert api.get(erasure.headers["location"]).json["viewer_id"] == viewer_id
    batch = api.ask("POST", "/v1/viewers/batch-get", body=json.dumps({"viewer_ids": [viewer_id]}))
    assert [each["viewer_id"] for each in batch.json["viewers"]] == [viewer_id]


def test_many_viewers_at_once_name_the_missing_ones(api: ApiRig) -> None:
    for n in range(0, 100, 2):
        api.happened(play(at=0, viewer_id=f"viewer-{n}"))
    wanted = [f"viewer-{n}" for n in range(100)]
    batch = api.ask("POST", "/v1/viewers/batch-get", body=json.dumps({"viewer_ids": wanted}))
    matches(models.BatchOfViewers, batch.json)
    assert [each["viewer_id"] for each in batch.json["viewers"]] == wanted[::2]
    assert batch.json["missing"] == wanted[1::2]


def test_the_timeline_shows_each_step_and_the_status_after_it(api: ApiRig) -> None:
    api.happened(
        ready(at=0),
        play(at=1),
        ad_break_start(at=10),
        ad_start(at=10.1),
        ad_break_end(at=40),
        ping(at=50),
        end(at=90),
    )
    timeline = api.get("/v1/viewers/viewer-1/timeline")
    matches(models.TimelinePage, timeline.json)
    answered = [(each["event"], each["status"]) for each in timeline.json["events"]]
    assert answered == [
        ("end", "COMPLETED_VIDEO"),
        ("ad_break_end", "WATCHING_VIDEO"),
        ("ad_start", "WATCHING_AD"),
        ("ad_break_start", "WATCHING_AD"),
        ("play", "WATCHING_VIDEO"),
        ("ready", "READY"),
    ]


def test_a_page_of_the_timeline_knows_what_came_before_it(api: ApiRig) -> None:
    """In viewer JSON a status follows from several events, some of them on another page or out of the
    range."""
    kinds = [EventKind.PLAY, EventKind.AD_BREAK_START, EventKind.PAUSE, EventKind.PLAY]
    api.happened(*(bare(kind, at=10 * n) for n, kind in enumerate(kinds)))
    whole = api.get("/v1/viewers/viewer-1/timeline").json["events"]
    assert [each["status"] for each in whole][:3] == ["WATCHING_AD"] * 3
    assert api.pages("/v1/viewers/viewer-1/timeline?limit=1", "events") == whole
    ranged = api.get(
        "/v1/viewers/viewer-1/timeline?from=2026-11-24T11:00:20.000Z&to=2026-11-24T12:00:29%2B01:00"
    ).json["events"]
    assert ranged == whole[1:2]


def test_a_socket_ticket_opens_one_socket_within_a_minute(api: ApiRig) -> None:
    reply = api.ask("POST", "/v1/socket-tickets")
    matches(models.SocketTicket, reply.json)
    assert reply.status == 201
    assert reply.headers["cache-control"] == "no-store"
    ticket = reply.json["ticket"]
    assert redeem_ticket(api.tickets, ticket, START_MS + 59_999)
    assert not redeem_ticket(api.tickets, ticket, START_MS + 59_999)
    late = api.ask("POST", "/v1/socket-tickets").json["ticket"]
    assert not redeem_ticket(api.tickets, late, START_MS + 60_000)
    assert not redeem_ticket(api.tickets, "", START_MS)
    stored = json.dumps(api.client.scan(TableName=api.sockets_table)["Items"])
    assert ticket not in stored


def test_the_audience_of_nobody(api: ApiRig) -> None:
    for target in ("/v1/audience", "/v1/audience?media_id=Sintel"):
        figures = api.get(target)
        matches(AudienceView, figures.json)
        assert figures.json["watching_now"] == 0
        assert len(figures.json["minutes"]) == 60
