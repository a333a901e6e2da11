"""What stands before each request that leaves: the API's own word, its breaker, and the buckets of its declared rates.

Who is held back waits a little, or is refused at once; nobody waits longer than `LONGEST_WAIT`, nor beyond the grant. What a
stack's brokers know of an API they share through the runs table (`agentic.runs.outside`).
"""

import hashlib
import math
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from agentic.broker import breaker
from agentic.broker.credentials import key_class
from agentic.broker.rules import Allowed
from agentic.broker.told import TOO_MANY, Told, told
from agentic.core.spec import ApiSpec
from agentic.core.wire import HttpResponse
from agentic.runs.outside import Draught, Outlook, OutsideTable, is_of_aws
from agentic.runs.record import TakenCall

LONGEST_WAIT = 10.0
"""Seconds. An SDK gives up after 15 (PyGithub) to 80 (Stripe)."""

# How old what others have seen may be.
_LOOK_SECONDS = 1.0
# A trial whose broker has died is nobody's after this: a request may take 30 seconds, and what became of it some more.
_TRIAL_SECONDS = 60.0
# Those who wait for the same moment do not come at the same moment.
_SPREAD_SECONDS = 0.2
_UNAVAILABLE = 503
_PUBLIC = "public"
_MOST_KEYS = 16

_CLEAR = Outlook()

Note = Callable[[str, TakenCall, Mapping[str, float]], None]
"""Is told what happens: a name, the call, and numbers. Never a word of the API's or the script's."""


@dataclass(frozen=True, slots=True)
class Held:
    """Why a call is not sent now. `status` is the HTTP status that says so."""

    reason: str
    status: int


@dataclass(frozen=True, slots=True)
class Passed:
    """Leave for one request, after `waited` seconds. With a `trial` it tries out an open breaker, as `outlook` shows it.

    `counts`: its failure is the API's; not that of a host which the script has chosen among those that fit a pattern.
    """

    taken: TakenCall
    place: str = ""
    key: str = ""
    family: str = ""
    counts: bool = True
    draughts: tuple[Draught, ...] = ()
    waited: float = 0.0
    trial: str = ""
    outlook: Outlook = _CLEAR


class Gate(Protocol):
    """How a broker asks before it sends. Safe for calls in parallel."""

    def enter(self, taken: TakenCall, allowed: Allowed, secret: Mapping[str, str], *, write: bool) -> Passed | Held:
        """Leave for a call, at once or after some waiting; or why there is none now."""
        ...

    def let(self, taken: TakenCall, allowed: Allowed, secret: Mapping[str, str], *, write: bool) -> Passed:
        """Leave at once for a call that has left before."""
        ...

    def further(self, passed: Passed, seconds: float) -> bool:
        """Leave for one more try of it, waiting so long at most."""
        ...

    def heard(self, passed: Passed, answer: HttpResponse) -> Told:
        """Takes to heart what an answer says of limits."""
        ...

    def ended(self, passed: Passed, failed: bool | None) -> None:
        """Is told what became of a call, once for each leave; None: nothing that says anything of the API."""
        ...


class OpenGate:
    """Lets everything pass: for a broker that shares its API with nobody."""

    def enter(self, taken: TakenCall, allowed: Allowed, secret: Mapping[str, str], *, write: bool) -> Passed | Held:
        return Passed(taken)

    def let(self, taken: TakenCall, allowed: Allowed, secret: Mapping[str, str], *, write: bool) -> Passed:
        return Passed(taken)

    def further(self, passed: Passed, seconds: float) -> bool:
        return True

    def heard(self, passed: Passed, answer: HttpResponse) -> Told:
        return told(answer, 0.0)

    def ended(self, passed: Passed, failed: bool | None) -> None:
        return None


class SharedGate:
    """One API's gate. `now` gives epoch seconds, `chance` a number from 0 to 1."""

    def __init__(
        self,
        spec: ApiSpec,
        outside: OutsideTable,
        *,
        now: Callable[[], float],
        sleep: Callable[[float], None],
        chance: Callable[[], float],
        note: Note = lambda name, taken, numbers: None,
    ) -> None:
        self._spec = spec
        self._outside = outside
        self._now = now
        self._sleep = sleep
        self._chance = chance
        self._note = note
        self._lock = threading.Lock()
        self._seen: dict[str, tuple[float, Outlook]] = {}
        self._good: dict[str, int] = {}
        self._keys: dict[object, str] = {}

    def enter(self, taken: TakenCall, allowed: Allowed, secret: Mapping[str, str], *, write: bool) -> Passed | Held:
        passed = self.let(taken, allowed, secret, write=write)
        waited, held = self._wait(passed, min(self._now() + LONGEST_WAIT, taken.until))
        outlook, trial = self._look(passed.place), ""
        if outlook.open_until and not held:
            trial = secrets.token_hex(8)
            if not self._outside.try_out(passed.place, trial, self._now() + _TRIAL_SECONDS):
                held = self._unavailable("one call tries it out already")
            self._forget(passed.place)
        if held:
            self._note("held_calls", taken, {"status": held.status, "waited_ms": waited * 1000})
            return held
        if waited or trial:
            self._note("trials" if trial else "waits", taken, {"waited_ms": waited * 1000})
        return replace(passed, waited=waited, trial=trial, outlook=outlook)

    def let(self, taken: TakenCall, allowed: Allowed, secret: Mapping[str, str], *, write: bool) -> Passed:
        place, family = f"{self._spec.name}#{taken.target}", allowed.operation.family
        counts = allowed.host.name in {host.name for host in self._spec.hosts}
        if not allowed.host.credential:
            # What is public has limits of its own, if any: they are not the account's.
            return Passed(taken, place, _PUBLIC, family, counts=counts)
        keys = key_class(self._spec.secrets, secret)
        draughts = tuple(
            Draught(str(number), cost, rate.seconds / rate.requests, rate.burst)
            for number, rate in enumerate(self._spec.rates)
            if (cost := rate.cost(target=taken.target, write=write, family=family, keys=keys))
        )
        return Passed(taken, place, self._fingerprint(secret), family, counts, draughts)

    def further(self, passed: Passed, seconds: float) -> bool:
        return not self._wait(passed, self._now() + seconds)[1]

    def heard(self, passed: Passed, answer: HttpResponse) -> Told:
        now = self._now()
        found = told(answer, now)
        if found.limited:
            self._note("limited_calls", passed.taken, {"status": answer.status, "seconds": found.seconds or 0.0})
        name = f"{passed.key}#{passed.family}" if found.family_only else passed.key
        if found.hold:
            self._hold(passed.place, name, now, now + found.hold)
        return found

    def ended(self, passed: Passed, failed: bool | None) -> None:
        place, now = passed.place, self._now()
        failed = failed if passed.counts or not failed else None
        if passed.trial:
            self._gently(lambda: self._tried(passed, now, failed), None)
        elif failed is False:
            with self._lock:
                self._good[place] = self._good.get(place, 0) + 1
        elif failed:
            self._failed(passed, now)

    def _tried(self, passed: Passed, now: float, failed: bool | None) -> None:
        place, run_id, before = passed.place, passed.taken.run_id, passed.outlook
        seconds = breaker.next_seconds(before, run_id) if failed else before.open_seconds
        if failed is False:
            self._outside.close(place, passed.trial)
        elif failed:
            self._outside.reopen(place, passed.trial, run_id, now + seconds, seconds)
        else:
            # Nothing was learnt: the next one may try at once.
            self._outside.reopen(place, passed.trial, before.tried_by, now, seconds)
        self._forget(place)
        if failed is not None:
            self._note("breaker_opened" if failed else "breaker_closed", passed.taken, {"seconds": seconds})

    def _failed(self, passed: Passed, now: float) -> None:
        place, seconds = passed.place, breaker.FIRST_SECONDS
        outlook = self._look(place, failure=breaker.failure_of(passed.taken.run_id, passed.taken.seq))
        if outlook.open_until or not breaker.opens(outlook):
            return
        opened = self._gently(lambda: self._outside.open(place, now + seconds, seconds), False)
        self._forget(place)
        if opened:
            self._note("breaker_opened", passed.taken, {"seconds": seconds})

    def _hold(self, place: str, name: str, now: float, until: float) -> None:
        holds = self._look(place).holds
        # Each answer of a used-up limit says the same again.
        if holds.get(name, 0.0) < until - 1:
            over = [other for other, ended in holds.items() if ended < now and other != name]
            self._gently(lambda: self._outside.hold(place, name, until, over), None)
            self._forget(place)

    def _wait(self, passed: Passed, until: float) -> tuple[float, Held | None]:
        """For how long was waited until nothing was in the way any more; or why there is no more waiting for it."""
        waited = 0.0
        while True:
            wait, held = self._hindrance(passed)
            if not wait:
                return round(waited, 3), None
            wait += self._chance() * min(wait, _SPREAD_SECONDS)
            if self._now() + wait > until:
                return round(waited, 3), held
            self._sleep(wait)
            waited += wait

    def _hindrance(self, passed: Passed) -> tuple[float, Held]:
        """For how long what is in the way; if nothing is, the buckets have given what the call takes."""
        now, outlook, title = self._now(), self._look(passed.place), self._spec.title
        if outlook.open_until > now:
            seconds = math.ceil(outlook.open_until - now)
            return math.inf, self._unavailable(f"it is tried again in {seconds} s")
        hold = max(outlook.holds.get(name, 0.0) for name in (passed.key, f"{passed.key}#{passed.family}")) - now
        if hold > 0:
            return hold, Held(f"{title} takes no more requests for {math.ceil(hold)} s, as it says itself", TOO_MANY)
        if not passed.draughts:
            return 0.0, Held("", TOO_MANY)
        key = f"{passed.place}#{passed.key}"
        wait = self._gently(lambda: self._outside.take(key, passed.draughts), _SPREAD_SECONDS)
        return wait, Held(f"the runs of this stack use up what {title} takes; there is room in {math.ceil(wait)} s", TOO_MANY)

    def _unavailable(self, then: str) -> Held:
        return Held(f"{self._spec.title} has failed too often to be asked now; {then}", _UNAVAILABLE)

    def _look(self, place: str, *, failure: str = "") -> Outlook:
        """What everybody has seen, a second old at most; with a failure, which it adds, at once."""
        now = self._now()
        with self._lock:
            at, outlook = self._seen.get(place, (-math.inf, Outlook()))
            if not failure and at <= now < at + _LOOK_SECONDS:
                return outlook
            good = self._good.pop(place, 0)
        found = self._gently(lambda: self._outside.seen(place, good=good, failure=failure), None)
        with self._lock:
            if found is None:
                self._good[place] = self._good.get(place, 0) + good
            self._seen[place] = now, found or outlook
        return found or outlook

    def _forget(self, place: str) -> None:
        with self._lock:
            self._seen.pop(place, None)

    def _gently[Given](self, act: Callable[[], Given], otherwise: Given) -> Given:
        """A table that does not answer must not be what fails a call, least of all one that has been sent."""
        try:
            return act()
        except Exception as error:
            if not is_of_aws(error):
                raise
            return otherwise

    def _fingerprint(self, secret: Mapping[str, str]) -> str:
        """Which key it is. Made slowly, because it is kept in the table, and not every API's key is hard to guess."""
        named = repr(sorted(secret.items())).encode("utf-8", "surrogatepass")
        known = hashlib.sha256(named).digest()
        with self._lock:
            found = self._keys.get(known)
        if found is None:
            found = hashlib.scrypt(named, salt=self._spec.name.encode(), n=2**12, r=8, p=1, dklen=16).hex()
            with self._lock:
                while len(self._keys) >= _MOST_KEYS:
                    del self._keys[next(iter(self._keys))]
                self._keys[known] = found
        return found
