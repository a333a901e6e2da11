"""`agentic plugins list` and `doctor`: what is installed, what works, what is set; one line for each thing that is wrong."""

import json
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.registry.packages import install, plugin

KEY = "sk_test_CANARY7f3aCANARY7f3aCANARY"

WORKING = """
from agentic.core.fake import FakeRequest, FakeResponse
from agentic.core.spec import (
    ApiSpec, Credential, CredentialKind, Host, Operation, Recipe, Sdk, SecretField
)
from agentic.registry import hookimpl

SCRIPT = "import h11\\nprint(h11.__name__)\\n"

class Fake:
    def respond(self, request):
        return FakeResponse(200)

def make(store, secrets):
    return Fake()

@hookimpl
def agentic_apis():
    key = Credential(CredentialKind.HEADER, "Bearer {key}", "Authorization")
    return [
        ApiSpec(
            "acme", "Acme", Sdk("REQUIREMENT", ("MODULE",)), (Host("*.acme.dev", (Operation("GET", "/x", "x"),), key),),
            (SecretField("key", "Acme key", ("ACME_KEY",), "acme_placeholder", test_pattern="^acme_test_"),), "Use it.",
            recipes=(Recipe("r", "Do it", ("do",), SCRIPT),), fake="acme_module:FACTORY",
        )
    ]
"""


def acme(folder: Path, requirement: str = "h11>=0.10", module: str = "h11", factory: str = "make") -> dict[str, str]:
    """The plugin installed in `folder`, and the environment in which the command sees it."""
    source = WORKING.replace("REQUIREMENT", requirement).replace("MODULE", module).replace("FACTORY", factory)
    source = source.replace("print(h11.__name__)", "print(len(str(h11.Request)))").replace("import h11", f"import {module}")
    install(folder, "agentic-api-acme", {"acme": "acme_module"}, "1.2", acme_module=source)
    return {"PYTHONPATH": str(folder)}


def broken(folder: Path) -> None:
    install(folder, "bad-package", {"bad": "bad_module"}, bad_module="raise RuntimeError('no \\x1b[31mluck')")


def test_the_list_has_every_plugin_with_what_is_known_of_it_and_no_key(agentic: Command, tmp_path: Path):
    environment = acme(tmp_path) | {"STRIPE_API_KEY": KEY}
    broken(tmp_path)
    done = agentic("plugins", "list", "--json", env=environment)
    assert done.exit == 0
    rows = {row["name"]: row for row in done.json["plugins"]}
    assert {"stripe", "github", "openweather", "acme", "bad"} <= set(rows)
    assert (rows["acme"]["package"], rows["acme"]["version"], rows["acme"]["built_in"]) == ("agentic-api-acme", "1.2", False)
    (api,) = rows["acme"]["apis"]
    assert (api["surface_version"], api["hosts"], api["fake"], api["recipes"]) == (1, ["*.acme.dev"], True, 1)
    assert api["sdk"]["fits"] is True
    assert [field["found"] for field in api["secrets"]] == [""]
    (stripe,) = rows["stripe"]["apis"]
    assert [(field["found"], field["kind"]) for field in stripe["secrets"]] == [("environment", "test")]
    assert (rows["bad"]["status"], rows["bad"]["apis"]) == ("broken", [])
    assert "RuntimeError" in rows["bad"]["error"]
    assert "CANARY" not in done.out


def test_the_list_is_a_table_for_a_person(agentic: Command, tmp_path: Path):
    environment = acme(tmp_path) | {"STRIPE_API_KEY": KEY}
    broken(tmp_path)
    done = agentic("plugins", "list", env=environment)
    head, *lines = done.out.splitlines()
    assert head.split() == ["API", "status", "surface", "from", "SDK", "key", "fake", "recipes", "hosts"]
    rows = {line.split()[0]: line for line in lines if line}
    assert "test key, environment" in rows["stripe"]
    assert "agentic-api-acme 1.2" in rows["acme"]
    assert "not set" in rows["acme"]
    assert rows["acme"].index("*.acme.dev") == head.index("hosts") == rows["stripe"].index("api.stripe.com")
    assert "bad is broken: RuntimeError: no \\x1b[31mluck (bad_module.py, line 1)" in done.out
    assert "A plugin is code that you trust" in done.out


def test_strict_mode_makes_the_list_fail_and_still_show_everything(agentic: Command, tmp_path: Path):
    environment = acme(tmp_path) | {"AGENTIC_STRICT_PLUGINS": "1"}
    assert agentic("plugins", "list", env=environment).exit == 0
    broken(tmp_path)
    done = agentic("plugins", "list", env=environment)
    assert done.exit == 1
    assert "bad is broken" in done.out
    assert "acme" in done.out


def test_the_doctor_tries_each_part_of_a_plugin(agentic: Command, tmp_path: Path):
    done = agentic("plugins", "doctor", "acme", env=acme(tmp_path) | {"ACME_KEY": "acme_test_CANARY"})
    assert done.exit == 0, done.out
    said = done.out.splitlines()
    assert said[0] == "✓ acme: Acme, agentic-api-acme 1.2, plugin surface 1"
    assert said[1].startswith("✓ acme SDK: h11 ")
    assert "imported in" in said[1]
    assert said[2:] == [
        "✓ acme fake: acme_module:make answers",
        "✓ acme recipes: 1, all valid",
        "✓ acme key: test key, environment",
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"requirement": "acme-nowhere>=1"}, "✗ acme SDK: acme-nowhere is not installed → pip install 'acme-nowhere>=1'"),
        ({"requirement": "h11>=99"}, "is not h11>=99 → pip install 'h11>=99'"),
        ({"module": "acme_nowhere"}, "No module named 'acme_nowhere'"),
        ({"factory": "nothing"}, "✗ acme fake: AttributeError: module 'acme_module' has no attribute 'nothing'"),
    ],
    ids=str,
)
def test_the_doctor_says_what_does_not_work_and_what_to_do(
    agentic: Command, tmp_path: Path, changes: dict[str, str], said: str
):
    done = agentic("plugins", "doctor", "acme", env=acme(tmp_path, **changes))
    assert done.exit == 1
    assert said in done.out


def test_the_doctor_tells_a_broken_plugin_and_an_unknown_name(agentic: Command, tmp_path: Path):
    broken(tmp_path)
    done = agentic("plugins", "doctor", "bad", "--json", env={"PYTHONPATH": str(tmp_path)})
    assert done.exit == 1
    assert json.loads(done.out)["items"][0]["state"] == "problem"
    done = agentic("plugins", "doctor", "nope", env={"PYTHONPATH": str(tmp_path)})
    assert (done.exit, done.err.splitlines()[0]) == (
        2,
        "agentic: no plugin 'nope'; installed: bad, github, openweather, stripe",
    )


def test_a_broken_plugin_costs_nobody_who_does_not_ask_for_it_anything(agentic: Command, tmp_path: Path):
    broken(tmp_path)
    install(tmp_path, "bad-fake", {"faker": "faker"}, faker=plugin("faker", more=', fake="nowhere:fake"'))
    (tmp_path / "script.py").write_text("print('hello')\n")
    environment = {"PYTHONPATH": str(tmp_path)}
    done = agentic("validate", str(tmp_path / "script.py"), "--api", "stripe", env=environment)
    assert (done.exit, done.err) == (0, "")
    done = agentic("run", "Show my Stripe balance", "--api", "stripe", "--no-background", "--json", env=environment)
    assert done.exit == 0, done.err
    done = agentic("validate", str(tmp_path / "script.py"), "--api", "bad", env=environment)
    assert (done.exit, done.err.splitlines()[0]) == (
        2,
        "agentic: the plugin bad is broken: RuntimeError: no \\x1b[31mluck (bad_module.py, line 1)",
    )


_LOUD = 'import os\nprint("IMPORTED")\nos.write(1, b"WRITTEN\\n")\nos.system("echo STARTED")\n'


def test_what_a_plugin_prints_never_mixes_with_what_the_command_says(agentic: Command, tmp_path: Path):
    """Neither its `print`, nor what it writes to the descriptor, nor a program that it starts: `--json` is read by programs."""
    packages = install(tmp_path, "loud", {"loud": "loud"}, loud=_LOUD + plugin("loud"))
    done = agentic("plugins", "list", "--json", env={"PYTHONPATH": str(packages)})
    assert "loud" in {row["name"] for row in done.json["plugins"]}
    assert {"IMPORTED", "WRITTEN", "STARTED"} <= set(done.err.split())
    done = agentic("run", "--json", "--no-background", "Show my Stripe balance", env={"PYTHONPATH": str(packages)})
    assert done.json["status"] == "completed", done.err
    done = agentic("plugins", "list", env={"PYTHONPATH": str(packages)})
    assert done.out.startswith("API ")
    assert "loud" in done.out


def test_choosing_an_unknown_plugin_is_one_line(agentic: Command):
    done = agentic("plugins", "list", env={"AGENTIC_LOAD_PLUGINS": "stripe,strip"})
    assert done.exit == 2
    assert done.err.splitlines()[0] == (
        "agentic: AGENTIC_LOAD_PLUGINS names strip, not installed here; installed: github, openweather, stripe"
    )


def test_a_key_is_only_asked_about_when_that_was_asked_for(agentic: Command, tmp_path: Path):
    """The API's name leads nowhere (RFC 2606): that is told as not checked, and is no failure."""
    check = ', key_check=__import__("agentic.core.spec").core.spec.KeyCheck("api.lost.invalid", "/x")'
    install(tmp_path, "lost", {"lost": "lost_module"}, lost_module=plugin("lost", "api.lost.invalid", more=check))
    environment = {"PYTHONPATH": str(tmp_path), "LOST_KEY": KEY}
    plain = agentic("keys", "status", "lost", env=environment)
    assert plain.out == "Key: unknown key, in the environment\n"
    checked = agentic("keys", "status", "lost", "--check", "--json", env=environment)
    assert (checked.exit, checked.json["check"]["state"]) == (0, "unreachable")
    doctored = agentic("plugins", "doctor", "lost", "--check-keys", env=environment)
    assert "· lost key: set, environment; not checked, is there a network? api.lost.invalid" in doctored.out
    assert "not checked" not in agentic("plugins", "doctor", "lost", env=environment).out
    done = agentic("keys", "status", "lost", "--check", "--stack", "dev", env=environment)
    assert done.exit == 2
    assert "--check looks at a key of this machine" in done.err
    assert "CANARY" not in f"{plain}{checked}{doctored}{done}"
