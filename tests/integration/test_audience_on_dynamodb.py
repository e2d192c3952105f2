"""The audience and the profile items on DynamoDB Local: exact after a kill, cheap to keep, small to store."""

import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import project_changes
import pytest

from live_viewers.audience.counting import OpenName, count_changes
from live_viewers.audience.reading import read_audience
from live_viewers.audience.scope_counts import ScopeCounts, leases_end
from live_viewers.dynamodb.direct_client import DirectClient
from live_viewers.dynamodb.tables.audience_table import AudienceTable
from live_viewers.dynamodb.tables.profiles_table import ProfilesTable, profile_to_item
from live_viewers.events.media_event import EventKind, SessionTotals
from live_viewers.profile.projection import needs_rewrite, summary_of
from live_viewers.profile.projection_writing import Projector
from live_viewers.profile.viewer_profile import fold_profile
from live_viewers.scope import ALL, Scope, dimension_scope, title_or_all
from live_viewers.session.bounded_sets import MINUTE_MS
from live_viewers.session.media_session import MediaSession, fold
from live_viewers.session.status import Status
from tests.audience_lives import DIMENSIONS, PINNED_TITLE, recount_lives, tell_lives
from tests.stories import (
    PING_S,
    TITLES,
    Story,
    change_of,
    copy_of,
    cut,
    figures_of,
    recount,
    session_item,
    stream_event,
    tell,
)
from tests.tables import create_tables, transport_of
from tests.viewing import START_MS, with_player

ROOT = Path(__file__).parents[2]


class Tables(NamedTuple):
    """Names."""

    viewer_profiles: str
    audience: str


def make_tables(endpoint: str) -> Tables:
    names = create_tables(endpoint, f"{uuid.uuid4().hex[:8]}-")
    return Tables(names["ViewerProfiles"], names["Audience"])


@pytest.fixture
def client(dynamodb_local: str) -> Any:
    return boto3.client("dynamodb", endpoint_url=dynamodb_local)


@pytest.fixture
def environment(dynamodb_local: str, client: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tables]:
    """Tables, and the environment that makes project_changes use them."""
    tables = make_tables(dynamodb_local)
    variables = {
        "STAGE": "local",
        "AWS_ENDPOINT_URL": dynamodb_local,
        "VIEWER_PROFILES_TABLE": tables.viewer_profiles,
        "AUDIENCE_TABLE": tables.audience,
        "TOMBSTONE_SECRET": "secret",
        "POWERTOOLS_METRICS_DISABLED": "true",
        "POWERTOOLS_LOG_LEVEL": "WARNING",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    project_changes._parts.cache_clear()
    yield tables
    project_changes._parts.cache_clear()


def put_sessions(client: Any, tables: Tables, sessions: list[MediaSession]) -> None:
    for session in sessions:
        client.put_item(TableName=tables.viewer_profiles, Item=session_item(session))


def assert_exact(client: Any, tables: Tables, story: Story) -> None:
    table = AudienceTable(client, tables.audience, 8)
    for title in TITLES:
        expected = recount(story.sessions, story.now_ms, title)
        assert figures_of(read_audience(table, title_or_all(title), story.now_ms)) == expected


def now_story(seed: int, viewers: int) -> Story:
    minutes = 70
    return tell(seed, viewers, minutes, begin_ms=int(time.time() * 1000) - minutes * MINUTE_MS)


def test_the_handler_counts_two_shards_cut_repeated_and_out_of_step(environment: Tables, client: Any) -> None:
    story = now_story(11, viewers=16)
    put_sessions(client, environment, story.sessions)
    chance = random.Random(11)
    queues = [list(cut(chance, changes, most=120)) for changes in story.shards]
    while any(queues):
        shard = chance.choice([number for number, queue in enumerate(queues) if queue])
        event = stream_event(queues[shard].pop(0), shard)
        for _ in range(chance.choice((1, 1, 2))):
            assert project_changes.handler(event, None) == {"state": {}}
    assert recount(story.sessions, story.now_ms)["watching_now"] > 0
    assert_exact(client, environment, story)
    for session in story.sessions:
        item = client.get_item(
            TableName=environment.viewer_profiles,
            Key={"viewer_id": {"S": session.viewer_id}, "sk": {"S": "profile"}},
        )["Item"]
        assert item["sessions"] == {"N": "1"}
        assert int(item["v"]["N"]) >= story.now_ms


def test_the_last_call_of_a_window_is_answered_without_records(environment: Tables) -> None:
    event = {"Records": [], "shardId": "shardId-1", "isFinalInvokeForWindow": True, "state": {}}
    assert project_changes.handler(event, None) == {"state": {}}


# Drives the handler over the batches from the given one on, and after so many writes of counts kills itself: other
# writes of the same batch are then on their way, and the rest of the batch is not.
_DRIVER = """
import json, os, signal, sys
import project_changes

told_to, first, writes_left = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

transport = project_changes._parts().audience._client._transport
end = transport._end

def ended(sent):
    global writes_left
    answer = end(sent)
    if b"UpdateExpression" in sent.body:
        writes_left -= 1
        if writes_left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return answer

transport._end = ended
for line in open(told_to):
    number, event = json.loads(line)
    if number >= first:
        project_changes.handler(event, None)
        print("done", number, flush=True)
"""


def deliver_and_kill(events: list[dict[str, Any]], lives: tuple[int, ...], folder: Path) -> None:
    """The events to processes of the function, one after another: each is killed after so many writes of counts as
    `lives` says; the last one (0) lives."""
    told_to = folder / "events.jsonl"
    told_to.write_text("".join(json.dumps([number, event]) + "\n" for number, event in enumerate(events)))
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "lambdas"), str(ROOT)))}
    done, killed = 0, 0
    for writes in lives:
        driver = [sys.executable, "-c", _DRIVER, str(told_to), str(done), str(writes)]
        outcome = subprocess.run(driver, stdout=subprocess.PIPE, text=True, env=env, check=False, timeout=120)
        killed += outcome.returncode == -signal.SIGKILL
        done += sum(line.startswith("done ") for line in outcome.stdout.splitlines())
        if writes:
            assert outcome.returncode == -signal.SIGKILL
    assert (done, killed) == (len(events), len(lives) - 1)


@pytest.mark.slow
def test_counts_are_exact_after_the_function_is_killed_in_mid_batch(
    environment: Tables, client: Any, tmp_path: Path
) -> None:
    story = now_story(23, viewers=24)
    put_sessions(client, environment, story.sessions)
    chance = random.Random(23)
    events = [
        stream_event(batch, shard)
        for shard, changes in enumerate(story.shards)
        for batch in cut(chance, changes, 120)
    ]
    deliver_and_kill(events, (2, 7, 3, 6, 4, 5, 0), tmp_path)
    assert_exact(client, environment, story)


def test_every_count_of_every_scope_is_exact_after_the_function_is_killed_in_mid_batch(
    environment: Tables, client: Any, tmp_path: Path
) -> None:
    """Three shards of four as one batch each, an hour of backlog and more; the fourth in parts, some twice."""
    lives = tell_lives(31, viewers=16, writes=8, shards=4)
    chance = random.Random(31)
    events = [stream_event(lives.changes(shard), shard) for shard in range(3)]
    for batch in cut(chance, lives.changes(3), 5):
        events += [stream_event(batch, 3)] * chance.choice((1, 2))
    deliver_and_kill(events, (5, 90, 30, 200, 8, 3, 0), tmp_path)

    expected = recount_lives(lives.shards)
    begins = min(minute for minutes in expected.values() for minute in minutes)
    ends = max(minute for minutes in expected.values() for minute in minutes) + 1
    assert ends - begins > 120
    table = AudienceTable(client, environment.audience, 8)
    assert table.of_scopes(expected, begins, ends) == expected
    titles = table.of_titles(begins, ends, within_s=60)
    assert titles.counts == {scope: each for scope, each in expected.items() if scope.kind == "title"}
    for dimension in DIMENSIONS.definitions:
        read = table.of_dimension(dimension.key, begins, ends, within_s=60)
        of_it = {
            scope: each
            for scope, each in expected.items()
            if scope.kind == "dimension" and scope.id.startswith(dimension.key)
        }
        assert (read.counts, read.partial) == (of_it, False)
        pinned = table.of_dimension(dimension.key, begins, ends, within_s=60, media_id=PINNED_TITLE)
        assert pinned.counts == {
            scope: each
            for scope, each in expected.items()
            if scope.kind == "pinned" and scope.id.startswith(dimension.key)
        }
        assert bool(pinned.counts) == (not dimension.is_open)
        buckets = {dimension_scope(f"{dimension.key}={city}"): (city,) for city in ("Berlin", "Köln", "Lyon")}
        assert read.names == (buckets if dimension.is_open else {})


def test_a_read_ends_with_its_time_and_says_so(environment: Tables, client: Any) -> None:
    lives = tell_lives(3, viewers=4, writes=4)
    writer = AudienceTable(DirectClient(transport_of(client.meta.endpoint_url)), environment.audience, 8)
    for shard in range(2):
        count_changes(lives.changes(shard), f"shard-{shard}", writer)
    begins = START_MS // MINUTE_MS
    clock = iter(range(10**6))
    slow = AudienceTable(client, environment.audience, 8, elapsed_s=lambda: next(clock))
    for read in (
        slow.of_titles(begins, begins + 60, within_s=5),
        slow.of_dimension(DIMENSIONS.definitions[0].key, begins, begins + 60, within_s=5),
    ):
        assert read.partial
    assert not writer.of_titles(begins, begins + 60, within_s=60).partial


def test_a_bucket_keeps_four_names_of_an_hour(environment: Tables, client: Any) -> None:
    direct = DirectClient(transport_of(client.meta.endpoint_url))
    bucket, hour = Scope("dimension", "abc~7"), START_MS // MINUTE_MS // 60 * 60
    for _ in range(2):  # another instance, which knows of nothing
        table = AudienceTable(direct, environment.audience, 8)
        for text in ("one", "two", "three", "two", "four", "five", "six"):
            table.add_names([OpenName(hour, bucket, text)])
    names = table.of_dimension("abc", hour, hour + 5, within_s=60).names
    assert names == {bucket: ("four", "one", "three", "two")}
    assert table.of_dimension("abc", hour + 80, hour + 85, within_s=60).names == {}


def test_live_sessions_are_read_beyond_the_window_by_their_leases_alone(environment: Tables, client: Any) -> None:
    table = AudienceTable(DirectClient(transport_of(client.meta.endpoint_url)), environment.audience, 8)
    session = fold(
        [with_player(EventKind.PAUSE, at=0, paused=True), with_player(EventKind.PING, at=300, paused=True)]
    )
    count_changes([change_of(1, "viewer-1", "session-1", None, session)], "shard-1", table)
    now = START_MS // MINUTE_MS
    counts = table.of_scopes([ALL], now, now + 1, leases_end(now))[ALL]
    assert {minute - now: each for minute, each in counts.items()} == {
        0: ScopeCounts(seen=1),
        15: ScopeCounts(leases={Status.PAUSED_VIDEO: 1}),
    }


class Metered(DirectClient):
    """Adds up the write units of what passes through it. DynamoDB Local meters no statements: each insert of a
    profile, which is below a kilobyte, is counted as the unit that it costs."""

    units = 0.0

    def call_each(self, operation: str, requests: Sequence[dict[str, Any]]) -> list[Any]:
        if operation == "BatchExecuteStatement":
            self.units += sum(len(request["Statements"]) for request in requests)
            return super().call_each(operation, requests)
        if operation in ("Query", "GetItem", "BatchGetItem"):
            return super().call_each(operation, requests)
        metered = [{**request, "ReturnConsumedCapacity": "TOTAL"} for request in requests]
        answers = super().call_each(operation, metered)
        self.units += sum(answer["ConsumedCapacity"]["CapacityUnits"] for answer in answers)
        return answers


def test_a_steady_audience_costs_at_most_three_tenths_of_a_write_unit_an_event(
    dynamodb_local: str, client: Any
) -> None:
    """1,000 viewers of 20 titles ping every 30 s, one event in ten is a pause or a play; batches of 5 s."""
    tables = make_tables(dynamodb_local)
    chance = random.Random(5)
    audience, profiles = Metered(transport_of(dynamodb_local)), Metered(transport_of(dynamodb_local))
    counts = AudienceTable(audience, tables.audience, 8)
    projector = Projector(ProfilesTable(profiles, tables.viewer_profiles, 90, "secret"), PING_S)
    sessions: list[MediaSession] = []
    due: list[tuple[float, int]] = []
    for number in range(1000):
        event = with_player(
            EventKind.PLAY,
            at=0,
            viewer_id=f"{number:036d}",
            session_id=f"{number:036d}",
            label=f"Title {number % 20}",
        )
        sessions.append(fold([event]))
        due.append((chance.uniform(0, 30), number))
    events, sequence, measured_from_s, until_s = 0, 0, 40, 130
    paused = [False] * len(sessions)
    for window in range(0, until_s, 5):
        if window == measured_from_s:
            audience.units = profiles.units = 0.0
            events = 0
        batch = []
        for place, (at, number) in enumerate(due):
            if at >= window + 5:
                continue
            due[place] = (at + 30, number)
            kind = EventKind.PING
            if chance.random() < 0.1:
                paused[number] = not paused[number]
                kind = EventKind.PAUSE if paused[number] else EventKind.PLAY
            session = sessions[number]
            old = copy_of(session)
            session.add(
                with_player(
                    kind,
                    at=at,
                    position=at,
                    paused=paused[number],
                    viewer_id=session.viewer_id,
                    session_id=session.session_id,
                    label=f"Title {number % 20}",
                )
            )
            session.version += 1
            sequence += 1
            batch.append(change_of(sequence, session.viewer_id, session.session_id, old, copy_of(session)))
        now_ms = START_MS + (window + 5) * 1000
        shown = [one.new for one in batch if needs_rewrite(one) and one.new]
        put_sessions(client, tables, [image.session for image in shown if image.session])
        count_changes(batch, "shardId-0", counts)
        projector.project(batch, now_ms)
        events += len(batch)
    per_event = (audience.units / events, profiles.units / events)
    print(f"write units an event: audience {per_event[0]:.3f}, profile {per_event[1]:.3f}, over {events} events")
    assert events > 2_500
    assert sum(per_event) <= 0.3


def test_a_profile_item_is_at_most_one_kilobyte() -> None:
    longest = "x" * 64
    totals = SessionTotals(
        time_played_s=123456.789,
        time_paused_s=123456.789,
        content_watched_s=123456.789,
        time_buffering_s=12345.678,
        time_spent_ads_s=12345.678,
        ads=1234,
        ads_clicked=123,
        ads_skipped=123,
        ad_breaks=123,
    )
    session = fold(
        [
            with_player(
                kind,
                at=at,
                position=at + 0.123,
                viewer_id=longest,
                session_id=longest,
                label="é" * 200,
                totals=totals,
            )
            for kind, at in (
                (EventKind.READY, 0),
                (EventKind.PLAY, 1),
                (EventKind.ERROR, 2),
                (EventKind.PING, 90000),
            )
        ]
    )
    item = profile_to_item(
        longest, summary_of(fold_profile([session], session.last_seen_ms, PING_S)), 1 << 41, 1 << 31
    )
    size = sum(len(name.encode()) + sum(map(_size, value.items())) for name, value in item.items())
    assert 600 < size <= 1024


def _size(typed: tuple[str, str]) -> int:
    """By DynamoDB's rules: text in UTF-8; a number's digits by two, and two."""
    kind, value = typed
    return len(value.encode()) if kind == "S" else len(value) // 2 + 2
