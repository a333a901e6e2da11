"""`LocalCloud`: the whole topology in this process and its children, built by the real Pulumi program.

Start-up is one straight line (`_build`), ordered so that the slow parts overlap: the program imports Pulumi in its own
process, and the functions' zygote imports boto3 in another, while this process imports moto and Strands.
"""

import gc
import os
import threading
from collections.abc import Collection, Generator, Mapping, Set
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from agentic.agents.declaration import which_api
from agentic.broker.identity import fingerprint
from agentic.core.cache import cache_folder
from agentic.core.errors import AgenticError, LocalCloudError, RefusedError, UsageError
from agentic.core.program import program_folder
from agentic.core.settings import Settings
from agentic.core.values import PendingCall, RunResult, Target
from agentic.local import offered, project
from agentic.local.control import home
from agentic.local.identities import OPERATOR, person
from agentic.local.program.begun import begin
from agentic.local.program.place import ACCOUNT, Place
from agentic.local.program.program import Program, project_name
from agentic.local.queue_of_runs import QueueOfRuns
from agentic.local.recovery import Recovery
from agentic.local.stacks import folders
from agentic.local.state import StateFolder
from agentic.local.trace import Event, Observer, ignore
from agentic.registry import Registry

if TYPE_CHECKING:
    from agentic.agents.front_door import RunRequest
    from agentic.local.program.table import Context
    from agentic.local.stacks.stack import LocalStack
    from agentic.runs import RunRecord
    from agentic.runs.recording import Recording
    from agentic.runs.wanted import Wanted

_LETTING_GO_SECONDS = 10.0


class LocalCloud:
    """One state folder's local cloud, alive between `start` and `close` (or inside `with`).

    `folder` defaults to AGENTIC_HOME or `.agentic`; one at a time per folder and per process. `config` is laid over the
    configuration of the stack dev ("agentic:backend", …), which each start builds; stacks that the real engine has made in
    this folder are there as they were.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        observer: Observer = ignore,
        plain: bool = False,
        config: Mapping[str, str] | None = None,
    ) -> None:
        self._folder = folder or home()
        self._observer = observer
        self._plain = plain
        self._config = dict(config or {})
        self._exit = ExitStack()
        self._stacks: dict[str, LocalStack] = {}
        self._contexts: dict[str, Context] = {}
        self._broken: dict[str, AgenticError] = {}
        self._sessions: set[str] = set()
        self._free = threading.Condition()
        self._queue = QueueOfRuns()

    def __enter__(self) -> Self:
        if not hasattr(self, "_account"):
            self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Build everything. Raises the one error that stopped it; nothing is left running then."""
        try:
            collecting = gc.isenabled()
            # Start-up makes millions of objects that stay: collecting between them finds nothing (reference: local.md).
            gc.disable()
            try:
                self._build()
            finally:
                gc.freeze()
                if collecting:
                    gc.enable()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End every process and thread of this cloud. What was acknowledged is on the disk. May be called again."""
        self._exit.close()

    # --- runs -----------------------------------------------------------------------------------------------------

    def run(
        self,
        task: str,
        *,
        api: str = "",
        model: str = "offline",
        session: str = "",
        limits: Mapping[str, float] | None = None,
        stack: str = project.STACK,
        on_event: Observer = ignore,
    ) -> RunResult:
        """Carry out a task against the fakes and wait for its end. `limits`: budgets below the stack's (`RunLimits`)."""
        fields = {"task": task, "api": api, "model": model, "session": session, "limits": limits}
        asked = self.request(fields, stack=stack)
        return self.carry_out(asked, stack=stack, on_event=on_event)

    def request(self, fields: Mapping[str, Any], *, stack: str = project.STACK) -> "RunRequest":
        """A run request from JSON fields (task, api, model, writes, live, session, limits, code). Raises `UsageError`."""
        return self.stack(stack).request(fields)

    def routed(self, asked: "RunRequest") -> str:
        """The API of a request for the real API. Raises `UsageError` when its task does not tell it."""
        return _reachable(replace(asked, target=Target.REAL), ()).api

    def carry_out(
        self,
        asked: "RunRequest",
        *,
        stack: str = project.STACK,
        secret: Mapping[str, str] | None = None,
        credentials: Mapping[str, str] | None = None,
        on_event: Observer = ignore,
    ) -> RunResult:
        """Carry out a request. `secret` (the live API's) and `credentials` (the model's) live in memory for this run only."""
        chosen, account = self.stack(stack), self._account
        account.models.check(asked.model, credentials or {})
        if asked.target is Target.FAKE:
            account.fakes.check(asked.api)
        asked = _reachable(asked, account.fakes.secrets)
        if asked.api:
            # While the agents are at work.
            chosen.ready(asked.api)
        door = chosen.door
        with (
            self._turn(asked.run_id, on_event),
            account.heard(asked.run_id, door.store, on_event) as milliseconds,
            account.armed(asked, secret or {}, credentials or {}) as armed,
        ):
            result = door.run(armed)
        return _timed(result, milliseconds["model"])

    def approve(
        self,
        run_id: str,
        asked: PendingCall,
        *,
        every: bool = False,
        by: str = "",
        stack: str = project.STACK,
        secret: Mapping[str, str] | None = None,
        credentials: Mapping[str, str] | None = None,
        on_event: Observer = ignore,
    ) -> RunResult:
        """Allow the write that a paused run waits with, and go on to its end or its next question.

        `asked` is what was shown to the person (`RunResult.pending`); `every` allows all further writes of the same script too.
        `by` says who allows it (this process's user). `secret` is given again for a run on the live API: the same key; so are
        the model's `credentials`, which are needed where the script fails and is to be written anew.
        Raises `UnknownRunError`, and `RefusedError` when the run waits with another call or with none, or it is another key.
        """
        chosen = self.stack(stack)
        record = chosen.door.store.get(run_id)
        if record.secret_id and fingerprint(record.effect_seed, secret or {}) != asked.account:
            raise RefusedError("the run has begun with another key", hint="set that key again, then approve the call")
        chosen.ready(record.api)
        told = len(chosen.door.store.calls(run_id))
        with (
            self._turn(run_id, on_event),
            self._account.heard(run_id, chosen.door.store, on_event, told) as milliseconds,
            self._account.armed_again(record, secret or {}, credentials or {}),
        ):
            result = chosen.door.approve(run_id, asked, by or person(), every=every)
        return _timed(result, milliseconds["model"])

    def reject(self, run_id: str, *, by: str = "", stack: str = project.STACK) -> RunResult:
        """Do not allow what a paused run waits with: the run ends as refused. Raises as `approve`."""
        return self.stack(stack).door.reject(run_id, by or person())

    def _turn(self, run_id: str, on_event: Observer) -> AbstractContextManager[None]:
        return self._queue.turn(run_id, lambda before: on_event(Event("queue", "start", "", run_id, {"before": before})))

    def ready_next(self) -> bool:
        """Start the functions of one API that no run has needed yet; False when there is none left."""
        return any(stack.ready(api) for stack in list(self._stacks.values()) for api in stack.registry.names)

    def cancel(self, run_id: str, *, stack: str = project.STACK) -> None:
        """End a run now: its record is closed, its script is killed. One that has ended stays as it is."""
        self._queue.cancel(run_id)
        self.stack(stack).cancel(run_id)

    def result(self, run_id: str, *, stack: str = project.STACK) -> RunResult:
        """A run of this state folder, as its record has it. Raises `UnknownRunError`."""
        return self.stack(stack).door.result(run_id)

    def recording(self, run_id: str, *, stack: str = project.STACK) -> "Recording":
        """The last execution of a run's script, to do it again offline. Raises `UnknownRunError`, `UsageError`."""
        return self.stack(stack).door.recording(run_id)

    def recent(self, limit: int = 20, *, stack: str = project.STACK, wanted: "Wanted | None" = None) -> "tuple[RunRecord, ...]":
        return self.stack(stack).door.recent(limit, wanted)

    def sessions(self, action: str, name: str = "", *, stack: str = project.STACK) -> Any:
        """List this user's sessions, show or clear one of them (`FrontDoor.sessions`)."""
        return self.stack(stack).sessions(action, name)

    def credentials(self, stack: str = project.STACK) -> dict[str, str]:
        """Environment variables with which any AWS SDK or command reaches a stack's place, until this cloud is stopped."""
        if stack not in self._contexts:
            self.stack(stack)
        keys = self._account.identities.issue(OPERATOR)
        return {
            "AWS_ENDPOINT_URL": self._account.endpoint.url,
            "AWS_ACCESS_KEY_ID": keys.access_key_id,
            "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
            "AWS_REGION": self._contexts[stack].place.region,
        }

    def exports(self, stack: str = project.STACK) -> dict[str, Any]:
        """A stack's outputs. Raises the reason why there is none of this name."""
        return dict(self.stack(stack).exports)

    def facts(self) -> dict[str, Any]:
        """What `agentic local status` shows."""
        return {
            "endpoint": self._account.endpoint.url,
            "apis": list(self.stack(project.STACK).registry.names) if project.STACK in self._stacks else [],
            "resources": len(self._account.made.resources),
            "stacks": sorted({*self._contexts, *self._broken}),
        }

    # --- stacks ---------------------------------------------------------------------------------------------------

    def stack(self, name: str) -> "LocalStack":
        """A complete stack. Raises the reason why there is none of this name."""
        if found := self._stacks.get(name):
            return found
        if name in self._broken:
            raise self._broken[name]
        what = "is not complete" if name in self._contexts else "does not exist in this local cloud"
        raise UsageError(f"the stack {name} {what}", hint=f"run `agentic up --local --stack {name}`")

    @contextmanager
    def engine(self, place: Place, *, dry: bool = False) -> Generator[str]:
        """Open a stack for the real engine: what PULUMI_DEBUG_PROVIDERS must say. One engine per stack at a time.

        `dry` is for a preview: nothing is made, and a stack that the engine does not have yet is looked at as if it were new.
        """
        from agentic.local.program.made import Made
        from agentic.local.program.resources import all_types
        from agentic.local.provider.server import ProviderServer
        from agentic.local.stacks.ledger import StackLedger

        name = place.stack
        with self._free:
            # A command that has just ended may still be letting go of it.
            if not self._free.wait_for(lambda: name not in self._sessions, _LETTING_GO_SECONDS):
                raise UsageError(f"another command is changing the stack {name}", hint="wait for it, then run this again")
            self._sessions.add(name)
        try:
            context = self._contexts.get(name)
            if dry and (context is None or context.ledger is None):
                with ProviderServer(all_types(), self._account.context(place, made=Made())) as server:
                    yield server.attach
                return
            if context is not None and context.ledger is None:
                raise LocalCloudError(f"this start built the stack {name}", hint="`agentic local stop`, then try again")
            if context is None:
                folder = folders.StackFolder(self._folder, name)
                ledger = StackLedger(folder.ledger)
                self._exit.callback(ledger.close)
                folder.keep_place(place.region, place.project)
                self._contexts[name] = self._account.context(place, ledger)
            with ProviderServer(all_types(), self._contexts[name]) as server:
                yield server.attach
        finally:
            with self._free:
                self._sessions.discard(name)
                self._free.notify_all()

    def adopt(self, name: str, exports: Mapping[str, Any]) -> None:
        """The engine has completed a stack: open its front door."""
        from agentic.local.stacks.stack import LocalStack

        exports = self._account.http_apis.current(exports)
        folders.StackFolder(self._folder, name).keep_outputs(exports)
        self._stacks[name] = LocalStack(self._account, self._contexts[name], exports)
        self._broken.pop(name, None)

    def forget(self, name: str) -> None:
        """The engine has destroyed a stack."""
        self._stacks.pop(name, None)
        self._broken.pop(name, None)
        context = self._contexts.pop(name, None)
        if context is not None and context.ledger is not None:
            context.ledger.close()
        folders.StackFolder(self._folder, name).forget()

    def made(self, name: str) -> int:
        """How many resources a stack has."""
        return len(self._account.made.of_stack(name))

    def remove_others(self, name: str, known: Set[tuple[str, str]]) -> int:
        """Remove what a stack has besides the resources `known` (type, id); gives their number."""
        from agentic.local.program.resources import all_types

        table, context = all_types(), self._contexts[name]
        others = [made for made in self._account.made.of_stack(name) if (made.type, made.id) not in known]
        for made in reversed(others):
            table.delete(context, made.type, made.name, made.id, made.inputs)
        # What was never noted is made again under the same name, which must not be in the way.
        self._account.harnesses.free_names()
        return len(others)

    # --- building -------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        state = StateFolder(self._folder)
        self._exit.enter_context(state.alone())
        state.folder(state.logs)
        main = program_folder() / "__main__.py"
        registry = Registry.load()
        of_file = project.stack_config(main)
        self._config = {**offered.overlay(of_file, registry), **self._config}
        config = {**of_file, **self._config}
        settings = Settings.from_stack(config)
        region = config.get("aws:region", project.REGION)
        place = Place(project_name(main), project.STACK, region, ACCOUNT)
        owned = self._owned()
        begun = None
        if project.STACK not in owned:
            program = Program(main, place, config, extra_environment=_passed_on())
            begun = begin(program, self._config, plans=cache_folder() / "plans", log=state.logs / "program.log")
            self._exit.callback(begun.close)

        # From here on the heavy imports; the program's process is importing Pulumi meanwhile.
        from agentic.local.account import Account

        unpacked = cache_folder() / "unpacked"
        first = settings.apis[0] if settings.apis else ""
        self._account = Account(state, registry, region, unpacked, self._observer, first_api=first, plain=self._plain)
        self._exit.callback(self._account.close)
        self._account.fakes.expect(*settings.apis)
        from agentic.local.stacks.stack import LocalStack

        if begun is not None:
            context = self._account.context(place)
            made = begun.complete(context, self._observer)
            self._contexts[place.stack] = context
            self._stacks[place.stack] = LocalStack(self._account, context, made.exports)
        for name in owned:
            self._restore(name)
        self._account.wait_until_loaded()
        self._exit.callback(Recovery(tuple(self._stacks.values())).close)

    def _owned(self) -> tuple[str, ...]:
        return folders.owned(self._folder)

    def _restore(self, name: str) -> None:
        """Make a stack of the real engine again. One that cannot be made stands in nobody's way."""
        from agentic.local.program.resources import all_types
        from agentic.local.stacks import ledger
        from agentic.local.stacks.stack import LocalStack, restore

        folder = folders.StackFolder(self._folder, name)
        try:
            known = folder.place
            if not known:
                return
            place = Place(known["project"], name, known["region"], ACCOUNT)
            known_before = ledger.read(folder.ledger)
            kept = ledger.StackLedger(folder.ledger)
            self._exit.callback(kept.close)
            self._contexts[name] = self._account.context(place, kept)
            # Checked when it was made.
            restore(all_types(), replace(self._account.context(place), oracle=None), known_before)
            if folder.outputs:
                self._stacks[name] = stack = LocalStack(self._account, self._contexts[name], folder.outputs)
                if stack.exports != folder.outputs:
                    folder.keep_outputs(stack.exports)
        except AgenticError as error:
            self._broken[name] = error


def _timed(result: RunResult, model: float) -> RunResult:
    """The result, with the times that only this place knows: what the models took, and the rest."""
    timings = {**result.timings_ms, "model": model}
    timings["platform"] = max(0.0, timings["total"] - timings["model"] - timings["api"])
    return replace(result, timings_ms={name: round(value, 1) for name, value in timings.items()})


def _reachable(asked: "RunRequest", faked: Collection[str]) -> "RunRequest":
    """The request, of whose candidates only those are left that have a fake, where it is for a fake. Raises `UsageError`."""
    if asked.target is Target.REAL:
        if not asked.api:
            # Its key has to be there before anything begins.
            titles = [api.title for api in asked.candidates]
            raise UsageError(which_api(titles), hint="a run on the real API needs to know it: name it with --api")
        return asked
    if asked.api and asked.api not in faked:
        raise UsageError(f"the plugin {asked.api} has no fake", hint="use --live with a test key")
    return replace(asked, candidates=tuple(api for api in asked.candidates if api.name in faked))


def _passed_on() -> dict[str, str]:
    """What the program's process may know of this one's environment: which plugins to load."""
    names = ("AGENTIC_LOAD_PLUGINS", "AGENTIC_STRICT_PLUGINS", "AGENTIC_CACHE")
    return {name: os.environ[name] for name in names if name in os.environ}
