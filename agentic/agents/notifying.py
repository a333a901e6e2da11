"""Tells the stack's topic of runs that have ended or wait for a person, for whoever drives runs.

What is told is drawn by nobody else: ids, names and codes, never a task's, a script's or an API's own words.
"""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from agentic.agents.tools.services import Services
from agentic.core.values import RunStatus
from agentic.runs import RunRecord

_log = logging.getLogger(__name__)

TOLD = (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.PAUSED)
"""The conditions that people are told of."""

_CODE = re.compile(r"[a-z][a-z_]{0,31}")


class Notifier:
    """`services` have the setting `topic` (an ARN), or nobody is told anything."""

    def __init__(self, services: Services, environment: str) -> None:
        self._services = services
        self._environment = environment

    def tell(self, record: RunRecord) -> bool:
        """Publish the run's condition, once for each; whether this call did it. What fails here fails no run.

        A crash between publishing and noting it tells the same twice: `run_id`, `status` and `attempt` say which it is.
        """
        topic = self._services.environ.get("AGENTIC_TOPIC", "")
        condition = f"{record.status}:{record.attempt}"
        if not topic or record.status not in TOLD or record.told == condition:
            return False
        from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs]

        message = self.message(record)
        try:
            self._services.client("sns").publish(
                TopicArn=topic,
                Subject=f"{self._environment}: {record.run_id} {record.status}",
                Message=json.dumps(message, separators=(",", ":")),
                # What a subscription's filter policy can choose by.
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": message[name]} for name in ("status", "api") if message[name]
                },
            )
            self._services.store.note_told(record.run_id, condition)
        except (BotoCoreError, ClientError) as error:
            _log.warning("Nobody was told that %s is %s: %s", record.run_id, record.status, type(error).__name__)
            return False
        return True

    def message(self, record: RunRecord) -> dict[str, Any]:
        """What is published: `api` is empty where none was chosen, `error` where there is none."""
        code = record.error.code if record.error else ""
        at = record.steps[-1].at if record.steps else self._services.clock()
        return {
            "version": 1,
            "environment": self._environment,
            "run_id": record.run_id,
            "status": str(record.status),
            "api": record.api,
            "attempt": record.attempt,
            # Codes are ours; what does not look like one is not passed on.
            "error": code if _CODE.fullmatch(code) else "",
            "at": datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds"),
        }
