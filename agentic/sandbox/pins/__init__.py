"""What makes a script do again what it did, so that its calls can be answered from a journal: its chance, its clock, its lanes.

A convenience for honest code, never a wall: a script may undo all of it, and then only its own re-run fails. `prepare` gets
everything ready in the zygote, once its SDK is loaded; `apply` puts it in place in a child. Without pins nothing is changed.
"""

from collections.abc import Mapping
from typing import Any

from agentic.sandbox.pins import chance, clock, dates, headers, lanes, machine, order, serial, waiting
from agentic.sandbox.pins.bindings import Bindings

__all__ = ["apply", "prepare"]

_always = Bindings()
_serial = Bindings()


def prepare() -> None:
    """In the zygote, after the SDK's warm-up: finds out where everything that is to be replaced is bound. Changes nothing."""
    for part in (chance, clock, headers, lanes, machine, order, waiting):
        part.plan(_always)
    serial.plan(_serial)
    _always.find()
    _serial.find()


def rehearse() -> None:
    """In a child that waits for its run: what takes time in `apply` is done once for nothing. Changes nothing."""
    _always.rehearse()
    dates.rehearse()


def apply(pins: Mapping[str, Any]) -> None:
    """In a child, before its script. `pins` is what `Pins.to_json` makes."""
    started_at = int(pins["started_at"] * 1e9)
    serial.skip, serial.active, serial.replayed = pins["skip_sleep"], pins["serial"], pins.get("replayed")
    _always.put()
    if serial.active:
        _serial.put()
    dates.put()
    lanes.start(started_at)
    clock.start(started_at)
    chance.start(bytes.fromhex(pins["seed"]))
