"""The typed view of a session: as the API and the socket show it."""

from typing import Annotated

from msgspec import Meta

from live_viewers.ads.ad_totals import AdTotals
from live_viewers.defaults import DEFAULT_PING_INTERVAL_S
from live_viewers.dimensions.dimensions import NO_DIMENSIONS, Dimensions
from live_viewers.events.media_event import EventKind
from live_viewers.events.order_key import position_of
from live_viewers.profile.experience import Experience, experience_of
from live_viewers.profile.viewing_totals import ViewingTotals, totals_of
from live_viewers.response_model import ResponseModel
from live_viewers.rfc3339 import Time, rfc3339
from live_viewers.session.content_length import duration_of, is_livestream
from live_viewers.session.liveness import WATCHING, live_until_ms
from live_viewers.session.media_session import MediaSession
from live_viewers.session.snapshot import AdBreakState, AdState, PlayerState
from live_viewers.session.status import Status, status_of

_NO_PLAYER = PlayerState(paused=False, ended=False)


class AdView(ResponseModel):
    """The ad that is playing, and the break it is in."""

    ad_id: str | None
    name: str | None
    creative_id: str | None
    pod_position: int | None
    duration_s: float | None
    skippable: bool | None
    break_id: str | None
    break_name: str | None
    break_type: str | None
    pod_size: int | None


class MediaSessionView(ResponseModel):
    """One viewing by one viewer. Of two states of a session the one with the higher `version` is newer."""

    viewer_id: str
    media_session_id: str
    synthetic: Annotated[
        bool, Meta(description="The format has no media session id: one session a viewer and day.")
    ]
    version: int
    status: Status
    live: Annotated[bool, Meta(description="Whether it counts as live at `as_of`; holds until `live_until`.")]
    watching: Annotated[bool, Meta(description="Live, and playing the video or an ad or waiting for it to go on.")]
    live_until: Time
    first_seen: Time
    last_seen: Time
    media_id: str | None
    title: str | None
    position_s: Annotated[
        float | None,
        Meta(
            description="Playhead at `position_at`; while WATCHING_VIDEO it moves on by `playback_rate` a second, "
            "up to `duration_s`."
        ),
    ]
    position_at: Time
    max_position_s: float | None
    duration_s: float | None
    playback_rate: float
    livestream: bool | None
    muted: bool | None
    volume: int | None
    fullscreen: bool | None
    picture_in_picture: bool | None
    quality: str | None
    bitrate: Annotated[int | None, Meta(description="Of the newest quality change, in bit/s.")]
    media_type: str | None
    player_type: str | None
    buffering_since: Annotated[
        Time | None, Meta(description="When the buffering of a session that is BUFFERING_VIDEO began; else null.")
    ]
    ad: AdView | None
    dimensions: Annotated[
        dict[str, str | None],
        Meta(
            description="By the name of each of the stage's dimensions: its value, `other` where the stage "
            "doesn't list it, null where it isn't known."
        ),
    ]
    totals: ViewingTotals
    experience: Experience


def session_view(
    session: MediaSession,
    now_ms: int,
    default_ping_interval_s: int = DEFAULT_PING_INTERVAL_S,
    *,
    dimensions: Dimensions = NO_DIMENSIONS,
    superseded: bool = False,
    ads: AdTotals | None = None,
) -> MediaSessionView:
    """A session as of `now_ms`.

    `position_s` is the playhead at `position_at`; while `status` is WATCHING_VIDEO a reader extrapolates it:
    position_s + (now - position_at) * playback_rate, up to duration_s. `live` and `watching` hold until
    `live_until`. `dimensions` are the stage's. `superseded`: a later day session exists, so this one isn't live
    (see `read_sessions`).
    """
    status = status_of(session)
    live_until = live_until_ms(session, default_ping_interval_s)
    live = not superseded and now_ms < live_until
    player = session.newest.player if session.newest is not None else None
    position_s, position_at_ms = playhead(session)
    state = player or _NO_PLAYER
    return MediaSessionView(
        viewer_id=session.viewer_id,
        media_session_id=session.session_id,
        synthetic=session.is_synthetic,
        version=session.version,
        status=status,
        live=live,
        watching=live and status in WATCHING,
        live_until=rfc3339(live_until),
        first_seen=rfc3339(session.first_seen_ms),
        last_seen=rfc3339(session.last_seen_ms),
        media_id=session.media_id,
        title=session.title,
        position_s=position_s,
        position_at=rfc3339(position_at_ms),
        max_position_s=None if session.max_position_ms < 0 else session.max_position_ms / 1000,
        duration_s=duration_of(session.newest),
        playback_rate=1.0 if state.playback_rate is None else state.playback_rate,
        livestream=is_livestream(session.newest),
        muted=state.muted,
        volume=state.volume,
        fullscreen=state.fullscreen,
        picture_in_picture=state.picture_in_picture,
        quality=state.quality,
        bitrate=session.bitrate,
        media_type=state.media_type,
        player_type=state.player_type,
        buffering_since=rfc3339(_event_time_ms(session, session.registers[EventKind.BUFFER_START][0]))
        if status is Status.BUFFERING_VIDEO
        else None,
        ad=_current_ad(session, status),
        dimensions=dimensions.shown(session.dimensions.tokens),
        totals=totals_of(session, ads),
        experience=experience_of((session,)),
    )


def playhead(session: MediaSession) -> tuple[float | None, int]:
    """(position in seconds, when it was there in epoch ms) of the newest event with a position."""
    newest = max(session.registers)
    if position_of(newest) < 0:
        newest = max((one for one in session.registers if position_of(one) >= 0), default=newest)
    position = position_of(newest)
    return (None if position < 0 else position / 1000), _event_time_ms(session, newest[0])


def _event_time_ms(session: MediaSession, order_ms: int) -> int:
    """An order time on the event times' clock, epoch ms: as long before `last_seen` as the event is before the
    newest one."""
    return session.last_seen_ms - (session.last_order_ms - order_ms)


def _current_ad(session: MediaSession, status: Status) -> AdView | None:
    """The ad and its break while one plays, or lies beside the content (a nonlinear or companion break); None
    otherwise, though a tracker goes on attaching a break whose end never came."""
    snapshot = session.newest
    if snapshot is None and status is Status.WATCHING_AD:
        snapshot = session.newest_ad
    if snapshot is None or (snapshot.ad is None and snapshot.ad_break is None):
        return None
    beside = snapshot.ad_break is not None and snapshot.ad_break.break_type not in (None, "linear")
    if status is not Status.WATCHING_AD and not beside:
        return None
    return ad_view(snapshot.ad, snapshot.ad_break)


def ad_view(ad: AdState | None, ad_break: AdBreakState | None) -> AdView:
    """An ad and the break it is in; the fields of the one that isn't there are null."""
    return AdView(
        ad_id=ad.ad_id if ad else None,
        name=ad.name if ad else None,
        creative_id=ad.creative_id if ad else None,
        pod_position=ad.pod_position if ad else None,
        duration_s=ad.duration_s if ad else None,
        skippable=ad.skippable if ad else None,
        break_id=ad_break.break_id if ad_break else None,
        break_name=ad_break.name if ad_break else None,
        break_type=ad_break.break_type if ad_break else None,
        pod_size=ad_break.pod_size if ad_break else None,
    )
