"""validate_code: the validator over the stored script; the verdict goes into the run record."""

import hashlib
from typing import Any

from agentic.agents.declaration import EXECUTOR
from agentic.agents.tools.events import Arguments, text
from agentic.agents.tools.services import Services
from agentic.core.errors import RefusedError
from agentic.core.values import CodeRef, RunStatus, Verdict, to_json
from agentic.runs import RunRecord
from agentic.validator import ValidationPolicy, validate

_FINDINGS_SHOWN = 10


def validate_code(arguments: Arguments, services: Services) -> dict[str, Any]:
    record = services.store.with_handle(text(arguments, "handle"), EXECUTOR, RunStatus.VALIDATING)
    body = read_script(services, recorded_code(record, text(arguments, "code_key")))
    verdict = judge(services, record.api, body)
    services.store.record_verdict(record.run_id, verdict)
    return {"valid": verdict.valid, "findings": to_json(verdict.findings[:_FINDINGS_SHOWN])}


def judge(services: Services, api: str, body: bytes) -> Verdict:
    """The validator's verdict on exactly these bytes."""
    return validate(body, ValidationPolicy.for_spec(services.specs[api]))


def recorded_code(record: RunRecord, code_key: str) -> CodeRef:
    """The run's own script. A model may only name the key that the record has."""
    if not record.code_ref or record.code_ref.key != code_key:
        raise RefusedError("this code_key is not the run's script", hint="pass the code_key exactly as given")
    return record.code_ref


def read_script(services: Services, code_ref: CodeRef) -> bytes:
    """The stored bytes, if they are still those that were recorded."""
    answer = services.client("s3").get_object(Bucket=services.setting("bucket"), Key=code_ref.key)
    body: bytes = answer["Body"].read()
    if hashlib.sha256(body).hexdigest() != code_ref.sha256:
        raise RefusedError("the stored script is not the one that was recorded; it was changed in the bucket")
    return body
