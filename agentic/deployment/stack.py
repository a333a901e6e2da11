"""`agentic.Stack`: one stack, on AWS or on the local cloud, from Python. The command line uses the same."""

import os
import secrets
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

from agentic.core.errors import DeploymentError, UsageError
from agentic.core.program import installed_program, program_folder
from agentic.core.settings import Settings
from agentic.deployment import command, recovery
from agentic.deployment.configuration import Configuration
from agentic.deployment.engine import Changes, Engine, OnProgress, Workspace
from agentic.deployment.outputs import Outputs
from agentic.local import control, project
from agentic.local.program.place import ACCOUNT, Place
from agentic.local.program.program import project_name
from agentic.local.stacks import folders


class Stack:
    """A stack of the Pulumi program, made if it is new. Close it, or use it in `with`.

    On AWS (`local` False) state and passphrase are those of `pulumi login` and of the environment, the credentials the
    person's; the configuration is `Pulumi.<name>.yaml` beside the program, or in the working folder where the program is an
    installed package's. With `local` everything is in the state folder
    `home` (AGENTIC_HOME or `.agentic`): `Pulumi.<name>.yaml` is read there, never written, and `set` is kept beside the state.
    `program` is another program that embeds `AgenticApi`. Operations raise `DeploymentError`.
    """

    def __init__(self, name: str, *, local: bool = False, home: Path | None = None, program: Path | None = None) -> None:
        self.name = name
        self.local = local
        self._home = (home or control.home()).absolute()
        self._folder = folders.StackFolder(self._home, name)
        self._program = (program or program_folder() / "__main__.py").absolute()
        self._exit = ExitStack()
        self._engine: Engine | None = None
        self._config = Configuration(self._folder.root, self._program, name) if local else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End what this object has started; the stack stays. May be called again."""
        if self._engine:
            self._engine.close()
            self._engine = None
        self._exit.close()

    # --- configuration --------------------------------------------------------------------------------------------

    def set(self, key: str, value: str) -> None:
        """One setting by its full key, such as `agentic:log_retention_days` or `aws:region`, for what follows."""
        if self._config:
            self._config.set(key, value)
        else:
            self._opened().set(key, value)

    def configure(self, settings: Settings, region: str = "") -> None:
        """All of this project's settings at once; with `region` the provider's as well."""
        for key, value in settings.to_config().items():
            self.set(f"agentic:{key}", value)
        if region:
            self.set("aws:region", region)

    def config(self) -> Mapping[str, str]:
        """The stack's configuration by full keys; without secret values."""
        return self._config.all() if self._config else self._opened().config()

    # --- operations -----------------------------------------------------------------------------------------------

    def preview(self, on_progress: OnProgress | None = None) -> Changes:
        """What `up` would do. Nothing is changed."""
        with self._attached(dry=True) as engine:
            return engine.preview(on_progress)

    def up(self, on_progress: OnProgress | None = None) -> Outputs:
        """Bring the cloud to what program and configuration say; see `changes_of_up` for what that was."""
        return self.changes_of_up(on_progress)[1]

    def changes_of_up(self, on_progress: OnProgress | None = None) -> tuple[Changes, Outputs]:
        """`up`, with what it did."""
        with self._attached() as engine:
            try:
                changes = engine.up(on_progress)
            finally:
                self._give_back_if_empty()
            outputs = Outputs.of(engine.outputs())
            if self.local:
                self._ask("adopt", {"exports": dict(outputs.all)})
            return changes, outputs

    def refresh(self, on_progress: OnProgress | None = None) -> Changes:
        """Compare the state with what there is, and note the differences: the next `up` mends them."""
        self._expect()
        with self._attached() as engine:
            return engine.refresh(on_progress)

    def destroy(self, on_progress: OnProgress | None = None) -> Changes:
        """Remove everything. Protected resources refuse, and nothing is removed then."""
        self._expect()
        with self._attached() as engine:
            changes = engine.destroy(on_progress)
        if self.local:
            self._ask("forget", {})
            self._give_back_if_empty()
        return changes

    def outputs(self) -> Outputs:
        """Of the last complete `up`. Raises `DeploymentError` before it."""
        return Outputs.of(self._folder.outputs if self.local else self._opened().outputs())

    def export(self) -> Mapping[str, object]:
        """The engine's state with all secrets in the clear: no value of an API's key is ever in it."""
        return self._opened().export()

    # --- the engine -----------------------------------------------------------------------------------------------

    def _opened(self) -> Engine:
        if self._engine is None:
            region = self._config.region if self._config else os.environ.get("AWS_REGION", project.REGION)
            place = Place(project_name(self._program), self.name, region, ACCOUNT)
            self._engine = Engine(self._program, place, self._workspace(), command.find())
        return self._engine

    def _workspace(self) -> Workspace:
        root = self._folder.root
        if self._config is None:
            # Configuration lies beside the program in a clone; an installed package's is where the person works.
            installed = self._program == installed_program()
            return Workspace(work=Path.cwd() if installed else self._program.parent, own=root, makes_project=installed)
        self._config.write()
        recovery.wait_for_leftover(root / "state", self.name)
        recovery.mend_checkpoint(root / "state", self.name)
        return Workspace(
            work=self._config.folder,
            own=root,
            backend=root / "state",
            pulumi_home=root / "home",
            environment={
                "PULUMI_CONFIG_PASSPHRASE": _passphrase(root / "passphrase"),
                "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            },
        )

    @contextmanager
    def _attached(self, *, dry: bool = False) -> Generator[Engine]:
        """The engine; on the local cloud attached to its providers, and the only one on this stack."""
        if self._config is None:
            engine = self._opened()
            if not dry:
                self._recover(engine)
            yield engine
            return
        if not dry:
            self._take_over()
        control.ensure(self._home, lambda text: None)
        self._config.write()
        fields = {"stack": self.name, "region": self._config.region, "project": project_name(self._program), "dry": dry}
        with control.held(self._home, "engine", fields) as session:
            engine = self._opened()
            engine.environment["PULUMI_DEBUG_PROVIDERS"] = str(session["attach"])
            if dry:
                yield engine
                return
            self._recover(engine)
            self._unfinished.touch()
            try:
                yield engine
            except DeploymentError as error:
                # What the engine itself says of an operation is true, and so is its state.
                if not error.data.get("unsure"):
                    self._unfinished.unlink()
                raise
            self._unfinished.unlink()

    def _expect(self) -> None:
        if self.local and not self._folder.ledger.exists():
            raise UsageError(
                f"the local cloud has no stack {self.name} of the engine",
                hint=f"`agentic up --local --stack {self.name}` makes it",
            )

    @property
    def _unfinished(self) -> Path:
        """There while an operation runs: who finds it follows one that was killed."""
        return self._folder.root / "unfinished"

    def _recover(self, engine: Engine) -> None:
        if self.local:
            recovery.release_lock(engine, self._folder.root / "state", self.name)
            if self._unfinished.exists():
                recovery.settle(engine, lambda known: self._ask("remove_others", {"known": known}))
        elif names := recovery.pending_names(engine):
            raise DeploymentError(
                f"an update was ended while it made {', '.join(names)}: whether they exist is not known",
                hint=f"`pulumi refresh --stack {self.name}` asks about each of them; then run this again",
            )

    def _take_over(self) -> None:
        """The stack dev is built by each start of the local cloud until the engine has it: then that one must not run."""
        if self.name == project.STACK and not self._folder.ledger.exists():
            control.stop(self._home)
            self._folder.claim()

    def _give_back_if_empty(self) -> None:
        """Nothing of the stack is there: each start builds dev again."""
        if self.local and self.name == project.STACK and not self._ask("made", {})["resources"]:
            self._folder.forget()
            self._exit.callback(control.stop, self._home)

    def _ask(self, operation: str, fields: Mapping[str, object]) -> dict[str, int]:
        with control.connect(self._home) as remote:
            if remote is None:
                raise DeploymentError("the background local cloud went away", hint="run the command again", unsure=True)
            return remote.request(operation, {"stack": self.name, **fields}, lambda event: None)


def _passphrase(path: Path) -> str:
    """The local state's own; nothing secret is encrypted with it, but the engine asks for one."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(16))
    except FileExistsError:
        pass
    return path.read_text()
