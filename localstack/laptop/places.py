"""Where the demo keeps its things: below `.local/` of the checkout, or where LIVE_VIEWERS_LOCAL says.

Two demos can run side by side (the tests do so) when each has a folder and a row of ports of its own.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCAL = Path(os.environ.get("LIVE_VIEWERS_LOCAL", ROOT / ".local"))
DEMO = LOCAL / "demo"  # broker data, emulator data, process manager; made anew at each start
LOGS = DEMO / "logs"
ENDPOINTS = LOCAL / "endpoints.json"  # what a running demo says of itself
STACK = "LiveViewers-local"
CLOUD_ASSEMBLY = DEMO / "cdk.out"
TEMPLATE = CLOUD_ASSEMBLY / f"{STACK}.template.json"
PYTHON = Path(sys.executable)
CDKLOCAL = ROOT / "node_modules" / ".bin" / "cdklocal"
FRONTEND = ROOT / "frontend" / "dist"
TOPIC = "snowplow-enriched-good"
PARTITIONS = 2  # each has a process of process_events; a laptop has few cores and 25 MB a process to save
