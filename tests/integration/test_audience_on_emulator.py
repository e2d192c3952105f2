"""project_changes behind the emulator's stream: counts and profile items follow the sessions by themselves."""

import random
import time

import pytest

from live_viewers.audience.counting import Addition
from live_viewers.audience.reading import read_audience
from live_viewers.dynamodb.tables.audience_table import AudienceTable
from live_viewers.dynamodb.tables.profiles_table import ProfilesTable
from live_viewers.scope import ALL, title_scope
from live_viewers.session.media_session import fold
from tests.integration.socket_rig import SocketRig, deploy
from tests.stories import figures_of, recount
from tests.viewing import START_MS, pause, play

WITHIN_S = 120


@pytest.fixture(scope="module")
def rig(ministack: str) -> SocketRig:
    return deploy(ministack)


def test_the_audience_and_the_profiles_follow_the_sessions(rig: SocketRig) -> None:
    since_s = time.time() - START_MS / 1000
    chance = random.Random(3)
    sessions = []
    for number in range(12):
        label = chance.choice(("Big Buck Bunny", "Sintel"))
        viewer = {"viewer_id": f"viewer-{number}", "label": label}
        states = [
            fold([play(at=since_s, **viewer)]),
            fold([play(at=since_s, **viewer), pause(at=since_s + 1, **viewer)]),
        ]
        for version, session in enumerate(states[: chance.randint(1, 2)], start=1):
            session.version = version
            rig.write(session)
        sessions.append(session)
    audience = AudienceTable(rig.direct, rig.tables["Audience"], 8)
    profiles = ProfilesTable(rig.direct, rig.tables["ViewerProfiles"], 90, "secret")
    now_ms = int(time.time() * 1000)
    expected = recount(sessions, now_ms)
    assert 0 < expected["watching_now"] < len(sessions)
    until = time.monotonic() + WITHIN_S
    scopes = {ALL: expected}
    scopes |= {title_scope(title): recount(sessions, now_ms, title) for title in ("Big Buck Bunny", "Sintel")}
    for scope, figures in scopes.items():  # items of their own, each written in its own time
        while figures_of(read_audience(audience, scope, now_ms)) != figures and time.monotonic() < until:
            time.sleep(0.2)
        assert figures_of(read_audience(audience, scope, now_ms)) == figures
    for session in sessions:
        while (shown := profiles.read(session.viewer_id).profile) is None and time.monotonic() < until:
            time.sleep(0.2)
        assert shown is not None
        assert (shown.title, shown.sessions) == (session.title, 1)


def test_an_erased_viewer_s_profile_goes_with_its_sessions(rig: SocketRig) -> None:
    session = fold([play(at=time.time() - START_MS / 1000, viewer_id="erased")])
    session.version = 1
    profiles = ProfilesTable(rig.direct, rig.tables["ViewerProfiles"], 90, "secret")
    rig.write(session)
    until = time.monotonic() + WITHIN_S
    while not profiles.read("erased").version and time.monotonic() < until:
        time.sleep(0.2)
    assert profiles.read("erased").version
    rig.erase(session)
    while profiles.read("erased").version and time.monotonic() < until:
        time.sleep(0.2)
    assert profiles.read("erased").version == 0


def test_what_was_counted_is_refused_with_how_far_it_was(rig: SocketRig) -> None:
    audience = AudienceTable(rig.direct, rig.tables["Audience"], 8)
    block = 15 * 1000
    counts = {(3, "n"): 1, (4, "V"): -1}
    assert audience.add("shard-1", [Addition(block, ALL, None, counts, 10, 12)]) == [None]
    assert audience.add("shard-1", [Addition(block, ALL, None, counts, 12, 20)]) == [12]
    assert audience.add("shard-2", [Addition(block, ALL, None, counts, 5, 6)]) == [None]
    assert audience.add("shard-1", [Addition(block, title_scope("Sintel"), "Sintel", {}, 13, 13)]) == [None]
    whole = list(audience.blocks(ALL, [block]))
    assert sum(each.counts[3, "n"] for each in whole) == 2
    assert sum(each.counts[4, "V"] for each in whole) == -2


def test_titles_are_read_with_only_what_is_asked_for(rig: SocketRig) -> None:
    audience = AudienceTable(rig.direct, rig.tables["Audience"], 8)
    block = 15 * 2000
    counts = {(3, "n"): 7, (3, "V"): 1, (4, "V"): 2, (14, "A"): 3, (4, "P"): 4}
    audience.add("shard-1", [Addition(block, ALL, None, counts, 1, 2)])
    audience.add("shard-1", [Addition(block, title_scope("ALL"), "A title of that name", counts, 1, 2)])
    for scope in (ALL, title_scope("ALL")):  # what is counted for a title is counted for all
        audience.add("shard-1", [Addition(block + 15, scope, None, {(0, "V"): 5}, 1, 2)])
    audience.add("shard-1", [Addition(block, title_scope("nobody watches"), None, {(3, "V"): 1}, 1, 2)])
    titles, complete = audience.titles({block: 4, block + 15: 0}, "AV", 10.0)
    assert complete
    found = sorted(titles, key=lambda each: each.block)
    assert [(each.block, each.scope, each.title, each.counts) for each in found] == [
        (block, title_scope("ALL"), "A title of that name", {(4, "V"): 2, (14, "A"): 3}),
        (block + 15, title_scope("ALL"), None, {(0, "V"): 5}),
    ]


def test_more_shards_find_what_fewer_have_counted(rig: SocketRig) -> None:
    block = 15 * 3000
    before = AudienceTable(rig.direct, rig.tables["Audience"], 2)
    for number in range(6):
        additions = [Addition(block, scope, None, {(1, "V"): 1}, 1, 2) for scope in (ALL, title_scope("Sintel"))]
        assert before.add(f"shard-{number}", additions) == [None, None]
    after = AudienceTable(rig.direct, rig.tables["Audience"], 5)
    assert sum(each.counts[1, "V"] for each in after.blocks(ALL, [block])) == 6
    assert sum(each.counts[1, "V"] for each in after.titles({block: 0}, "V", 10.0)[0]) == 6
