"""`agentic keys … --stack`: into the stack's secret and nowhere else, each obstacle one line with the next step."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from agentic.apis import stripe
from agentic.core.errors import AgenticError, ConfigurationError, MissingCredentialsError, StorageError, UsageError
from agentic.core.names import StackNames
from agentic.core.spec import SecretField
from agentic.interfaces import stack_keys
from agentic.interfaces.stack_keys import StackPlace
from agentic.local.identities import OPERATOR
from tests.conftest import Command
from tests.local.endpoint_world import World, running

CANARY = "CANARY7f3aCANARY7f3aCANARY"
TEST, LIVE = f"sk_test_{CANARY}", f"rk_live_{CANARY}"
REGION = "us-east-1"
(SPEC,) = stripe.agentic_apis()
PROD = StackPlace("prod", REGION)
SECRET = StackNames("prod").secret("stripe")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An account with the secret of stack prod, which has no value."""
    with running(tmp_path / "state") as made:
        made.operator("secretsmanager").create_secret(Name=SECRET)
        yield made


def caller(world: World) -> dict[str, str]:
    """The person's environment: AWS is the world, and they are its operator."""
    access = world.identities.issue(OPERATOR)
    return {
        "AWS_ENDPOINT_URL": world.endpoint.url,
        "AWS_ACCESS_KEY_ID": access.access_key_id,
        "AWS_SECRET_ACCESS_KEY": access.secret_access_key,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def stack_file(folder: Path, more: str = "", stack: str = "prod") -> None:
    (folder / f"Pulumi.{stack}.yaml").write_text(f"config:\n  aws:region: {REGION}\n{more}")


def stored(world: World) -> Any:
    return json.loads(world.operator("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"])


def test_a_test_key_goes_from_the_terminal_into_the_stacks_secret(world: World, agentic: Command, tmp_path: Path):
    stack_file(tmp_path)
    before = agentic("keys", "status", "stripe", "--stack", "prod", env=caller(world))
    assert "not set (`agentic keys set stripe --stack prod`)" in before.out
    done = agentic("keys", "set", "stripe", "--stack", "prod", stdin=f"{TEST}\n", env=caller(world))
    assert done.exit == 0, done.err
    assert "kept in Secrets Manager of stack prod (test key)" in done.out
    assert stored(world) == {"api_key": TEST}
    after = agentic("keys", "status", "stripe", "--stack", "prod", "--json", env=caller(world))
    assert after.json["stack"] == "prod"
    assert [(row["found"], row["kind"]) for row in after.json["fields"]] == [("Secrets Manager", "test")]
    assert "CANARY" not in f"{before}{done}{after}"
    # Nothing of it stays on this machine: neither in the state folder nor in the files beside it.
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and "state" not in path.relative_to(tmp_path).parts]
    assert [path for path in kept if CANARY.encode() in path.read_bytes()] == []


def test_a_live_key_is_stored_only_where_the_stack_file_accepts_live_keys(world: World, agentic: Command, tmp_path: Path):
    stack_file(tmp_path)
    refused = agentic("keys", "set", "stripe", "--stack", "prod", stdin=f"{LIVE}\n", env=caller(world))
    assert refused.exit == 2
    assert "stack prod does not accept live keys of Stripe; nothing was kept" in refused.err
    assert "agentic:stripe.live_keys: true" in refused.err
    assert not stack_keys.has_value(world.operator("secretsmanager"), PROD, "stripe")
    stack_file(tmp_path, '  agentic:stripe.live_keys: "true"\n')
    taken = agentic("keys", "set", "stripe", "--stack", "prod", "--json", stdin=f"{LIVE}\n", env=caller(world))
    assert taken.json == {"api": "stripe", "stack": "prod", "kept": "Secrets Manager", "kind": "live"}
    assert stored(world) == {"api_key": LIVE}
    assert "CANARY" not in f"{refused}{taken}"


def test_a_stack_that_is_not_deployed_is_told_before_a_key_is_asked_for(world: World, agentic: Command, tmp_path: Path):
    stack_file(tmp_path, stack="other")
    done = agentic("keys", "set", "stripe", "--stack", "other", env=caller(world))
    assert done.exit == 2
    assert "stack other has no secret agentic-api-developer/other/stripe/test-key in us-east-1" in done.err
    assert "run `agentic up --stack other` first" in done.err


def test_no_credentials_no_region_and_no_stack_name_are_one_line_each(agentic: Command, tmp_path: Path):
    nobody = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
    stack_file(tmp_path)
    no_one = agentic("keys", "set", "stripe", "--stack", "prod", env=nobody)
    assert (no_one.exit, no_one.err.count("\n")) == (2, 2)
    assert "no AWS credentials were found" in no_one.err
    nowhere = agentic("keys", "set", "stripe", "--stack", "elsewhere", env=nobody)
    assert "no region is known for stack elsewhere" in nowhere.err
    for name in ("../x", "Prod", "-", "a/b/c"):
        wrong = agentic("keys", "set", "stripe", f"--stack={name}", env=nobody)
        assert wrong.exit == 2
        assert "is no name for a stack" in wrong.err
    assert "--local needs --stack" in agentic("keys", "status", "stripe", "--local").err
    profile = agentic("keys", "set", "stripe", "--stack", "prod", env={**nobody, "AWS_PROFILE": "nobody"})
    assert "there is no such AWS profile" in profile.err


def test_an_empty_answer_and_one_that_is_no_text_keep_nothing(world: World, agentic: Command, tmp_path: Path):
    stack_file(tmp_path)
    for given, says in (("\n", "nothing was kept"), ("", "nothing was kept"), ("sk_test\a1\n", "characters that no key has")):
        done = agentic("keys", "set", "stripe", "--stack", "prod", stdin=given, env=caller(world))
        assert done.exit == 2
        assert says in done.err
    assert not stack_keys.has_value(world.operator("secretsmanager"), PROD, "stripe")


def test_a_broken_stack_file_is_told_before_anything_is_sent(agentic: Command, tmp_path: Path):
    stack_file(tmp_path, f"  agentic:model.executor: {LIVE}\n")
    done = agentic("keys", "status", "stripe", "--stack", "prod", env={"AWS_EC2_METADATA_DISABLED": "true"})
    assert done.exit == 2
    assert "holds what looks like a key" in done.err
    assert "CANARY" not in done.err


def test_fields_other_than_the_plugins_are_refused():
    with pytest.raises(UsageError, match="no Stripe secret key"):
        stack_keys.put_secret(None, PROD, SPEC, {})
    with pytest.raises(UsageError, match="and no others"):
        stack_keys.put_secret(None, PROD, SPEC, {"api_key": TEST, "more": "x"})


def test_the_local_cloud_takes_test_keys_and_never_a_live_one(world: World):
    asked: list[tuple[str, Mapping[str, Any]]] = []

    def ask(operation: str, arguments: Mapping[str, Any]) -> Any:
        asked.append((operation, arguments))
        access = world.identities.issue(OPERATOR)
        return {
            "AWS_ENDPOINT_URL": world.endpoint.url,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": access.access_key_id,
            "AWS_SECRET_ACCESS_KEY": access.secret_access_key,
        }

    place = replace(PROD, local=True, live_keys=("stripe",))
    client = stack_keys.local_secrets_client(place, ask)
    assert asked == [(stack_keys.LOCAL_ACCESS, {"stack": "prod"})]
    with pytest.raises(ConfigurationError, match="the local cloud keeps no live keys"):
        stack_keys.put_secret(client, place, SPEC, {"api_key": LIVE})
    assert stack_keys.put_secret(client, place, SPEC, {"api_key": TEST}) == "test"
    assert stored(world) == {"api_key": TEST}


def test_a_key_of_several_fields_is_told_field_by_field(world: World):
    spec = replace(SPEC, secrets=(*SPEC.secrets, SecretField("account", "Account", (), "")))
    client = world.operator("secretsmanager")
    with pytest.raises(UsageError, match="no Account was given"):
        stack_keys.put_secret(client, PROD, spec, {"api_key": TEST})
    client.put_secret_value(SecretId=SECRET, SecretString=json.dumps({"api_key": TEST}))
    assert [row["found"] for row in stack_keys.status(client, PROD, spec)] == ["Secrets Manager", ""]
    for text in ("no json", "[]", "7"):
        client.put_secret_value(SecretId=SECRET, SecretString=text)
        assert [row["found"] for row in stack_keys.status(client, PROD, spec)] == ["", ""]


@contextmanager
def refusing(code: str, *, only: str = "") -> Iterator[Any]:
    """A client of a Secrets Manager that refuses everything, or one operation, and repeats in its words what it was sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            refused = not only or operation == only
            body = {"__type": code, "message": f"no: {sent}"} if refused else {"VersionIdsToStages": {"v": ["AWSCURRENT"]}}
            content = json.dumps(body).encode()
            self.send_response(400 if refused else 200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 # the base's name

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield client_at(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def client_at(url: str) -> Any:
    access = {
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "x",
    }
    return stack_keys.local_secrets_client(PROD, lambda operation, arguments: access)


@pytest.mark.parametrize(
    ("code", "kind", "says", "hint"),
    [
        ("ResourceNotFoundException", UsageError, f"has no secret {SECRET}", "agentic up --stack prod"),
        ("AccessDeniedException", StorageError, "AWS does not let you use", "secretsmanager:PutSecretValue"),
        ("UnrecognizedClientException", MissingCredentialsError, "does not accept your credentials", "aws configure"),
        ("ExpiredTokenException", MissingCredentialsError, "ExpiredTokenException", "aws sso login"),
        ("InvalidRequestException", StorageError, "marked for deletion", "restore-secret"),
        ("EncryptionFailure", StorageError, "the KMS key of the secret", "enabled"),
        ("LimitExceededException", StorageError, "answered LimitExceededException", "again"),
    ],
)
def test_what_aws_refuses_is_one_line_with_the_next_step_and_without_the_value(
    code: str, kind: type[AgenticError], says: str, hint: str
):
    with refusing(code) as client, pytest.raises(kind) as caught:
        stack_keys.put_secret(client, PROD, SPEC, {"api_key": TEST})
    assert says in caught.value.message
    assert hint in caught.value.hint
    assert "\n" not in caught.value.message
    assert "CANARY" not in f"{caught.value.message} {caught.value.hint} {caught.value.data} {caught.value.__cause__}"


def test_an_aws_that_cannot_be_reached_is_one_line():
    # Port 9 of this machine: nobody listens there.
    with pytest.raises(StorageError, match="cannot be reached") as caught:
        stack_keys.put_secret(client_at("http://127.0.0.1:9"), PROD, SPEC, {"api_key": TEST})
    assert "aws:region in Pulumi.prod.yaml" in caught.value.hint


def test_who_may_not_read_the_key_still_learns_that_it_is_set():
    with refusing("AccessDeniedException", only="GetSecretValue") as client:
        assert [(row["found"], row["kind"]) for row in stack_keys.status(client, PROD, SPEC)] == [("Secrets Manager", "")]
    # Who may not even ask that is told so; but storing a key needs neither right.
    with refusing("AccessDeniedException", only="DescribeSecret") as client:
        with pytest.raises(StorageError, match="does not let you"):
            stack_keys.status(client, PROD, SPEC)
        stack_keys.expect_secret(client, PROD, "stripe")


def test_after_up_come_the_commands_of_the_apis_without_a_key(world: World):
    exports = {"environment": "prod", "apis": ["stripe", "github"], "region": REGION}
    assert stack_keys.next_commands(exports) == [
        "agentic keys set stripe --stack prod",
        "agentic keys set github --stack prod",
    ]
    client = world.operator("secretsmanager")
    client.create_secret(Name=StackNames("prod").secret("github"))
    client.put_secret_value(SecretId=SECRET, SecretString=json.dumps({"api_key": TEST}))
    left = stack_keys.next_commands(exports, lambda api: stack_keys.has_value(client, PROD, api), local=True)
    assert left == ["agentic keys set github --stack prod --local"]
