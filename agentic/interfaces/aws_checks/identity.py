"""Who asks, where, and whether this machine's clock is AWS's: what every other check needs first."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from agentic.interfaces.aws_checks.account import Account, Surroundings, Target
from agentic.interfaces.aws_checks.asking import NoAnswerError, answer
from agentic.interfaces.checklist import BAD, GOOD, Item, bad, good, note

# AWS refuses signatures older than five minutes (SigV4).
_SKEW_SECONDS = 300
_SKEW_TO_TELL = 60
_LOG_IN = "aws sso login, aws configure, or AWS_PROFILE (docs/deploying.md)"
_WAYS = {
    "ExpiredToken": "the session has expired",
    "ExpiredTokenException": "the session has expired",
    "InvalidClientTokenId": "AWS does not know the access key (or the region is not enabled for the account)",
    "UnrecognizedClientException": "AWS does not know the access key (or the region is not enabled for the account)",
    "SignatureDoesNotMatch": "the secret key does not belong to the access key",
}


def identify(target: Target, around: Surroundings) -> tuple[Account | None, list[Item]]:
    """The account, None where it cannot be asked, and what was found about credentials, region and clock."""
    from botocore.exceptions import BotoCoreError  # pyright: ignore[reportMissingTypeStubs]

    given = target.config.get("aws:region", "") or around.environ.get("AWS_REGION", "")
    try:
        clients = around.clients(given, target.config.get("aws:profile", ""))
    except BotoCoreError as error:
        return None, [bad("credentials", str(error), _LOG_IN)]
    if not clients.region:
        step = f"pulumi config set aws:region REGION --stack {target.stack}, or AWS_REGION"
        return None, [bad("region", "none is set in the stack, the environment or the profile", step)]
    items = [_region(clients.region, given, target), *_endpoint(around.environ)]
    try:
        told = answer(clients("sts").get_caller_identity)
    except NoAnswerError as error:
        wrong = error.unreachable and items[0].state != GOOD and error.message.startswith("Could not connect")
        if wrong:
            return None, [replace(items[0], state=BAD), *items[1:]]
        return None, [*items, *_refused(error, around.now())]
    account = Account(target, clients, clients.region, told["Arn"].split(":")[1], told["Account"], told["Arn"])
    date = told.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    return account, [*items, _identity(account), *_clock(str(date), around.now())]


def _region(region: str, given: str, target: Target) -> Item:
    import boto3  # pyright: ignore[reportMissingTypeStubs]

    source = "the stack's settings" if target.config.get("aws:region") else "the environment" if given else "the profile"
    session: Any = boto3.Session(region_name=region)
    for partition in session.get_available_partitions():
        if region in session.get_available_regions("lambda", partition_name=partition):
            return good("region", f"{region} in partition {partition}, from {source}")
    return note("region", f"{region} is none that this boto3 knows, from {source}", "correct aws:region, or upgrade boto3")


def _endpoint(environ: Mapping[str, str]) -> list[Item]:
    names = sorted(name for name in environ if name.startswith("AWS_ENDPOINT_URL"))
    if not names:
        return []
    return [note("endpoint", f"{', '.join(names)} is set: another cloud than AWS may answer", f"unset {' '.join(names)}")]


def _identity(account: Account) -> Item:
    if account.arn.endswith(":root"):
        step = "use a role or a user with the rights of docs/deploying.md"
        return note("credentials", f"the root user of account {account.account}", step)
    return good("credentials", f"{account.arn}, account {account.account}")


def _refused(error: NoAnswerError, now: datetime) -> list[Item]:
    clock = _clock(error.date, now)
    if any(item.state == BAD for item in clock):
        return clock
    if error.unreachable:
        if "Unable to locate credentials" in error.message:
            return [bad("credentials", "none were found", _LOG_IN)]
        if "endpoint" in error.message:
            return [bad("network", error.message, "check this machine's network and proxy")]
        return [bad("credentials", error.message, _LOG_IN)]
    return [bad("credentials", _WAYS.get(error.code, f"{error.code}: {error.message}"), _LOG_IN)]


def _clock(date: str, now: datetime) -> list[Item]:
    """This machine's clock against the date of AWS's answer."""
    try:
        told = parsedate_to_datetime(date)
    except ValueError:
        return [note("clock", "AWS's answer had no date to compare with")]
    # An answer that calls its time UTC "-0000" gives a time without a zone.
    apart = (now - (told if told.tzinfo else told.replace(tzinfo=UTC))).total_seconds()
    if abs(apart) < _SKEW_TO_TELL:
        return [good("clock", "as AWS's")]
    text = f"{abs(apart):.0f} s {'ahead of' if apart > 0 else 'behind'} AWS's"
    step = "set this machine's clock (timedatectl set-ntp true)"
    return (
        [bad("clock", f"{text}; AWS refuses signatures that are 300 s off", step)]
        if abs(apart) >= _SKEW_SECONDS
        else [note("clock", text, step)]
    )
