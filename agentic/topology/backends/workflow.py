"""Backend `workflow`: a Step Functions state machine drives the run, with one model call and no model in the control flow."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from agentic.agents.workflow import StepFunction, definition
from agentic.topology import rights, roles
from agentic.topology.functions import Function, sizes
from agentic.topology.parts import Parts


class WorkflowBackend(pulumi.ComponentResource):
    """The state machine and its role. Of the agents only the generator is left, as one model call.

    Who starts runs needs states:StartExecution on the state machine, and states:DescribeExecution and states:StopExecution
    on its executions, beside what the front door needs of table and bucket.
    """

    functions: Mapping[str, Function]

    def __init__(self, parts: Parts) -> None:
        super().__init__("agentic:topology:WorkflowBackend", "workflow", None, parts.child)
        child = pulumi.ResourceOptions(parent=self)
        place, generators = parts.place, parts.generators
        # They have one setting, so one model.
        model_id = next(iter(generators.values())).model_id
        name, longest = parts.names.workflow, sizes(parts.settings)
        tools = {tool: parts.tools[tool].arn for tool in ("generate_code", "validate_code", "execute_code")}
        role = roles.ServiceRole(
            "workflow",
            role_name=name,
            service=roles.for_state_machine(place, name),
            place=place,
            statements=rights.workflow(place, model_id, list(tools.values())),
            opts=child,
        )

        def written(arns: Mapping[str, str]) -> dict[str, object]:
            steps = {tool: StepFunction(arn, longest[tool].timeout_seconds) for tool, arn in arns.items()}
            regenerations = parts.settings.regenerations
            return definition(generators, steps, partition=place.partition, regenerations=regenerations)

        machine = aws.sfn.StateMachine(
            "workflow",
            name=name,
            role_arn=role.arn,
            # Express ones keep no history, end after five minutes, and start twice under one name.
            type="STANDARD",
            definition=pulumi.Output.json_dumps(pulumi.Output.all(**tools).apply(written)),
            # The rights first: creation and the first execution would else be refused.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role]),
        )
        self.orchestrator = machine.arn
        self.drives = rights.drive_workflow(machine.arn, place.arn("states", f"execution:{name}:*"))
        self.functions = {}
        self.exports = {"state_machine": machine.arn}
        self.register_outputs({"orchestrator": self.orchestrator})
