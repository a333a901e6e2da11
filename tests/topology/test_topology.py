"""The stack that the program registers: names, rights, agents. Each check has a control that makes it fail."""

import json
from pathlib import Path

import checks
import pytest
from recorded import ROOT, Recorded, order, record, run_program

ARN = "arn:aws-eusc:{service}:eu-central-1:111122223333:{rest}"
PREFIX = "agentic-api-developer-dev"


def function_arn(name: str) -> str:
    return ARN.format(service="lambda", rest=f"function:{PREFIX}-{name}")


def table_of_rights(apis: tuple[str, ...] = ("stripe", "other-api")) -> dict[str, dict[str, list[str]]]:
    """Contract: what each function may do, written out independently of the program."""
    table = [ARN.format(service="dynamodb", rest=f"table/{PREFIX}-runs")]
    bucket = f"arn:aws-eusc:s3:::{PREFIX}-code-storage-111122223333"
    harness = ARN.format(service="bedrock-agentcore", rest="harness/aad_dev_{agent}_x7k2p9-0123456789")

    def own(name: str) -> dict[str, list[str]]:
        log = [ARN.format(service="logs", rest=f"log-group:/aws/lambda/{PREFIX}-{name}:*")]
        return {"logs:CreateLogStream": log, "logs:PutLogEvents": log}

    def agent(name: str) -> dict[str, list[str]]:
        arn = [harness.format(agent=name)]
        return {"bedrock-agentcore:InvokeHarness": arn, "bedrock-agentcore:InvokeAgentRuntime": arn}

    record = {"dynamodb:GetItem": table, "dynamodb:UpdateItem": table}
    dead_letters = {"sqs:SendMessage": [ARN.format(service="sqs", rest=f"{PREFIX}-dead-letters")]}
    # What Lambda itself does for a function in a VPC; a Deny keeps the code from it.
    interfaces = ("AssignPrivateIpAddresses", "CreateNetworkInterface", "DeleteNetworkInterface")
    interfaces += ("DescribeNetworkInterfaces", "DescribeSubnets", "UnassignPrivateIpAddresses")
    rights = {
        "invoke-generator": {
            **record,
            **agent("generator"),
            **dead_letters,
            "lambda:InvokeFunction": [function_arn("invoke-generator")],
        },
        "invoke-executor": {
            **record,
            **dead_letters,
            **agent("executor"),
            "lambda:InvokeFunction": [function_arn("invoke-executor")],
        },
        "generate-code": {**record, "s3:PutObject": [f"{bucket}/generated/*"]},
        "validate-code": {**record, "s3:GetObject": [f"{bucket}/generated/*"]},
        "execute-code": {
            **record,
            "dynamodb:Query": table,
            "s3:GetObject": [f"{bucket}/generated/*"],
            "s3:PutObject": [f"{bucket}/executions/*"],
            "lambda:InvokeFunction": sorted(function_arn(f"run-code-{api}") for api in apis),
        },
    }
    index = [f"{arn}/index/recent" for arn in table]
    queue, dead = ([ARN.format(service="sqs", rest=f"{PREFIX}-run-queue{end}")] for end in ("", "-dead"))
    taking = ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
    rights["worker"] = {
        **record,
        **agent("orchestrator"),
        "dynamodb:DeleteItem": table,
        "dynamodb:Query": table,
        **{f"sqs:{action}": queue for action in taking},
        "lambda:InvokeFunction": [function_arn("execute-code"), function_arn("validate-code")],
    }
    rights["sweep"] = {
        **record,
        "dynamodb:DeleteItem": table,
        "dynamodb:Query": index,
        "sqs:GetQueueAttributes": queue,
        "sqs:ReceiveMessage": dead,
        "sqs:SendMessage": [*queue, *dead],
    }
    for api in apis:
        secret = f"secret:agentic-api-developer/{api.replace('-', '_')}/test-key-AbCdEf"
        rights[f"run-code-{api}"] = {
            "lambda:InvokeFunction": [function_arn(f"call-api-{api}")],
            **{f"ec2:{action}": ["*"] for action in interfaces},
        }
        rights[f"call-api-{api}"] = {
            "dynamodb:PutItem": table,
            "dynamodb:Query": table,
            "dynamodb:UpdateItem": table,
            "s3:GetObject": [f"{bucket}/bodies/*"],
            "s3:PutObject": [f"{bucket}/bodies/*"],
            "secretsmanager:GetSecretValue": [ARN.format(service="secretsmanager", rest=secret)],
        }
    return {f"{PREFIX}-{name}": dict(sorted((own(name) | may).items())) for name, may in rights.items()}


CHECKS = [
    checks.no_wide_rights,
    checks.roles_are_guarded,
    checks.harnesses_are_closed,
    checks.walls_are_per_tenant,
    checks.logs_come_first,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_every_stack_passes_every_check(check, dev: Recorded, prod: Recorded):
    assert list(check(dev)) == []
    assert list(check(prod)) == []


def test_each_function_may_do_exactly_what_the_table_says(dev: Recorded):
    assert list(checks.functions_have_their_rights(dev, table_of_rights())) == []


def test_the_names_are_those_of_the_contract(dev: Recorded):
    assert dev.one("Bucket", "storage").inputs["bucket"] == "agentic-api-developer-dev-code-storage-111122223333"
    assert {secret.inputs["name"] for secret in dev.of("Secret")} == {
        "agentic-api-developer/stripe/test-key",
        "agentic-api-developer/other_api/test-key",
    }
    assert dev.one("Table", "runs").inputs["name"] == "agentic-api-developer-dev-runs"
    assert {harness.inputs["harnessName"] for harness in dev.of("AgentcoreHarness")} == {
        f"aad_dev_{agent}_x7k2p9" for agent in ("orchestrator", "generator", "executor")
    }
    assert {gateway.inputs["name"] for gateway in dev.of("AgentcoreGateway")} == {
        f"aad-dev-{agent}" for agent in ("orchestrator", "generator", "executor")
    }
    groups = {group.inputs["name"]: group.inputs["retentionInDays"] for group in dev.of("LogGroup")}
    assert {
        f"/aws/bedrock/agents/agentic-api-developer-dev-{agent}" for agent in ("orchestrator", "generator", "executor")
    } <= set(groups)
    assert set(groups.values()) == {7}


def test_other_stacks_have_their_environment_in_their_secrets_names(prod: Recorded):
    assert "agentic-api-developer/prod/stripe/test-key" in {secret.inputs["name"] for secret in prod.of("Secret")}


def test_the_exports_name_what_the_front_door_needs(dev: Recorded):
    exports = dev.exports
    assert exports["orchestrator"].endswith("harness/aad_dev_orchestrator_x7k2p9-0123456789")
    assert exports["bucket"] == "agentic-api-developer-dev-code-storage-111122223333"
    assert exports["table"] == "agentic-api-developer-dev-runs"
    assert exports["environment"] == "dev"
    assert exports["region"] == "eu-central-1"
    assert exports["apis"] == ["stripe", "other_api"]
    assert set(exports["gateway_ids"]) == {"orchestrator", "generator", "executor"}
    assert exports["secret_names"]["stripe"] == "agentic-api-developer/stripe/test-key"
    assert exports["functions"]["execute_code"] == "agentic-api-developer-dev-execute-code"
    assert exports["functions"]["run_code/other_api"] == "agentic-api-developer-dev-run-code-other-api"


def test_functions_are_told_what_the_contract_says(dev: Recorded, prod: Recorded):
    table, bucket = f"{PREFIX}-runs", f"{PREFIX}-code-storage-111122223333"

    def told(stack: Recorded, name: str) -> dict[str, str]:
        return stack.one("Function", name).inputs["environment"]["variables"]

    stores = {"AGENTIC_TABLE": table, "AGENTIC_BUCKET": bucket}
    assert told(dev, "generate-code") == stores
    assert told(dev, "validate-code") == {**stores, "AGENTIC_REGENERATIONS": "2"}
    assert told(dev, "execute-code") == {
        "AGENTIC_TABLE": table,
        "AGENTIC_BUCKET": bucket,
        "AGENTIC_PREFIX": PREFIX,
        "AGENTIC_RUN_SECONDS": "30",
        "AGENTIC_REGENERATIONS": "2",
    }
    assert told(dev, "invoke-executor") == {
        "AGENTIC_TABLE": table,
        "AGENTIC_AGENT_ARN": ARN.format(service="bedrock-agentcore", rest="harness/aad_dev_executor_x7k2p9-0123456789"),
        "AGENTIC_TOOL_WAIT": "25",
    }
    assert told(dev, "run-code-other_api") == {
        "AGENTIC_API": "other_api",
        "AGENTIC_CALL_API": f"{PREFIX}-call-api-other-api",
        "AGENTIC_SANDBOX_REQUIRE": "process,limits,privileges,files,system-calls,network",
    }
    assert told(dev, "call-api-stripe") == {
        "AGENTIC_API": "stripe",
        **stores,
        "AGENTIC_SECRET": "agentic-api-developer/stripe/test-key",
        "AGENTIC_LIVE_KEYS": "false",
        "AGENTIC_REPEATED_WRITES": "approve",
    }
    assert told(prod, "call-api-stripe")["AGENTIC_LIVE_KEYS"] == "true"
    assert told(prod, "call-api-other_api")["AGENTIC_LIVE_KEYS"] == "false"


def test_memory_and_time_are_those_of_the_contract(dev: Recorded):
    sizes = {function.name: (function.inputs["memorySize"], function.inputs["timeout"]) for function in dev.of("Function")}
    assert sizes == {
        "invoke-generator": (512, 300),
        "invoke-executor": (512, 300),
        "generate-code": (1024, 30),
        "validate-code": (512, 30),
        "execute-code": (1024, 90),
        "run-code-stripe": (1024, 60),
        "run-code-other_api": (1024, 60),
        "call-api-stripe": (512, 60),
        "call-api-other_api": (512, 60),
        "worker": (512, 900),
        "sweep": (512, 300),
    }


def test_longer_runs_give_longer_time_outs_from_the_inside_out(prod: Recorded):
    timeouts = {function.name: function.inputs["timeout"] for function in prod.of("Function")}
    assert 100 < timeouts["run-code-stripe"] < timeouts["execute-code"]
    assert timeouts["call-api-stripe"] >= 100


def test_a_step_that_must_not_happen_twice_is_not_retried(dev: Recorded):
    configs = dev.of("FunctionEventInvokeConfig")
    assert {config.inputs["functionName"] for config in configs} == {f"{PREFIX}-invoke-generator", f"{PREFIX}-invoke-executor"}
    assert {config.inputs["maximumRetryAttempts"] for config in configs} == {0}


def test_each_gateway_offers_its_agents_tools_and_no_others(dev: Recorded):
    offered: dict[str, set[str]] = {}
    for target in dev.of("AgentcoreGatewayTarget"):
        assert target.inputs["credentialProviderConfiguration"] == {"gatewayIamRole": {}}
        assert "_" not in target.inputs["name"]
        schema = target.inputs["targetConfiguration"]["mcp"]["lambda"]
        (tool,) = schema["toolSchema"]["inlinePayloads"]
        optional = [field["name"] for field in tool["inputSchema"]["properties"] if not field["required"]]
        # Which API, where the task does not tell.
        assert optional == (["api"] if tool["name"] == "invoke_generator" else [])
        assert schema["lambdaArn"] == function_arn(tool["name"].replace("_", "-"))
        offered.setdefault(target.inputs["gatewayIdentifier"], set()).add(tool["name"])
    assert offered == {
        "aad-dev-orchestrator-0123456789": {"invoke_generator", "invoke_executor"},
        "aad-dev-generator-0123456789": {"generate_code"},
        "aad-dev-executor-0123456789": {"validate_code", "execute_code"},
    }
    assert {gateway.inputs["authorizerType"] for gateway in dev.of("AgentcoreGateway")} == {"AWS_IAM"}


def test_a_gateway_may_invoke_its_own_tools_only(dev: Recorded):
    rights = checks.allowed(dev.policy(f"{PREFIX}-executor-gateway"))
    assert rights == {"lambda:InvokeFunction": sorted([function_arn("execute-code"), function_arn("validate-code")])}


def test_a_harness_may_use_its_model_by_profile_and_in_every_region_of_it(dev: Recorded):
    rights = checks.allowed(dev.policy(f"{PREFIX}-generator-harness"))
    assert rights["bedrock:InvokeModelWithResponseStream"] == [
        "arn:aws-eusc:bedrock:*::foundation-model/anthropic.claude-haiku-5-5",
        ARN.format(service="bedrock", rest="inference-profile/us.anthropic.claude-haiku-5-5"),
    ]
    gateway = ARN.format(service="bedrock-agentcore", rest="gateway/aad-dev-generator-0123456789")
    assert rights["bedrock-agentcore:InvokeGateway"] == [gateway]


def test_idle_sessions_of_generator_and_executor_end_after_a_minute(dev: Recorded):
    for name in ("generator-harness", "executor-harness"):
        (environment,) = dev.one("AgentcoreHarness", name).inputs["environments"]
        (runtime,) = environment["agentcoreRuntimeEnvironments"]
        assert runtime["lifecycleConfigurations"][0]["idleRuntimeSessionTimeout"] == 60
    assert "environments" not in dev.one("AgentcoreHarness", "orchestrator-harness").inputs


def test_the_wall_is_denied_network_interfaces_and_keeps_its_log(dev: Recorded):
    statements = dev.policy(f"{PREFIX}-run-code-stripe")["Statement"]
    (denied,) = [statement for statement in statements if statement["Effect"] == "Deny"]
    assert denied["Condition"] == {"ArnEquals": {"lambda:SourceFunctionArn": function_arn("run-code-stripe")}}
    assert denied["Action"] == ["ec2:*"]


def test_the_bucket_is_private_encrypted_versioned_and_tls_only(dev: Recorded):
    assert dev.one("BucketServerSideEncryptionConfiguration", "storage").inputs["rules"][0][
        "applyServerSideEncryptionByDefault"
    ]
    assert dev.one("BucketVersioning", "storage").inputs["versioningConfiguration"] == {"status": "Enabled"}
    walls = dev.one("BucketPublicAccessBlock", "storage").inputs
    assert [value for key, value in walls.items() if key != "bucket"] == [True] * 4
    (statement,) = json.loads(dev.one("BucketPolicy", "storage").inputs["policy"])["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_development_goes_with_its_stack_and_production_stays(dev: Recorded, prod: Recorded):
    assert dev.one("Bucket", "storage").inputs["forceDestroy"] is True
    assert {secret.inputs["recoveryWindowInDays"] for secret in dev.of("Secret")} == {0}
    (bodies,) = dev.one("BucketLifecycleConfiguration", "storage").inputs["rules"]
    assert (bodies["filter"], bodies["expiration"]) == ({"prefix": "bodies/"}, {"days": 91})
    assert not any(resource.protect for resource in dev.resources)
    assert prod.one("Bucket", "storage").inputs["forceDestroy"] is False
    assert {secret.inputs["recoveryWindowInDays"] for secret in prod.of("Secret")} == {30}
    assert prod.one("Table", "runs").inputs["deletionProtectionEnabled"] is True
    assert {resource.type.rsplit(":", 1)[-1] for resource in prod.resources if resource.protect} == {
        "Bucket",
        "Secret",
        "Table",
    }
    *same, rule = prod.one("BucketLifecycleConfiguration", "storage").inputs["rules"]
    assert same == [bodies]
    assert rule["expiration"] == {"days": 30}


def test_the_table_is_that_of_the_run_records(dev: Recorded):
    table = dev.one("Table", "runs").inputs
    assert (table["hashKey"], table["rangeKey"], table["billingMode"]) == ("run_id", "item", "PAY_PER_REQUEST")
    (index,) = table["globalSecondaryIndexes"]
    assert (index["name"], index["hashKey"], index["rangeKey"], index["projectionType"]) == (
        "recent",
        "kind",
        "created_at",
        "ALL",
    )
    assert table["ttl"] == {"attributeName": "expires", "enabled": True}


def test_the_architecture_setting_reaches_every_function(dev: Recorded, prod: Recorded):
    assert {tuple(function.inputs["architectures"]) for function in dev.of("Function")} == {("x86_64",)}
    assert {tuple(function.inputs["architectures"]) for function in prod.of("Function")} == {("arm64",)}


def test_every_component_registers_outputs_and_is_somebodys_child(dev: Recorded):
    components = [resource for resource in dev.resources if resource.type.startswith("agentic:")]
    assert {resource.type.rsplit(":", 1)[-1] for resource in components} >= {
        "Topology",
        "Function",
        "AgentHarness",
        "CodeStorage",
    }
    for component in components:
        assert dev.outputs.get(component.urn), f"{component.name} registers no outputs"
    orphans = [resource.name for resource in dev.resources if resource.custom and "agentic:topology:" not in resource.parent]
    assert orphans == []


def test_a_name_that_aws_would_refuse_ends_the_program_before_anything_is_made():
    answer = run_program(order("a-stack-with-a-name-that-is-far-too-long-for-us"))
    assert [
        word for word in ("bucket", "function", "gateway", "harness", "role") if f"the {word} name" not in answer["error"]
    ] == []
    assert "resources" not in answer


def test_a_run_longer_than_lambda_allows_is_told_before_anything_is_made():
    assert "execute_code needs" in run_program(order(run_seconds="850"))["error"]


def test_values_that_aws_would_refuse_are_all_told_at_once():
    error = run_program(order(log_retention_days="8", run_seconds="850"))["error"]
    assert "agentic:log_retention_days must be one of" in error
    assert "execute_code needs" in error
    assert "agentic:bucket_suffix must be" in run_program(order(bucket_suffix="Own_One"))["error"]
    assert "the stack's name Dev_1" in run_program(order("Dev_1"))["error"]


def test_the_real_program_registers_the_same_with_the_code_it_builds_itself():
    program = record({"program": str(ROOT / "__main__.py"), "stack": "dev", "config": {"apis": '["stripe"]'}})
    assert list(checks.functions_have_their_rights(program, table_of_rights(("stripe",)))) == []
    assert [fault for check in CHECKS for fault in check(program)] == []
    archives = [function.inputs["code"]["path"] for function in program.of("Function")]
    assert len(archives) == len({Path(path).stem for path in archives}) == 9
    assert [path for path in archives if not Path(path).is_file()] == []


def test_the_real_program_tells_all_faults_of_its_settings_in_one_line():
    program = {
        "program": str(ROOT / "__main__.py"),
        "stack": "dev",
        "config": {"nonsense": "1", "run_seconds": "soon", "tool_wait": "-1"},
    }
    error = run_program(program)["error"]
    assert "\n" not in error
    assert [word for word in ("agentic:nonsense", "agentic:run_seconds", "agentic:tool_wait") if word not in error] == []


def test_the_real_program_tells_which_apis_there_are():
    program = {"program": str(ROOT / "__main__.py"), "stack": "dev", "config": {"apis": "unheard_of"}}
    assert "unknown API 'unheard_of'" in run_program(program)["error"]


# Controls: what is spoilt here must be found, or the checks above prove nothing.


def test_control_a_removed_right_is_found(dev: Recorded):
    spoilt = dev.copy()
    policy = next(item for item in spoilt.of("RolePolicy") if item.inputs["role"] == f"{PREFIX}-execute-code")
    document = json.loads(policy.inputs["policy"])
    document["Statement"] = [statement for statement in document["Statement"] if statement["Sid"] != "StoreExecutions"]
    policy.inputs["policy"] = json.dumps(document)
    assert any("execute-code may" in fault for fault in checks.functions_have_their_rights(spoilt, table_of_rights()))


def test_control_a_renamed_function_is_found(dev: Recorded):
    spoilt = dev.copy()
    spoilt.one("Function", "validate-code").inputs["name"] = "validate"
    assert any("functions differ" in fault for fault in checks.functions_have_their_rights(spoilt, table_of_rights()))


def test_control_wide_rights_are_found(dev: Recorded):
    for action, resource in (("s3:*", "arn:aws:s3:::bucket"), ("s3:GetObject", "*"), ("*", "arn:aws:s3:::bucket")):
        spoilt = dev.copy()
        policy = spoilt.of("RolePolicy")[0]
        statement = {"Sid": "Wide", "Effect": "Allow", "Action": [action], "Resource": [resource]}
        policy.inputs["policy"] = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        assert list(checks.no_wide_rights(spoilt)) != []


def test_control_an_open_harness_is_found(dev: Recorded):
    for key, value in (("allowedTools", None), ("allowedTools", ["*"]), ("memory", None), ("environmentVariables", {})):
        spoilt = dev.copy()
        spoilt.one("AgentcoreHarness", "executor-harness").inputs[key] = value
        assert list(checks.harnesses_are_closed(spoilt)) != []


def test_control_an_unguarded_trust_is_found(dev: Recorded):
    spoilt = dev.copy()
    role = spoilt.of("Role")[0]
    document = json.loads(role.inputs["assumeRolePolicy"])
    del document["Statement"][0]["Condition"]
    role.inputs["assumeRolePolicy"] = json.dumps(document)
    assert list(checks.roles_are_guarded(spoilt)) != []


def test_control_a_shared_wall_and_a_late_log_group_are_found(dev: Recorded):
    spoilt = dev.copy()
    del spoilt.one("Function", "run-code-stripe").inputs["tenancyConfig"]
    spoilt.one("Function", "run-code-stripe").dependencies.clear()
    assert list(checks.walls_are_per_tenant(spoilt)) != []
    assert list(checks.logs_come_first(spoilt)) != []
