"""Our Snowbridge script (snowbridge/viewer_json.js) in a JavaScript engine, fed and read as Snowbridge does."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from py_mini_racer import MiniRacer
from snowplow_analytics_sdk.event_transformer import transform

PATH = Path(__file__).parents[1] / "snowbridge" / "viewer_json.js"


class SnowbridgeScript:
    """The script, loaded."""

    def __init__(self, engine: MiniRacer) -> None:
        self.engine = engine
        engine.eval(PATH.read_text())

    def run(self, data: object) -> dict[str, Any]:
        """What `main` returns for a message with this Data: `Data` and `PartitionKey`, or `FilterOut`."""
        output = self.engine.eval(f"JSON.stringify(main({json.dumps({'Data': data, 'PartitionKey': ''})}))")
        read: dict[str, Any] = json.loads(str(output))
        return read

    def viewer_json(self, line: bytes) -> bytes:
        """An enriched TSV line that passes, as Snowbridge then writes it: compact, and its keys in order, as Go
        writes a map. Raises KeyError for one that is filtered out."""
        return json.dumps(self.run(enriched_json(line))["Data"], separators=(",", ":"), sort_keys=True).encode()


@contextmanager
def snowbridge_script() -> Iterator[SnowbridgeScript]:
    """The script, until the block ends."""
    engine = MiniRacer()
    try:
        yield SnowbridgeScript(engine)
    finally:
        engine.close()


def enriched_json(line: bytes) -> str:
    """As Snowbridge's spEnrichedToJson writes it: Go leaves out the zeros at the end of a fraction."""
    fields = {name: value for name, value in transform(line.decode()).items() if value is not None}
    for name, value in fields.items():
        if name.endswith("_tstamp"):
            fields[name] = re.sub(r"\.?0+Z$", "Z", value) if "." in value else value
    return json.dumps(fields, separators=(",", ":"))
