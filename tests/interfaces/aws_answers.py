"""An AWS account for the checks of `agentic doctor --aws`: answers by operation, checked against botocore's own model.

Unlike a Stubber these answers have no order: the checks ask side by side. Nothing is ever sent.
"""

import copy
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.exceptions import EndpointConnectionError
from botocore.validate import validate_parameters

from agentic.core.settings import Settings
from agentic.interfaces.aws_checks import Surroundings, Target

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
DATE = "Sun, 22 Nov 2026 12:00:05 GMT"
ACCOUNT = "111122223333"
HAIKU = "anthropic.claude-haiku-5-5"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ci/deployer"
UNREACHABLE = "unreachable"


class Refused:
    """AWS's error answer."""

    def __init__(self, code: str, message: str = "said no", status: int = 400, date: str = DATE) -> None:
        self.code, self.message, self.status, self.date = code, message, status, date


DENIED = Refused("AccessDeniedException", "User is not authorized", 403)
MISSING = Refused("ResourceNotFoundException", "there is none", 404)


class Answers:
    """Clients that give `answers` by (service, operation): a dict, a `Refused`, or `UNREACHABLE`.

    What is not in there goes on to `real` services (moto's), and is an error for others.
    """

    def __init__(
        self, answers: Mapping[tuple[str, str], Any], region: str = "us-east-1", real: frozenset[str] = frozenset()
    ) -> None:
        self.answers, self.region, self.real = dict(answers), region, real
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self.sign_in("AKIAEXAMPLE", "not-a-secret-value")

    def sign_in(self, key_id: str, secret: str) -> None:
        self._session = boto3.Session(key_id, secret, region_name=self.region)

    def __call__(self, service: str) -> Any:
        client = self._session.client(service)

        def given(params: Any, model: Any, **_: Any) -> None:
            self.asked.append((service, model.name, dict(params)))

        def answered(model: Any, **_: Any) -> Any:
            answer = self.answers.get((service, model.name))
            if answer is None:
                assert service in self.real, f"nothing is known of {service} {model.name}"
                return None
            url = f"https://{service}.invalid/"
            if answer is UNREACHABLE:
                raise EndpointConnectionError(endpoint_url=url)
            metadata: dict[str, Any] = {"HTTPHeaders": {"date": DATE}}
            if isinstance(answer, Refused):
                metadata = {"HTTPHeaders": {"date": answer.date}, "HTTPStatusCode": answer.status}
                content = {"Error": {"Code": answer.code, "Message": answer.message}, "ResponseMetadata": metadata}
                return AWSResponse(url, answer.status, {}, None), content
            if model.output_shape is not None:
                validate_parameters(answer, model.output_shape)
            return AWSResponse(url, 200, {}, None), {**copy.deepcopy(answer), "ResponseMetadata": metadata}

        client.meta.events.register_first("provide-client-params.*.*", given)
        client.meta.events.register_first("before-call.*.*", answered)
        return client


def quota(name: str, value: float) -> dict[str, Any]:
    return {"QuotaName": name, "Value": value}


def allowed(*actions: str, decision: str = "allowed", **more: Any) -> dict[str, Any]:
    results = [{"EvalActionName": action, "EvalDecision": decision, **more} for action in actions]
    return {"EvaluationResults": results, "IsTruncated": False}


HEALTHY: dict[tuple[str, str], Any] = {
    ("sts", "GetCallerIdentity"): {
        "UserId": "AROAEXAMPLE:session",
        "Account": ACCOUNT,
        "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/session",
    },
    ("iam", "GetRole"): {
        "Role": {
            "Path": "/ci/",
            "RoleName": "deployer",
            "RoleId": "AROAEXAMPLEEXAMPLE",
            "Arn": ROLE,
            "CreateDate": NOW,
        }
    },
    ("iam", "SimulatePrincipalPolicy"): allowed("lambda:CreateFunction"),
    ("bedrock-agentcore-control", "ListHarnesses"): {"harnesses": []},
    ("bedrock-agentcore-control", "ListGateways"): {"items": []},
    ("stepfunctions", "ListStateMachines"): {"stateMachines": []},
    ("bedrock-agent", "ListAgents"): {
        "agentSummaries": [
            {
                "agentId": "ABCDEFGHIJ",
                "agentName": "old",
                "agentStatus": "PREPARED",
                "updatedAt": NOW,
                "latestAgentVersion": "1",
            }
        ]
    },
    ("bedrock", "GetInferenceProfile"): {
        "inferenceProfileName": "US Haiku",
        "inferenceProfileArn": f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.{HAIKU}",
        "models": [{"modelArn": f"arn:aws:bedrock:us-east-1::foundation-model/{HAIKU}"}],
        "inferenceProfileId": f"us.{HAIKU}",
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
    },
    ("bedrock", "GetFoundationModel"): {
        "modelDetails": {
            "modelArn": f"arn:aws:bedrock:us-east-1::foundation-model/{HAIKU}",
            "modelId": HAIKU,
            "inferenceTypesSupported": ["INFERENCE_PROFILE"],
            "modelLifecycle": {"status": "ACTIVE"},
        }
    },
    ("bedrock", "GetFoundationModelAvailability"): {
        "modelId": HAIKU,
        "agreementAvailability": {"status": "AVAILABLE"},
        "authorizationStatus": "AUTHORIZED",
        "entitlementAvailability": "AVAILABLE",
        "regionAvailability": "AVAILABLE",
    },
    ("bedrock", "GetUseCaseForModelAccess"): {"formData": b"{}"},
    ("lambda", "GetAccountSettings"): {"AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000}},
    ("lambda", "GetFunction"): MISSING,
    ("service-quotas", "ListServiceQuotas"): {
        "Quotas": [
            quota("Cross-region model inference tokens per minute for Anthropic Claude Haiku 5.5", 500_000),
            quota("Gateways per account", 1000),
        ]
    },
    ("service-quotas", "GetServiceQuota"): {"Quota": quota("VPCs per Region", 5)},
    ("ec2", "DescribeVpcs"): {"Vpcs": [{"VpcId": "vpc-1"}]},
    ("ec2", "DescribeVpcEndpointServices"): {
        "ServiceDetails": [
            {"ServiceName": "com.amazonaws.us-east-1.lambda", "AvailabilityZones": ["us-east-1a", "us-east-1b", "us-east-1c"]}
        ]
    },
    ("route53resolver", "ListFirewallRuleGroups"): {"FirewallRuleGroups": []},
    ("s3", "HeadBucket"): Refused("404", "Not Found", 404),
    ("secretsmanager", "DescribeSecret"): MISSING,
    ("logs", "DescribeLogGroups"): {"logGroups": []},
    ("dynamodb", "DescribeTable"): MISSING,
}


def target(tmp_path: Path, stack: str = "dev", **settings: Any) -> Target:
    return Target(stack, Settings(**settings), {"aws:region": "us-east-1"}, tmp_path)


def around(tmp_path: Path, clients: Any, version: str = "v3.259.0", **environ: str) -> Surroundings:
    """A machine with a `pulumi` of that version on its PATH ("" for none), logged in to a folder."""
    command = tmp_path / "bin" / "pulumi"
    command.parent.mkdir(exist_ok=True)
    if version:
        command.write_text("#!/bin/sh\n")
        command.chmod(0o755)
    given = {
        "PATH": str(command.parent),
        "AGENTIC_CACHE": str(tmp_path / "cache"),
        "PULUMI_BACKEND_URL": "file:///state",
        "PULUMI_CONFIG_PASSPHRASE": "",
    }
    return Surroundings(
        {name: value for name, value in {**given, **environ}.items() if value != "-"},
        tmp_path,
        lambda region, profile: clients,
        lambda command: (0, version),
        lambda: NOW,
    )
