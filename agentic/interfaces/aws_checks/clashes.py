"""Names that a first `pulumi up` needs free: not taken by others, not waiting for deletion, not left over from before."""

from collections.abc import Callable, Iterator
from typing import Any

from agentic.costs.usage import AGENTS
from agentic.interfaces.aws_checks.account import Account, functions_of
from agentic.interfaces.aws_checks.asking import NoAnswerError, answer
from agentic.interfaces.checklist import Item, bad, good, note

_PAGES = 12
_ENCRYPT = "ENCRYPT_DECRYPT"
_LEFT_OVER = "left over from an earlier stack? delete it, or pulumi import it; pulumi up makes new things only"


def clashes(account: Account) -> Iterator[Item]:
    """One item per kind of name. Where the stack is deployed already, its names are its own."""
    try:
        deployed = _is_there(account.client("lambda").get_function, FunctionName=account.target.names.function("execute_code"))
    except NoAnswerError as error:
        yield error.item("names of functions")
        deployed = None
    if deployed:
        yield good("stack", f"{account.target.stack} is deployed in {account.region}; its names are its own")
    yield _bucket(account, deployed=bool(deployed))
    for api in account.target.settings.apis:
        yield _secret(account, account.target.names.secret(api), deployed=bool(deployed))
    if deployed:
        return
    if deployed is False:
        yield good("names of functions", "free")
    yield _log_groups(account)
    yield _table(account)


def _bucket(account: Account, *, deployed: bool) -> Item:
    name, bucket = "bucket name", account.bucket
    try:
        answer(account.client("s3").head_bucket, Bucket=bucket, ExpectedBucketOwner=account.account)
    except NoAnswerError as error:
        if error.missing:
            return good(name, f"{bucket} is free")
        if error.code in {"403", "301"} or error.denied:
            # S3 says the same to somebody who is not its owner and to an owner who may not look.
            text = f"{bucket} exists and is not yours, is in another region, or you may not look at it"
            return bad(name, text, "agentic:bucket_suffix gives the name another end")
        return error.item(name)
    return good(name, f"{bucket} is this stack's") if deployed else bad(name, f"{bucket} exists in your account", _LEFT_OVER)


def _secret(account: Account, secret: str, *, deployed: bool) -> Item:
    name = f"secret {secret}"
    try:
        found = answer(account.client("secretsmanager").describe_secret, SecretId=secret)
    except NoAnswerError as error:
        return good(name, "its name is free") if error.missing else error.item(name)
    if found.get("DeletedDate"):
        step = f"aws secretsmanager delete-secret --force-delete-without-recovery --secret-id {secret}, or restore-secret"
        return bad(name, "is waiting for its deletion and blocks its name until then", step)
    return good(name, "is this stack's") if deployed else bad(name, "exists", _LEFT_OVER)


def _log_groups(account: Account) -> Item:
    name, names, settings = "log groups", account.target.names, account.target.settings
    # Not by the beginning of a name alone: the stack `dev` must not find those of the stack `dev-two`.
    own = {names.function_log_group(function, api) for function, api in functions_of(settings)}
    if settings.backend != "workflow":
        own |= {names.agent_log_group(agent) for agent in AGENTS}
    prefixes = (f"/aws/lambda/{names.prefix}-", f"/aws/bedrock/agents/{names.prefix}-")
    try:
        found = sorted(own & {there for prefix in prefixes for there in _names_of_log_groups(account, prefix)})
    except NoAnswerError as error:
        return error.item(name)
    if not found:
        return good(name, "their names are free")
    return bad(name, f"{len(found)} exist, such as {found[0]}; pulumi up would stop at them", _LEFT_OVER)


def _names_of_log_groups(account: Account, prefix: str) -> Iterator[str]:
    """Raises `NoAnswerError`."""
    logs, more = account.client("logs"), dict[str, Any]()
    for _ in range(_PAGES):
        page = answer(logs.describe_log_groups, logGroupNamePrefix=prefix, **more)
        yield from (str(group["logGroupName"]) for group in page["logGroups"])
        if not page.get("nextToken"):
            return
        more = {"nextToken": page["nextToken"]}


def _table(account: Account) -> Item:
    name, table = "table name", account.target.names.runs_table
    try:
        there = _is_there(account.client("dynamodb").describe_table, TableName=table)
    except NoAnswerError as error:
        return error.item(name)
    return bad(name, f"{table} exists", _LEFT_OVER) if there else good(name, f"{table} is free")


def _is_there(call: Callable[..., Any], **parameters: Any) -> bool:
    """Whether what is asked for exists. Raises `NoAnswerError` where that cannot be told."""
    try:
        answer(call, **parameters)
    except NoAnswerError as error:
        if error.missing:
            return False
        raise
    return True


def key(account: Account) -> Iterator[Item]:
    """The KMS key of the settings, if there is one: in this region, and able to encrypt."""
    arn = account.target.settings.kms_key
    if not arn:
        return
    if arn.split(":")[3] != account.region:
        yield bad("KMS key", f"{arn} is not in {account.region}", "agentic:kms_key names a key of the stack's region")
        return
    try:
        found = answer(account.client("kms").describe_key, KeyId=arn)["KeyMetadata"]
    except NoAnswerError as error:
        yield bad("KMS key", f"{arn} is not there", "correct agentic:kms_key") if error.missing else error.item("KMS key")
        return
    state, usage, spec = found.get("KeyState"), found.get("KeyUsage", _ENCRYPT), found.get("KeySpec", "SYMMETRIC_DEFAULT")
    if state != "Enabled":
        yield bad("KMS key", f"{arn} is {state}", "enable it, or choose another one (agentic:kms_key)")
    elif usage != _ENCRYPT or spec != "SYMMETRIC_DEFAULT":
        yield bad("KMS key", f"{arn} is of the kind {usage}, {spec}", "a symmetric key for encryption (agentic:kms_key)")
    elif found.get("KeyManager") == "AWS":
        yield note("KMS key", f"{arn} is AWS's own of the account", "leave agentic:kms_key empty; it is then the default")
    else:
        yield good("KMS key", f"{arn} is enabled")
