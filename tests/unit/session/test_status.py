"""The status by the rows of `PRECEDENCE`, with the player entity and without it (viewer JSON)."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_viewers.events.media_event import Ad, EventKind, MediaEvent
from live_viewers.session.media_session import fold
from live_viewers.session.session_codec import pack, unpack
from live_viewers.session.status import PRECEDENCE, Status, status_of
from tests.viewing import (
    CAR_AD,
    COMPANION,
    OVERLAY,
    PREROLL,
    SESSION,
    UNTYPED_BREAK,
    VIEWER,
    ad_break_end,
    ad_break_start,
    ad_complete,
    ad_quartile,
    ad_skip,
    ad_start,
    bare,
    buffer_end,
    buffer_start,
    end,
    error,
    pause,
    ping,
    play,
    ready,
    seek_end,
    seek_start,
    with_player,
)

K = EventKind
UNTIMED_AD = Ad(ad_id="ad-untimed")
VERSION_1 = {"session_is_synthetic": True}  # media_player 1-0-0 knows no media session
NEVER_ENDED = [
    play(at=0),
    ad_break_start(at=1),
    ad_start(at=1.1, ad_break=PREROLL),
    ad_complete(at=21.1, ad_break=PREROLL),
    play(at=21.5, ad_break=PREROLL),
]

# What a player says: the newest event decides.
WITH_PLAYER: dict[Status, dict[str, list[MediaEvent]]] = {
    Status.WATCHING_AD: {
        "ad_break_start opens a linear break": [play(at=0), ad_break_start(at=5)],
        "a break without a type counts as linear": [play(at=0), ping(at=5, ad_break=UNTYPED_BREAK)],
        "a ping heals a lost ad_break_start": [play(at=0), ping(at=5, ad_break=PREROLL, ad=CAR_AD)],
        "a pause inside a break": [ad_break_start(at=0), pause(at=5, ad_break=PREROLL)],
        "between two ads of a break": [ad_break_start(at=0), ad_complete(at=5, ad_break=PREROLL)],
        "after a skipped ad of a break": [ad_break_start(at=0), ad_skip(at=5, ad_break=PREROLL)],
        "an ad outside a break": [play(at=0), ad_start(at=5)],
        "in the middle of an ad outside a break": [ad_start(at=0), ad_quartile(at=5)],
        "a post-roll after the end": [end(at=0), ad_break_start(at=5, paused=True, ended=True)],
        "a ping in a post-roll": [
            end(at=0),
            ad_break_start(at=5, ended=True),
            ping(at=6, ended=True, ad_break=PREROLL),
        ],
        "an ad in a break whose start was lost, after the end": [
            end(at=0),
            ad_start(at=5, ended=True, ad_break=PREROLL),
        ],
        "an ad up to its length and 10 s": [
            ad_start(at=0, ad_break=PREROLL),
            ping(at=29.9, ad_break=PREROLL, ad=CAR_AD),
        ],
        "ads of a site that gives no entities": [
            play(at=0),
            pause(at=30, position=30),
            with_player(K.AD_BREAK_START, at=30.1, position=30, paused=True),
            with_player(K.AD_START, at=30.2, position=30, paused=True),
            with_player(K.AD_QUARTILE, at=33, position=30, paused=True),
        ],
        "an ad without a break of a site that gives no entities": [
            play(at=0),
            with_player(K.AD_START, at=5, position=5),
            ping(at=30, position=5),
        ],
        "each quartile brings its time along": [
            ad_start(at=0, ad_break=PREROLL, ad=UNTIMED_AD),
            ad_quartile(at=100, ad_break=PREROLL, ad=UNTIMED_AD),
            ping(at=229, ad_break=PREROLL, ad=UNTIMED_AD),
        ],
        "ads put into the stream by the server, whose position moves on": [
            play(at=0),
            ad_break_start(at=60, position=60),
            ad_start(at=60, position=60, ad_break=PREROLL, ad=UNTIMED_AD),
            ping(at=90, position=90, ad_break=PREROLL, ad=UNTIMED_AD),
            ad_complete(at=100, position=100, ad_break=PREROLL, ad=UNTIMED_AD),
            ad_start(at=100, position=100, ad_break=PREROLL),
            ping(at=119, position=119, ad_break=PREROLL, ad=CAR_AD),
        ],
        "a wait for the next ad, with the content standing": [
            ad_start(at=0, ad_break=PREROLL),
            ad_complete(at=20, ad_break=PREROLL),
            ping(at=45, ad_break=PREROLL, paused=True),
        ],
        "a second break whose start was lost": [
            ad_break_start(at=0),
            ad_break_end(at=30),
            ping(at=900, ad_break=UNTYPED_BREAK),
        ],
        "a second ad whose start was lost": [
            ad_start(at=0),
            ad_complete(at=20),
            ping(at=900, ad=CAR_AD),
        ],
        "an error inside a break": [ad_break_start(at=0), error(at=5, ad_break=PREROLL)],
        "buffering inside a break": [ad_break_start(at=0), buffer_start(at=5, ad_break=PREROLL)],
    },
    Status.COMPLETED_VIDEO: {
        "pause, then end": [play(at=0), pause(at=600, position=600), end(at=600.2, position=600)],
        "pause and end in the same millisecond": [play(at=0), pause(at=600), end(at=600)],
        "a ping heals a lost end": [play(at=0), ping(at=630, paused=True, ended=True)],
        "the end in a break whose own end was lost": [ad_break_start(at=0), end(at=5, ad_break=PREROLL)],
        "a ping after it that still has the break": [
            ad_break_start(at=0),
            end(at=5, ad_break=PREROLL),
            ping(at=35, paused=True, ended=True, ad_break=PREROLL),
        ],
        "the post-roll is over": [
            end(at=0),
            ad_break_start(at=5, ended=True),
            ad_break_end(at=35, paused=True, ended=True),
        ],
        "an error after the end": [play(at=0), end(at=600), error(at=601, paused=True, ended=True)],
        "an end that says it is not ended": [play(at=0), with_player(K.END, at=600)],
        "a paused ping after it that says it is not ended, at the content's end (AVPlayer)": [
            play(at=0),
            with_player(K.END, at=600, position=599.4),
            ping(at=630, position=599.4, paused=True),
        ],
        "the same where the content ended before its duration": [
            play(at=0),
            with_player(K.END, at=300, position=300),
            ping(at=330, position=300.4, paused=True),
        ],
        "a pause after an end that is not ended": [
            play(at=0),
            with_player(K.END, at=600, position=600),
            pause(at=600.1, position=600),
        ],
        "a replay to the end, whose own end was lost": [
            play(at=0),
            end(at=600, position=600),
            play(at=610, ended=True),
            ping(at=1230, position=599.9, paused=True, ended=True),
        ],
    },
    Status.FAILED_VIDEO: {
        "an error after play": [play(at=0), error(at=5, position=5)],
        "pings go on after an error": [play(at=0), error(at=5, position=5), ping(at=35, position=5)],
        "a position less than half a second beyond": [
            play(at=0),
            error(at=5, position=5),
            ping(at=35, position=5.4),
        ],
        "a seek after an error, with the playhead standing": [
            play(at=0),
            error(at=50, position=50),
            seek_end(at=61, position=3),
            ping(at=90, position=3.2),
        ],
        "an error while paused": [play(at=0), pause(at=4), error(at=5, paused=True)],
        "an error before anything played": [ready(at=0), error(at=1, paused=True)],
        "an error while buffering": [play(at=0), buffer_start(at=4, position=4), error(at=5, position=4)],
    },
    Status.READY: {
        "only ready came, which says paused": [ready(at=0)],
        "only ready came, twice": [ready(at=0), ready(at=5)],
        "ready, then the one ping of a paused player": [ready(at=0), ping(at=30, paused=True)],
        "a resume where the viewer left off": [
            ready(at=0, position=1200),
            ping(at=30, position=1200, paused=True),
        ],
        "a resume that the player put there without a seek": [
            ready(at=0),
            ping(at=30, position=1200, paused=True),
        ],
        "a seek to where the viewer left off": [
            ready(at=0),
            seek_start(at=1, paused=True),
            seek_end(at=1.2, position=1200, paused=True),
            with_player(K.VOLUME_CHANGE, at=2, position=1200, paused=True),
        ],
    },
    Status.PAUSED_VIDEO: {
        "a pause": [play(at=0), pause(at=5)],
        "a pause that says it is not paused": [play(at=0), with_player(K.PAUSE, at=5)],
        "a ping heals a lost pause": [play(at=0), ping(at=35, paused=True)],
        "a seek while paused": [
            play(at=0),
            pause(at=5),
            seek_start(at=6, paused=True),
            seek_end(at=7, paused=True),
        ],
        "the content was paused in the break": [
            play(at=0),
            ad_break_start(at=5),
            pause(at=10, ad_break=PREROLL),
            ad_break_end(at=20, paused=True),
        ],
        "paused while buffering": [play(at=0), buffer_start(at=5, position=5), pause(at=6, position=5)],
        "a pause in the middle of a replay, by a tracker that leaves ended set": [
            play(at=0),
            end(at=600, position=600),
            play(at=610, ended=True),
            pause(at=640, position=30, ended=True),
        ],
        "buffering in a paused player that sought (YouTube)": [
            play(at=0),
            pause(at=10, position=10),
            seek_end(at=12, position=90, paused=True),
            buffer_start(at=12, position=90, paused=True),
        ],
        "buffering in a pause, whatever the player says of it": [
            play(at=0),
            pause(at=10, position=10),
            buffer_start(at=12, position=10),
            ping(at=30, position=10),
        ],
        "a seek back after the end": [
            play(at=0),
            end(at=600, position=600),
            seek_end(at=620, position=20, paused=True),
        ],
        "the volume of a paused player of version 1, which never says paused (YouTube)": [
            play(at=0, **VERSION_1),
            pause(at=5, position=5, **VERSION_1),
            with_player(K.VOLUME_CHANGE, at=7, position=5, **VERSION_1),
        ],
        "a pause of content that came back after an ad, the break's end still to come": [
            *NEVER_ENDED,
            pause(at=22, ad_break=PREROLL),
        ],
        "what played after a ready whose play was lost": [ready(at=0), ping(at=30, position=20, paused=True)],
    },
    Status.BUFFERING_VIDEO: {
        "a buffer_start": [play(at=0), buffer_start(at=5, position=5)],
        "a ping while the playhead stands": [
            play(at=0),
            buffer_start(at=5, position=5),
            ping(at=30, position=5.2),
        ],
        "play and buffer_start in the same millisecond": [buffer_start(at=0), play(at=0)],
        "a player that says paused whenever it doesn't play (YouTube)": [
            play(at=0),
            ping(at=30, position=30),
            buffer_start(at=43, position=43, paused=True),
        ],
        "its pings too": [
            play(at=0),
            buffer_start(at=43, position=43, paused=True),
            ping(at=60, position=43, paused=True),
        ],
        "its seek, while it loads": [
            play(at=0),
            buffer_start(at=43, position=43, paused=True),
            seek_end(at=43.5, position=300, paused=True),
        ],
        "a seek that loads in a player of version 1": [
            play(at=0, **VERSION_1),
            buffer_start(at=5, position=90, **VERSION_1),
            seek_end(at=5.2, position=90, **VERSION_1),
        ],
        "the pause before the play doesn't count": [
            play(at=0),
            pause(at=5, position=5),
            play(at=9, position=5),
            buffer_start(at=9.1, position=5, paused=True),
        ],
    },
    Status.WATCHING_VIDEO: {
        "a play": [ready(at=0), play(at=1)],
        "a play that says it is paused and ended": [end(at=0), with_player(K.PLAY, at=5, paused=True, ended=True)],
        "a ping heals a lost play": [play(at=0), pause(at=5), ping(at=35)],
        "a ping heals a lost ad_break_end": [ad_break_start(at=0), ping(at=35)],
        "the break is over, though ad_break_end still has it": [
            play(at=0),
            ad_break_start(at=5),
            ad_break_end(at=35),
        ],
        "ad_break_end and play in the same millisecond": [ad_break_start(at=0), play(at=35), ad_break_end(at=35)],
        "an ad outside a break is complete": [ad_start(at=0), ad_complete(at=20)],
        "an ad outside a break is skipped": [ad_start(at=0), ad_skip(at=5)],
        "a nonlinear break leaves the status alone": [play(at=0), ad_break_start(at=5, ad_break=OVERLAY)],
        "an ad in a nonlinear break": [play(at=0), ad_start(at=5, ad_break=OVERLAY)],
        "a companion break leaves the status alone": [play(at=0), ad_start(at=5, ad_break=COMPANION)],
        "the buffer is full again": [play(at=0), buffer_start(at=5), buffer_end(at=6)],
        "a seek has ended the buffering": [play(at=0), buffer_start(at=5), seek_end(at=6, position=50)],
        "the playhead shows a lost buffer_end": [
            play(at=0),
            buffer_start(at=5, position=5),
            ping(at=30, position=5.6),
        ],
        "the playhead shows that the error was not fatal": [
            play(at=0),
            error(at=5, position=5),
            ping(at=30, position=5.6),
        ],
        "playback moves on from a seek back after an error that was not fatal": [
            play(at=0),
            error(at=50, position=50),
            ping(at=60, position=60),
            seek_end(at=61, position=3),
            ping(at=90, position=32),
        ],
        "a play after an error": [play(at=0), error(at=5), play(at=6)],
        "the end, then play of the same title": [play(at=0), end(at=600), play(at=610)],
        "only pings": [ping(at=0), ping(at=30)],
        "a replay by a tracker that leaves ended set": [
            play(at=0),
            end(at=600, position=600),
            play(at=610, ended=True),
            ping(at=640, position=30, ended=True),
        ],
        "a replay up to the last second, with ended still set": [
            play(at=0),
            end(at=600, position=600),
            play(at=610, ended=True),
            ping(at=1209.5, position=599.5, ended=True),
        ],
        "a replay whose play was lost, by a player that unsets ended": [
            play(at=0),
            end(at=600, position=600),
            ping(at=640, position=30),
        ],
        "a loop that starts over, by a tracker that leaves ended set": [
            play(at=0, loop=True),
            end(at=600, position=600, loop=True),
            ping(at=610, position=10, ended=True, loop=True),
        ],
        "a stall whose end was lost, though the positions of a live stream begin anew": [
            play(at=0, position=1000),
            buffer_start(at=30, position=1030),
            ping(at=60, position=10),
        ],
        "content that plays on after an ad whose break was never ended": [
            *NEVER_ENDED,
            ping(at=41.5, position=30, ad_break=PREROLL),
        ],
        "the same without a word of the ad's end": [
            ad_break_start(at=1),
            ad_start(at=1.1, ad_break=PREROLL),
            ping(at=41.5, position=10, ad_break=PREROLL),
        ],
        "the same by a tracker that goes on attaching the ad": [
            ad_break_start(at=1),
            ad_start(at=1.1, ad_break=PREROLL),
            ping(at=41.5, position=10, ad_break=PREROLL, ad=CAR_AD),
        ],
        "content that plays on after an ad, the break's end still to come": NEVER_ENDED,
        "a stall that begins and ends within a millisecond": [
            play(at=0),
            buffer_start(at=0.01),
            buffer_end(at=0.01),
        ],
        "a player of version 1 whose playhead moved on after a pause": [
            play(at=0, **VERSION_1),
            pause(at=5, position=5, **VERSION_1),
            with_player(K.PERCENT_PROGRESS, at=60, position=20, **VERSION_1),
        ],
        "content that plays on after ads without entities, whose break was never ended": [
            with_player(K.AD_BREAK_START, at=1),
            with_player(K.AD_START, at=1),
            with_player(K.AD_COMPLETE, at=11),
            play(at=11.5),
        ],
        "the end of ads without entities": [
            with_player(K.AD_BREAK_START, at=1),
            with_player(K.AD_START, at=1),
            with_player(K.AD_COMPLETE, at=11),
            with_player(K.AD_BREAK_END, at=11),
        ],
        "an ad without a length is over after two minutes": [
            ad_start(at=0, ad_break=PREROLL, ad=UNTIMED_AD),
            ping(at=131, position=100, ad_break=PREROLL, ad=UNTIMED_AD),
        ],
    },
}

bplay, bpause, bping, bend = (partial(bare, kind) for kind in (K.PLAY, K.PAUSE, K.PING, K.END))
bstart, bstop = partial(bare, K.AD_BREAK_START), partial(bare, K.AD_BREAK_END)

# What viewer JSON says: the newest of each kind decide. An ad break carries nothing but its name.
WITHOUT_PLAYER: dict[Status, dict[str, list[MediaEvent]]] = {
    Status.WATCHING_AD: {
        "ad_break_start": [bplay(at=0), bstart(at=5)],
        "a pause in the break": [bplay(at=0), bstart(at=5), bpause(at=6)],
        "a play in the break": [bpause(at=0), bstart(at=5), bplay(at=6)],
        "a ping nearly ten minutes into it": [bstart(at=0), bping(at=599)],
        "a post-roll": [bend(at=0), bstart(at=5)],
    },
    Status.COMPLETED_VIDEO: {
        "end": [bplay(at=0), bend(at=600)],
        "pause, then end": [bplay(at=0), bpause(at=600), bend(at=600.2)],
        "pause and end of one POST": [bplay(at=0), bend(at=600, position=600), bpause(at=600, position=600)],
        "end in a break": [bstart(at=0), bend(at=5)],
        "end, then pings": [bplay(at=0), bend(at=600), bping(at=630)],
    },
    Status.FAILED_VIDEO: {"an error": [bplay(at=0), bare(K.ERROR, at=5, position=5), bping(at=30, position=5)]},
    Status.READY: {"ready": [bare(K.READY, at=0)], "ready, then a ping": [bare(K.READY, at=0), bping(at=30)]},
    Status.PAUSED_VIDEO: {
        "pause": [bplay(at=0), bpause(at=5)],
        "pings don't tell that it goes on": [bplay(at=0), bpause(at=5), bping(at=35)],
        "the pause in a break is remembered": [bplay(at=0), bstart(at=5), bpause(at=6), bstop(at=7)],
    },
    Status.BUFFERING_VIDEO: {"a buffer_start": [bplay(at=0), bare(K.BUFFER_START, at=5)]},
    Status.WATCHING_VIDEO: {
        "play": [bplay(at=0)],
        "only a ping": [bping(at=0)],
        "play after pause": [bplay(at=0), bpause(at=5), bplay(at=6)],
        "the later position of one POST": [bplay(at=5, position=5.2), bpause(at=5, position=5.1)],
        "the break is over": [bplay(at=0), bstart(at=5), bstop(at=35)],
        "ten minutes after a break whose end was lost": [bplay(at=0), bstart(at=5), bping(at=605)],
        "end, then play": [bend(at=0), bplay(at=5)],
        "the content plays on for two minutes after a break whose end was lost": [
            bstart(at=5, position=5),
            bping(at=30, position=5),
            bping(at=136, position=60),
        ],
    },
}


def cases(table: dict[Status, dict[str, list[MediaEvent]]]) -> list[object]:
    return [
        pytest.param(events, status, id=f"{status}: {name}")
        for status, named in table.items()
        for name, events in named.items()
    ]


@pytest.mark.parametrize(("events", "status"), cases(WITH_PLAYER))
def test_with_the_player_entity(events, status):
    assert status_of(fold(events)) is status


@pytest.mark.parametrize(("events", "status"), cases(WITHOUT_PLAYER))
def test_without_the_player_entity(events, status):
    assert status_of(fold(events)) is status


@pytest.mark.parametrize("table", [WITH_PLAYER, WITHOUT_PLAYER])
def test_every_row_of_the_table_has_its_cases(table):
    assert [status for status, _ in PRECEDENCE] == list(table)


@given(st.sampled_from(cases(WITH_PLAYER) + cases(WITHOUT_PLAYER)), st.randoms(use_true_random=False))
def test_the_order_of_arrival_never_matters(case, random):
    events, status = case.values
    arriving = [*events, *random.choices(events, k=3)]
    random.shuffle(arriving)
    session = fold(arriving)
    assert status_of(session) is status
    assert (
        status_of(unpack(VIEWER, SESSION, pack(session), 1, session.media_id, session.dimensions.text)) is status
    )


def test_events_without_the_player_entity_speak_after_an_older_snapshot():
    watching = [play(at=0), ping(at=30)]
    assert status_of(fold([*watching, bare(K.PAUSE, at=35)])) is Status.PAUSED_VIDEO
    assert status_of(fold([*watching, bare(K.END, at=35)])) is Status.COMPLETED_VIDEO
    assert status_of(fold([*watching, bare(K.AD_BREAK_START, at=35)])) is Status.WATCHING_AD
    in_break = [play(at=0), ping(at=30, ad_break=PREROLL)]
    assert status_of(fold([*in_break, bare(K.AD_BREAK_END, at=35)])) is Status.WATCHING_VIDEO
