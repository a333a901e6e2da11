"""Where a plugin's scripts are tried: behind all walls of the sandbox, through relay and broker, against the plugin's fake."""

import contextlib
import copy
import importlib
import json
import logging
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, cast

from agentic.agents.offline.rewrite import constants, with_constants
from agentic.broker.broker import Broker
from agentic.broker.ca import Authority
from agentic.broker.ledger import MemoryLedger
from agentic.broker.refusal import refuse
from agentic.broker.relay import Relay
from agentic.broker.transport import FakeTransport
from agentic.core.errors import PluginError
from agentic.core.names import new_grant
from agentic.core.spec import Recipe
from agentic.core.values import Call, Outcome, Target
from agentic.core.wire import HttpRequest, HttpResponse, Origin
from agentic.local.fakes import Fakes
from agentic.sandbox import Sandbox, SandboxPolicy

from .plugin import Plugin

PREPARATION = "EXAMPLES"
"""The name in the fake's module of a script that fills its account for the recipes (see docs/plugins.md)."""

_RUN = "run_0000000000000000"
_SECONDS = 60.0

Exchange = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True, slots=True)
class Ran:
    """One script's run: how it ended, its journal, and everything that came back through the broker."""

    outcome: Outcome
    calls: tuple[Call, ...]
    answers: tuple[HttpResponse, ...]

    @property
    def refused(self) -> list[str]:
        return [call.refused for call in self.calls if call.refused]

    @property
    def told(self) -> str:
        """How it ended, in a line or a few for the plugin's author."""
        ended = f"stopped: {self.outcome.reason}" if self.outcome.reason else f"exit {self.outcome.exit}"
        said = (self.outcome.stderr or self.outcome.stdout).strip()[-1500:]
        calls = ", ".join(f"{call.method} {call.url} {call.status}" for call in self.calls[-5:]) or "no calls"
        return f"{ended}; {calls}" + (f"\n{said}" if said else "")


class Stage:
    """One plugin's sandbox and fake. Each script finds the account as the preparing script left it.

    `prepare` is the text of that script; by default the one in the fake's module, if there is one. It prints what stands in the
    place of which value in a recipe's script: a JSON object by recipe, "" for all of them.
    """

    def __init__(self, plugin: Plugin, prepare: str = "") -> None:
        self.plugin = plugin
        self.spec = plugin.spec
        self._prepare = prepare
        self._authority = Authority()
        self._sandbox = Sandbox(self.spec.sdk, python_path=plugin.library())
        self._states: dict[str, dict[str, str]] = {}
        self._values: dict[str, dict[str, Any]] = {}
        self._recipes: dict[str, Ran] = {}
        self._log = _Log()
        self.secret: Mapping[str, str] = {}

    def __enter__(self) -> Self:
        logging.getLogger().addHandler(self._log)
        try:
            self._sandbox.start()
            with self._fakes(self._states) as fakes:
                self.secret = fakes.secrets.get(self.spec.name, {})
            script = self._prepare or _preparation(self.spec.fake)
            if script:
                done = self._run(script, self._states)
                if not done.outcome.success:
                    raise PluginError(f"the preparing script of the fake failed: {done.told}")
                self._values = _taken(done.outcome.stdout)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        logging.getLogger().removeHandler(self._log)
        self._sandbox.close()

    @property
    def log(self) -> str:
        """Everything that was logged, by whomever, while scripts ran."""
        return "\n".join(self._log.lines)

    def recipe(self, recipe: Recipe) -> Ran:
        """The recipe's script against the prepared account; run once, then remembered."""
        if recipe.name not in self._recipes:
            self._recipes[recipe.name] = self.run(self.script(recipe))
        return self._recipes[recipe.name]

    def script(self, recipe: Recipe) -> str:
        """The recipe's script with the constants that the prepared account gives it."""
        known = constants(recipe.script)
        taken = {**self._values.get("", {}), **self._values.get(recipe.name, {})}
        return with_constants(recipe.script, {name: taken[value] for name, value in known.items() if value in taken})

    def run(self, code: str) -> Ran:
        """`code` against a copy of the prepared account."""
        return self._run(code, copy.deepcopy(self._states))

    def run_refused(self, code: str, reason: str) -> Ran:
        """`code` with every request refused for `reason`, in the plugin's shape of refusals."""
        return self._in_sandbox(code, lambda _request: refuse(self.spec.refusal, reason), lambda: ())

    def _run(self, code: str, states: dict[str, dict[str, str]]) -> Ran:
        with self._fakes(states) as fakes:
            grant = new_grant(_RUN)
            ledger = MemoryLedger(grant, self.spec.name, run_id=_RUN, limit=1000)
            secret = fakes.secrets.get(self.spec.name, {})
            broker = Broker(self.spec, ledger, lambda _secret_id: secret, {Target.FAKE: FakeTransport(fakes.url)})
            return self._in_sandbox(code, lambda request: broker.call(grant, request), lambda: ledger.calls)

    def _in_sandbox(self, code: str, exchange: Exchange, calls: Callable[[], tuple[Call, ...]]) -> Ran:
        answers: list[HttpResponse] = []

        def observed(request: HttpRequest, _origin: Origin) -> HttpResponse:
            answers.append(answer := exchange(request))
            return answer

        hosts = [host.name for host in self.spec.hosts]
        relay = Relay(hosts, observed, self._authority, refusal=self.spec.refusal)
        outcome = self._sandbox.run(code, SandboxPolicy(self.spec.environment, seconds=_SECONDS), relay)
        return Ran(outcome, calls(), tuple(answers))

    @contextlib.contextmanager
    def _fakes(self, states: dict[str, dict[str, str]]) -> Generator[Fakes]:
        fakes = Fakes(lambda name: states.setdefault(name, {}))
        fakes.add(self.spec)
        fakes.start()
        try:
            yield fakes
        finally:
            fakes.close()


class _Log(logging.Handler):
    """Keeps what is logged, from any thread."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def _taken(printed: str) -> dict[str, dict[str, Any]]:
    try:
        values: Any = json.loads(printed)
        return {str(name): dict(taken) for name, taken in values.items()}
    except (ValueError, TypeError, AttributeError):
        hint = 'print(json.dumps({"": {"thing_ABC": thing.id}})), and nothing else'
        raise PluginError("the preparing script printed no JSON object of objects", hint=hint) from None


def _preparation(fake: str) -> str:
    module = fake.partition(":")[0]
    return str(cast("Any", getattr(importlib.import_module(module), PREPARATION, ""))) if module else ""
