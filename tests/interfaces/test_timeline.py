"""A run's timeline: every step and call in the order of their times, in 80 columns, whatever they are made of."""

import io
from typing import Any

from agentic.interfaces.terminal import Terminal
from agentic.interfaces.timeline import show_timeline, usage

BEGAN = 1_795_400_000.0


def call(at: float, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "seq": 1,
        "method": "GET",
        "url": "https://api.stripe.com/v1/customers",
        "params": {},
        "status": 200,
        "write": False,
        "replayed": False,
        "duration_ms": 12.3,
        "refused": "",
        "state": "applied",
        "at": BEGAN + at,
    }
    return made | fields


def step(at: float, name: str, **facts: Any) -> dict[str, Any]:
    return {"at": BEGAN + at, "name": name, "facts": facts}


def shown(steps: list[dict[str, Any]], calls: list[dict[str, Any]]) -> list[str]:
    out = io.StringIO()
    result = {"run_id": "run_1", "created_at": "2026-11-23T06:00:00.123+00:00", "steps": steps, "calls": calls}
    show_timeline(result, Terminal(out, io.StringIO(), colour=False, interactive=False))
    return out.getvalue().splitlines()


def test_timeline_tells_steps_attempts_calls_pauses_and_who_approved() -> None:
    steps = [
        step(0, "queued"),
        *(step(1, "generated"), step(2, "validated", valid=True), step(2.5, "executing", attempt=1)),
        step(4, "paused", method="POST", url="https://api.stripe.com/v1/refunds"),
        *(step(4.2, "ended", reason="paused"), step(130, "approved", by="ann", all=False), step(131, "executing", attempt=2)),
        step(4000, "completed", exit=0),
    ]
    calls = [
        call(3, replayed=True),
        call(132, method="POST", url="https://api.stripe.com/v1/refunds", write=True),
        call(133, method="DELETE", status=403, state="refused", refused="not allowed", duration_ms=0),
        call(134, method="POST", status=None, state="unknown", write=True),
    ]
    lines = shown(steps, calls)
    assert lines[0].split() == ["2026-11-23", "06:00:00", "UTC", "run_1"]
    assert [" ".join(line.split()) for line in lines[1:-1]] == [
        "0.00 s queued",
        "1.00 s generated",
        "2.00 s validated valid",
        "2.50 s executing attempt 1",
        "3.00 s GET api.stripe.com/v1/customers 200 replayed",
        "4.00 s paused asks a person: POST api.stripe.com/v1/refunds",
        "2:10 approved by ann",
        "2:11 executing attempt 2",
        "2:12 POST api.stripe.com/v1/refunds 200 12 ms",
        "2:13 DELETE api.stripe.com/v1/customers 403",
        "refused: not allowed",
        "2:14 POST api.stripe.com/v1/customers unknown 12 ms",
        "nobody knows whether it was done",
        "1:06:40 completed exit 0",
    ]


def test_no_line_is_longer_than_80_columns_and_none_obeys_an_api() -> None:
    long = "https://api.stripe.com/v1/" + "very/long/" * 40 + "end"
    steps = [
        step(0, "validating"),
        step(1, "validated", valid=False, message="word " * 60 + "w" * 300),
        step(2, "approved", by="\x1b[31mmallory" + "y" * 100, all=True),
        step(3, "paused", method="POST", url=long),
        step(86_400 * 30, "failed", message="m" * 200, exit=1),
    ]
    lines = shown(steps, [call(2, url=long, refused="r " * 200, state="refused"), call(2.5, method="\x1b]0;evil\x07")])
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in "".join(lines)
    assert any(line.endswith("end         200    12 ms") or "…" in line for line in lines)


def test_older_run_without_times_has_no_timeline() -> None:
    assert shown([], [call(0)]) == []


def test_usage_is_told_where_models_were_asked() -> None:
    used = {"model_calls": 8, "input_tokens": 12345, "output_tokens": 67, "cost_usd": 0.01234, "model": "bedrock:x"}
    assert usage({"usage": used}) == {"model": "bedrock:x: 8 calls, 12,345 tokens in, 67 out, 0.0123 USD"}
    assert usage({"usage": used | {"cost_usd": None}}) == {"model": "bedrock:x: 8 calls, 12,345 tokens in, 67 out"}
    assert usage({"usage": used | {"model_calls": 0}}) == {}


def test_a_call_that_a_limit_held_back_says_for_how_long() -> None:
    lines = shown([step(0, "queued"), step(6, "completed", exit=0)], [call(1, waited_ms=2340.0), call(5)])
    assert [line.strip() for line in lines if "held back" in line] == ["held back for 2.3 s by a limit of the API's"]
