"""Rules for what is reached: buckets, functions, keys of APIs, and the policies that such things have themselves."""

import fnmatch
from collections.abc import Iterator

from agentic.topology.least_privilege.finding import Fault
from agentic.topology.least_privilege.listed import UNNAMED_ACCOUNTS
from agentic.topology.least_privilege.plan import Plan, Planned, Statement, texts
from agentic.topology.least_privilege.trust import FUNCTION, is_narrow, one_service, source_faults

_BUCKET, _BUCKET_POLICY = "aws:s3/bucket:Bucket", "aws:s3/bucketPolicy:BucketPolicy"
_ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
# With one of these a statement for everybody is for somebody.
_CALLERS = ("aws:PrincipalArn", "aws:PrincipalAccount", "aws:SourceArn", "aws:SourceAccount")
_EXACT = ("StringEquals", "ArnEquals", "ArnLike")
# What the key of a log group is bound by (CloudWatch Logs user guide, "Encrypt log data using AWS KMS").
_LOG_GROUP = "kms:EncryptionContext:aws:logs:arn"
_READS_KEYS = ("secretsmanager:getsecretvalue", "secretsmanager:batchgetsecretvalue")
_READER = "-call-api-"


def buckets_over_tls_only(plan: Plan) -> Iterator[Fault]:
    """Every bucket refuses everybody who does not come over TLS."""
    for bucket in plan.of(_BUCKET):
        name = str(bucket.inputs.get("bucket"))
        policies = [policy for policy in plan.of(_BUCKET_POLICY) if policy.inputs.get("bucket") == name]
        if not any(_refuses_http(s, name) for s in plan.statements if s.resource in policies):
            yield Fault(bucket, "answers over plain HTTP", "deny s3:* to everybody while aws:SecureTransport is false")


def closed_policies(plan: Plan) -> Iterator[Fault]:
    """What has a policy of its own lets in nobody but roles that are named, this account, and services for their source."""
    for statement in plan.statements:
        if statement.kind != "resource" or not statement.allows:
            continue
        if "*" in statement.principals.get("AWS", ()):
            callers = [value for key in _CALLERS for value in statement.tested(key, *_EXACT)]
            if not callers or any("*" in value for value in callers):
                yield Fault.of(statement, "lets in everybody", "name the principal, or compare aws:PrincipalArn with it")
        elif "Service" in statement.principals and not _for_a_log_group(statement):
            yield from source_faults(statement, one_service(statement.principals))


def scoped_permissions(plan: Plan) -> Iterator[Fault]:
    """A function that a service may invoke by itself names one service, the source and the account."""
    for permission in plan.of("aws:lambda/permission:Permission"):
        inputs = permission.inputs
        if inputs.get("action") != "lambda:InvokeFunction":
            yield Fault(permission, f"allows {inputs.get('action')}", "allow lambda:InvokeFunction and no more")
        if not one_service({"Service": texts(inputs.get("principal"))}):
            yield Fault(permission, f"lets in {inputs.get('principal')}", "name one AWS service")
        if not is_narrow(str(inputs.get("sourceArn") or "")):
            yield Fault(permission, f"is for the source {inputs.get('sourceArn')}", "name the source's ARN")
        account = str(inputs.get("sourceAccount") or "")
        named = inputs.get("principal") in UNNAMED_ACCOUNTS and not account
        if not named and not (account.isdigit() and len(account) == 12):
            yield Fault(permission, "does not ask for the account", "set the source account")


def only_brokers_read_keys(plan: Plan) -> Iterator[Fault]:
    """The key of an API is read by that API's `call_api` and by nothing else."""
    for statement in plan.statements:
        actions = [action for action in statement.actions for key in _READS_KEYS if fnmatch.fnmatchcase(key, action.lower())]
        if not statement.allows or not actions:
            continue
        if statement.resource.type != _ROLE_POLICY or not _is_brokers(plan, str(statement.resource.inputs.get("role"))):
            yield Fault.of(statement, f"allows {actions[0]}", "let nothing but a call_api function read keys")


def _is_brokers(plan: Plan, role_name: str) -> bool:
    users = plan.users(role_name)
    return bool(users) and all(user.type == FUNCTION and _READER in _physical_name(user) for user in users)


def _physical_name(function: Planned) -> str:
    return str(function.inputs.get("name", ""))


def _refuses_http(statement: Statement, bucket: str) -> bool:
    resources = {resource.partition(":::")[2] for resource in statement.resources}
    return (
        not statement.allows
        and "*" in statement.principals.get("AWS", ())
        and "s3:*" in statement.actions
        and {bucket, f"{bucket}/*"} <= resources
        and statement.conditions == (("Bool", "aws:securetransport", ("false",)),)
    )


def _for_a_log_group(statement: Statement) -> bool:
    """A key's grant to CloudWatch Logs, which names the log groups instead of a source."""
    groups = statement.tested(_LOG_GROUP, "ArnEquals", "ArnLike", "StringEquals")
    return bool(groups) and not any(group.startswith("*") for group in groups)
