"""`datetime` by the script's clock, in place: its class stays the same for SDKs, pickles and `isinstance`.

A subclass with `now` of its own in the module's place would be another type than that of the values which C code makes. So
the methods are exchanged in the type itself, which Python code may not do by assignment.
"""

import ctypes
import gc
import warnings
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from agentic.sandbox.pins import clock

_UTCNOW = (
    "datetime.datetime.utcnow() is deprecated and scheduled for removal in a future version. "
    "Use timezone-aware objects to represent datetimes in UTC: datetime.datetime.now(datetime.UTC)."
)


def put() -> None:
    """In a child."""
    for kind, members, methods in _EXCHANGED:
        members.update(methods)
        _modified(kind)


def rehearse() -> None:
    """In a child: once for nothing."""
    for kind, members, methods in _EXCHANGED:
        before = {name: members.get(name) for name in methods}
        members.update(methods)
        for name, original in before.items():
            if original is None:
                del members[name]
            else:
                members[name] = original
        _modified(kind)


def now(cls: type[datetime], tz: tzinfo | None = None) -> datetime:
    """In the place of `datetime.now`."""
    return cls.fromtimestamp(clock.now(), tz)


def utcnow(cls: type[datetime]) -> datetime:
    warnings.warn(_UTCNOW, DeprecationWarning, stacklevel=2)
    return cls.fromtimestamp(clock.now(), UTC).replace(tzinfo=None)


def today(cls: type[datetime]) -> datetime:
    return cls.fromtimestamp(clock.now())


def day(cls: type[date]) -> date:
    """In the place of `date.today`."""
    return cls.fromtimestamp(clock.now())


_modified = ctypes.pythonapi.PyType_Modified
_modified.argtypes = (ctypes.py_object,)
_modified.restype = None
# What a type's read-only `__dict__` is a view of.
_EXCHANGED: tuple[tuple[type, dict[str, Any], dict[str, Any]], ...] = (
    (
        datetime,
        gc.get_referents(datetime.__dict__)[0],
        {"now": classmethod(now), "utcnow": classmethod(utcnow), "today": classmethod(today)},
    ),
    (date, gc.get_referents(date.__dict__)[0], {"today": classmethod(day)}),
)
