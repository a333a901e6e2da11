"""The executor's tools over the real store, with a bucket in memory and a `run_code` that answers what the test says."""

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from agentic.agents.tools.services import Services
from agentic.apis.stripe import agentic_apis
from agentic.core.frozen import FILE_NAME, freeze
from agentic.core.limits import RunLimits
from agentic.core.names import new_handle, new_run_id
from agentic.core.values import CodeRef, Target, WriteMode
from agentic.runs import NewRun, RunStore

SCRIPT = b"print('done')\n"
HONEST = {"success": True, "stdout": "done\n", "stderr": "", "exit": 0, "duration_ms": 5.0, "layers": ["process"], "reason": ""}

Wall = Callable[[dict[str, Any]], Any]
"""`run_code`: the launcher's event to an answer: bytes as they are, anything else as JSON, an exception for a failed call."""


class PreconditionError(Exception):
    """S3's answer where an object exists already."""

    response: ClassVar[Any] = {"Error": {"Code": "PreconditionFailed"}}


class ObjectBody(io.BytesIO):
    """An object's content; notes how much of it is read."""

    def __init__(self, content: bytes, noted: list[int]) -> None:
        super().__init__(content)
        self._noted = noted

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self._noted.append(len(data))
        return data


@dataclass
class Bucket:
    """The S3 client's two methods."""

    objects: dict[str, bytes] = field(default_factory=dict[str, bytes])
    read: list[int] = field(default_factory=list[int])

    class exceptions:  # noqa: N801 # botocore's name
        ClientError = PreconditionError
        NoSuchKey = KeyError

    def get_object(self, *, Bucket: str, Key: str) -> Any:  # noqa: N803 # botocore's names
        content = self.objects[Key]
        return {"Body": ObjectBody(content, self.read), "ContentLength": len(content)}

    def put_object(self, *, Key: str, Body: bytes, IfNoneMatch: str = "", **_: Any) -> Any:  # noqa: N803
        if not IfNoneMatch:
            self.objects[Key] = Body
        elif self.objects.setdefault(Key, Body) is not Body:
            raise PreconditionError
        return {}


@dataclass
class Lambda:
    """The Lambda client's Invoke."""

    wall: Wall
    calls: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def invoke(self, **call: Any) -> Any:
        self.calls.append(call)
        answer = self.wall(json.loads(call["Payload"]))
        if isinstance(answer, Exception):
            raise answer
        return {"Payload": io.BytesIO(answer if isinstance(answer, bytes) else json.dumps(answer).encode())}


@dataclass
class LauncherStage:
    """One launcher. `wall` may be replaced at any time."""

    dynamodb: Any
    folder: Path
    wall: Wall = lambda event: HONEST
    regenerations: int = 2

    @cached_property
    def bucket(self) -> Bucket:
        return Bucket()

    @cached_property
    def walls(self) -> Lambda:
        return Lambda(lambda event: self.wall(event))

    @cached_property
    def store(self) -> RunStore:
        return RunStore(self.dynamodb, "runs")

    @cached_property
    def services(self) -> Services:
        (self.folder / FILE_NAME).write_bytes(freeze(agentic_apis()))
        environ = {
            "LAMBDA_TASK_ROOT": str(self.folder),
            "AGENTIC_TABLE": "runs",
            "AGENTIC_BUCKET": "bucket",
            "AGENTIC_PREFIX": "aad",
            "AGENTIC_RUN_SECONDS": "30",
            "AGENTIC_REGENERATIONS": str(self.regenerations),
        }
        clients = {"dynamodb": self.dynamodb, "s3": self.bucket, "lambda": self.walls}
        return Services(environ, clients.__getitem__)

    def validating(self, script: bytes = SCRIPT, writes: WriteMode | None = None) -> dict[str, str]:
        """The arguments with which an executor calls its tools for a new run of this script."""
        run_id = new_run_id()
        ref = CodeRef(f"generated/stripe/{run_id}.py", hashlib.sha256(script).hexdigest())
        self.bucket.objects[ref.key] = script
        handle = new_handle(run_id)
        new = NewRun(
            run_id=run_id, api="stripe", task="x", target=Target.FAKE, limits=RunLimits(calls=5), writes=writes, code_ref=ref
        )
        self.store.create(new, handle)
        return {"handle": handle, "code_key": ref.key}
