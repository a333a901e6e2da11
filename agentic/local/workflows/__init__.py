"""Step Functions on a laptop: standard state machines over the states, fields and tasks that this project uses.

Whatever else a definition holds is refused by name when it is created. Why not moto's: docs/adr/0009-the-workflow.md.
"""

from agentic.local.workflows.api import WorkflowApi
from agentic.local.workflows.execution import MachineDeclaration
from agentic.local.workflows.machines import StateMachines
from agentic.local.workflows.tasks import RunModel, Tasks

__all__ = ["MachineDeclaration", "RunModel", "StateMachines", "Tasks", "WorkflowApi"]
