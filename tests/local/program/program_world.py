"""A small local cloud for programs written in the tests: the real endpoint, evaluator, gateways and harnesses."""

import textwrap
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agentic.local.agents import FunctionPolicies, Gateways, HarnessDeclaration, Harnesses
from agentic.local.agents.models import Models
from agentic.local.endpoint import Endpoint
from agentic.local.functions.declaration import FunctionDeclaration
from agentic.local.http_apis import HttpApis
from agentic.local.identities import Identities
from agentic.local.permissions import Permissions
from agentic.local.program.engine import RunningProgram
from agentic.local.program.place import Place
from agentic.local.program.program import Program, ProgramResult
from agentic.local.program.resources import all_types
from agentic.local.program.table import Context
from agentic.local.services import InvokeResult, Services
from agentic.local.state import StateFolder
from agentic.local.trace import Event
from agentic.local.workflows import RunModel, StateMachines, Tasks, WorkflowApi

PLACE = Place(project="tiny", stack="dev", region="eu-central-1", account_id="123456789012")


class DeclaredFunctions:
    """Keeps what is declared; no function runs in these tests."""

    def __init__(self) -> None:
        self.declared: list[FunctionDeclaration] = []

    def create(self, declaration: FunctionDeclaration) -> None:
        self.declared.append(declaration)

    def invoke(self, name_or_arn: str, payload: bytes, **options: Any) -> InvokeResult:
        raise AssertionError("no function runs in these tests")


class DeclaredHarnesses(Harnesses):
    """The real ones, which also show what was declared."""

    def __init__(self, gateways: Gateways, models: Models) -> None:
        super().__init__(gateways, models)
        self.declared: list[HarnessDeclaration] = []

    def create(self, declaration: HarnessDeclaration) -> None:
        super().create(declaration)
        self.declared.append(declaration)


class NoModels:
    def converse(self, model_id: str, request: Mapping[str, Any]) -> dict[str, Any]:
        raise AssertionError("no model is asked in these tests")

    def converse_for(self, *asked: Any) -> dict[str, Any]:
        raise AssertionError("no model is asked in these tests")

    def converse_stream(self, model_id: str, request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        raise AssertionError("no model is asked in these tests")


class Declared:
    """Event source mappings, or schedules: kept as they are declared; nothing is invoked in these tests."""

    def __init__(self) -> None:
        self.declared: list[Any] = []

    def create(self, declaration: Any) -> None:
        self.declared.append(declaration)

    def remove(self, name: str) -> None:
        self.declared = [one for one in self.declared if name not in (getattr(one, "id", ""), getattr(one, "name", ""))]


class World:
    """Runs a program's text. `log` is where its output goes, `events` what the observer was told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "state" / "program.log"
        self.events: list[Event] = []
        self.functions = DeclaredFunctions()
        self.permissions = Permissions()
        self.gateways = Gateways(self.functions, self.permissions)
        self.harnesses = DeclaredHarnesses(self.gateways, Models(lambda api: ()))
        self.machines = StateMachines(Tasks(self.functions, NoModels(), self.permissions, lambda run_id: RunModel("", {})))
        services = Services(self.functions, self.harnesses, NoModels(), workflows=WorkflowApi(self.machines))
        state = StateFolder(folder / "state")
        identities = Identities()
        self.endpoint = Endpoint(state, identities, self.permissions, services, region=PLACE.region, account=PLACE.account_id)
        self.endpoint.start()
        self.mappings, self.schedules = Declared(), Declared()
        self.http_apis = HttpApis(self.functions, identities, self.permissions, FunctionPolicies(), state.logs)

    def close(self) -> None:
        self.http_apis.close()
        self.endpoint.close()

    def write(self, source: str) -> Path:
        main = self.folder / "project" / "__main__.py"
        main.parent.mkdir(exist_ok=True)
        main.write_text(textwrap.dedent(source))
        return main

    def zip(self) -> Path:
        path = self.folder / "function.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("handler.py", "def handler(event, context): return event\n")
        return path

    def context(self) -> Context:
        hosts = (self.functions, self.gateways, self.harnesses, self.machines)
        return Context(
            PLACE,
            self.endpoint.client,
            self.permissions,
            *hosts,
            http_apis=self.http_apis,
            mappings=self.mappings,
            schedules=self.schedules,
        )

    def harness(self, arn: str) -> HarnessDeclaration:
        (found,) = (declared for declared in self.harnesses.declared if declared.arn == arn)
        return found

    def launch(self, source: str, config: Mapping[str, str] | None = None, **program: Any) -> RunningProgram:
        return RunningProgram.launch(Program(self.write(source), PLACE, config or {}, **program), self.log)

    def run(
        self, source: str, config: Mapping[str, str] | None = None, *, seconds: float = 60, **program: Any
    ) -> ProgramResult:
        with self.launch(source, config, **program) as running:
            return running.complete(all_types(), self.context(), observer=self.events.append, seconds=seconds)
