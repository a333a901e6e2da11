"""The real functions' zips, with the real Stripe plugin: what is in them, and that each handler can be imported alone."""

import importlib.metadata
import importlib.util
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from agentic.apis import stripe
from agentic.core.frozen import FILE_NAME, sdk_index_name, thaw
from lambdas.build import FUNCTIONS, Builder, Zip
from lambdas.contents import FORBIDDEN
from lambdas.target import Target

# What the runtime image brings: boto3 and what it needs.
_IMAGE = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")


@pytest.fixture(scope="module")
def zips() -> dict[str, Zip]:
    """Built with the user's own cache: the first time ever this needs the package index."""
    return {item.function: item for item in Builder(Target()).build_all(list(stripe.agentic_apis()))}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("image")
    for name in _IMAGE:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        source = Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)
        (folder / source.name).symlink_to(source)
    return folder


def test_there_is_a_zip_for_every_function_and_a_folder_for_every_zip(zips: dict[str, Zip], root: Path):
    folders = {path.parent.name for path in root.glob("lambdas/*/handler.py")}
    assert set(zips) == set(FUNCTIONS) == folders


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_of_the_laptop_is_in_any_zip(zips: dict[str, Zip], function: str):
    with zipfile.ZipFile(zips[function].path) as opened:
        names = opened.namelist()
    folders = tuple(name.replace(".", "/") for name in FORBIDDEN)
    assert [name for name in names if name.startswith(folders)] == []
    assert [name for name in names if name.startswith(("boto3/", "botocore/", "awslambdaric/"))] == []
    assert "handler.py" in names
    assert FILE_NAME in names


@pytest.mark.parametrize("function", sorted(set(FUNCTIONS) - {"run_code", "http_api"}))
def test_only_the_wall_carries_other_peoples_code(zips: dict[str, Zip], function: str):
    with zipfile.ZipFile(zips[function].path) as opened:
        top = {name.split("/")[0] for name in opened.namelist()}
    assert top <= {"agentic", "handler.py", "__pycache__", FILE_NAME, sdk_index_name("stripe")}


def test_the_http_api_carries_its_framework_and_the_console_and_nothing_else_of_others(zips: dict[str, Zip]):
    with zipfile.ZipFile(zips["http_api"].path) as opened:
        names = opened.namelist()
    top = {name.split("/")[0] for name in names if ".dist-info" not in name}
    own = {"agentic", "handler.py", "__pycache__", FILE_NAME, sdk_index_name("stripe")}
    assert top - own == {"anyio", "idna", "mangum", "starlette", "typing_extensions.py"}
    assert {"agentic/serving/console/index.html", "agentic/serving/console/main.js"} <= set(names)


def test_the_wall_carries_the_sdk_and_the_plugins_sandbox_module_but_not_the_plugin(zips: dict[str, Zip]):
    with zipfile.ZipFile(zips["run_code"].path) as opened:
        names = set(opened.namelist())
    assert {"stripe/__init__.py", "agentic/apis/stripe_sandbox.py", "agentic/sandbox/zygote.py"} <= names
    assert "agentic/apis/stripe.py" not in names
    locked = importlib.metadata.version("stripe")
    assert f"stripe-{locked}.dist-info/METADATA" in names


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_handler_is_imported_from_its_zip_alone(zips: dict[str, Zip], image: Path, tmp_path: Path, function: str):
    """An interpreter that sees the zip's files, the runtime image's boto3 and the standard library, and nothing else."""
    with zipfile.ZipFile(zips[function].path) as opened:
        opened.extractall(tmp_path)
    code = (
        "import json, sys\n"
        f"sys.path[:0] = [{str(tmp_path)!r}, {str(image)!r}]\n"
        "import handler\n"
        "assert callable(handler.handler)\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))\n"
    )
    environment = {
        "LAMBDA_TASK_ROOT": str(tmp_path),
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_LAMBDA_FUNCTION_NAME": f"agentic-api-developer-dev-{function.replace('_', '-')}",
        "AGENTIC_API": "stripe",
        "AGENTIC_TABLE": "runs",
        "AGENTIC_BUCKET": "bucket",
        "AGENTIC_PREFIX": "agentic-api-developer-dev",
        "AGENTIC_RUN_SECONDS": "30",
        "AGENTIC_REGENERATIONS": "2",
        "AGENTIC_TOOL_WAIT": "25",
        "AGENTIC_AGENT_ARN": "arn:aws:bedrock-agentcore:eu-central-1:111122223333:harness/x",
        "AGENTIC_CALL_API": "call-api",
        "AGENTIC_DEAD_LETTERS_URL": "https://sqs.eu-central-1.amazonaws.com/111122223333/dead",
        "AGENTIC_SANDBOX_REQUIRE": "files",
        "AGENTIC_SECRET": "secret",
        "AGENTIC_LIVE_KEYS": "false",
        "AGENTIC_ENVIRONMENT": "dev",
        "AGENTIC_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/111122223333/runs",
        "AGENTIC_ORCHESTRATOR": "arn:aws:bedrock-agentcore:eu-central-1:111122223333:harness/x",
        "AGENTIC_CALLER_REQUESTS": "600",
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
    }
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    modules = set(json.loads(done.stdout))
    assert modules & {"pulumi", "pluggy", "moto", "strands", "pytest"} == set()


def test_the_specs_are_those_that_the_function_may_know(zips: dict[str, Zip], tmp_path: Path):
    for function in ("run_code", "call_api", "validate_code"):
        with zipfile.ZipFile(zips[function].path) as opened:
            opened.extract(FILE_NAME, tmp_path)
        assert set(thaw(tmp_path)) == {"stripe"}
