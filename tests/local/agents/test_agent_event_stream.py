"""The event stream is what boto3 reads: unchanged clients get our services' events back, and errors as their own."""

import threading
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import boto3
import pytest
from agent_stage import SESSION, Functions, Stage, harness_arn
from botocore.config import Config
from botocore.exceptions import EventStreamError
from scripted import ScriptedModels, Text, Tools

from agentic.local.agents import Converse
from agentic.local.event_stream import CONTENT_TYPE, encode, exception


@contextmanager
def client(service: str, body: bytes):
    """A boto3 client of a server that answers one request with these bytes."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(200)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Nothing is printed."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    made = boto3.client(
        service,
        endpoint_url=f"http://127.0.0.1:{server.server_port}",
        region_name="us-east-1",
        aws_access_key_id="k",
        aws_secret_access_key="s",
        config=Config(retries={"total_max_attempts": 1}),
    )
    try:
        yield made
    finally:
        made.close()
        thread.join(5)
        server.server_close()


def encoded(events: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(encode(name, payload) for event in events for name, payload in event.items())


def read(events: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    with client("bedrock-agentcore", encoded(events)) as agentcore:
        answer = agentcore.invoke_harness(
            harnessArn=harness_arn("generator"),
            runtimeSessionId=SESSION,
            messages=[{"role": "user", "content": [{"text": "go"}]}],
        )
        return list(answer["stream"])


def test_boto3_reads_every_event_of_a_harness_unchanged():
    """Text, a tool call, its result, usage: what goes in comes out, so the shape is the service's own."""
    call = Tools([("generate-code___generate_code", '{"handle": "h", "code": "é"}')])
    stage = Stage(
        ScriptedModels([call, Text("stored")]), functions=Functions({"generate_code": lambda _: {"status": "stored"}})
    )
    events = stage.invoke("generator", "go")
    assert read(events) == events


def test_boto3_reads_reasoning_with_bytes():
    delta = {"reasoningContent": {"redactedContent": b"\x00secret"}}
    (event,) = read([{"contentBlockDelta": {"contentBlockIndex": 0, "delta": delta}}])
    assert event["contentBlockDelta"]["delta"] == delta


def test_an_exception_in_the_stream_is_raised_with_its_name_and_message():
    events = [{"messageStart": {"role": "assistant"}}, {"runtimeClientError": {"message": "the model is gone"}}]
    with pytest.raises(EventStreamError) as caught:
        read(events)
    assert caught.value.response["Error"] == {"Code": "runtimeClientError", "Message": "the model is gone"}


def test_names_choose_between_event_and_exception():
    assert encode("validationException", {"message": "m"}) == exception("validationException", "m")
    assert encode("messageStop", {"message": "m"}) != exception("messageStop", "m")


def test_a_large_event_arrives_whole():
    text = "x" * 300_000
    (event,) = read([{"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": text}}}])
    assert event["contentBlockDelta"]["delta"]["text"] == text


def test_what_is_not_json_is_refused():
    with pytest.raises(TypeError):
        encode("messageStart", {"role": object()})


def test_boto3_reads_converse_stream():
    models = ScriptedModels([Text("hello")])
    events = list(Converse(models).converse_stream("scripted", {"messages": [{"role": "user", "content": [{"text": "hi"}]}]}))
    with client("bedrock-runtime", encoded(events)) as runtime:
        answer = runtime.converse_stream(modelId="scripted", messages=[{"role": "user", "content": [{"text": "hi"}]}])
        assert list(answer["stream"]) == events
