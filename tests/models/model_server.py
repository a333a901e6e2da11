"""One local server that speaks the four model protocols and says what it is told to: turn by turn, good or bad.

Anthropic Messages and OpenAI chat completions (server-sent events), Ollama's chat (JSON lines), Bedrock's ConverseStream
(AWS event stream). Each request takes the script's next turn; the last turn is repeated.
"""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from agentic.local.event_stream import encode


@dataclass(frozen=True)
class Say:
    """A text. Cut: it ends in the middle, by a broken connection or (`quiet`) as if it were whole. Slow: seconds before it."""

    text: str
    cut: Literal["", "broken", "quiet"] = ""
    slow: float = 0.0


@dataclass(frozen=True)
class Call:
    """A tool call; `arguments` as a text stands for what a model may write that is not JSON."""

    tool: str
    arguments: Mapping[str, Any] | str = field(default_factory=dict)


@dataclass(frozen=True)
class Fail:
    """An HTTP error."""

    status: int


Turn = Say | Call | Fail


class ModelServer:
    """Listens while in its `with` block. `requests` are the bodies it got, `headers` the last request's."""

    def __init__(self, script: Sequence[Turn]) -> None:
        self.requests: list[dict[str, Any]] = []
        self.headers: Mapping[str, str] = {}
        self.stopping = threading.Event()
        self.idle = threading.Event()
        self.idle.set()
        self._open = 0
        self._lock = threading.Lock()
        self._script = list(script)
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = False
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> "ModelServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    @contextmanager
    def connections(self) -> Iterator[None]:
        """Counts the open connections: `idle` is set while there is none."""
        with self._lock:
            self._open += 1
            self.idle.clear()
        try:
            yield
        finally:
            with self._lock:
                self._open -= 1
                if not self._open:
                    self.idle.set()

    def next_turn(self) -> Turn:
        return self._script.pop(0) if len(self._script) > 1 else self._script[0]


def _handler(server: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = 5

        def handle(self) -> None:
            with server.connections():
                super().handle()

        def do_POST(self) -> None:
            server.headers = dict(self.headers.items())
            server.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            turn = server.next_turn()
            if isinstance(turn, Fail):
                self._fail(turn)
                return
            if isinstance(turn, Say) and turn.slow:
                server.stopping.wait(turn.slow)
            content_type, chunks = _answer(self.path, turn)
            try:
                self._stream(content_type, chunks, turn.cut if isinstance(turn, Say) else "")
            except OSError:
                return  # the client did not wait, which slow turns are about

        def _fail(self, turn: Fail) -> None:
            message = f"scripted failure {turn.status}"
            body = json.dumps({"type": "error", "error": {"type": "scripted", "message": message}, "message": message}).encode()
            self.send_response(turn.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _stream(self, content_type: str, chunks: Iterator[bytes], cut: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            parts = list(chunks)
            for part in parts[: len(parts) // 2] if cut else parts:
                self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            if cut == "broken":
                self.close_connection = True
            else:
                self.wfile.write(b"0\r\n\r\n")

        def log_message(self, *args: Any) -> None:
            """Nothing is printed."""

    return Handler


def _answer(path: str, turn: Say | Call) -> tuple[str, Iterator[bytes]]:
    if path.endswith("/v1/messages"):
        return "text/event-stream", (_sse(item, item["type"]) for item in _anthropic(turn))
    if path.endswith("/chat/completions"):
        return "text/event-stream", _openai(turn)
    if path.endswith("/api/chat"):
        return "application/x-ndjson", (json.dumps(item).encode() + b"\n" for item in _ollama(turn))
    if path.endswith("/converse-stream"):
        return "application/vnd.amazon.eventstream", (encode(name, payload) for name, payload in _bedrock(turn))
    raise AssertionError(f"no protocol at {path}")


def _arguments(turn: Call) -> str:
    return turn.arguments if isinstance(turn.arguments, str) else json.dumps(turn.arguments)


def _halves(text: str) -> list[str]:
    return [part for part in (text[: len(text) // 2], text[len(text) // 2 :]) if part]


def _sse(item: Mapping[str, Any], event: str = "") -> bytes:
    return (f"event: {event}\n" if event else "").encode() + f"data: {json.dumps(item)}\n\n".encode()


def _anthropic(turn: Say | Call) -> Iterator[dict[str, Any]]:
    usage = {"input_tokens": 11, "output_tokens": 1}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "scripted", "content": [], "usage": usage}
    yield {"type": "message_start", "message": {**message, "stop_reason": None, "stop_sequence": None}}
    if isinstance(turn, Call):
        block: dict[str, Any] = {"type": "tool_use", "id": "toolu_1", "name": turn.tool, "input": {}}
        deltas = [{"type": "input_json_delta", "partial_json": part} for part in _halves(_arguments(turn))]
    else:
        block = {"type": "text", "text": ""}
        deltas = [{"type": "text_delta", "text": part} for part in _halves(turn.text)]
    if deltas:
        yield {"type": "content_block_start", "index": 0, "content_block": block}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": 0, "delta": delta}
        yield {"type": "content_block_stop", "index": 0}
    stop_reason = "tool_use" if isinstance(turn, Call) else "end_turn"
    yield {"type": "message_delta", "delta": {"stop_reason": stop_reason, "stop_sequence": None}, "usage": {"output_tokens": 7}}
    yield {"type": "message_stop"}


def _openai(turn: Say | Call) -> Iterator[bytes]:
    def chunk(delta: Mapping[str, Any], finish: str | None = None, usage: Mapping[str, int] | None = None) -> bytes:
        choices = [] if usage else [{"index": 0, "delta": delta, "finish_reason": finish}]
        base = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
        return _sse({**base, "choices": choices, "usage": usage})

    yield chunk({"role": "assistant", "content": ""})
    if isinstance(turn, Call):
        function = {"name": turn.tool, "arguments": ""}
        yield chunk({"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": function}]})
        for part in _halves(_arguments(turn)):
            yield chunk({"tool_calls": [{"index": 0, "function": {"arguments": part}}]})
    else:
        for part in _halves(turn.text):
            yield chunk({"content": part})
    yield chunk({}, "tool_calls" if isinstance(turn, Call) else "stop")
    yield chunk({}, usage={"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18})
    yield b"data: [DONE]\n\n"


def _ollama(turn: Say | Call) -> Iterator[dict[str, Any]]:
    base = {"model": "scripted", "created_at": "2026-01-01T00:00:00Z", "done": False}
    if isinstance(turn, Call):
        # Ollama parses the model's words itself, so broken arguments come as a text in the object's place.
        function = {"name": turn.tool, "arguments": turn.arguments}
        yield {**base, "message": {"role": "assistant", "content": "", "tool_calls": [{"function": function}]}}
    else:
        for part in _halves(turn.text):
            yield {**base, "message": {"role": "assistant", "content": part}}
    counts = {"total_duration": 1000000, "prompt_eval_count": 11, "eval_count": 7}
    yield {**base, "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop", **counts}


def _bedrock(turn: Say | Call) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "messageStart", {"role": "assistant"}
    if isinstance(turn, Call):
        start = {"toolUse": {"toolUseId": "tooluse_1", "name": turn.tool}}
        yield "contentBlockStart", {"contentBlockIndex": 0, "start": start}
        for part in _halves(_arguments(turn)):
            yield "contentBlockDelta", {"contentBlockIndex": 0, "delta": {"toolUse": {"input": part}}}
        yield "contentBlockStop", {"contentBlockIndex": 0}
    elif turn.text:
        for part in _halves(turn.text):
            yield "contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": part}}
        yield "contentBlockStop", {"contentBlockIndex": 0}
    yield "messageStop", {"stopReason": "tool_use" if isinstance(turn, Call) else "end_turn"}
    usage = {"inputTokens": 11, "outputTokens": 7, "totalTokens": 18}
    yield "metadata", {"usage": usage, "metrics": {"latencyMs": 1}}
