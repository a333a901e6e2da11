"""The whole cloud of a stack on one page: what there is, and who is given what of whom."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi
import pulumi_random as random

from agentic.agents.declaration import EXECUTOR, GENERATOR, ORCHESTRATOR, Agent, declare
from agentic.core.names import StackNames
from agentic.core.settings import Settings
from agentic.core.spec import ApiSpec
from agentic.topology import limits, rights
from agentic.topology.functions import Function, FunctionDefaults, sizes
from agentic.topology.gateways import AgentGateway
from agentic.topology.harnesses import AgentHarness
from agentic.topology.logs import AgentLogs
from agentic.topology.place import Place
from agentic.topology.roles import Statement
from agentic.topology.runs_table import RunsTable
from agentic.topology.secrets import ApiSecrets
from agentic.topology.storage import CodeStorage
from agentic.topology.zips import build_zips

_PER_API = ("run_code", "call_api")


class Topology(pulumi.ComponentResource):
    """A stack's cloud with the harness backend. `exports` is what the front door and people need of it.

    `zips` gives the functions' code by function and API; other than the default for tests and for code built elsewhere.
    """

    exports: Mapping[str, Any]

    def __init__(
        self,
        name: str,
        *,
        environment: str,
        settings: Settings,
        specs: Sequence[ApiSpec],
        zips: Callable[[Settings, Sequence[ApiSpec]], Mapping[tuple[str, str], Path]] = build_zips,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("agentic:topology:Topology", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self._names = StackNames(environment)
        self._settings = settings
        self._place = Place.current()
        self._sizes = sizes(settings)
        agents = {agent.name: agent for agent in declare(settings, specs)}
        apis = [spec.name for spec in specs]
        bucket_name = self._names.bucket(settings.bucket_suffix or self._place.account)
        limits.check(self._names, settings, agents.values(), bucket_name, self._function_names(apis))
        self._zips = zips(settings, specs)

        # What is kept.
        storage = CodeStorage(
            "storage",
            bucket_name=bucket_name,
            protect=settings.protect,
            expire_after_days=settings.delete_artifacts_after_days,
            opts=self._child,
        )
        secrets = ApiSecrets(
            "secrets",
            secret_names={api: self._names.secret(api) for api in apis},
            titles={spec.name: spec.title for spec in specs},
            protect=settings.protect,
            opts=self._child,
        )
        table = RunsTable("runs", table_name=self._names.runs_table, protect=settings.protect, opts=self._child)
        AgentLogs(
            "agent-logs",
            group_names={agent: self._names.agent_log_group(agent) for agent in agents},
            retention_days=settings.log_retention_days,
            opts=self._child,
        )

        # Per API: the broker, which alone reads the key, and the wall, which may only ask that broker.
        brokers = {
            api: self._function(
                "call_api",
                api,
                environment={
                    "AGENTIC_API": api,
                    "AGENTIC_TABLE": table.name,
                    "AGENTIC_SECRET": secrets.names[api],
                    "AGENTIC_LIVE_KEYS": "true" if api in settings.live_keys else "false",
                },
                may=rights.call_api(table.arn, secrets.arns[api]),
            )
            for api in apis
        }
        walls = {
            api: self._function(
                "run_code",
                api,
                environment={
                    "AGENTIC_API": api,
                    "AGENTIC_CALL_API": brokers[api].name,
                    "AGENTIC_SANDBOX_REQUIRE": ",".join(settings.sandbox__require),
                },
                may=rights.run_code(brokers[api].arn, self._place.function(self._names.function("run_code", api))),
                per_tenant=True,
            )
            for api in apis
        }

        # The tools of generator and executor, then those agents.
        stores = {"AGENTIC_TABLE": table.name, "AGENTIC_BUCKET": storage.name}
        limits_of_runs = {"AGENTIC_RUN_SECONDS": str(settings.run_seconds), "AGENTIC_RUN_CALLS": str(settings.run_calls)}
        tools = {
            "generate_code": self._function(
                "generate_code", environment=stores, may=rights.generate_code(table.arn, storage.arn)
            ),
            "validate_code": self._function(
                "validate_code", environment=stores, may=rights.validate_code(table.arn, storage.arn)
            ),
            "execute_code": self._function(
                "execute_code",
                environment={**stores, "AGENTIC_PREFIX": self._names.prefix, **limits_of_runs},
                may=rights.execute_code(table.arn, storage.arn, [wall.arn for wall in walls.values()]),
            ),
        }
        harnesses: dict[str, AgentHarness] = {}
        gateways: dict[str, AgentGateway] = {}
        for agent in (GENERATOR, EXECUTOR):
            gateways[agent], harnesses[agent] = self._agent(agents[agent], tools)

        # The orchestrator, whose tools call those two agents.
        for tool, agent in (("invoke_generator", GENERATOR), ("invoke_executor", EXECUTOR)):
            harness = harnesses[agent].arn
            itself = self._place.function(self._names.function(tool))
            tools[tool] = self._function(
                tool,
                environment={
                    "AGENTIC_TABLE": table.name,
                    "AGENTIC_HARNESS_ARN": harness,
                    "AGENTIC_TOOL_WAIT": f"{settings.tool_wait:g}",
                },
                may=rights.invoke_agent(table.arn, harness, itself, reads_calls=agent == EXECUTOR),
                asynchronous=True,
            )
        gateways[ORCHESTRATOR], harnesses[ORCHESTRATOR] = self._agent(agents[ORCHESTRATOR], tools)

        self.exports = {
            "environment": environment,
            "region": self._place.region,
            "apis": apis,
            "bucket": storage.name,
            "table": table.name,
            "functions": {function: tools[function].name for function in sorted(tools)}
            | {f"run_code/{api}": wall.name for api, wall in walls.items()}
            | {f"call_api/{api}": broker.name for api, broker in brokers.items()},
            "secret_names": dict(secrets.names),
            "gateway_ids": {agent: gateways[agent].id for agent in agents},
            **{f"{agent}_harness_arn": harnesses[agent].arn for agent in agents},
        }
        self.register_outputs(dict(self.exports))

    def _function_names(self, apis: Sequence[str]) -> list[str]:
        return [
            self._names.function(function, api) for function in self._sizes for api in (apis if function in _PER_API else [""])
        ]

    def _function(
        self,
        function: str,
        api: str = "",
        *,
        environment: Mapping[str, pulumi.Input[str]],
        may: Sequence[Statement],
        per_tenant: bool = False,
        asynchronous: bool = False,
    ) -> Function:
        settings = self._settings
        return Function(
            "-".join(part for part in (function.replace("_", "-"), api) if part),
            defaults=FunctionDefaults(self._place, settings.architecture, settings.python_runtime, settings.log_retention_days),
            function_name=self._names.function(function, api),
            log_group_name=self._names.function_log_group(function, api),
            zip_path=self._zips[function, api],
            size=self._sizes[function],
            environment=environment,
            may=may,
            per_tenant=per_tenant,
            asynchronous=asynchronous,
            opts=self._child,
        )

    def _agent(self, agent: Agent, tools: Mapping[str, Function]) -> tuple[AgentGateway, AgentHarness]:
        gateway = AgentGateway(
            f"{agent.name}-gateway",
            agent=agent,
            gateway_name=self._names.gateway(agent.name),
            role_name=f"{self._names.prefix}-{agent.name}-gateway",
            functions=tools,
            place=self._place,
            opts=self._child,
        )
        # Names of deleted harnesses stay reserved for a while; kept in state, the random part changes only with the stack.
        suffix = random.RandomString(
            f"{agent.name}-harness", length=limits.HARNESS_RANDOM, special=False, upper=False, opts=self._child
        )
        harness = AgentHarness(
            f"{agent.name}-harness",
            agent=agent,
            harness_name=suffix.result.apply(lambda text: self._names.harness(agent.name, text)),
            role_name=f"{self._names.prefix}-{agent.name}-harness",
            gateway=gateway,
            place=self._place,
            reuses_sessions=agent.name == ORCHESTRATOR,
            opts=self._child,
        )
        return gateway, harness
