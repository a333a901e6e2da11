"""The whole cloud of a stack on one page: what there is, and who is given what of whom."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi

from agentic.agents.declaration import declare
from agentic.core.names import StackNames
from agentic.core.settings import OFF, Settings
from agentic.core.spec import ApiSpec
from agentic.topology import limits, rights
from agentic.topology.backends import backend_of
from agentic.topology.encryption import Encryption
from agentic.topology.functions import FunctionDefaults, Functions, sizes
from agentic.topology.network import Network, network_of
from agentic.topology.notifications import Notifications
from agentic.topology.parts import Parts
from agentic.topology.place import Place
from agentic.topology.run_queue import CONVERSATION_SECONDS, QueueWorkers, RunQueue
from agentic.topology.runs_table import RunsTable
from agentic.topology.secrets import ApiSecrets
from agentic.topology.storage import Bucket, CodeStorage
from agentic.topology.zips import build_zips

_PER_API = ("run_code", "call_api")


class Topology(pulumi.ComponentResource):
    """A stack's cloud. `exports` is what the front door and people need of it.

    What a program has of its own can stand in for what would be made: `bucket` (whose rules are then yours), `key_arn` (a
    KMS key; else the setting's, else AWS's own keys) and `network` (for `run_code`; else the setting decides).
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
        bucket: Bucket | None = None,
        key_arn: pulumi.Input[str] | None = None,
        network: Network | None = None,
        zips: Callable[[Settings, Sequence[ApiSpec]], Mapping[tuple[str, str], Path]] = build_zips,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("agentic:topology:Topology", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        names = StackNames(environment)
        place = Place.current(self)
        agents = {agent.name: agent for agent in declare(settings, specs)}
        apis = [spec.name for spec in specs]
        key_arn = key_arn if key_arn is not None else settings.kms_key or None
        function_names = [
            names.function(function, api) for function in sizes(settings) for api in (apis if function in _PER_API else [""])
        ]
        bucket_name = names.bucket(settings.bucket_suffix or place.account)
        limits.check(names, settings, agents, bucket_name, function_names)
        functions = Functions(
            FunctionDefaults(
                place,
                Encryption(key_arn, place),
                settings.architecture,
                settings.python_runtime,
                settings.log_retention_days,
                settings.reserved_concurrency,
            ),
            names,
            sizes(settings),
            zips(settings, specs),
            child,
        )

        # What is kept.
        storage = (
            bucket
            or CodeStorage(
                "storage",
                bucket_name=bucket_name,
                protect=settings.protect,
                expire_after_days=settings.delete_artifacts_after_days,
                key_arn=key_arn,
                opts=child,
            ).bucket
        )
        secrets = ApiSecrets(
            "secrets",
            secret_names={api: names.secret(api) for api in apis},
            titles={spec.name: spec.title for spec in specs},
            protect=settings.protect,
            key_arn=key_arn,
            opts=child,
        )
        table = RunsTable("runs", table_name=names.runs_table, protect=settings.protect, key_arn=key_arn, opts=child)

        # Who is told.
        topic = (
            Notifications("notifications", topic_name=names.notifications, key_arn=key_arn, opts=child)
            if settings.notify
            else None
        )

        stores = {"AGENTIC_TABLE": table.name, "AGENTIC_BUCKET": storage.name}

        # Per API: the broker, which alone reads the key, and the wall, which may only ask that broker.
        brokers = {
            api: functions.make(
                "call_api",
                api,
                environment={
                    "AGENTIC_API": api,
                    **stores,
                    "AGENTIC_SECRET": secrets.names[api],
                    "AGENTIC_LIVE_KEYS": "true" if api in settings.live_keys else "false",
                    "AGENTIC_REPEATED_WRITES": settings.repeated_writes,
                },
                may=rights.call_api(table.arn, storage.arn, secrets.arns[api]),
            )
            for api in apis
        }
        network = network or network_of(settings, names, place, apis, child)
        walls = {
            api: functions.make(
                "run_code",
                api,
                environment={
                    "AGENTIC_API": api,
                    "AGENTIC_CALL_API": brokers[api].name,
                    "AGENTIC_SANDBOX_REQUIRE": ",".join(settings.sandbox__require),
                },
                may=rights.run_code(brokers[api].arn, place.function(names.function("run_code", api))),
                per_tenant=True,
                network=network,
            )
            for api in apis
        }

        # What generator and executor do their work with, whoever drives them.
        limits_of_runs = {"AGENTIC_RUN_SECONDS": str(settings.run_seconds)}
        rounds = {"AGENTIC_REGENERATIONS": str(settings.regenerations)}
        tools = {
            "generate_code": functions.make(
                "generate_code", environment=stores, may=rights.generate_code(table.arn, storage.arn)
            ),
            "validate_code": functions.make(
                "validate_code", environment={**stores, **rounds}, may=rights.validate_code(table.arn, storage.arn)
            ),
            "execute_code": functions.make(
                "execute_code",
                environment={**stores, "AGENTIC_PREFIX": names.prefix, **limits_of_runs, **rounds},
                may=rights.execute_code(table.arn, storage.arn, [wall.arn for wall in walls.values()]),
            ),
        }

        # What drives them: agents, or a state machine.
        backend = backend_of(settings.backend)(
            Parts(
                place=place,
                names=names,
                settings=settings,
                agents=agents,
                table_name=table.name,
                table_arn=table.arn,
                tools=tools,
                functions=functions,
                child=child,
            )
        )

        # Who is submitted waits here; who does it, and who looks for what got lost.
        queue = RunQueue("run-queue", names=names, key_arn=key_arn, opts=child)
        queued = {"AGENTIC_ENVIRONMENT": environment, "AGENTIC_QUEUE_URL": queue.url}
        told = {"AGENTIC_TOPIC": topic.arn} if topic else {}
        worker = functions.make(
            "worker",
            environment={
                "AGENTIC_TABLE": table.name,
                **queued,
                **told,
                "AGENTIC_ORCHESTRATOR": backend.orchestrator,
                "AGENTIC_LEASE_SECONDS": str(settings.lease_seconds),
                "AGENTIC_CONVERSATION_SECONDS": str(CONVERSATION_SECONDS),
            },
            may=[
                *rights.worker(table.arn, queue.arn, [tools["validate_code"].arn, tools["execute_code"].arn], backend.drives),
                *([rights.notify(topic.arn)] if topic else []),
            ],
            at_once=settings.workers,
        )
        sweep = functions.make(
            "sweep",
            environment={
                "AGENTIC_TABLE": table.name,
                **queued,
                **told,
                "AGENTIC_DEAD_LETTERS_URL": queue.dead_letters.url,
            },
            may=[
                *rights.sweep(table.arn, queue.arn, queue.dead_letters.arn),
                *([rights.notify(topic.arn)] if topic else []),
            ],
        )
        QueueWorkers(
            "workers",
            queue=queue,
            worker=worker,
            sweep=sweep,
            workers=settings.workers,
            names=names,
            place=place,
            opts=child,
        )
        models = {
            "orchestrator": settings.model__orchestrator,
            "generator": settings.model__generator,
            "executor": settings.model__executor,
        }

        # How it is asked over the network, where it is.
        http: dict[str, Any] = {}
        if settings.http != OFF:
            from agentic.topology.http_api import HttpApi

            asked = functions.make(
                "http_api",
                environment={
                    **stores,
                    **queued,
                    **told,
                    "AGENTIC_ORCHESTRATOR": backend.orchestrator,
                    "AGENTIC_RUN_LIMITS": json.dumps(settings.run_limits.to_json()),
                    "AGENTIC_MODELS": json.dumps(models),
                    "AGENTIC_CALLER_REQUESTS": str(settings.caller_requests),
                    "AGENTIC_CALLER_RUNS": str(settings.caller_runs),
                    "AGENTIC_QUEUE_RUNS": str(settings.queue_runs),
                },
                may=[
                    *rights.http_api(table.arn, storage.arn),
                    *rights.submitting(table.arn, queue.arn),
                    *([rights.notify(topic.arn)] if topic else []),
                    *([rights.stop_executions(place, names.workflow)] if settings.backend == "workflow" else []),
                ],
            )
            api = HttpApi("http", names=names, settings=settings, function=asked, opts=child)
            http = {"http": settings.http, "http_api": api.id, "http_url": api.url}

        made_once = {**tools, **backend.functions, "worker": worker, "sweep": sweep}
        self.exports = {
            "environment": environment,
            "region": place.region,
            "apis": apis,
            "backend": settings.backend,
            "orchestrator": backend.orchestrator,
            "run_limits": settings.run_limits.to_json(),
            "models": models,
            "caller_requests": settings.caller_requests,
            "bucket": storage.name,
            "table": table.name,
            "functions": {function: made.name for function, made in sorted(made_once.items())}
            | {f"run_code/{api}": wall.name for api, wall in walls.items()}
            | {f"call_api/{api}": broker.name for api, broker in brokers.items()},
            "secret_names": dict(secrets.names),
            "queue": {
                "url": queue.url,
                "dead_letters": queue.dead_letters.url,
                "caller_runs": settings.caller_runs,
                "queue_runs": settings.queue_runs,
            },
            **({"dead_letters": functions.dead_letters.name} if functions.dead_letters else {}),
            **({"topic": topic.arn} if topic else {}),
            **http,
            **backend.exports,
        }
        self.register_outputs(dict(self.exports))
