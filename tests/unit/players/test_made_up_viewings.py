"""Whatever a viewer does and whatever tracker looks on: the status is what is seen, the totals are what happened.

The viewings are made up, not the events: each tracker's model turns one into events with that tracker's habits.
"""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live_viewers.events.media_event import EventKind, MediaEvent
from live_viewers.profile.experience import experience_of
from live_viewers.profile.viewing_totals import totals_of
from live_viewers.session.media_session import fold
from live_viewers.session.status import status_of
from tests.ads import ad_totals_of
from tests.players.trackers import TRACKERS, WebMedia, YouTubeMedia
from tests.players.viewings import (
    PING_S,
    Act,
    Ads,
    Advert,
    End,
    Hesitate,
    Pause,
    Screen,
    Seek,
    Stall,
    Volume,
    Watch,
    perform,
)
from tests.viewing import START_MS

SECONDS = st.integers(1, 100)
ADVERTS = st.builds(
    lambda seconds, skipped, clicked: Advert(seconds, seconds // 2 if skipped else None, clicked),
    st.integers(6, 60),
    st.booleans(),
    st.booleans(),
)
ACTS = st.one_of(
    st.builds(Watch, SECONDS),
    st.builds(Pause, SECONDS),
    st.builds(Stall, st.integers(1, 50)),
    st.builds(Seek, st.integers(0, 3000).map(float)),
    st.builds(Ads, st.lists(ADVERTS, min_size=1, max_size=3).map(tuple), st.booleans()),
    st.builds(End, SECONDS),
    st.just(Volume()),
)
HESITATIONS = st.integers(0, 200)
VIEWINGS = st.tuples(HESITATIONS, st.lists(ACTS, min_size=2, max_size=12)).map(
    lambda drawn: [Hesitate(drawn[0]), Watch(3), *drawn[1]]
)
RANDOMS = st.randoms(use_true_random=False)
EXAMPLES = max(100, settings().max_examples)
FEWER = settings().max_examples
EACH_TRACKER = pytest.mark.parametrize("model", TRACKERS, ids=lambda model: model.__name__)


def viewed(acts: list[Act], model: type[WebMedia]) -> tuple[Screen, list[MediaEvent]]:
    tracker = model()
    if not model.has_session:
        acts = [act for act in acts if not isinstance(act, Ads)]  # version 1 knows no ads
    return perform(acts, tracker), tracker.events


def arrived(events: list[MediaEvent], random: Random) -> list[MediaEvent]:
    """The events in any order, some twice, and without up to 5 % of the pings (one, of fewer than 20)."""
    pings = [number for number, event in enumerate(events) if event.kind is EventKind.PING]
    lost = random.sample(pings, random.randint(0, min(len(pings), max(1, len(pings) // 20))))
    kept = [event for number, event in enumerate(events) if number not in lost]
    kept += random.choices(kept, k=random.randint(0, 5))
    random.shuffle(kept)
    return kept


def second_of(event: MediaEvent) -> int:
    return (event.order_time_ms - START_MS) // 1000


@EACH_TRACKER
@settings(max_examples=EXAMPLES, deadline=None)
@given(acts=VIEWINGS, random=RANDOMS)
def test_the_status_is_what_the_viewer_sees_within_one_ping(model, acts, random):
    screen, events = viewed(acts, model)
    came = arrived(events, random)
    pings = {second_of(event) for event in came if event.kind is EventKind.PING}
    for until_s in sorted({second_of(event) for event in came}):
        known = [event for event in came if second_of(event) <= until_s]
        before_s = max((ping_s for ping_s in pings if ping_s <= until_s - PING_S), default=0)
        seen = screen.seen_since(max(before_s, until_s - 2 * PING_S), until_s)
        assert status_of(fold(known)) in seen


@EACH_TRACKER
@settings(max_examples=FEWER, deadline=None)
@given(acts=VIEWINGS, random=RANDOMS)
def test_the_totals_are_what_happened_within_one_ping_interval(model, acts, random):
    screen, events = viewed([*acts, Watch(1)], model)  # who stays paused pings no more: its play tells the pause
    session = fold(arrived(events, random))
    totals = totals_of(session)
    if not model.has_session:
        assert totals.time_played_s is None
        return
    slack_s = 2 * PING_S  # a ping may be lost, and the last one was up to an interval ago
    stalls_played = model.player_type != "com.youtube-youtube"
    assert abs(totals.time_played_s - (screen.watched_s + stalls_played * screen.stalled_s)) <= slack_s
    assert abs(totals.time_paused_s - (screen.paused_s + (not stalls_played) * screen.stalled_s)) <= slack_s
    assert abs(totals.time_buffering_s - screen.stalled_s) <= slack_s


@EACH_TRACKER
@settings(max_examples=FEWER, deadline=None)
@given(hesitates_s=HESITATIONS, loads_s=st.integers(1, 50), acts=st.lists(ACTS, max_size=3), random=RANDOMS)
def test_start_up_is_the_wait_for_the_first_frame_whatever_the_viewer_waited_before(
    model, hesitates_s, loads_s, acts, random
):
    _, events = viewed([Hesitate(hesitates_s, loads_s), *acts], model)
    start_up_s = experience_of([fold(arrived(events, random))]).start_up_s
    assert start_up_s == pytest.approx(loads_s if model.tells_the_first_frame else 0, abs=0.1)


@EACH_TRACKER
@given(hesitates_s=HESITATIONS)
def test_who_only_looks_at_a_player_has_paused_nothing_and_started_nothing(model, hesitates_s):
    _, events = viewed([Hesitate(hesitates_s)], model)
    session = fold(events)
    assert not totals_of(session).time_paused_s
    assert experience_of([session]).start_up_s is None


@EACH_TRACKER
@settings(max_examples=FEWER, deadline=None)
@given(hesitates_s=HESITATIONS, advert=ADVERTS)
def test_a_pre_roll_ends_the_start_up_and_hesitation_before_it_is_none(model, hesitates_s, advert):
    tracker = model()
    if not model.has_session:
        return
    acts = [Hesitate(hesitates_s), Ads((advert,)), Watch(30), Pause(40), Watch(1)]
    screen = perform(acts, tracker)
    session = fold(tracker.events)
    start_up_s = experience_of([session]).start_up_s
    if model is YouTubeMedia:  # says paused until it plays, and told of no buffering
        assert start_up_s is None
    else:
        assert start_up_s == pytest.approx(0, abs=0.1)
    assert totals_of(session).time_paused_s == pytest.approx(screen.paused_s, abs=1)


@EACH_TRACKER
@settings(max_examples=FEWER, deadline=None)
@given(acts=VIEWINGS, random=RANDOMS)
def test_ads_are_exact(model, acts, random):
    screen, events = viewed(acts, model)
    totals = totals_of(fold(arrived(events, random)), ad_totals_of(arrived(events, random)))
    if not model.has_session:
        return
    assert (totals.ads_seen, totals.ads_skipped, totals.ads_clicked) == (
        screen.ads,
        screen.ads_skipped,
        screen.ads_clicked,
    )
    if model.shows_ads:
        assert totals.ads_completed == screen.ads_completed


@EACH_TRACKER
@settings(max_examples=FEWER, deadline=None)
@given(acts=VIEWINGS)
def test_the_rebuffer_ratio_is_the_share_of_the_time_in_front_of_the_content(model, acts):
    screen, events = viewed([*acts, Watch(30), Pause(1)], model)
    ratio = experience_of([fold(events)]).rebuffer_ratio
    if model.has_session:
        assert ratio == pytest.approx(screen.stalled_s / (screen.watched_s + screen.stalled_s), abs=1e-3)
