"""Child process of the topology tests: runs a stack's Topology under Pulumi's mocks and prints what it registered.

`pulumi.runtime.set_mocks` is not used: it needs a loop made before, hides the stack's exports, and a test that forgets
to await an output passes. Here the program runs as Pulumi runs it, to its end, and only then anything is printed.
"""

import asyncio
import json
import logging
import os
import runpy
import sys
import threading
from pathlib import Path
from typing import Any

import pulumi
from google.protobuf import json_format
from pulumi.runtime import mocks, settings
from pulumi.runtime.config import set_all_config
from pulumi.runtime.stack import run_in_stack

from agentic.core.errors import AgenticError
from agentic.core.settings import Settings
from agentic.core.spec import ApiSpec

ACCOUNT, REGION, PARTITION, DNS_SUFFIX = "111122223333", "eu-central-1", "aws-eusc", "amazonaws.example"
_ARNS = {
    "aws:s3/bucket:Bucket": "arn:{p}:s3:::{name}",
    "aws:iam/role:Role": "arn:{p}:iam::{a}:role/{name}",
    "aws:secretsmanager/secret:Secret": "arn:{p}:secretsmanager:{r}:{a}:secret:{name}-AbCdEf",
    "aws:cloudwatch/logGroup:LogGroup": "arn:{p}:logs:{r}:{a}:log-group:{name}",
    "aws:dynamodb/table:Table": "arn:{p}:dynamodb:{r}:{a}:table/{name}",
    "aws:sfn/stateMachine:StateMachine": "arn:{p}:states:{r}:{a}:stateMachine:{name}",
    "aws:sns/topic:Topic": "arn:{p}:sns:{r}:{a}:{name}",
    "aws:sqs/queue:Queue": "arn:{p}:sqs:{r}:{a}:{name}",
    "aws:lambda/function:Function": "arn:{p}:lambda:{r}:{a}:function:{name}",
    "aws:bedrock/agentcoreHarness:AgentcoreHarness": "arn:{p}:bedrock-agentcore:{r}:{a}:harness/{name}-0123456789",
}


class Cloud(mocks.Mocks):
    """Answers each registration with the inputs and the computed outputs that the program may rely on, and no others."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        inputs = dict(args.inputs)
        name = inputs.get("name") or inputs.get("bucket") or inputs.get("harnessName") or args.name
        if args.typ in _ARNS:
            inputs["arn"] = _ARNS[args.typ].format(p=PARTITION, r=REGION, a=ACCOUNT, name=name)
        if args.typ == "aws:bedrock/agentcoreGateway:AgentcoreGateway":
            inputs |= {"gatewayId": f"{name}-0123456789"}
            inputs |= {"gatewayArn": f"arn:{PARTITION}:bedrock-agentcore:{REGION}:{ACCOUNT}:gateway/{inputs['gatewayId']}"}
        if args.typ == "aws:bedrock/agentAgent:AgentAgent":
            inputs |= {"agentId": inputs["agentName"]}
            inputs |= {"agentArn": f"arn:{PARTITION}:bedrock:{REGION}:{ACCOUNT}:agent/{inputs['agentId']}"}
        if args.typ == "aws:bedrock/agentAgentAlias:AgentAgentAlias":
            alias = f"{inputs['agentId']}/{inputs['agentAliasName']}"
            inputs |= {"agentAliasArn": f"arn:{PARTITION}:bedrock:{REGION}:{ACCOUNT}:agent-alias/{alias}"}
        if args.typ == "aws:apigatewayv2/api:Api":
            inputs["executionArn"] = f"arn:{PARTITION}:execute-api:{REGION}:{ACCOUNT}:{name}"
            inputs["apiEndpoint"] = f"https://{name}.execute-api.{REGION}.{DNS_SUFFIX}"
        if args.typ == "aws:sqs/queue:Queue":
            inputs["url"] = f"https://sqs.{REGION}.{DNS_SUFFIX}/{ACCOUNT}/{name}"
        if args.typ == "random:index/randomString:RandomString":
            inputs["result"] = "x7k2p9"[: int(inputs["length"])]
        return f"{name}-id", inputs

    def call(self, args: mocks.MockCallArgs) -> dict[Any, Any]:
        return {
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT},
            "aws:index/getRegion:getRegion": {"region": REGION},
            "aws:index/getPartition:getPartition": {"partition": PARTITION, "dnsSuffix": DNS_SUFFIX},
            "aws:ec2/getVpcEndpointService:getVpcEndpointService": {
                "serviceName": f"com.example.{REGION}.lambda",
                "privateDnsName": f"lambda.{REGION}.{DNS_SUFFIX}",
                "availabilityZones": ["zone-3", "zone-1", "zone-2"],
            },
        }[args.token]


class Recorder(mocks.MockMonitor):
    """A monitor that keeps every registration as the engine would see it."""

    def __init__(self) -> None:
        super().__init__(Cloud())
        self.resources_seen: list[dict[str, Any]] = []
        self.outputs: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 # Pulumi's name
        with self._lock:
            self.resources_seen.append(
                {
                    "urn": self.make_urn(request.parent, request.type, request.name),
                    "type": request.type,
                    "name": request.name,
                    "custom": request.custom,
                    "parent": request.parent,
                    "protect": request.protect,
                    "dependencies": list(request.dependencies),
                    "inputs": json_format.MessageToDict(request.object),
                }
            )
        return super().RegisterResource(request)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 # Pulumi's name
        with self._lock:
            self.outputs[request.urn] = json_format.MessageToDict(request.outputs)
        return super().RegisterResourceOutputs(request)


def main(order: dict[str, Any]) -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    monitor = Recorder()
    warnings: list[str] = []
    told = logging.getLogger("program")
    told.propagate = False
    told.addHandler(Warnings(warnings))
    settings.configure(
        mocks.MockSettings(
            monitor=monitor,
            engine=mocks.MockEngine(told),
            project="agentic-api-developer",
            stack=order["stack"],
            organization="organization",
            root_directory=str(Path.cwd()),
            dry_run=False,
            parallel=None,
            legacy_apply_enabled=False,
            monitor_features=set(),
            package_refs={},
            base_providers_by_ref={},
            callbacks=None,
        )
    )
    set_all_config({f"agentic:{key}": value for key, value in order["config"].items()})
    try:
        loop.run_until_complete(run_in_stack(lambda: run(order)))
        answer = {"resources": monitor.resources_seen, "outputs": monitor.outputs, "warnings": warnings}
    except (pulumi.RunError, AgenticError) as error:
        answer = {"error": str(error)}
    json.dump(answer, sys.stdout)
    sys.stdout.flush()
    # Loop and tasks are left as they are: taken down in the order of an interpreter's end, they would only complain.
    os._exit(0)


def run(order: dict[str, Any]) -> None:
    """The real program, or, with `specs`, its Topology with code that nobody has to build."""
    if "program" in order:
        runpy.run_path(order["program"], run_name="__main__")
        return
    from agentic.topology.topology import Topology

    specs = [ApiSpec.from_data(data) for data in order["specs"]]
    topology = Topology(
        "agentic",
        environment=order["stack"],
        settings=Settings.from_config(order["config"]),
        specs=specs,
        zips=lambda _settings, _specs: AnyZip(),
        **own_things(order.get("own", {})),
    )
    for name, value in topology.exports.items():
        pulumi.export(name, value)


def own_things(own: dict[str, Any]) -> dict[str, Any]:
    """A bucket, key and network that the embedding program has already, as Topology takes them."""
    from agentic.topology.network import Network
    from agentic.topology.storage import Bucket

    made = {"bucket": Bucket, "network": Network}
    return {name: made[name](**what) if name in made else what for name, what in own.items()}


class Warnings(logging.Handler):
    """Keeps what the program tells the person who deploys."""

    def __init__(self, kept: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(record.getMessage())


class AnyZip(dict[tuple[str, str], Path]):
    """A path for every function."""

    def __missing__(self, key: tuple[str, str]) -> Path:
        return Path(f"{'-'.join(part for part in key if part)}.zip")


if __name__ == "__main__":
    main(json.load(sys.stdin))
