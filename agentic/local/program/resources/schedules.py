"""EventBridge Scheduler: schedules that invoke a function at a rate."""

import re
from collections.abc import Mapping
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.oracle import ApiRequest
from agentic.local.oracle.spelling import spelled
from agentic.local.program.hosts import ScheduleHost
from agentic.local.program.resources.existing import made_here
from agentic.local.program.resources.functions import FUNCTION
from agentic.local.program.schema import Block, Text, Whole, arn
from agentic.local.program.table import Context, Created, Inputs, Lifecycle, ResourceType
from agentic.local.queues import ScheduleDeclaration

_SCHEDULE = "aws:scheduler/schedule:Schedule"
_RATE = re.compile(r"rate\(([1-9][0-9]{0,4}) (minute|hour|day)s?\)")
_UNITS = {"minute": 60, "hour": 3600, "day": 86400}
_GROUP = "default"


def _hosted(context: Context) -> ScheduleHost:
    if context.schedules is None:
        raise LocalCloudError("this local cloud has no schedules")
    return context.schedules


def _schedule(context: Context, logical: str, inputs: Inputs) -> Created:
    name, target = inputs["name"], inputs["target"]
    found = _RATE.fullmatch(inputs["scheduleExpression"])
    if found is None:
        raise LocalCloudError("a schedule is a rate here")
    if inputs.get("state", "ENABLED") == "ENABLED":
        seconds = int(found[1]) * _UNITS[found[2]]
        payload = target.get("input", "{}").encode()
        _hosted(context).create(ScheduleDeclaration(name, target["arn"], target["roleArn"], seconds, payload))
    else:
        _hosted(context).remove(name)
    schedule_arn = context.place.arn("scheduler", f"schedule/{_GROUP}/{name}")
    return Created(f"{_GROUP}/{name}", {"arn": schedule_arn, "name": name, "groupName": _GROUP, "region": context.place.region})


def _check(context: Context, inputs: Inputs) -> None:
    target: Mapping[str, Any] = inputs.get("target") or {}
    function = str(target.get("arn") or "").rpartition(":")[2]
    if function and not context.exists(FUNCTION, function):
        raise LocalCloudError(f"there is no function {function}")
    if target.get("roleArn"):
        context.check_role(target["roleArn"], "scheduler", f"schedule-group/{_GROUP}")


def _delete(context: Context, schedule_id: str, inputs: Inputs) -> None:
    _hosted(context).remove(schedule_id.rpartition("/")[2])


def _requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    return [spelled("scheduler", "CreateSchedule", inputs)]


def _update_requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    return [spelled("scheduler", "UpdateSchedule", inputs)]


TYPES = (
    ResourceType(
        _SCHEDULE,
        Block(
            {
                "name": Text(r"[0-9a-zA-Z_.-]{1,64}"),
                "scheduleExpression": Text(_RATE.pattern),
                "flexibleTimeWindow": Block({"mode": Text(choices=("OFF",))}),
                "target": Block(
                    {"arn": arn("lambda", "function:[a-zA-Z0-9_-]{1,64}"), "roleArn": arn("iam", "role/.+", region="")},
                    {
                        "input": Text(longest=262_144),
                        # Never tried again here, so only a program that says so runs alike.
                        "retryPolicy": Block({"maximumRetryAttempts": Whole(choices=(0,))}),
                    },
                ),
            },
            {"description": Text(longest=512), "state": Text(choices=("ENABLED", "DISABLED"))},
        ),
        ("arn", "name"),
        _schedule,
        Lifecycle(
            made_here(_SCHEDULE),
            _delete,
            ("name",),
            updates=("scheduleExpression", "flexibleTimeWindow", "target", "description", "state"),
            update=_schedule,
            update_requests=_update_requests,
        ),
        _check,
        _requests,
    ),
)
