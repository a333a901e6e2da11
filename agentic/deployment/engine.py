"""The real Pulumi engine on one stack: preview, up, refresh, destroy, as typed changes.

The engine is the `pulumi` command, driven by Pulumi's Automation API; the program runs in a process of ours, so that no
language plugin is needed. Where resources go is the engine's matter: AWS's own provider, or ours of the local cloud.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from pulumi import automation as auto

from agentic.core.errors import DeploymentError
from agentic.deployment.command import HostedCommand
from agentic.deployment.hosted import ProgramHost
from agentic.local.program.place import Place

Op = auto.OpType
"""What happens to a resource: `create`, `update`, `replace`, `delete`, `create-replacement`, `delete-replaced`, …"""

_COLOUR = re.compile(r"<\{%.*?%\}>")
# The engine tells each failed resource and then that the update as a whole failed.
_ENDINGS = ("update failed", "preview failed", "refresh failed", "destroy failed", "resource monitor shut down")
# What the engine and the language server put before a program's own error, which is told twice otherwise.
_PREAMBLES = ("error: ", "an unhandled error occurred: ", "python inline source runtime error: ")
# The next step for what a person meets first, by a word of the engine's message.
_HINTS = {
    "PULUMI_ACCESS_TOKEN": "`pulumi login` says where the state is kept (docs/deploying.md); or add --local",
    "PULUMI_CONFIG_PASSPHRASE": "set PULUMI_CONFIG_PASSPHRASE: it encrypts the stack's state (docs/deploying.md)",
    "resource plugin": "`pulumi plugin install resource aws` fetches Pulumi's provider for AWS; it needs the internet",
    "currently locked": "another update runs, or was killed: wait, then `pulumi cancel`",
    "is protected": "set agentic:protect to false, `agentic up`, then try again; the data is lost then",
}
_NOTHING = frozenset({Op.SAME, Op.REFRESH, Op.READ})


@dataclass(frozen=True, slots=True)
class Change:
    """What the engine does, or would do, to one resource."""

    op: Op
    type: str
    name: str
    properties: tuple[str, ...] = ()
    """The inputs whose change is the reason."""
    replacing: tuple[str, ...] = ()
    """Those of them that cannot be changed in place."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What an operation did, or found, in the order of completion, with the warnings on the way."""

    steps: tuple[Change, ...]
    warnings: tuple[str, ...] = ()

    def count(self, *ops: Op) -> int:
        return sum(step.op in ops for step in self.steps)


@dataclass(frozen=True, slots=True)
class Progress:
    """One moment of an operation: a resource's change has begun (`done` False) or has ended. `failed` with its reason."""

    change: Change
    done: bool
    failed: str = ""


OnProgress = Callable[[Progress], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Where the engine works. `backend` and `pulumi_home` are the person's own where they are None."""

    work: Path
    """The folder with `Pulumi.yaml` and `Pulumi.<stack>.yaml`."""
    own: Path
    """A folder of ours: the program's log, the command's link."""
    backend: Path | None = None
    pulumi_home: Path | None = None
    makes_project: bool = False
    """Whether `work` has no `Pulumi.yaml` of its own."""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])


class Engine:
    """One stack of a program, until `close`. All operations raise `DeploymentError` with the engine's errors in one line."""

    def __init__(self, program: Path, place: Place, workspace: Workspace, pulumi: Path) -> None:
        workspace.own.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._program, self._place, self._own = program.absolute(), place, workspace.own
        self._host: ProgramHost | None = None
        self.environment = {"PULUMI_SKIP_UPDATE_CHECK": "true", **workspace.environment}
        project = None
        backend = None
        if workspace.backend:
            workspace.backend.mkdir(mode=0o700, parents=True, exist_ok=True)
            backend = auto.ProjectBackend(url=f"file://{workspace.backend.absolute()}")
        if backend or workspace.makes_project:
            project = auto.ProjectSettings(place.project, runtime="python", backend=backend)
        options = auto.LocalWorkspaceOptions(
            pulumi_home=str(workspace.pulumi_home) if workspace.pulumi_home else None,
            env_vars=self.environment,
            project_settings=project,
            pulumi_command=HostedCommand(pulumi, workspace.own / "cli", self._port),
        )
        try:
            self._stack = auto.create_or_select_stack(place.stack, work_dir=str(workspace.work), opts=options)
        except (auto.CommandError, auto.InvalidVersionError) as error:
            self.close()
            said = _last_line(str(error))
            raise DeploymentError(f"the engine cannot use the stack {place.stack}: {said}", hint=_hint(said)) from error
        except BaseException:
            self.close()
            raise
        # What is added to it later reaches the commands that follow.
        self._stack.workspace.env_vars = self.environment

    def close(self) -> None:
        """End the program's process; the stack stays. May be called again."""
        if self._host:
            self._host.close()
            self._host = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def set(self, key: str, value: str) -> None:
        """One setting (`agentic:log_retention_days`, …) for the operations that follow."""
        self._told(lambda: self._stack.set_config(key, auto.ConfigValue(value)))

    def config(self) -> Mapping[str, str]:
        """The stack's configuration: full keys to texts; secret values are left out."""
        found = self._told(self._stack.get_all_config)
        return {key: value.value for key, value in found.items() if not value.secret}

    def preview(self, on_progress: OnProgress | None = None) -> Changes:
        return self._observed(self._stack.preview, on_progress)

    def up(self, on_progress: OnProgress | None = None) -> Changes:
        return self._observed(self._stack.up, on_progress)

    def refresh(self, on_progress: OnProgress | None = None) -> Changes:
        return self._observed(self._stack.refresh, on_progress)

    def destroy(self, on_progress: OnProgress | None = None) -> Changes:
        return self._observed(self._stack.destroy, on_progress)

    def outputs(self) -> Mapping[str, Any]:
        """The stack's outputs as the last complete `up` left them; empty before it."""
        return {name: output.value for name, output in self._told(self._stack.outputs).items()}

    def export(self) -> Mapping[str, Any]:
        """The stack's state with all secrets in the clear, as `pulumi stack export --show-secrets` gives it."""
        return self._told(self._stack.export_stack).deployment or {}

    def run(self, *arguments: str) -> str:
        """Any other command of the engine on this stack; gives what it prints."""
        workspace = self._stack.workspace
        variables = {**self.environment, **({"PULUMI_HOME": workspace.pulumi_home} if workspace.pulumi_home else {})}
        args = [*arguments, "--stack", self._place.stack]
        return self._told(lambda: workspace.pulumi_command.run(args, workspace.work_dir, variables)).stdout

    def _port(self) -> str:
        """The program's process is started when the first operation needs it."""
        if self._host is None:
            self._host = ProgramHost(self._program, self._place, self._own / "program.log")
        return self._host.port

    def _told[Answer](self, call: Callable[[], Answer]) -> Answer:
        try:
            return call()
        except auto.CommandError as error:
            said = _last_line(str(error))
            raise DeploymentError(said, hint=_hint(said)) from error

    def _observed(self, operation: Callable[..., Any], on_progress: OnProgress | None) -> Changes:
        seen = _Seen(on_progress)
        try:
            operation(on_event=seen, color="never")
        except auto.CommandError as error:
            told = [text for text in dict.fromkeys(seen.errors) if not text.endswith(_ENDINGS)] or [_last_line(str(error))]
            said = "; ".join(told)
            raise DeploymentError(said, hint=_hint(said), steps=tuple(seen.steps)) from error
        return Changes(tuple(seen.steps), tuple(dict.fromkeys(seen.warnings)))


class _Seen:
    """Gathers an operation's events."""

    def __init__(self, on_progress: OnProgress | None) -> None:
        self.steps: list[Change] = []
        self.errors: list[str] = []
        self.warnings: list[str] = []
        self._tell: OnProgress = on_progress or _ignore

    def __call__(self, event: auto.EngineEvent) -> None:
        if event.resource_pre_event and (change := _change(event.resource_pre_event.metadata)):
            self._tell(Progress(change, done=False))
        elif event.res_outputs_event and (change := _change(event.res_outputs_event.metadata)):
            self.steps.append(change)
            self._tell(Progress(change, done=True))
        elif event.res_op_failed_event and (change := _change(event.res_op_failed_event.metadata)):
            self._tell(Progress(change, done=True, failed="failed"))
        elif event.diagnostic_event:
            texts = {"error": self.errors, "warning": self.warnings}.get(event.diagnostic_event.severity)
            if texts is not None:
                texts.append(_said(event.diagnostic_event))


def _ignore(progress: Progress) -> None:
    """Nobody wants to know."""


def _change(metadata: auto.StepEventMetadata) -> Change | None:
    op, state = Op(metadata.op), metadata.new or metadata.old
    # Components only group; the engine's own resources are the stack and its providers.
    if op in _NOTHING or state is None or not state.custom or metadata.type.startswith("pulumi:"):
        return None
    details: Mapping[str, Any] = metadata.detailed_diff or {}
    properties: Sequence[str] = sorted(details or metadata.diffs or ())
    replacing = tuple(name for name in properties if name in details and details[name].diff_kind.value.endswith("replace"))
    return Change(op, *named(metadata.urn), tuple(properties), replacing)


def named(urn: str) -> tuple[str, str]:
    """Type and name from `urn:pulumi:<stack>::<project>::<parents$type>::<name>`."""
    _, _, types, name = urn.split("::", 3)
    return types.rsplit("$", 1)[-1], name


def _said(event: auto.DiagnosticEvent) -> str:
    """A diagnosis in one line that says which resource it is about."""
    text = " ".join(_COLOUR.sub("", event.message).split()).partition(" Traceback (most recent call last):")[0]
    for preamble in (*_PREAMBLES, "warning: "):
        text = text.removeprefix(preamble)
    if not event.urn or event.urn.split("::")[2] == "pulumi:pulumi:Stack":
        return text
    kind, name = named(event.urn)
    return text if kind in text and name in text else f"{kind} {name!r}: {text}"


def _hint(said: str) -> str:
    return next((hint for word, hint in _HINTS.items() if word in said), "")


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip().removeprefix("stderr: ").removeprefix("error: ") if lines else "no reason was given"
