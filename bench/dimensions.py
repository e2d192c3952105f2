"""dimensions: what reading, joining and storing the default dimensions adds to the handler's CPU an event."""

import json
from collections.abc import Sequence

from bench.event_set import ENDS_MS
from bench.figures import Bar, Figure, in_turn, measured, ratio
from bench.function import DECODING, Function, InstantCalls, quiet
from bench.lambda_events import TSV_A_BATCH, payloads
from bench.services import Services
from bench.tsv_set import tsv_events
from live_viewers.wire import DecodeSettings
from live_viewers.wire.tsv_columns import COLUMN
from tests.snowbridge_script import enriched_json, snowbridge_script

RUNS = 7
BAR = Bar(most=1.1)
COUNTRIES = (b"DE", b"US", b"FR", b"GB", b"JP")
USER_AGENTS = 40
# As YAUAA's enrichment writes it, with what it says of one browser on one system.
YAUAA = {
    "deviceBrand": "Unknown",
    "deviceName": "Desktop",
    "operatingSystemVersionMajor": "10",
    "layoutEngineNameVersion": "Blink 130.0",
    "operatingSystemNameVersion": "Windows NT 10.0",
    "agentInformationEmail": "Unknown",
    "networkType": "Unknown",
    "layoutEngineNameVersionMajor": "Blink 130",
    "operatingSystemName": "Windows NT",
    "agentVersionMajor": "130",
    "layoutEngineVersionMajor": "130",
    "deviceClass": "Desktop",
    "agentNameVersionMajor": "Chrome 130",
    "operatingSystemNameVersionMajor": "Windows NT 10",
    "deviceCpuBits": "64",
    "operatingSystemClass": "Desktop",
    "layoutEngineName": "Blink",
    "agentName": "Chrome",
    "agentVersion": "130",
    "layoutEngineClass": "Browser",
    "operatingSystemVersion": "10.0",
    "deviceCpu": "Intel x86_64",
    "agentClass": "Browser",
    "layoutEngineVersion": "130.0",
}
Events = Sequence[tuple[str, bytes]]


def dimensions(_: Services) -> list[Figure]:
    """The whole handler with and without dimensions, in turn: no one else's work, and a store at once."""
    columns = [(viewer, _enriched(line, int(viewer[-6:]), b"")) for viewer, line in tsv_events(100, 80)]
    entities = [(viewer, _enriched(line, int(viewer[-6:]), _entities(viewer))) for viewer, line in columns]
    some = entities[:4_000]
    as_json = [(viewer, enriched_json(line).encode()) for viewer, line in some]
    with snowbridge_script() as script:
        viewer_json = [(viewer, script.viewer_json(line)) for viewer, line in some]
    with quiet():
        return [
            _added("cpu_with_dimensions_tsv_columns", columns, "read from the columns of the older enrichment"),
            _added("cpu_with_dimensions_tsv", entities, "read from YAUAA's entity"),
            _added("cpu_with_dimensions_json", as_json, "the same as enriched JSON"),
            _added("cpu_with_dimensions_viewer_json", viewer_json, "the same as our Snowbridge script writes it"),
        ]


def _added(name: str, events: Events, what: str) -> Figure:
    some = payloads(events, TSV_A_BATCH)

    def cpu_s(decoding: DecodeSettings) -> float:
        function = Function(InstantCalls(), "instant", ENDS_MS, decoding=decoding)
        with measured() as elapsed:
            for payload in some:
                function.invoke(payload)
        return elapsed.cpu_s

    ours, baseline = in_turn(RUNS, lambda: cpu_s(DECODING), lambda: cpu_s(DecodeSettings()))
    return ratio(
        name, ours, baseline, BAR, what=f"the handler's CPU with the default dimensions to without; {what}"
    )


def _enriched(line: bytes, viewer: int, derived_contexts: bytes) -> bytes:
    """A line as Enrich fills it: what a viewer has is the same in all of its events."""
    columns = line.split(b"\t")
    columns[COLUMN["geo_country"]] = COUNTRIES[viewer % len(COUNTRIES)]
    columns[COLUMN["os_name"]] = b"Windows 10"
    columns[COLUMN["dvce_type"]] = b"Computer"
    columns[COLUMN["br_family"]] = b"Chrome"
    columns[COLUMN["br_name"]] = b"Chrome 13"
    columns[COLUMN["derived_contexts"]] = derived_contexts
    return b"\t".join(columns)


def _entities(viewer: str) -> bytes:
    version = {"agentNameVersion": f"Chrome 130.{int(viewer[-6:]) % USER_AGENTS}"}
    entity = {"schema": "iglu:nl.basjes/yauaa_context/jsonschema/1-0-4", "data": YAUAA | version}
    contexts = {"schema": "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1", "data": [entity]}
    return json.dumps(contexts, separators=(",", ":")).encode()
