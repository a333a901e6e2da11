"""What the brokers of a stack know together of an API: how it answers, whom it holds back, what its buckets hold.

One item for each API and target, in which each write adds what one process has seen; one for each key with declared rates.
Only conditional writes: no broker waits for another one, and none can undo what it has not seen.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agentic.runs.record import Item

WINDOW_SECONDS = 20
"""Answers are counted in windows of this length; the one before counts as well."""

MOST_FAILURES = 100
"""That are kept of a window, so that the item stays small."""

_PREFIX, _HOLD, _BUCKET = "outside#", "hold#", "b#"
_STATE, _RATES = "state", "rates"
_KEEP_SECONDS = 24 * 3600
_TRIES = 8
# Seconds: what floats and six decimals cannot tell apart.
_CLOSE_ENOUGH = 0.0001


@dataclass(frozen=True, slots=True)
class Outlook:
    """How an API stands. Times are epoch seconds.

    `good` are the requests answered, `failures` the failed ones as "RUN#NUMBER", in two windows together. `open_until`:
    nothing is sent before (0: closed), for the `open_seconds` it was opened; `trial_until`: until then one request tries it
    out. `tried_by` is the run of the last one that failed. `holds`: what the API itself holds back until when, by key and
    family.
    """

    good: int = 0
    failures: frozenset[str] = frozenset()
    open_until: float = 0.0
    open_seconds: float = 0.0
    tried_by: str = ""
    trial_until: float = 0.0
    holds: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def runs(self) -> frozenset[str]:
        """The runs with failures."""
        return frozenset(name.partition("#")[0] for name in self.failures)


@dataclass(frozen=True, slots=True)
class Draught:
    """What one request takes out of one bucket: `cost` of it. One more drips in each `interval` seconds, up to `burst`."""

    name: str
    cost: int
    interval: float
    burst: int

    def wait(self, full_at: float, now: float) -> float:
        """Seconds until it has enough, for a bucket that is full again at `full_at`."""
        wait = full_at - now - (self.burst - self.cost) * self.interval
        return wait if wait > _CLOSE_ENOUGH else 0.0


class OutsideTable:
    """In the runs table. `dynamodb` is a boto3 client, `clock` gives epoch seconds. Raises botocore's errors."""

    def __init__(self, dynamodb: Any, table: str, clock: Callable[[], float] = time.time) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._clock = clock

    def seen(self, place: str, *, good: int = 0, failure: str = "") -> Outlook:
        """Adds answered requests and a failed one to what was seen at `place`, an API and target; gives all of it."""
        window = int(self._clock()) // WINDOW_SECONDS
        values: Item = {":window": {"N": str(window)}, ":good": {"N": str(good)}}
        condition, add = "slot >= :window", "good :good"
        if failure:
            # Beyond what is kept it would change nothing.
            condition += " AND (attribute_not_exists(failures) OR size(failures) < :most)"
            add += ", failures :failure"
            values |= {":failure": {"SS": [failure]}, ":most": {"N": str(MOST_FAILURES)}}
        old: Item = {}
        for _ in range(_TRIES):
            changed, old = self._update(_STATE, place, f"SET expires = :expires ADD {add}", condition, values)
            if changed or _number(old, "slot") >= window:
                break
            turned, old = self._turn(place, old, window, good, failure)
            if turned:
                break
        return _outlook(old)

    def _turn(self, place: str, old: Item, window: int, good: int, failure: str) -> tuple[bool, Item]:
        """Begins a window, unless somebody else has."""
        adjacent = _number(old, "slot") == window - 1
        before = sorted(old.get("failures", {}).get("SS", ())) if adjacent else []
        values: Item = {
            ":window": {"N": str(window)},
            ":good": {"N": str(good)},
            ":before": {"N": f"{_number(old, 'good'):.0f}" if adjacent else "0"},
        }
        sets, removed = "SET expires = :expires, slot = :window, good = :good, good_before = :before", list[str]()
        for name, failures in (("failures", [failure] if failure else []), ("failures_before", before)):
            if failures:
                sets, values[f":{name}"] = f"{sets}, {name} = :{name}", {"SS": failures}
            else:
                removed.append(name)
        change = f"{sets} REMOVE {', '.join(removed)}" if removed else sets
        same = "attribute_not_exists(slot)"
        if "slot" in old:
            same, values[":old"] = "slot = :old", old["slot"]
        return self._update(_STATE, place, change, same, values)

    def hold(self, place: str, name: str, until: float, over: Sequence[str] = ()) -> None:
        """Holds back what `name` stands for; `over` are holds that have ended, which are forgotten."""
        names = {"#hold": f"{_HOLD}{name}", **{f"#over{number}": f"{_HOLD}{other}" for number, other in enumerate(over)}}
        forget = f" REMOVE {', '.join(f'#over{number}' for number in range(len(over)))}" if over else ""
        change = f"SET expires = :expires, #hold = :until{forget}"
        self._update(_STATE, place, change, "attribute_not_exists(#hold) OR #hold < :until", {":until": _n(until)}, names)

    def open(self, place: str, until: float, seconds: float) -> bool:
        """Opens the breaker. False where somebody else has."""
        values: Item = {":until": _n(until), ":seconds": _n(seconds)}
        change = "SET expires = :expires, open_until = :until, open_seconds = :seconds"
        return self._update(_STATE, place, change, "attribute_not_exists(open_until)", values)[0]

    def try_out(self, place: str, trial: str, until: float) -> bool:
        """Takes the one trial of a breaker whose time is up, for as long as `until` at most."""
        values: Item = {":trial": {"S": trial}, ":until": _n(until), ":now": _n(self._clock())}
        condition = "open_until <= :now AND (attribute_not_exists(trial_until) OR trial_until <= :now)"
        change = "SET expires = :expires, trial = :trial, trial_until = :until"
        return self._update(_STATE, place, change, condition, values)[0]

    def close(self, place: str, trial: str) -> bool:
        """Ends a trial well: all is as if nothing had failed."""
        gone = "open_until, open_seconds, tried_by, trial, trial_until, failures, failures_before"
        change = f"SET expires = :expires REMOVE {gone}"
        return self._update(_STATE, place, change, "trial = :trial", {":trial": {"S": trial}})[0]

    def reopen(self, place: str, trial: str, run_id: str, until: float, seconds: float) -> bool:
        """Ends a trial badly, which was made by the run."""
        values: Item = {":trial": {"S": trial}, ":run": {"S": run_id}, ":until": _n(until), ":seconds": _n(seconds)}
        sets = "SET expires = :expires, tried_by = :run, open_until = :until, open_seconds = :seconds"
        return self._update(_STATE, place, f"{sets} REMOVE trial, trial_until", "trial = :trial", values)[0]

    def take(self, key: str, draughts: Sequence[Draught]) -> float:
        """Takes from all buckets of a key at once, or from none: the seconds after which that could succeed; 0: taken.

        A bucket is one number: when it will be full again (the generic cell rate algorithm), so that it can be read and
        changed in one conditional write, without a reader before.
        """
        known: Item = {}
        for _ in range(_TRIES):
            now = self._clock()
            if wait := max(draught.wait(_number(known, _BUCKET + draught.name), now) for draught in draughts):
                return wait
            changed, known = self._take(key, draughts, known, now)
            if changed:
                return 0.0
        return min(draught.interval for draught in draughts)

    def _take(self, key: str, draughts: Sequence[Draught], known: Item, now: float) -> tuple[bool, Item]:
        values, names, sets, conditions = Item({":now": _n(now)}), dict[str, str](), list[str](), list[str]()
        for number, draught in enumerate(draughts):
            name, taken = f"#b{number}", draught.cost * draught.interval
            names[name] = _BUCKET + draught.name
            if _number(known, names[name]) > now:
                sets.append(f"{name} = {name} + :taken{number}")
                conditions.append(f"{name} >= :now AND {name} <= :most{number}")
                values[f":taken{number}"] = _n(taken)
                values[f":most{number}"] = _n(now + draught.burst * draught.interval - taken + _CLOSE_ENOUGH)
            else:
                sets.append(f"{name} = :full{number}")
                conditions.append(f"(attribute_not_exists({name}) OR {name} < :now)")
                values[f":full{number}"] = _n(now + taken)
        change = f"SET expires = :expires, {', '.join(sets)}"
        return self._update(_RATES, key, change, " AND ".join(conditions), values, names)

    def _update(
        self, item: str, place: str, change: str, condition: str, values: Item, names: Mapping[str, str] | None = None
    ) -> tuple[bool, Item]:
        """Whether it was changed, and the item as it is then."""
        request: dict[str, Any] = {
            "TableName": self._table,
            "Key": {"run_id": {"S": f"{_PREFIX}{place}"}, "item": {"S": item}},
            "UpdateExpression": change,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {**values, ":expires": {"N": str(int(self._clock()) + _KEEP_SECONDS)}},
            "ReturnValues": "ALL_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if names:
            request["ExpressionAttributeNames"] = names
        try:
            return True, self._dynamodb.update_item(**request)["Attributes"]
        except self._dynamodb.exceptions.ConditionalCheckFailedException as error:
            return False, error.response.get("Item") or {}


def _n(value: float) -> dict[str, str]:
    return {"N": f"{value:.6f}"}


def _number(item: Item, name: str) -> float:
    return float(item.get(name, {}).get("N", 0))


def _outlook(item: Item) -> Outlook:
    failures = {name for key in ("failures", "failures_before") for name in item.get(key, {}).get("SS", ())}
    return Outlook(
        good=int(_number(item, "good") + _number(item, "good_before")),
        failures=frozenset(failures),
        open_until=_number(item, "open_until"),
        open_seconds=_number(item, "open_seconds"),
        tried_by=item.get("tried_by", {}).get("S", ""),
        trial_until=_number(item, "trial_until"),
        holds={name.removeprefix(_HOLD): float(value["N"]) for name, value in item.items() if name.startswith(_HOLD)},
    )


def is_of_aws(error: Exception) -> bool:
    """Whether the table could not be asked: an answer that is an error, or none at all."""
    return any(kind.__module__.startswith("botocore.") for kind in type(error).__mro__)
