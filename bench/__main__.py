"""`python -m bench [NAME...]`: measure all groups of figures, or those named; a table, and bench/results.json."""

import json
import os
import platform
import signal
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from bench.services import Services  # first: it sets the path and the environment

# isort: split
from bench.audience_units import audience_units
from bench.behind_the_stream import behind_the_stream
from bench.calibration import bare_decode_us
from bench.counting import units_behind_the_stream, units_per_event
from bench.dimensions import dimensions
from bench.draining import drain_aws_like, drain_instant, drain_store
from bench.event_source import event_source
from bench.figures import Figure, rounded
from bench.freshness import freshness
from bench.growing import growth
from bench.handling import cpu_per_event, handler_tsv, handler_viewer_json
from bench.laptop import laptop
from bench.reading import live_read
from bench.starting import bundle, cold_start
from bench.steady import steady_write_units
from bench.table import markdown, print_table
from bench.threats import threats
from kafka_event_source.options import OptionParser

RESULTS = Path(__file__).with_name("results.json")

GROUPS: Mapping[str, Callable[[Services], list[Figure]]] = {
    "handler_viewer_json": handler_viewer_json,
    "handler_tsv": handler_tsv,
    "cpu_per_event": cpu_per_event,
    "dimensions": dimensions,
    "cold_start": cold_start,
    "bundle": bundle,
    "growth": growth,
    "units_per_event": units_per_event,
    "units_behind_the_stream": units_behind_the_stream,
    "audience_units": audience_units,
    "behind_the_stream": behind_the_stream,
    "threats": threats,
    "live_read": live_read,
    "steady_write_units": steady_write_units,
    "drain_aws_like": drain_aws_like,
    "drain_instant": drain_instant,
    "drain_store": drain_store,
    "event_source": event_source,
    "freshness": freshness,
    "laptop": laptop,
}


def main() -> int:
    parser = OptionParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(GROUPS)}; default: all")
    parser.add_argument("--markdown", action="store_true", help="print the figures so far, measuring nothing")
    arguments = parser.parse_args()
    if arguments.markdown:
        print(markdown(json.loads(RESULTS.read_text())))
        return 0
    names = arguments.names or list(GROUPS)
    if unknown := [name for name in names if name not in GROUPS]:
        parser.error(f"no such figures: {', '.join(unknown)}; there are {', '.join(GROUPS)}")
    # Ends as Ctrl-C does: with the services stopped that were started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    figures: list[Figure] = []
    started = time.monotonic()
    with Services() as services:
        for name in names:
            print(f"{name} ...", file=sys.stderr, flush=True)
            found = GROUPS[name](services)
            _keep(found)
            figures += found
    print_table(figures)
    print(f"{time.monotonic() - started:.0f} s; all figures so far are in {RESULTS.relative_to(Path.cwd())}")
    return 0


def _keep(figures: list[Figure]) -> None:
    """Figures measured now replace those of their names; the rest stays as it was."""
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ")
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    bare = rounded(bare_decode_us())
    for each in figures:
        kept[each.name] = {**each.as_json(), "at": when, "machine": machine, "bare_decode_us": bare}
    RESULTS.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    sys.exit(main())
