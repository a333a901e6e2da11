"""An exported run needs the SDK and pytest, nothing of this project, no key and no network."""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from recorded_stage import CANARY, RUN, SPECS, Echo, recorded

from agentic.core.errors import UsageError
from agentic.interfaces.export.plugin_code import take_along
from agentic.interfaces.export.write import export
from agentic.runs.recording import Recording
from tests.kit.clean_environment import Clean, make

CODES = {
    "stripe": """
import asyncio, os, random, time, uuid
from concurrent.futures import ThreadPoolExecutor, as_completed
import stripe
stripe.api_key = os.environ["STRIPE_API_KEY"]
began = time.perf_counter()

def make(number):
    time.sleep(random.random() / 20)
    return stripe.Customer.create(name=f"{number} {uuid.uuid4()}", idempotency_key=str(uuid.uuid4()))

with ThreadPoolExecutor(3) as pool:
    for done in as_completed([pool.submit(make, number) for number in range(3)]):
        print(done.result().name)

async def list_them():
    found = await stripe.Customer.list_async(limit=2, created={"gte": int(time.time()) - 60})
    print([customer.name for customer in found.data], time.perf_counter() - began, {"a", "b", "c"})

asyncio.run(list_them())
try:
    stripe.Customer.retrieve("cus_none")
except stripe.StripeError as error:
    print(error.http_status)
""",
    "github": """
import os
import github, requests
client = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"]))
repository = client.get_repo("acme/widgets")
issue = repository.create_issue(title="It is broken", body="é " * 9000)
print(issue.number, issue.created_at, [label.name for label in repository.get_labels()][:2])
headers = {"Authorization": "token " + os.environ["GITHUB_TOKEN"]}
print(requests.get("https://api.github.com/repos/acme/widgets/readme", headers=headers, timeout=9).json()["name"])
""",
    "openweather": """
import os, requests
asked = {"q": "Rome", "units": "metric", "appid": os.environ["OPENWEATHER_API_KEY"]}
print(requests.get("https://api.openweathermap.org/data/2.5/weather", params=asked, timeout=9).json()["main"])
print(requests.get("https://api.openweathermap.org/data/2.5/weather", params={**asked, "q": ""}, timeout=9).status_code)
""",
}


@pytest.fixture(scope="module")
def recordings() -> Callable[[str], Recording]:
    made: dict[str, Recording] = {}

    def recording(api: str) -> Recording:
        if api not in made:
            made[api] = recorded(SPECS[api], CODES[api])
            assert made[api].outcome.success, made[api].outcome.stderr
        return made[api]

    return recording


@pytest.fixture(scope="module")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Clean]:
    made: dict[str, Clean] = {}

    def environment(api: str) -> Clean:
        if api not in made:
            clean = make(tmp_path_factory.mktemp("clean") / api)
            clean.install(SPECS[api].sdk.requirement, "pytest")
            made[api] = clean
        return made[api]

    return environment


def result_of(clean: Clean, folder: Path) -> "subprocess.CompletedProcess[str]":
    return clean.run(["python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", folder, folder], cwd=folder.parent)


def edited(folder: Path, file: str, before: str, now: str) -> None:
    text = (folder / file).read_text("utf-8")
    assert before in text, text[:2000]
    (folder / file).write_text(text.replace(before, now, 1), "utf-8")


@pytest.mark.parametrize("api", CODES)
def test_exported_test_passes_offline_with_the_sdk_and_pytest_alone(
    api: str, recordings: Callable[[str], Recording], environments: Callable[[str], Clean], tmp_path: Path
) -> None:
    recording, clean, folder = recordings(api), environments(api), tmp_path / "exported"
    exported = export(recording, SPECS[api], folder)
    assert exported.untested == ""
    installed = set(clean.run(["python", "-m", "pip", "list"], cwd=tmp_path).stdout.split())
    assert not installed & {"agentic-api-developer", "boto3", "pulumi", "moto"}
    assert {"pytest", *re.findall(r"^[\w-]+", SPECS[api].sdk.requirement)} <= installed, "the control"
    done = result_of(clean, folder)
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout + done.stderr


@pytest.mark.parametrize("api", CODES)
def test_exported_test_needs_no_network(
    api: str, recordings: Callable[[str], Recording], environments: Callable[[str], Clean], tmp_path: Path
) -> None:
    """In a network namespace that has nothing, not even a loopback that is up."""
    alone = ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may make no network namespace")
    clean, folder = environments(api), tmp_path / "exported"
    export(recordings(api), SPECS[api], folder)
    with socket.create_server(("127.0.0.1", 0)) as server:
        # The control: what is reached from here is not reached from there.
        connect = ["python", "-c", f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 5)"]
        assert clean.run(connect, cwd=tmp_path).returncode == 0
        assert "Network is unreachable" in clean.run([*alone, *connect], cwd=tmp_path).stderr
    done = clean.run([*alone, "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", folder], cwd=tmp_path)
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout + done.stderr


# Each is a control of the test above: what is changed in which file, and what the test then says.
CHANGES = {
    "an answer that is printed": ("stripe", "recorded.json", '\\"name\\": \\"0 ', '\\"name\\": \\"9 ', "AssertionError"),
    "a status": ("stripe", "recorded.json", '"status": 404', '"status": 402', "AssertionError"),
    "the exit status": ("openweather", "recorded.json", '"exit": 0', '"exit": 1', "assert 0 == 1"),
    "the seed": ("stripe", "recorded.json", '"seed": "0', '"seed": "1', "the script asked for POST"),
    "the time": (
        "stripe",
        "recorded.json",
        '"started_at": 1795400000.25',
        '"started_at": 1795400900.25',
        "the script asked for GET",
    ),
    "what is asked": ("github", "script.py", "It is broken", "It works", "recorded is POST"),
    "one more call": ("github", "script.py", "headers =", "repository.get_issue(1)\nheaders =", "the script asked for GET"),
    "a call less": ("openweather", "script.py", "print(requests", "exit()\nprint(requests", "the script did not ask for"),
    "what is printed": ("github", "script.py", "print(issue.number", "print(0, issue.number", "AssertionError"),
    "a script that breaks": ("openweather", "script.py", "import os", "import os, nonsense", "nonsense"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_control_exported_test_fails_when_an_answer_or_the_script_is_changed(
    change: str, recordings: Callable[[str], Recording], environments: Callable[[str], Clean], tmp_path: Path
) -> None:
    api, file, before, now, said = CHANGES[change]
    folder = tmp_path / "exported"
    export(recordings(api), SPECS[api], folder)
    edited(folder, file, before, now)
    done = result_of(environments(api), folder)
    assert done.returncode == 1, done.stdout + done.stderr
    assert said in done.stdout


def test_exported_script_runs_by_itself_up_to_the_api(
    recordings: Callable[[str], Recording], environments: Callable[[str], Clean], tmp_path: Path
) -> None:
    """With the SDK alone, and no way to the API from here: so far, and no further."""
    export(recordings("stripe"), SPECS["stripe"], tmp_path / "exported")
    script = (tmp_path / "exported/script.py").read_text("utf-8")
    assert "export STRIPE_API_KEY=..." in script
    assert "# Task: Do what has to be done\n" in script
    assert script.endswith(recordings("stripe").code)
    ours = {"STRIPE_API_KEY": "sk_test_none", "https_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    done = environments("stripe").run(["python", "exported/script.py"], cwd=tmp_path, env=ours)
    assert "APIConnectionError" in done.stderr
    # The control: without a key it does not come so far.
    assert "KeyError" in environments("stripe").run(["python", "exported/script.py"], cwd=tmp_path).stderr


def test_no_key_is_in_any_exported_file(tmp_path: Path) -> None:
    code = """
import os, stripe
stripe.api_key = os.environ["STRIPE_API_KEY"]
customer = stripe.Customer.create(name="Ada")
print(customer.name, customer.last_response.headers["X-Key"])
"""
    api = Echo()
    recording = recorded(SPECS["stripe"], code, transport=api)
    assert recording.outcome.success, recording.outcome.stderr
    # The control: the API got the key, and told it to whoever asked.
    assert api.keys == [f"Bearer {CANARY}"]
    export(recording, SPECS["stripe"], tmp_path / "exported")
    files = [path for path in (tmp_path / "exported").rglob("*") if path.is_file()]
    recorded_text = (tmp_path / "exported/recorded.json").read_text("utf-8")
    assert len(files) > 10
    for path in files:
        assert "canary" not in path.read_text("utf-8").lower(), path
    # Nor where it is packed: long bodies are, and each is looked into.
    from agentic.interfaces.export.replayed.answers import content

    calls = json.loads(recorded_text)["calls"]
    assert any("zlib" in call["answer"] for call in calls)
    assert len(recorded_text) < 20_000
    for call in calls:
        assert b"canary" not in content(call["answer"]) + content(call["body"])
        assert not {"authorization", "idempotency-key"} & {name.lower() for name, _ in call["headers"]}


def test_exported_files_import_nothing_of_this_project(recordings: Callable[[str], Recording], tmp_path: Path) -> None:
    export(recordings("stripe"), SPECS["stripe"], tmp_path / "exported")
    for path in (tmp_path / "exported").rglob("*.py"):
        source = path.read_text("utf-8")
        assert not re.search(r"^\s*(from|import)\s+agentic", source, re.MULTILINE), path
        compile(source, str(path), "exec")
    listed = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.path.append(sys.argv[1]); import replayed.play; print(*sys.modules)",
            str(tmp_path / "exported"),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=tmp_path,
    ).stdout.split()
    assert "replayed.pins" in listed
    assert not [name for name in listed if name.partition(".")[0] == "agentic"]


def test_run_that_does_not_do_the_same_again_has_a_script_and_no_test(
    recordings: Callable[[str], Recording], tmp_path: Path
) -> None:
    recording = recordings("openweather")
    exported = export(replace(recording, code="print(1)"), SPECS["openweather"], tmp_path / "exported")
    assert "did not ask for GET" in exported.untested
    assert exported.files == ("script.py",)
    stopped = replace(recording, outcome=replace(recording.outcome, reason="paused", exit=None))
    assert "paused" in export(stopped, SPECS["openweather"], tmp_path / "other").untested


def test_folder_that_has_something_is_left_alone(recordings: Callable[[str], Recording], tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        export(recordings("openweather"), SPECS["openweather"], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_plugin_s_own_modules_are_taken_along_with_their_imports_renamed() -> None:
    taken = take_along(("agentic.apis.stripe_sandbox:warm_up", ""))
    assert set(taken.files) == {"agentic_apis_stripe_sandbox", "agentic_apis_stripe_idioms"}
    source = taken.files["agentic_apis_stripe_sandbox"]
    assert "from replayed.sdk import agentic_apis_stripe_idioms as stripe_idioms\n" in source
    assert taken.references == {
        "": "",
        "agentic.apis.stripe_sandbox:warm_up": "replayed.sdk.agentic_apis_stripe_sandbox:warm_up",
    }


def test_task_cannot_write_code_into_the_script(recordings: Callable[[str], Recording], tmp_path: Path) -> None:
    hostile = replace(recordings("openweather"), task='x\nprint("mine")\r\u2028import os\x0c\x85y # coding: utf-7')
    export(replace(hostile, outcome=replace(hostile.outcome, reason="paused")), SPECS["openweather"], tmp_path / "exported")
    text = (tmp_path / "exported/script.py").read_text("utf-8")
    assert RUN in text.splitlines()[0]
    head = text.removesuffix(hostile.code)
    assert all(not line or line.startswith("#") for line in head.splitlines())
    assert compile(text, "script.py", "exec")
