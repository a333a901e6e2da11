"""What a recorded program registered, in a form that checks can read and that control tests can spoil."""

import copy
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentic.core.spec import ApiSpec, Credential, CredentialKind, Host, Operation, Sdk, SecretField

ROOT = Path(__file__).resolve().parent.parent.parent
_PROGRAM = Path(__file__).with_name("recorded_program.py")


def spec(name: str) -> ApiSpec:
    """A small API, so that these tests do not hang on the plugins that are installed."""
    return ApiSpec(
        name=name,
        title=name.capitalize(),
        sdk=Sdk(f"{name}==1.0", (name,)),
        hosts=(
            Host(
                f"api.{name.replace('_', '-')}.example",
                (Operation("GET", "/v1/things", "things"),),
                Credential(CredentialKind.BASIC, "{api_key}:"),
            ),
        ),
        secrets=(SecretField("api_key", "key", (f"{name.upper()}_KEY",), "placeholder"),),
        prompt=f"Use {name}.",
    )


@dataclass(frozen=True)
class Resource:
    urn: str
    type: str
    name: str
    custom: bool
    parent: str
    protect: bool
    dependencies: list[str]
    inputs: dict[str, Any]


@dataclass(frozen=True)
class Recorded:
    """A whole run of the program; `outputs` are the registered outputs of components and stack, by URN."""

    resources: list[Resource]
    outputs: dict[str, dict[str, Any]]
    warnings: list[str]

    def of(self, kind: str) -> list[Resource]:
        """The resources whose type ends in `kind` ("Function" is aws:lambda/function:Function)."""
        return [resource for resource in self.resources if resource.custom and resource.type.endswith(f":{kind}")]

    def one(self, kind: str, name: str) -> Resource:
        found = [resource for resource in self.of(kind) if resource.name == name]
        assert len(found) == 1, f"{len(found)} resources {kind} {name}"
        return found[0]

    @property
    def exports(self) -> dict[str, Any]:
        return next(outputs for urn, outputs in self.outputs.items() if "::pulumi:pulumi:Stack::" in urn)

    def policy(self, role: str) -> dict[str, Any]:
        """The rights of the role whose physical name is `role`."""
        found = [resource for resource in self.of("RolePolicy") if resource.inputs["role"] == role]
        assert len(found) == 1, f"{len(found)} policies of {role}"
        return json.loads(found[0].inputs["policy"])

    def copy(self) -> "Recorded":
        return copy.deepcopy(self)


def order(stack: str = "dev", apis: tuple[str, ...] = ("stripe", "other_api"), **config: str) -> dict[str, Any]:
    settings = {key.replace("__", "."): value for key, value in config.items()}
    return {"stack": stack, "config": {"apis": json.dumps(apis), **settings}, "specs": [spec(api).to_data() for api in apis]}


def run_program(what: dict[str, Any], **environment: str) -> dict[str, Any]:
    """The child's answer. A child that fails or says nothing fails the test."""
    done = subprocess.run(
        [sys.executable, str(_PROGRAM)],
        input=json.dumps(what),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/nowhere"), "PYTHONPATH": str(ROOT), **environment},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stderr == "", done.stderr[-3000:]
    return json.loads(done.stdout)


def record(what: dict[str, Any], **environment: str) -> Recorded:
    answer = run_program(what, **environment)
    assert "error" not in answer, answer["error"]
    return Recorded([Resource(**resource) for resource in answer["resources"]], answer["outputs"], answer["warnings"])
