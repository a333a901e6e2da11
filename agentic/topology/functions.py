"""One function of the cloud: its log group, its role, its code from a zip built by lambdas/build.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pulumi
import pulumi_aws as aws

from agentic.core.names import StackNames
from agentic.core.settings import OFF, Settings
from agentic.topology import rights, roles
from agentic.topology.dead_letters import DeadLetters
from agentic.topology.encryption import Encryption
from agentic.topology.logs import log_group
from agentic.topology.network import Network
from agentic.topology.place import Place

# Lambda's own limit; the deepest function (execute_code) must stay below it.
LONGEST_SECONDS = 900
# A run that waits longer than this for a free environment has been given up by whoever asked.
_OLDEST_EVENT_SECONDS = 300
_MARGIN_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Size:
    """Memory also sets the share of a processor: 1,769 MB are one."""

    memory_mb: int
    timeout_seconds: int


def sizes(settings: Settings) -> dict[str, Size]:
    """Each function's size. Who waits for another function waits longer than that one may take."""
    run_seconds = max(60, settings.run_seconds + _MARGIN_SECONDS)
    return {
        "invoke_generator": Size(512, 300),
        "invoke_executor": Size(512, 300),
        "generate_code": Size(1024, 30),
        "validate_code": Size(512, 30),
        "execute_code": Size(1024, run_seconds + _MARGIN_SECONDS),
        "run_code": Size(1024, run_seconds),
        "call_api": Size(512, run_seconds),
        "worker": Size(512, LONGEST_SECONDS),
        "sweep": Size(512, 300),
        # API Gateway gives its callers up after 30 s.
        **({"http_api": Size(1024, 29)} if settings.http != OFF else {}),
    }


@dataclass(frozen=True, slots=True)
class FunctionDefaults:
    """What all functions of a stack share. `reserved_concurrency` 0 reserves nothing."""

    place: Place
    encryption: Encryption
    architecture: str
    runtime: str
    log_retention_days: int
    reserved_concurrency: int


class Function(pulumi.ComponentResource):
    """A function with the rights given and what goes with them: its own log, its network, the use of the stack's key.

    With `per_tenant` each tenant id has environments of its own. With `dead_letters` it is invoked by event too; such an
    event is never tried again, because it stands for a step that must not happen twice, and goes there when it fails.
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        defaults: FunctionDefaults,
        function_name: str,
        log_group_name: str,
        zip_path: Path,
        size: Size,
        environment: Mapping[str, pulumi.Input[str]],
        may: Sequence[roles.Statement],
        per_tenant: bool = False,
        network: Network | None = None,
        dead_letters: DeadLetters | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("agentic:topology:Function", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        group = log_group(name, group_name=log_group_name, retention_days=defaults.log_retention_days, opts=child)
        statements = [rights.own_logs(group.arn), *may]
        if network:
            statements.append(rights.network_interfaces())
        if dead_letters:
            statements.append(rights.dead_letters(dead_letters.arn))
        role = roles.ServiceRole(
            name,
            role_name=function_name,
            service=roles.for_function(defaults.place, function_name),
            place=defaults.place,
            statements=[*statements, *defaults.encryption.rights(statements)],
            opts=child,
        )
        function = aws.lambda_.Function(
            name,
            name=function_name,
            role=role.arn,
            runtime=defaults.runtime,
            architectures=[defaults.architecture],
            handler="handler.handler",
            code=pulumi.FileArchive(str(zip_path)),
            memory_size=size.memory_mb,
            timeout=size.timeout_seconds,
            environment={"variables": environment},
            reserved_concurrent_executions=defaults.reserved_concurrency or None,
            tenancy_config={"tenant_isolation_mode": "PER_TENANT"} if per_tenant else None,
            vpc_config={"subnet_ids": network.subnet_ids, "security_group_ids": network.security_group_ids}
            if network
            else None,
            # The group first: else Lambda makes one that keeps its entries for ever.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[group, role, *(network.ready if network else ())]),
        )
        if dead_letters:
            aws.lambda_.FunctionEventInvokeConfig(
                name,
                function_name=function.name,
                maximum_retry_attempts=0,
                maximum_event_age_in_seconds=_OLDEST_EVENT_SECONDS,
                destination_config={"on_failure": {"destination": dead_letters.arn}},
                # Lambda tries out whether the role may send there.
                opts=pulumi.ResourceOptions(parent=self, depends_on=[role]),
            )
        self.name = function.name
        self.arn = function.arn
        self.register_outputs({"name": self.name, "arn": self.arn})


class Functions:
    """Makes the stack's functions, each from its zip under its name and size. `zips` are by function and API."""

    dead_letters: DeadLetters | None = None
    """Where failed events go; there is none as long as no function takes events."""

    def __init__(
        self,
        defaults: FunctionDefaults,
        names: StackNames,
        sizes: Mapping[str, Size],
        zips: Mapping[tuple[str, str], Path],
        child: pulumi.ResourceOptions,
    ) -> None:
        self._defaults = defaults
        self._names = names
        self._sizes = sizes
        self._zips = zips
        self._child = child

    def make(
        self,
        function: str,
        api: str = "",
        *,
        environment: Mapping[str, pulumi.Input[str]],
        may: Sequence[roles.Statement],
        per_tenant: bool = False,
        network: Network | None = None,
        asynchronous: bool = False,
        at_once: int = 0,
    ) -> Function:
        """The function `function`, of `api` where it exists once per API. `asynchronous`: it is invoked by event too.

        `at_once`: so many executions are reserved for it, where any are reserved and that is more.
        """
        reserved = self._defaults.reserved_concurrency
        return Function(
            "-".join(part for part in (function.replace("_", "-"), api) if part),
            defaults=replace(self._defaults, reserved_concurrency=reserved and max(reserved, at_once)),
            function_name=self._names.function(function, api),
            log_group_name=self._names.function_log_group(function, api),
            zip_path=self._zips[function, api],
            size=self._sizes[function],
            environment=environment,
            may=may,
            per_tenant=per_tenant,
            network=network,
            dead_letters=self._queue() if asynchronous else None,
            opts=self._child,
        )

    def _queue(self) -> DeadLetters:
        if self.dead_letters is None:
            key_arn = self._defaults.encryption.key_arn
            self.dead_letters = DeadLetters(
                "dead-letters", queue_name=self._names.dead_letters, key_arn=key_arn, opts=self._child
            )
        return self.dead_letters
