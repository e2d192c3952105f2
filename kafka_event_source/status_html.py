"""The status page as HTML: a verdict first, then each mapping's partitions, batches and records."""

import html
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

STYLE = """
:root{color-scheme:light dark;font:14px/1.45 system-ui,sans-serif}
body{margin:1.5rem clamp(1rem,4vw,2.5rem);max-width:90rem}
h1{font-size:1.3rem}h2{font-size:1.05rem;margin:2rem 0 .3rem}
h3{font-size:.9rem;margin:1.4rem 0 .3rem}p{margin:.3rem 0}
.verdict{padding:.7rem 1rem;border-radius:.6rem;border:1px solid #8886;font-size:1.1rem;font-weight:600}
.good{color:#1b6e3c}.bad{color:#c62828;font-weight:600}.waiting{color:#8a5a00}
.quiet{opacity:.75;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}code{white-space:pre-wrap;overflow-wrap:anywhere}
th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8884;vertical-align:top}
@media (prefers-color-scheme:dark){.good{color:#6fd39a}.bad{color:#ff8a80}.waiting{color:#f0b755}}
@media (max-width:700px){
thead{display:none}table,tbody,tr,td{display:block}tr{padding:.5rem 0;border-bottom:1px solid #8884}
td{display:grid;grid-template-columns:6.5rem minmax(0,1fr);gap:.6rem;border:0;padding:.1rem 0}
td::before{content:attr(data-name);opacity:.75}}
"""
# What is still fine to wait: what comes in within so many seconds, and a few records in any case.
_NORMAL_WAIT_S = 5.0
_NORMAL_WAIT_RECORDS = 10
# What CloudFormation adds to a name: eight hexadecimal digits of the path, then a random suffix.
_GENERATED = re.compile(r"[0-9A-F]{8}(-[A-Za-z0-9]{8,})?$")
_NAMES = {
    "first_offset": "first offset",
    "last_offset": "last offset",
    "took_ms": "took, ms",
    "committed": "committed",
    "paused": "held back",
    "end": "end of log",
    "lag": "waiting",
}


def page(state: dict[str, Any]) -> str:
    """The whole page. Every text from outside is escaped."""
    mappings = state["mappings"]
    tone, words = _worst([verdict(mapping) for mapping in mappings])
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><meta http-equiv='refresh' content='2'>",
        "<meta name='viewport' content='width=device-width, initial-scale=1'>",
        "<title>Kafka event source</title><link rel='stylesheet' href='/style.css'></head><body>",
        f"<h1>Kafka event source</h1><p class='verdict {tone}'>{_text(words)}</p>",
    ]
    for mapping in mappings:
        tone, words = verdict(mapping)
        parts.append(f"<h2>{_text(mapping['topic'])}</h2>")
        if len(mappings) > 1:
            parts.append(f"<p class='{tone}'>{_text(words)}</p>")
        parts.append(
            f"<p>{mapping['records']:,} records in {mapping['batches']:,} batches, "
            f"{mapping['failures']:,} failures, {mapping['discarded']:,} discarded</p>"
            f"<p class='quiet'>To {_text(plain_name(mapping['function']))}, in group {_text(mapping['group_id'])} "
            f"({_text(mapping['membership'])})</p>"
        )
        parts.append(_table("Partitions", mapping["partitions"], "partition position committed end lag paused"))
        batches = [{**batch, "at": _time(batch["at_ms"])} for batch in mapping["last_batches"]]
        columns = "at partition first_offset last_offset records bytes took_ms outcome detail"
        parts.append(_table("Last batches", batches, columns))
        records = [{**record, "time": _time(record["timestamp_ms"])} for record in mapping["last_records"]]
        parts.append(_table("Last records", records, "time partition offset key value"))
    return "".join(parts) + "</body></html>"


def verdict(mapping: dict[str, Any]) -> tuple[str, str]:
    """How a mapping does: `good`, `waiting` or `bad`, and a sentence."""
    lag, rate = mapping["lag"], mapping["records_per_s"]
    waiting = "nothing waiting" if lag == 0 else "an unknown number waiting" if lag is None else f"{lag:,} waiting"
    facts = f"{waiting}, {rate:,} records/s"
    newest = mapping["last_batches"][0] if mapping["last_batches"] else None
    if mapping["last_problem"]:
        return "bad", f"In trouble, {facts}: {mapping['last_problem']}"
    if newest is not None and newest["outcome"] != "succeeded":
        detail = f" ({newest['detail']})" if newest["detail"] else ""
        return "bad", f"Failing, {facts}: the newest batch ended as {newest['outcome']}{detail}"
    if lag is None:
        return "waiting", f"Starting: {mapping['membership']}"
    if lag <= max(_NORMAL_WAIT_RECORDS, rate * _NORMAL_WAIT_S):
        return "good", f"Healthy, {facts}"
    return "waiting", f"{'Catching up' if rate > 0 else 'Standing still'}, {facts}"


def plain_name(name: str) -> str:
    """A function's name as people gave it, without what CloudFormation adds."""
    return _GENERATED.sub("", name) or name


def _worst(verdicts: Sequence[tuple[str, str]]) -> tuple[str, str]:
    if not verdicts:
        return "waiting", "No mapping is polled"
    worst = max(verdicts, key=lambda each: ("good", "waiting", "bad").index(each[0]))
    alike = sum(each[0] == worst[0] for each in verdicts)
    return (
        worst
        if len(verdicts) == 1 or worst[0] == "good"
        else (worst[0], f"{worst[1]} ({alike} of {len(verdicts)})")
    )


def _table(title: str, rows: Sequence[dict[str, Any]], columns: str) -> str:
    names = columns.split()
    if not rows:
        return f"<h3>{title}</h3><p class='quiet'>None yet.</p>"
    head = "".join(f"<th>{_NAMES.get(name, name)}</th>" for name in names)
    body = "".join("<tr>" + "".join(_cell(name, row[name]) for name in names) + "</tr>" for row in rows)
    return f"<h3>{title}</h3><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(name: str, value: object) -> str:
    open_tag = f"<td data-name='{_NAMES.get(name, name)}'"
    if name == "outcome" and value != "succeeded":
        return f"{open_tag} class='bad'>{_text(value)}</td>"
    if name in ("key", "value", "detail"):
        return f"{open_tag}><code>{_text(value)}</code></td>"
    return f"{open_tag}>{_text(value)}</td>"


def _text(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return html.escape(str(value))


def _time(ms: int) -> str:
    return datetime.fromtimestamp(max(ms, 0) / 1000, UTC).strftime("%H:%M:%S.%f")[:-3]
