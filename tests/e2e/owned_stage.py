"""A local cloud in which an attacker fully owns `run_code`: the same function, role and environment, with the attacker's code.

The attacker's handler executes Python that comes with the event, so that an attack runs where hostile code that has left the
sandbox would: in the function's own process, with its credentials. A whole run reaches it too: the attack lies in a comment
of the script.
"""

import base64
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from agentic import LocalCloud
from agentic.core.names import StackNames
from agentic.core.values import RunResult
from agentic.local import project
from agentic.local.functions.declaration import FunctionDeclaration

API = "stripe"
NAMES = StackNames(project.STACK)
WALL = NAMES.function("run_code", API)
BROKER = NAMES.function("call_api", API)

_HANDLER = """\
import base64, re

def handler(event, context):
    in_script = re.search(r"# attack (\\S+)", event.get("code", ""))
    attack = base64.b64decode(in_script[1]).decode() if in_script else event["attack"]
    scope = {"event": event, "context": context}
    exec(attack, scope)
    return scope["answer"]
"""


class Stage:
    """A running local cloud, and what its operator and its attacker do with it."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud

    @property
    def functions(self) -> Any:
        return self.cloud._account.functions

    @property
    def store(self) -> Any:
        return self.cloud.stack("dev").door.store

    @property
    def bucket(self) -> str:
        return str(self.cloud.stack("dev").door._services.setting("bucket"))

    def declaration(self, function: str) -> FunctionDeclaration:
        return self.functions._find(function)[0].declaration

    def declared(self) -> dict[str, FunctionDeclaration]:
        return {name: self.declaration(name) for name in sorted(self.functions._declared)}

    def operator(self, service: str) -> Any:
        """A client that may do everything: for what a test prepares and looks up."""
        return self.cloud._account.endpoint.client(service)

    def as_role_of(self, function: str, service: str) -> Any:
        """A client with the rights of a function: what a control compares with."""
        return self.cloud._account.endpoint.client(service, self.declaration(function).role_arn)

    def execute(self, script: str, **fields: Any) -> RunResult:
        """A whole run of a person's script."""
        asked = self.cloud.request({"task": "Run it", "api": API, "code": script, **fields})
        return self.cloud.carry_out(asked)

    def invoke(self, function: str, payload: object, **more: Any) -> Any:
        """The function's answer, asked by the operator."""
        answer = self.operator("lambda").invoke(FunctionName=function, Payload=json.dumps(payload).encode(), **more)
        return json.loads(answer["Payload"].read())


class Owned(Stage):
    """The stage with the attacker's code in `run_code`."""

    def __init__(self, cloud: LocalCloud, folder: Path) -> None:
        super().__init__(cloud)
        path = folder / "attacker.zip"
        with zipfile.ZipFile(path, "w") as archive:
            # Of one time, so that it is the same zip each time.
            archive.writestr(zipfile.ZipInfo("handler.py"), _HANDLER)
        self._honest = self.declaration(WALL)
        self.functions.create(replace(self._honest, zip_path=path))
        self.environment: Mapping[str, str] = self.inside("import os\nanswer = dict(os.environ)")

    def restore(self) -> None:
        """Give the function its own code back."""
        self.functions.create(self._honest)

    def inside(self, attack: str) -> Any:
        """What `attack` leaves in `answer`, executed in the function's process."""
        return self.invoke(WALL, {"attack": attack}, TenantId="run_0000000000000000-1")

    def run(self, attack: str) -> RunResult:
        """A whole run, whose script makes the owned function do `attack`; `event` there is the launcher's."""
        return self.execute(f"print('honest')\n# attack {base64.b64encode(attack.encode()).decode()}\n")

    def client(self, service: str, **changed: Any) -> Any:
        """A client with the stolen credentials."""
        return attackers_client(self.environment, service, **changed)


def attackers_client(environment: Mapping[str, str], service: str, **changed: Any) -> Any:
    options: dict[str, Any] = {
        "region_name": environment["AWS_REGION"],
        "endpoint_url": environment["AWS_ENDPOINT_URL"],
        "aws_access_key_id": environment["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": environment["AWS_SECRET_ACCESS_KEY"],
    }
    config = Config(
        retries={"total_max_attempts": 1},
        parameter_validation=False,
        inject_host_prefix=False,
        connect_timeout=5,
        read_timeout=60,
        s3={"addressing_style": "path", "payload_signing_enabled": True},
        request_checksum_calculation="when_required",
        proxies={},
    )
    return boto3.client(service, config=config, **{**options, **changed})
