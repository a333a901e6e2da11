"""generate_code: store what the generator wrote, and record it by reference. The script itself is not checked here."""

import hashlib
import secrets
from typing import Any

from agentic.agents.declaration import GENERATOR
from agentic.agents.tools.events import Arguments, name_of, text
from agentic.agents.tools.fences import strip_fences
from agentic.agents.tools.services import Services
from agentic.core.errors import RefusedError, UsageError
from agentic.core.names import script_key
from agentic.core.values import CodeRef, RunStatus

MAX_SCRIPT_BYTES = 256 * 1024


def generate_code(arguments: Arguments, services: Services) -> dict[str, Any]:
    handle, raw = name_of(arguments, "handle"), text(arguments, "code")
    record = services.store.with_handle(handle, GENERATOR, RunStatus.GENERATING)
    body = strip_fences(raw).encode("utf-8", "surrogatepass")
    if len(body) > MAX_SCRIPT_BYTES:
        raise UsageError(
            f"the script has {len(body)} bytes; at most {MAX_SCRIPT_BYTES} are allowed", hint="write a shorter script"
        )
    if record.code_ref is None:
        record = services.store.record_code(handle, store_script(services, record.api, record.task, body))
    if record.code_ref is None or record.code_ref.sha256 != hashlib.sha256(body).hexdigest():
        raise RefusedError("a script is already stored for this run", hint="call generate_code once")
    return {"status": "stored", "code_key": record.code_ref.key}


def store_script(services: Services, api: str, task: str, body: bytes) -> CodeRef:
    """Write a script under a key of its own; an existing key is never overwritten."""
    s3, bucket, now, suffix = services.client("s3"), services.setting("bucket"), services.now(), ""
    while True:
        key = script_key(api, task, now, suffix)
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="text/x-python; charset=utf-8", IfNoneMatch="*")
        except s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in {"PreconditionFailed", "ConditionalRequestConflict"}:
                raise
            suffix = secrets.token_hex(3)
            continue
        return CodeRef(key, hashlib.sha256(body).hexdigest())
