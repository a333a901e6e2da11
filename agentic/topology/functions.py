"""One function of the cloud: its log group, its role, its code from a zip built by lambdas/build.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_aws as aws

from agentic.core.settings import Settings
from agentic.topology import rights, roles
from agentic.topology.logs import log_group
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
    }


@dataclass(frozen=True, slots=True)
class FunctionDefaults:
    """What all functions of a stack share."""

    place: Place
    architecture: str
    runtime: str
    log_retention_days: int


class Function(pulumi.ComponentResource):
    """A function with the rights given and no others. `may` comes from `rights`; writing its own log is added here.

    With `per_tenant` each tenant id has environments of its own. With `asynchronous` it is invoked by event too, and
    such an event is never tried again: it stands for a step that must not happen twice.
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
        asynchronous: bool = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("agentic:topology:Function", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        group = log_group(name, group_name=log_group_name, retention_days=defaults.log_retention_days, opts=child)
        role = roles.ServiceRole(
            name,
            role_name=function_name,
            service=roles.for_function(defaults.place, function_name),
            place=defaults.place,
            statements=[rights.own_logs(group.arn), *may],
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
            tenancy_config={"tenant_isolation_mode": "PER_TENANT"} if per_tenant else None,
            # The group first: else Lambda makes one that keeps its entries for ever.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[group, role]),
        )
        if asynchronous:
            aws.lambda_.FunctionEventInvokeConfig(
                name,
                function_name=function.name,
                maximum_retry_attempts=0,
                maximum_event_age_in_seconds=_OLDEST_EVENT_SECONDS,
                opts=child,
            )
        self.name = function.name
        self.arn = function.arn
        self.register_outputs({"name": self.name, "arn": self.arn})
