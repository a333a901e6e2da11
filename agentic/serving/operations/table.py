"""Which function answers which operation of the routes; `follow_run` is the app's own, for it waits and streams."""

from collections.abc import Mapping

from agentic.serving.asked import Operation
from agentic.serving.operations import runs, stack

OPERATIONS: Mapping[str, Operation] = {
    operation.__name__: operation
    for operation in (
        runs.submit_run,
        runs.list_runs,
        runs.show_run,
        runs.show_call,
        runs.approve_run,
        runs.reject_run,
        runs.cancel_run,
        stack.list_apis,
        stack.validate_script,
        stack.list_sessions,
        stack.show_session,
        stack.clear_session,
        stack.list_plugins,
        stack.doctor,
        stack.about,
        stack.document,
        stack.health,
    )
}
