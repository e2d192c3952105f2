"""Runs the functions in this process against the emulator, and notes which calls on AWS each of them makes."""

import importlib.util
import io
import json
import re
import threading
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient

from live_viewers.dynamodb.transport import Transport

STATEMENT = re.compile(r'^(\w+)(?: INTO)? "([^"]+)"')
"""PartiQL's verb and table."""
HANDLERS = Path(__file__).parents[2] / "lambdas"
OF_TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
CONTEXT = SimpleNamespace(
    get_remaining_time_in_millis=lambda: 300_000,
    function_name="f",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:f",
    aws_request_id="r",
)


class SeenCalls:
    """`by_function`: what each function did: (action as IAM calls it, kind of resource and what is in it)."""

    def __init__(self, names: dict[str, str]) -> None:
        self.by_function: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._kinds = {name: kind for kind, name in names.items()}
        self._running: list[str] = []
        self._handlers: dict[str, ModuleType] = {}

    def handler_module(self, function: str) -> ModuleType:
        """The function's module, with its caches to itself."""
        if function not in self._handlers:
            spec = importlib.util.spec_from_file_location(f"seen_{function}", HANDLERS / f"{function}.py")
            assert spec
            assert spec.loader
            self._handlers[function] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(self._handlers[function])
        return self._handlers[function]

    def run(self, function: str, event: dict[str, Any]) -> Any:
        """Invoke a function's handler."""
        handler = self.handler_module(function).handler
        self._running.append(function)
        try:
            return handler(event, CONTEXT)
        finally:
            self._running.pop()

    @contextmanager
    def noting(self, patch: pytest.MonkeyPatch) -> Iterator[None]:
        """Note every call of any client while a function runs; an invocation of a function runs that one."""
        call = BaseClient._make_api_call

        def noted(client: BaseClient, operation: str, request: dict[str, Any]) -> Any:
            if self._running:
                self._note(client.meta.service_model.service_name, operation, request)
                if operation == "Invoke" and request.get("InvocationType") == "Event":
                    return {"StatusCode": 202}
                if operation == "Invoke":
                    self.run(request["FunctionName"], json.loads(request["Payload"]))
                    return {"StatusCode": 200, "Payload": io.BytesIO(b"null")}
            return call(client, operation, request)

        send = Transport.call

        def sent(transport: Transport, operation: str, request: dict[str, Any]) -> Any:
            if self._running:
                self._note("dynamodb", operation, request)
            return send(transport, operation, request)

        send_each = Transport.each

        def sent_each(transport: Transport, operation: str, requests: Iterable[dict[str, Any]]) -> Any:
            def asked() -> Iterator[dict[str, Any]]:
                for request in requests:
                    if self._running:
                        self._note("dynamodb", operation, request)
                    yield request

            return send_each(transport, operation, asked())

        with patch.context() as patched:
            patched.setattr(BaseClient, "_make_api_call", noted)
            patched.setattr(Transport, "call", sent)
            patched.setattr(Transport, "each", sent_each)
            yield

    def _note(self, service: str, operation: str, request: dict[str, Any]) -> None:
        seen = self.by_function[self._running[-1]]
        if service == "lambda":
            seen.add(("lambda:InvokeFunction", request["FunctionName"]))
        elif service == "s3":
            action = {"ListObjectsV2": "ListBucket"}.get(operation, operation)
            an_object = f"/{request['Key']}" if "Key" in request else ""
            seen.add((f"s3:{action}", self._kinds[request["Bucket"]] + an_object))
        elif operation == "BatchExecuteStatement":
            for statement in request["Statements"]:
                verb, table = STATEMENT.findall(statement["Statement"])[0]
                seen.add((f"dynamodb:PartiQL{verb.capitalize()}", self._kinds[table]))
        elif operation == "TransactWriteItems":
            for action in request["TransactItems"]:
                ((kind, parameters),) = action.items()
                seen.add((f"dynamodb:{OF_TRANSACTIONS[kind]}", self._kinds[parameters["TableName"]]))
        elif "RequestItems" in request:
            seen.update((f"dynamodb:{operation}", self._kinds[table]) for table in request["RequestItems"])
        else:
            index = f"/index/{request['IndexName']}" if "IndexName" in request else ""
            seen.add((f"dynamodb:{operation}", self._kinds[request["TableName"]] + index))


def stream_event_of_sessions(client: Any, table: str, before: dict[str, Any] | None = None) -> dict[str, Any]:
    """The table's sessions as its stream tells of them: new, or changed where the event `before` has them."""
    told_before = [record["dynamodb"] for record in before["Records"]] if before else []
    old = {json.dumps(told["Keys"]): told["NewImage"] for told in told_before}
    records = []
    for number, item in enumerate(client.scan(TableName=table)["Items"]):
        if item["sk"]["S"].startswith("session#"):
            image = {
                name: {"B": b64encode(bytes(value["B"])).decode()} if "B" in value else value
                for name, value in item.items()
            }
            keys = {name: item[name] for name in ("viewer_id", "sk")}
            told = {"Keys": keys, "SequenceNumber": str(100 + number), "NewImage": image}
            change = "MODIFY" if json.dumps(keys) in old else "INSERT"
            if change == "MODIFY":
                told["OldImage"] = old[json.dumps(keys)]
            arn = f"arn:aws:dynamodb:us-east-1:000000000000:table/{table}/stream/2026-01-01T00:00:00.000"
            records.append({"eventName": change, "dynamodb": told, "eventSourceARN": arn})
    assert records
    return {"Records": records, "shardId": "shardId-00000000000000000001", "state": {}}


def client(service: str, endpoint: str) -> Any:
    """A client of the emulator, with the test run's credentials."""
    return boto3.client(service, endpoint_url=endpoint, region_name="us-east-1")


class Pages:
    """Stands for the management API of the WebSocket API: answers each message with `answer`."""

    def __init__(self) -> None:
        self.answer = 200
        pages = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                self.send_response(pages.answer)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Pages":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
