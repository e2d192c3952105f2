"""Makes the golden bytes of what is counted of ads by hour, once for each version of these items.

    PYTHONPATH=.:lambdas .venv/bin/python -m tests.stored.make_ad_counts

Their versions are numbers of their own (ads_table.READERS), so they are beside the folders of the versions of
sessions. As there, what a release stored is never made again by a later one.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from live_viewers.ads.ad_counting import COUNTERS, NONE, AdAddition, AdNames, AdScope
from live_viewers.ads.ad_tokens import hash_of
from live_viewers.dynamodb.tables.ads_table import READERS, AdCountsTable
from tests.stored.make import START_MS, _plain, _Update

HOUR = START_MS // 3_600_000
NEWEST = max(READERS)

AD = AdScope("ad", HOUR, "sintel", f"{hash_of('ad-car')}.{hash_of('creative-1')}")
AD_WITHOUT_CREATIVE = AdScope("ad", HOUR, "", f"{hash_of('ad-tea')}.{NONE}")
BREAK = AdScope("break", HOUR + 13, "sintel", hash_of("break-1"))
NO_BREAK = AdScope("break", HOUR, "sintel", NONE)
ALL_COUNTERS = {counter: 10 + at for at, counter in enumerate(COUNTERS)}


def ad_count_lines() -> Iterator[dict[str, Any]]:
    """An ad with all that an item holds, one without title and creative, a break, and views outside any break."""
    for scope, names, counts in (
        (AD, AdNames("ad-car", "A car", "creative-1"), ALL_COUNTERS),
        (AD_WITHOUT_CREATIVE, AdNames("ad-tea"), {"v": 3, "s": 1}),
        (BREAK, AdNames("break-1", "mid-roll"), {"v": 2, "r": 4, "e": 1}),
        (NO_BREAK, AdNames(), {"v": 5}),
    ):
        update = _Update()
        addition = AdAddition(scope, names, counts, first=10**34, last=10**34 + 7)
        AdCountsTable(update, "audience", 8, threads=1).add("shardId-1", [addition], START_MS)
        yield {
            "item": _plain(update.item),
            "says": {
                "by": scope.by,
                "hour": scope.hour,
                "subject": scope.subject,
                "id": names.id,
                "name": names.name,
                "creative_id": names.creative_id,
                "counts": counts,
            },
        }


def path_of(version: int) -> Path:
    return Path(__file__).with_name(f"ad_counts_{version}.jsonl")


if __name__ == "__main__":
    with path_of(NEWEST).open("x") as file:  # FileExistsError: what was stored is never made again
        file.writelines(json.dumps(line) + "\n" for line in ad_count_lines())
