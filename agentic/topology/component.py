"""`agentic.AgenticApi`: the whole cloud as one component, for a Pulumi program of your own as for ours."""

import pulumi

from agentic.core.errors import AgenticError
from agentic.core.settings import Settings
from agentic.registry import Registry
from agentic.topology.network import Network
from agentic.topology.stack import enabled_specs, settings_of_stack
from agentic.topology.storage import Bucket
from agentic.topology.topology import Topology


class AgenticApi(Topology):
    """Agents, functions, secrets and storage of one environment; see `Topology` for what of yours can stand in.

    One per program. `environment` is in every physical name (default: the stack's); `settings` default to the stack's
    configuration (`agentic:…`). Raises `ConfigurationError` for wrong settings, `UnknownApiError` for an API that no
    installed plugin brings.
    """

    def __init__(
        self,
        name: str,
        *,
        environment: str = "",
        settings: Settings | None = None,
        bucket: Bucket | None = None,
        key_arn: pulumi.Input[str] | None = None,
        network: Network | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        registry = Registry.load()
        settings = settings_of_stack(registry) if settings is None else settings
        super().__init__(
            name,
            environment=environment or pulumi.get_stack(),
            settings=settings,
            specs=enabled_specs(settings, registry),
            bucket=bucket,
            key_arn=key_arn,
            network=network,
            opts=opts,
        )


def topology_of_stack() -> AgenticApi:
    """The running stack's cloud. Ends the program with one line where something is wrong with its settings."""
    try:
        return AgenticApi("agentic")
    except AgenticError as error:
        raise pulumi.RunError(f"{error.message} ({error.hint})" if error.hint else error.message) from error
