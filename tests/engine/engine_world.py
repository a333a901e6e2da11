"""A local cloud for the real engine: endpoint, evaluator and provider are the product's, functions and agents only declared."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from agentic.deployment.configuration import Configuration
from agentic.deployment.engine import Changes, Engine, Workspace
from agentic.local.agents import FunctionPolicies, GatewayDeclaration, HarnessDeclaration, TargetDeclaration
from agentic.local.endpoint import Endpoint
from agentic.local.functions.declaration import FunctionDeclaration
from agentic.local.http_apis import HttpApis
from agentic.local.identities import Identities
from agentic.local.permissions import Permissions
from agentic.local.program.place import Place
from agentic.local.program.resources import all_types
from agentic.local.program.table import Context
from agentic.local.provider.server import ProviderServer
from agentic.local.queues import MappingDeclaration, ScheduleDeclaration
from agentic.local.services import InvokeResult, Services
from agentic.local.state import StateFolder

PLACE = Place("agentic-api-developer", "dev", "us-east-1", "123456789012")
PASSPHRASE = "only for these tests"


class DeclaredFunctions(dict[str, FunctionDeclaration]):
    """Functions by name; none of them runs."""

    def create(self, declaration: FunctionDeclaration) -> None:
        self[declaration.name] = declaration

    def remove(self, name: str) -> None:
        self.pop(name, None)

    def invoke(self, name_or_arn: str, payload: bytes, **options: Any) -> InvokeResult:
        raise AssertionError("no function runs in these tests")


class DeclaredGateways(dict[str, dict[str, TargetDeclaration]]):
    """Targets by name, by the gateway's id."""

    def create(self, declaration: GatewayDeclaration) -> None:
        self.setdefault(declaration.id, {})

    def remove(self, gateway_id: str) -> None:
        assert not self.pop(gateway_id, None), "AWS refuses to delete a gateway with targets"

    def add_target(self, gateway_id: str, target: TargetDeclaration) -> None:
        self[gateway_id][target.name] = target

    def remove_target(self, gateway_id: str, name: str) -> None:
        self.get(gateway_id, {}).pop(name, None)


class DeclaredHarnesses(dict[str, HarnessDeclaration]):
    """Harnesses by ARN."""

    def create(self, declaration: HarnessDeclaration) -> None:
        self[declaration.arn] = declaration

    def remove(self, arn: str) -> None:
        self.pop(arn, None)

    def invoke(self, *request: Any) -> Iterator[dict[str, Any]]:
        raise AssertionError("no agent runs in these tests")


class DeclaredMappings(dict[str, MappingDeclaration]):
    """Event source mappings by id; nothing is polled in these tests."""

    def create(self, declaration: MappingDeclaration) -> None:
        self[declaration.id] = declaration

    def remove(self, mapping_id: str) -> None:
        self.pop(mapping_id, None)


class DeclaredSchedules(dict[str, ScheduleDeclaration]):
    """Schedules by name; nothing is started in these tests."""

    def create(self, declaration: ScheduleDeclaration) -> None:
        self[declaration.name] = declaration

    def remove(self, name: str) -> None:
        self.pop(name, None)


class NoModels:
    def converse(self, model_id: str, request: Mapping[str, Any]) -> dict[str, Any]:
        raise AssertionError("no model is asked in these tests")

    def converse_stream(self, model_id: str, request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        raise AssertionError("no model is asked in these tests")


class EngineWorld:
    """One cloud with its provider; stacks of any program can be made on it."""

    def __init__(self, folder: Path, pulumi: Path) -> None:
        self.folder = folder
        self._pulumi = pulumi
        self.functions, self.gateways, self.harnesses = DeclaredFunctions(), DeclaredGateways(), DeclaredHarnesses()
        permissions = Permissions()
        services = Services(self.functions, self.harnesses, NoModels())
        state, identities = StateFolder(folder / "cloud"), Identities()
        self.endpoint = Endpoint(state, identities, permissions, services, region=PLACE.region, account=PLACE.account_id)
        self.endpoint.start()
        self.client = self.endpoint.client
        self.http_apis = HttpApis(self.functions, identities, permissions, FunctionPolicies(), state.logs)
        hosts = (self.functions, self.gateways, self.harnesses)
        self.mappings, self.schedules = DeclaredMappings(), DeclaredSchedules()
        self.context = Context(
            PLACE,
            self.client,
            permissions,
            *hosts,
            http_apis=self.http_apis,
            mappings=self.mappings,
            schedules=self.schedules,
        )
        self._provider = ProviderServer(all_types(), self.context)

    def close(self) -> None:
        self._provider.close()
        self.http_apis.close()
        self.endpoint.close()

    def stack(self, program: Path, *, stack: str = PLACE.stack, passphrase: str = PASSPHRASE) -> "EngineStack":
        folder = self.folder / program.parent.name / "engine"
        environment = {"PULUMI_DEBUG_PROVIDERS": self._provider.attach, "PULUMI_CONFIG_PASSPHRASE": passphrase}
        return EngineStack(program, replace(PLACE, stack=stack), folder, self._pulumi, environment)

    def state_files(self, program: Path) -> str:
        """Everything that the engine keeps of a stack, as it lies on the disk."""
        found = (self.folder / program.parent.name / "engine").rglob("*.*")
        return "\n".join(path.read_text() for path in found if path.suffix in {".json", ".yaml", ".attrs", ".bak"})

    def there_is(self) -> dict[str, int]:
        """How many of each thing there are, of everything that the table can make; what there is none of is left out."""
        client = self.client
        counts = {
            "buckets": len(client("s3").list_buckets()["Buckets"]),
            "secrets": len(client("secretsmanager").list_secrets(IncludePlannedDeletion=True)["SecretList"]),
            "log groups": len(client("logs").describe_log_groups()["logGroups"]),
            "roles": len(client("iam").list_roles()["Roles"]),
            "tables": len(client("dynamodb").list_tables()["TableNames"]),
            "queues": len(client("sqs").list_queues().get("QueueUrls", [])),
            "topics": len(client("sns").list_topics().get("Topics", [])),
            "functions": len(self.functions),
            "gateways": len(self.gateways),
            "harnesses": len(self.harnesses),
            "HTTP APIs": len(self.http_apis),
            "mappings": len(self.mappings),
            "schedules": len(self.schedules),
            "known ids": len(self.context.made.resources),
            "known roles": len(self.context.made.trust),
        }
        return {name: count for name, count in counts.items() if count}


class EngineStack:
    """One stack of the real engine: the same folder is the same stack."""

    def __init__(self, program: Path, place: Place, folder: Path, pulumi: Path, environment: dict[str, str]) -> None:
        self._configuration = Configuration(folder, program, place.stack)
        self._configuration.write()
        workspace = Workspace(
            work=self._configuration.folder,
            own=folder,
            backend=folder / "state",
            pulumi_home=folder / "home",
            environment={**environment, "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"},
        )
        self.engine = Engine(program, place, workspace, pulumi)

    def __enter__(self) -> "EngineStack":
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.close()

    def set(self, key: str, value: str) -> None:
        self._configuration.set(key, value)
        self._configuration.write()

    def preview(self) -> Changes:
        return self.engine.preview()

    def up(self) -> Changes:
        return self.engine.up()

    def refresh(self) -> Changes:
        return self.engine.refresh()

    def destroy(self) -> Changes:
        return self.engine.destroy()

    def export(self) -> Mapping[str, Any]:
        return self.engine.export()

    @property
    def outputs(self) -> Mapping[str, Any]:
        return self.engine.outputs()
