"""Breaks of two linear ads, which are watched, skipped or clicked."""

from collections.abc import Iterator

from simulator.watcher import SimulatedEvent, Watcher

QUARTILES = (25, 50, 75)


def ad_break(viewer: Watcher, name: str) -> Iterator[SimulatedEvent]:
    player, rng = viewer.player, viewer.rng
    number = int(player.counters.get("adBreaks", 0)) + 1
    player.add("adBreaks")
    player.ad_break = {
        "breakId": f"{player.session_id[:8]}-{number}",
        "name": name,
        "startTime": round(player.position_s, 3),
        "breakType": "linear",
        "podSize": 2,
    }
    yield viewer.event("ad_break_start")
    for place in (1, 2):
        yield from _one_ad(viewer, place, rng.choice([4.0, 6.0, 8.0]))
        viewer.wait(0.2)
    yield viewer.event("ad_break_end")
    player.ad_break = None


def _one_ad(viewer: Watcher, place: int, duration_s: float) -> Iterator[SimulatedEvent]:
    player, rng = viewer.player, viewer.rng
    number = rng.randrange(1, 40)
    player.add("ads")
    player.ad = {
        "adId": f"ad-{number}",
        "name": f"Spot {number}",
        "podPosition": place,
        "duration": duration_s,
        "skippable": True,
    }
    yield viewer.event("ad_start")
    skips_at, clicks_at = rng.choices([20, 60, None], [1, 2, 7])[0], rng.choices([30, None], [1, 9])[0]
    passed = 0
    for quartile in QUARTILES:
        if clicks_at is not None and passed < clicks_at <= quartile:
            viewer.wait(duration_s * (clicks_at - passed) / 100)
            passed = clicks_at
            player.add("adsClicked")
            yield viewer.event("ad_click", percentProgress=clicks_at)
        if skips_at is not None and passed < skips_at <= quartile:
            viewer.wait(duration_s * (skips_at - passed) / 100)
            player.add("adsSkipped")
            yield viewer.event("ad_skip", percentProgress=skips_at)
            player.ad = None
            return
        viewer.wait(duration_s * (quartile - passed) / 100)
        passed = quartile
        yield viewer.event("ad_quartile", percentProgress=quartile)
    viewer.wait(duration_s * (100 - passed) / 100)
    yield viewer.event("ad_complete")
    player.ad = None
