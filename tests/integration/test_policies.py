"""Each function's policy against the calls it was seen to make: the emulator checks no policy, so this does.

A call without its right fails on AWS alone; a right without a call is one too many.
"""

import json
import time
import uuid
from typing import Any

import pytest

from stacks import function_table
from stacks.function_table import construct_id_of
from tests.integration.seen_calls import Pages, SeenCalls, client, stream_event_of_sessions
from tests.kafka_records import enriched_json, event_of, kafka_event, kafka_record
from tests.tables import create_tables
from tests.unit.api.http_events import ERASER, READER, http_event
from tests.unit.stacks.policies import ARNS, Grant, allows, of_role, resolve
from tests.unit.stacks.synthesis import synthesize

FUNCTIONS = {name: construct_id_of(name) for name in function_table.FUNCTIONS}
VIEWERS = ["ann", "ben"]
AD = {"adId": "ad-car", "creativeId": "car-30"}
BAD = b"\xff not an event"

# Made by Lambda itself with the function's role.
OF_STREAMS = {f"dynamodb:{name}" for name in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")}

# Calls that need a rare moment, which these runs don't make.
RARE = {
    # A session that meets its viewer's erasure is taken back.
    "process_events": {("dynamodb:PartiQLDelete", "ViewerProfiles")},
    # A viewer whose newest items fall out of a batch of changes is folded from fewer sessions, or from none.
    "project_changes": {("dynamodb:DeleteItem", "ViewerProfiles")},
    # Somebody was told of an incident.
    "check_audience": {("dynamodb:DeleteItem", "Audience")},
    # Old tombstones are looked for once, hours after the first function with their secret ran.
    "erase_viewers": {("dynamodb:Scan", "ViewerProfiles")},
}


@pytest.fixture(scope="module")
def seen(ministack: str) -> SeenCalls:
    prefix = f"policies-{uuid.uuid4().hex[:8]}-"
    names = create_tables(ministack, prefix, stream=True) | {"Rejected": f"{prefix}rejected"}
    client("s3", ministack).create_bucket(Bucket=names["Rejected"])
    calls = SeenCalls(names)
    with pytest.MonkeyPatch.context() as patch, Pages() as pages:
        for variable, value in {
            "STAGE": "local",
            "AWS_ENDPOINT_URL": ministack,
            "VIEWER_PROFILES_TABLE": names["ViewerProfiles"],
            "AUDIENCE_TABLE": names["Audience"],
            "SOCKETS_TABLE": names["Sockets"],
            "REJECTED_BUCKET": names["Rejected"],
            "LIVE_INDEX_SECRET": "secret",
            "TOMBSTONE_SECRET": "secret",
            "SOCKET_ENDPOINT": f"{pages.url}/socket",
            "PROCESS_EVENTS_FUNCTION": "process_events",
            "ERASE_VIEWERS_FUNCTION": "erase_viewers",
        }.items():
            patch.setenv(variable, value)
        with calls.noting(patch):
            _a_day_in_the_life(calls, ministack, names, pages)
    return calls


def _a_day_in_the_life(calls: SeenCalls, endpoint: str, names: dict[str, str], pages: Pages) -> None:
    now_ms = int(time.time() * 1000)
    for offset, (name, age_ms) in enumerate((("play", 60_000), ("pause", 9_000))):
        events = [
            enriched_json(
                name, now_ms - age_ms, viewer=viewer, session=f"{viewer}-1", event_id=f"{viewer}-{name}", ad=AD
            )
            for viewer in VIEWERS
        ]
        calls.run("process_events", event_of(events, first_offset=10 * offset))
    # One object of two viewers, and one whose records have different reasons.
    nameless = enriched_json("play", now_ms, viewer=None)
    calls.run("process_events", kafka_event([kafka_record(BAD, 30, key="ann"), kafka_record(BAD, 31, key="ben")]))
    calls.run("process_events", kafka_event([kafka_record(BAD, 40, key="ann"), kafka_record(nameless, 41)]))

    calls.run("check_audience", {})  # before changes that are told as old
    _watch(calls, endpoint, names, pages)
    for target in (
        "/v1/live",
        "/v1/audience",
        "/v1/audience?by=country",
        "/v1/audience/timeseries?step=1h",
        "/v1/incidents",
        "/v1/viewers/ann",
        "/v1/viewers/cy",
        "/v1/viewers/ann/sessions",
        "/v1/viewers/ann/timeline",
        "/v1/viewers/nobody/erasure",
    ):
        _api(calls, "GET", target)
    _api(calls, "POST", "/v1/viewers/batch-get", json.dumps({"viewer_ids": VIEWERS}))
    _api(calls, "PATCH", "/v1/incidents/29000000-0123456789ab", json.dumps({"acknowledged": True}))
    reasons = calls.run("redrive_rejected", {"dry_run": True})["by_reason"]
    assert len(reasons) == 2
    calls.run("redrive_rejected", {"reason": max(reasons, key=reasons.get)})
    _api(calls, "DELETE", "/v1/viewers/ann", authorizer=ERASER)
    calls.run("erase_viewers", {})
    # The second pass is due when every function of that time has ended; then the job is done.
    handler_module: Any = calls.handler_module("erase_viewers")
    handler_module._now_ms = lambda: now_ms + 17 * 60_000
    assert calls.run("erase_viewers", {})["passes_done"] == 1


def _watch(calls: SeenCalls, endpoint: str, names: dict[str, str], pages: Pages) -> None:
    """A page connects, subscribes, is told of changes, and is gone when it is told again; another one leaves."""

    now_ms = int(time.time() * 1000)

    def say(connection_id: str, **message: Any) -> None:
        request = {"connectionId": connection_id, "eventType": "MESSAGE"}
        calls.run("serve_sockets", {"requestContext": request, "body": json.dumps(message)})

    for connection_id in ("one=", "two="):
        ticket = _api(calls, "POST", "/v1/socket-tickets")["ticket"]
        request = {"connectionId": connection_id, "eventType": "CONNECT"}
        calls.run("serve_sockets", {"requestContext": request, "queryStringParameters": {"ticket": ticket}})
        say(connection_id, action="subscribe", scope="viewer", viewer_id="ann")
        say(connection_id, action="subscribe", scope="overview")
    say("two=", action="unsubscribe")
    calls.run("serve_sockets", {"requestContext": {"connectionId": "two=", "eventType": "DISCONNECT"}})
    changes = stream_event_of_sessions(client("dynamodb", endpoint), names["ViewerProfiles"])
    calls.run("project_changes", changes)
    # Who begins and has seen no ads is inserted, who has one session is updated; others are read (of many sessions
    # the newest), and put.
    before = changes
    for name, age_ms, player in (("play_event", 5_000, None), ("pause_event", 4_000, {"paused": True})):
        plain = enriched_json(
            name, now_ms - age_ms, viewer="dan", session="dan-1", event_id=f"dan-{name}", player=player
        )
        calls.run("process_events", event_of([plain], first_offset=45))
        now = stream_event_of_sessions(client("dynamodb", endpoint), names["ViewerProfiles"], before)
        calls.run("project_changes", now)
        before = now
    many = [enriched_json("play", now_ms, viewer="cy", session=f"cy-{n}", event_id=f"cy-{n}") for n in range(101)]
    calls.run("process_events", event_of(many, first_offset=50))
    before = stream_event_of_sessions(client("dynamodb", endpoint), names["ViewerProfiles"])
    paused = {"paused": True}
    pause = enriched_json("pause", now_ms + 1000, viewer="cy", session="cy-0", event_id="cy-pause", player=paused)
    calls.run("process_events", event_of([pause], first_offset=200))
    say("one=", action="subscribe", scope="viewer", viewer_id="cy")
    later = stream_event_of_sessions(client("dynamodb", endpoint), names["ViewerProfiles"], before)
    calls.run("project_changes", later)
    calls.run("push_updates", changes)
    pages.answer = 410
    # An answer that comes after a batch's patience (0.5 s) is settled with the next batch: on a busy machine.
    for _ in range(20):
        calls.run("push_updates", changes)
        if ("dynamodb:DeleteItem", "Sockets") in calls.by_function["push_updates"]:
            break


def _api(
    calls: SeenCalls, method: str, target: str, body: str | None = None, authorizer: dict[str, Any] = READER
) -> dict[str, Any]:
    headers = {"content-type": "application/json"} if body else None
    answer = calls.run("serve_api", http_event(method, target, headers, body, authorizer))
    assert answer["statusCode"] < 500, answer
    found: dict[str, Any] = json.loads(answer["body"])
    return found


def granted(function: str) -> list[Grant]:
    """What the function's policy allows on tables, the rejected bucket and other functions."""
    resources = synthesize("local").resources
    prefix = f"Functions{FUNCTIONS[function]}Role"
    (role,) = [key for key, one in resources.items() if one["Type"] == "AWS::IAM::Role" and key.startswith(prefix)]
    return [
        grant
        for grant in of_role(role, resources)
        if grant.action.startswith(("dynamodb:", "s3:", "lambda:")) and grant.action not in OF_STREAMS
    ]


def arn_of(thing: str) -> str:
    """Of a table, a bucket or a function, with what is named in it."""
    kind, slash, inside = thing.partition("/")
    resources = synthesize("local").resources
    construct = f"Functions{FUNCTIONS[kind]}" if kind in FUNCTIONS else f"Storage{kind}"
    (logical_id,) = [
        key
        for key, one in resources.items()
        if key.startswith(construct) and (one["Type"], "Arn") in ARNS and one["Type"] != "AWS::Logs::LogGroup"
    ]
    return str(resolve({"Fn::GetAtt": [logical_id, "Arn"]}, resources)) + slash + inside


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_call_of_a_function_is_allowed(function: str, seen: SeenCalls) -> None:
    given = granted(function)
    assert seen.by_function[function]
    refused = [call for call in seen.by_function[function] if not allows(given, call[0], arn_of(call[1]))]
    assert sorted(refused) == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_allowed_what_it_does_and_no_more(function: str, seen: SeenCalls) -> None:
    made = [(action, arn_of(thing)) for action, thing in seen.by_function[function] | RARE.get(function, set())]
    unused = [grant for grant in granted(function) if not any(allows([grant], *call) for call in made)]
    assert unused == []
