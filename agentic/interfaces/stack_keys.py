"""Keys of a stack: from the person's terminal into AWS Secrets Manager, past Pulumi, plan, log and disk.

The caller's own AWS identity is used, and nothing but the secret's own operations. What AWS refuses is one line with the
next step; of AWS's own words only the error's code is shown.
"""

import contextlib
import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from agentic.broker.credentials import key_class
from agentic.core.errors import AgenticError, ConfigurationError, MissingCredentialsError, StorageError, UsageError
from agentic.core.key_forms import key_forms
from agentic.core.names import StackNames, is_stack_name
from agentic.core.program import program_folder
from agentic.core.settings import Settings
from agentic.core.spec import ApiSpec
from agentic.local.project import read_stack_file

AskLocalCloud = Callable[[str, Mapping[str, Any]], Any]
"""An operation of the background local cloud (`agentic.local.control`), with its arguments, to its result."""

LOCAL_ACCESS = "credentials"
"""The operation that gives `{"endpoint_url", "region", "access_key_id", "secret_access_key"}` of the operator of a `stack`."""


@dataclass(frozen=True, slots=True)
class StackPlace:
    """A stack as its stack file has it. `region` and `profile` are empty where the person's AWS configuration decides."""

    stack: str
    region: str = ""
    profile: str = ""
    live_keys: tuple[str, ...] = ()
    local: bool = False


def place_of(stack: str, specs: list[ApiSpec], folders: tuple[Path, ...] | None = None) -> StackPlace:
    """Where the stack is, by `Pulumi.<stack>.yaml` in the working folder or beside the program; else AWS's own rules say.

    Raises `UsageError` for what is no stack's name, `ConfigurationError` for faults of the file.
    """
    if not is_stack_name(stack):
        raise UsageError(
            f"{stack!r} is no name for a stack", hint="lower-case letters and digits, joined by hyphens, such as dev"
        )
    for folder in folders or (Path.cwd(), program_folder()):
        if (path := folder / f"Pulumi.{stack}.yaml").exists():
            config = read_stack_file(path)
            live = Settings.from_stack(config, key_forms=key_forms(specs)).live_keys
            return StackPlace(stack, config.get("aws:region", ""), config.get("aws:profile", ""), live)
    return StackPlace(stack)


def secrets_client(place: StackPlace) -> Any:
    """Secrets Manager of the stack's region, as the caller. Raises `MissingCredentialsError` and `ConfigurationError`."""
    with _told(place, ""):
        session = _session(**({"profile_name": place.profile} if place.profile else {}))
        return _client(session, **({"region_name": place.region} if place.region else {}))


def local_secrets_client(place: StackPlace, ask: AskLocalCloud) -> Any:
    """The same of the local cloud's account, as its operator."""
    access = ask(LOCAL_ACCESS, {"stack": place.stack})
    session = _session(aws_access_key_id=access["AWS_ACCESS_KEY_ID"], aws_secret_access_key=access["AWS_SECRET_ACCESS_KEY"])
    return _client(session, endpoint_url=access["AWS_ENDPOINT_URL"], region_name=access["AWS_REGION"])


def put_secret(client: Any, place: StackPlace, spec: ApiSpec, values: Mapping[str, str]) -> str:
    """Store the API's key in its secret, and give its kind (`test`, `live`, `unknown`).

    Raises `UsageError` for values that are not the fields that the plugin declares, `ConfigurationError` for a live key that
    the stack does not accept (both before anything is sent), and what stands in the way at AWS.
    """
    kind = storable(place, spec, values)
    name = StackNames(place.stack).secret(spec.name)
    with _told(place, name, "secretsmanager:PutSecretValue"):
        client.put_secret_value(SecretId=name, SecretString=json.dumps(dict(values)))
    return kind


def storable(place: StackPlace, spec: ApiSpec, values: Mapping[str, str]) -> str:
    """The key's kind, if the stack may keep it; else raises `UsageError` or `ConfigurationError`."""
    for field in spec.secrets:
        if not values.get(field.name):
            raise UsageError(f"no {field.title} was given; nothing was kept")
        if not values[field.name].isprintable():
            raise UsageError(f"the {field.title} has characters that no key has; nothing was kept", hint="copy it anew")
    if set(values) != {field.name for field in spec.secrets}:
        raise UsageError(
            f"a key of {spec.title} has the fields {', '.join(field.name for field in spec.secrets)}, and no others"
        )
    kind = key_class(spec.secrets, values)
    if kind == "live" and place.local:
        raise ConfigurationError(
            "the local cloud keeps no live keys; nothing was kept",
            hint="`agentic run --live` uses one for a run, and forgets it",
        )
    if kind == "live" and spec.name not in place.live_keys:
        raise ConfigurationError(
            f"stack {place.stack} does not accept live keys of {spec.title}; nothing was kept",
            hint=f"give a test key, or set `agentic:{spec.name}.live_keys: true` in Pulumi.{place.stack}.yaml and deploy",
        )
    return kind


def has_value(client: Any, place: StackPlace, api: str) -> bool:
    """Whether the API's secret has a value. Needs no right to read it. Raises what stands in the way at AWS."""
    name = StackNames(place.stack).secret(api)
    with _told(place, name, "secretsmanager:DescribeSecret"):
        versions: Mapping[str, list[str]] = client.describe_secret(SecretId=name).get("VersionIdsToStages", {})
    return any("AWSCURRENT" in stages for stages in versions.values())


def expect_secret(client: Any, place: StackPlace, api: str) -> None:
    """Raises what would stand in the way of storing a key, as far as the caller may know: before anybody is asked for one."""
    try:
        has_value(client, place, api)
    except StorageError as error:
        if not _denied(error):
            raise


def status(client: Any, place: StackPlace, spec: ApiSpec) -> list[dict[str, str]]:
    """Per field of the secret: `found` (`Secrets Manager` or empty) and of which kind it is; the kind is empty where the caller
    may not read the value."""
    values: dict[str, str] | None = {}
    if has_value(client, place, spec.name):
        name = StackNames(place.stack).secret(spec.name)
        try:
            with _told(place, name, "secretsmanager:GetSecretValue"):
                values = _fields(client.get_secret_value(SecretId=name).get("SecretString", ""))
        except StorageError as error:
            if not _denied(error):
                raise
            values = None
    return [
        {
            "field": field.name,
            "title": field.title,
            "found": "Secrets Manager" if values is None or values.get(field.name) else "",
            "kind": key_class((field,), values) if values and values.get(field.name) else "",
        }
        for field in spec.secrets
    ]


def next_commands(exports: Mapping[str, Any], filled: Callable[[str], bool] | None = None, *, local: bool = False) -> list[str]:
    """What to run after `up`: a command per API that still needs its key. `exports` are the stack's outputs.

    `filled` tells whether an API's secret has a value (`has_value`); without it all are named.
    """
    apis: list[str] = exports.get("apis", [])
    missing = [api for api in apis if filled is None or not filled(api)]
    return [keys_set(api, str(exports["environment"]), local=local) for api in missing]


def keys_set(api: str, stack: str, *, local: bool = False) -> str:
    """The command that stores a key."""
    return f"agentic keys set {api} --stack {stack}{' --local' if local else ''}"


_DENIED = {"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"}
_UNKNOWN_CALLER = {
    *("UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch"),
    *("ExpiredTokenException", "ExpiredToken", "IncompleteSignature", "MissingAuthenticationToken", "AuthFailure"),
}
_SIGN_IN = "`aws configure` or `aws sso login`, or set AWS_PROFILE; `aws sts get-caller-identity` shows who you are"


@contextlib.contextmanager
def _told(place: StackPlace, name: str, action: str = "") -> Generator[None]:
    """What stands in the way at AWS, each as one line with the next step."""
    from botocore import exceptions as aws  # pyright: ignore[reportMissingTypeStubs]

    file = f"Pulumi.{place.stack}.yaml"
    known: Any = aws
    try:
        yield
    except known.ClientError as error:
        raise _refusal(place, name, action, str(error.response.get("Error", {}).get("Code", "an error"))) from None
    except (known.NoCredentialsError, known.PartialCredentialsError):
        raise MissingCredentialsError("no AWS credentials were found", hint=_SIGN_IN) from None
    except known.ProfileNotFound:
        raise ConfigurationError(
            "there is no such AWS profile on this machine", hint=f"check AWS_PROFILE, and aws:profile in {file}"
        ) from None
    except known.NoRegionError:
        raise ConfigurationError(
            f"no region is known for stack {place.stack}",
            hint=f"set aws:region in {file} (in the working folder), or AWS_REGION",
        ) from None
    except (known.InvalidRegionError, known.ConnectionError, known.HTTPClientError) as error:
        raise StorageError(
            f"Secrets Manager cannot be reached ({type(error).__name__})", hint=f"check the network, and aws:region in {file}"
        ) from None
    except ValueError:
        raise ConfigurationError("the address of Secrets Manager is none", hint="check AWS_ENDPOINT_URL") from None
    except known.BotoCoreError as error:
        # An expired sign-in, a broken configuration file: botocore has dozens. Its words may hold what was sent.
        raise MissingCredentialsError(f"AWS cannot be asked ({type(error).__name__})", hint=_SIGN_IN) from None


def _refusal(place: StackPlace, name: str, action: str, code: str) -> AgenticError:
    where = f" in {place.region}" if place.region else ""
    up = f"agentic up --stack {place.stack}{' --local' if place.local else ''}"
    if code == "ResourceNotFoundException":
        return UsageError(f"stack {place.stack} has no secret {name}{where}", hint=f"run `{up}` first", aws_code=code)
    if code in _DENIED:
        return StorageError(f"AWS does not let you use the secret {name}", hint=f"you need {action} on it", aws_code=code)
    if code in _UNKNOWN_CALLER:
        return MissingCredentialsError(f"AWS does not accept your credentials ({code})", hint=_SIGN_IN, aws_code=code)
    if code == "InvalidRequestException":
        return StorageError(
            f"the secret {name} cannot be used now; it may be marked for deletion",
            hint=f"`aws secretsmanager restore-secret --secret-id {name}`, or `{up}`",
            aws_code=code,
        )
    if code in {"EncryptionFailure", "DecryptionFailure"}:
        return StorageError(
            f"the KMS key of the secret {name} cannot be used",
            hint="check that it is enabled and lets you use it",
            aws_code=code,
        )
    return StorageError(f"Secrets Manager answered {code}", hint="run the command again in a minute", aws_code=code)


def _denied(error: AgenticError) -> bool:
    return error.data.get("aws_code") in _DENIED


def _fields(text: str) -> dict[str, str]:
    """The secret's fields; none when somebody stored something else."""
    try:
        fields: Any = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {str(key): str(value) for key, value in cast("dict[Any, Any]", fields).items()} if isinstance(fields, dict) else {}


def _session(**options: str) -> Any:
    import boto3.session  # pyright: ignore[reportMissingTypeStubs]

    make: Any = boto3.session.Session
    return make(**options)


def _client(session: Any, **options: str) -> Any:
    from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs]

    # A person is waiting; and a second try after that is theirs.
    patience = Config(connect_timeout=5, read_timeout=15, retries={"total_max_attempts": 2})
    return session.client("secretsmanager", config=patience, **options)
