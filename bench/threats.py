"""threats_*: what one record of an attacker can cost at the most, by kind of attack (docs/threat-model.md).

The kinds are those that the hostile-load test sends. CPU is the whole handler's, in times of the bare decode of an
honest event; write units and items are those of a store that counts by DynamoDB's rules.
"""

import itertools
import time
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from bench.calibration import bare_decode_us
from bench.capacity import ModelledCalls
from bench.event_set import ENDS_MS
from bench.figures import Bar, Figure, figure, ratio
from bench.function import Function, quiet
from bench.lambda_events import parsed, payloads
from bench.services import Services
from tests.integration.hostile.attacks import ATTACKS, Record

RUNS = 3
RECORDS = 600
# Bare decodes a record, and more for each kilobyte of it: a collector takes records of up to a megabyte.
MOST_BARE_DECODES, MOST_A_KILOBYTE = 600.0, 15.0
MOST_UNITS = 12.0


class _Kept:
    """Where rejected records go: they are counted."""

    def __init__(self) -> None:
        self.objects = 0

    def keep(self, objects: Any) -> None:
        self.objects += sum(1 for _ in objects)


def threats(_: Services) -> list[Figure]:
    figures = []
    with quiet():
        for name, attack in ATTACKS.items():
            us, bare, units, size = [], [], 0.0, 0.0
            for run in range(RUNS):
                records = list(itertools.islice(attack(Random(run), ENDS_MS), RECORDS))
                size = sum(len(value) for _, value in records) / RECORDS / 1024
                cpu_us, calls = _handle(records)
                us.append(cpu_us)
                bare.append(bare_decode_us())
                units = max(units, sum(calls.units.values()) / RECORDS)
            bar = Bar(most=round(MOST_BARE_DECODES + MOST_A_KILOBYTE * size))
            figures.append(ratio(f"threats_{name}_cpu", us, bare, bar, us=max(us), kilobytes=size))
            figures.append(figure(f"threats_{name}_units", "units/record", [units], bar=Bar(most=MOST_UNITS)))
    return figures


def _handle(records: Sequence[Record]) -> tuple[float, ModelledCalls]:
    """CPU microseconds a record, and the store afterwards."""
    calls = ModelledCalls()
    function = Function(calls, "model", ENDS_MS, rejected=_Kept())
    batches = parsed(payloads(list(_as_text(records)), a_batch=RECORDS // 3))
    started = time.process_time()
    for batch in batches:
        function(batch)
    return (time.process_time() - started) / len(records) * 1e6, calls


def _as_text(records: Sequence[Record]) -> Iterator[tuple[str, bytes]]:
    for key, value in records:
        yield key.encode(errors="replace").decode(), value
