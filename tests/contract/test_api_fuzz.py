"""The API against its own description: whatever is sent, no answer is undocumented, and none is a fault.

Requests are made by schemathesis from the OpenAPI document, good and bad ones, and go through the real
function over real tables; only API Gateway is played, by a server that makes its events.
"""

import os
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from codegen.openapi import make_document
from tests.integration.api_rig import ApiRig
from tests.unit.api.http_events import ERASER, http_event
from tests.viewing import START_MS, ad_start, pause, play

EXAMPLES = int(os.environ.get("API_FUZZ_EXAMPLES", "20"))
OPERATIONS = [result.ok() for result in schemathesis.openapi.from_dict(make_document()).get_all_operations()]
TOKEN = "Bearer known"
MADE_UP = {"cursor", "by", "value", "from", "to"}


@pytest.fixture(scope="module")
def url(dynamodb_local: str) -> Iterator[str]:
    """The API with some viewers in it."""
    rig = ApiRig(dynamodb_local)
    for viewer in ("ann", "bob", "0", "\N{SNOWMAN}"):
        rig.happened(play(at=0, viewer_id=viewer), ad_start(at=3, viewer_id=viewer), pause(at=9, viewer_id=viewer))
    rig.now_ms = START_MS + 10_000
    with _served(rig) as address:
        yield address


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_the_api_keeps_what_its_document_promises(
    url: str, operation: schemathesis.APIOperation, mode: GenerationMode
) -> None:
    @given(operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    def send(case: schemathesis.Case) -> None:
        # No pattern tells a cursor or an id's base64url from a text like it, a dimension from any word,
        # or that a time is after another one: made up ones are refused.
        made_up = bool(MADE_UP & set(case.query)) or case.path_parameters.get("viewer_id", "").startswith("~")
        excluded = [positive_data_acceptance] if made_up else []
        case.call_and_validate(base_url=url, headers={"Authorization": TOKEN}, excluded_checks=excluded)

    send()


@contextmanager
def _served(rig: ApiRig) -> Iterator[str]:
    """API Gateway as far as the function sees it. It knows one token, which may do everything."""

    class Gateway(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            known = ERASER if self.headers.get("Authorization") == TOKEN else None
            result = rig.answer(http_event(self.command, self.path, dict(self.headers), body or None, known), None)
            content = b64decode(result["body"]) if result["isBase64Encoded"] else result["body"].encode()
            self.send_response(result["statusCode"])
            for name, value in {**result["headers"], "content-length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def __getattr__(self, name: str) -> Any:
            if name.startswith("do_"):
                return self.answer
            raise AttributeError(name)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
