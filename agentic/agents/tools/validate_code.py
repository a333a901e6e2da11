"""validate_code: the validator over the stored script; the verdict goes into the run record."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from agentic.agents.declaration import EXECUTOR
from agentic.agents.tools.events import Arguments, name_of
from agentic.agents.tools.generate_code import MAX_SCRIPT_BYTES
from agentic.agents.tools.repair import after_validation
from agentic.agents.tools.services import Services
from agentic.core.errors import RefusedError
from agentic.core.frozen import sdk_index_name
from agentic.core.values import CodeRef, RunStatus, Verdict, to_json
from agentic.runs import RunRecord
from agentic.validator import SdkIndex, ValidationPolicy, validate

_FINDINGS_SHOWN = 10


def validate_code(arguments: Arguments, services: Services) -> dict[str, Any]:
    record = services.store.with_handle(name_of(arguments, "handle"), EXECUTOR, RunStatus.VALIDATING)
    body = read_script(services, recorded_code(record, name_of(arguments, "code_key")))
    verdict = judge(services, record.api, body)
    if verdict.valid or after_validation(services, record, verdict, body) is None:
        services.store.record_verdict(record.run_id, verdict, record.code_ref)
    return {"valid": verdict.valid, "findings": to_json(verdict.findings[:_FINDINGS_SHOWN])}


def judge(services: Services, api: str, body: bytes) -> Verdict:
    """The validator's verdict on exactly these bytes, calls checked against the API's SDK where its index was built."""
    index = _sdk(Path(services.environ.get("LAMBDA_TASK_ROOT", ""), sdk_index_name(api)))
    return validate(body, ValidationPolicy.for_spec(services.specs[api], index))


@cache
def _sdk(path: Path) -> SdkIndex | None:
    """The index in the function's zip: read once per process."""
    return SdkIndex.load(path)


def recorded_code(record: RunRecord, code_key: str) -> CodeRef:
    """The run's own script. A model may only name the key that the record has."""
    if not record.code_ref or record.code_ref.key != code_key:
        raise RefusedError("this code_key is not the run's script", hint="pass the code_key exactly as given")
    return record.code_ref


def read_script(services: Services, code_ref: CodeRef) -> bytes:
    """The stored bytes, if they are still those that were recorded."""
    s3 = services.client("s3")
    try:
        answer = s3.get_object(Bucket=services.setting("bucket"), Key=code_ref.key)
    except s3.exceptions.NoSuchKey:
        raise RefusedError("the stored script is gone; it was deleted from the bucket") from None
    # Never read whole: whoever swaps the object may make it as large as a function's memory.
    body: bytes = answer["Body"].read(MAX_SCRIPT_BYTES)
    if hashlib.sha256(body).hexdigest() != code_ref.sha256:
        raise RefusedError("the stored script is not the one that was recorded; it was changed in the bucket")
    return body
