"""A broken plugin of any kind leaves the others working, and its reason is listed, and told to whoever asks for it."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentic.core.errors import PluginError
from agentic.core.spec import SURFACE_VERSION
from agentic.registry import Registry
from tests.registry.packages import install, install_raw, on_path, plugin

_HOOK = "from agentic.registry import hookimpl\n\n@hookimpl\ndef agentic_apis():\n    "
_PARTS = "from agentic.core.spec import ApiSpec, Host, Operation, Sdk\n"
_SPEC = "ApiSpec('bad', 'Bad', Sdk('bad', ('bad',)), (Host('api.bad.dev', (Operation('GET', '/x', 'x'),)),), (), 'Use it.'"

BROKEN = {
    # Kind: the module's source, and what the reason must say.
    "import error": ("import nowhere_at_all", "No module named 'nowhere_at_all' (bad_module.py, line 1)"),
    "syntax error": ("def (", "SyntaxError: invalid syntax (bad_module.py, line 1)"),
    "import raises": ("raise RuntimeError('no luck\\n today')", "RuntimeError: no luck today (bad_module.py, line 1)"),
    "import exits": ("import sys\nsys.exit(3)", "SystemExit: 3"),
    "import is interrupted": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "import raises what no except Exception catches": ("class Odd(BaseException): ...\nraise Odd('x')", "Odd: x"),
    "its error cannot be written": (
        "class Odd(Exception):\n    def __str__(self):\n        raise ValueError\nraise Odd",
        "Odd",
    ),
    "import never ends": ("while True:\n    pass", "longer than 0.5 s"),
    "import waits": ("import time\ntime.sleep(5)", "longer than 0.5 s"),
    "recursion": ("def f():\n    f()\nf()", "RecursionError"),
    "no hook": ("x = 1", "bad_module has no function agentic_apis with @hookimpl before it"),
    "unmarked hook": ("def agentic_apis():\n    return []", "has no function agentic_apis with @hookimpl"),
    "hook with arguments": (_HOOK.replace("()", "(name)") + "return []", "agentic_apis"),
    "hook raises": (_HOOK + "return 1 / 0", "ZeroDivisionError: division by zero (bad_module.py, line 5)"),
    "hook exits": (_HOOK + "raise SystemExit", "SystemExit"),
    "hook hangs": (_HOOK + "import time; time.sleep(5)", "longer than 0.5 s"),
    "hook gives nothing": (_HOOK + "return []", "agentic_apis() gave no API"),
    "hook forgets to return": (_HOOK + "pass", "agentic_apis() gave no API"),
    "wrong type": (_HOOK + "return ['stripe']", "must give ApiSpec values, not str"),
    "no list": (f"{_PARTS}{_HOOK}return {_SPEC})", "must give a list of ApiSpec values, not one ApiSpec"),
    "no end": (f"import itertools\n{_PARTS}{_HOOK}return itertools.repeat({_SPEC}))", "more than 50 APIs"),
    "older surface": (f"{_PARTS}{_HOOK}return [{_SPEC}, surface_version=0)]", "surface 0, this program has surface"),
    "newer surface": (f"{_PARTS}{_HOOK}return [{_SPEC}, surface_version=99)]", "surface 99, this program has surface"),
    "part of a newer surface": (f"{_PARTS}{_HOOK}return [{_SPEC}, moods=())]", "newer one, upgrade agentic-api-developer"),
    "name of a newer surface": ("from agentic.core.spec import Mood", "newer one, upgrade agentic-api-developer"),
    "part of an older surface": (f"{_PARTS}{_HOOK}return [ApiSpec('bad')]", "older one, upgrade the plugin"),
    "a fault in the spec": (f"{_PARTS}{_HOOK}return [{_SPEC}, fake='nowhere')]", "fake 'nowhere' is not of the form"),
    "huge": (f"{_PARTS}{_HOOK}return [{_SPEC} * 1000000)]", "its texts have 7,000,0"),
    "one API twice": (f"{_PARTS}{_HOOK}return [{_SPEC})] * 2", "it brings the API 'bad' twice"),
}


@pytest.fixture
def good(tmp_path: Path) -> Iterator[Path]:
    """A folder on the path with a plugin that works."""
    with on_path(install(tmp_path, "good-package", {"good": "good_module"}, good_module=plugin("good"))) as folder:
        yield folder


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_plugin_leaves_the_others_working_and_its_reason_is_told(good: Path, kind: str):
    source, said = BROKEN[kind]
    # A name of its own: a module that hangs is still being imported when the next test begins.
    module = f"bad_{list(BROKEN).index(kind)}"
    said = said.replace("bad_module", module)
    install(good, "bad-package", {"bad": module}, version="2.1", **{module: source})
    registry = Registry.load({}, seconds=0.5)
    assert {"good", "stripe"} <= set(registry.names)
    assert "bad" not in registry.names
    (broken,) = [item for item in registry.plugins if item.name == "bad"]
    assert (broken.package, broken.version, broken.apis) == ("bad-package", "2.1", ())
    assert said in broken.error
    assert "\n" not in broken.error
    with pytest.raises(PluginError, match="the plugin bad is broken") as caught:
        registry.get("bad")
    assert said in caught.value.message


def test_control_the_same_package_without_the_fault_is_loaded(good: Path):
    install(good, "bad-package", {"bad": "bad_module"}, bad_module=f"{_PARTS}{_HOOK}return [{_SPEC})]")
    registry = Registry.load({})
    assert {"bad", "good", "stripe"} <= set(registry.names)
    assert not any(item.error for item in registry.plugins if item.name in {"bad", "good", "stripe"})


def test_a_loop_without_end_is_ended_when_it_is_given_up(good: Path):
    install(good, "bad-package", {"bad": "bad_loop"}, bad_loop="while True:\n    pass")
    before = set(threading.enumerate())
    Registry.load({}, seconds=0.2)
    deadline = time.monotonic() + 10
    while set(threading.enumerate()) - before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize(
    "entry_points", [b"[agentic.apis]\nnonsense\n", b"[agentic.apis\nbad = x\n", b"\xff\xfe\0", b"[agentic.apis]\n=\n"]
)
def test_a_package_whose_metadata_cannot_be_read_stops_nobody(good: Path, entry_points: bytes):
    install_raw(good, "bad-package", entry_points)
    assert {"good", "stripe"} <= set(Registry.load({}).names)


def test_a_signal_handler_is_not_a_plugins_to_set(good: Path):
    install(
        good, "bad-package", {"bad": "bad_module"}, bad_module="import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)"
    )
    (broken,) = [item for item in Registry.load({}).plugins if item.name == "bad"]
    assert "ValueError: signal only works in main thread" in broken.error


def test_strict_mode_makes_each_broken_plugin_an_error_that_names_it(good: Path):
    install(good, "bad-package", {"bad": "bad_module", "worse": "worse_module"}, bad_module="1 / 0", worse_module="1 / 0")
    with pytest.raises(PluginError) as caught:
        Registry.load({"AGENTIC_STRICT_PLUGINS": "1"})
    assert "bad (bad-package 1.0): ZeroDivisionError" in caught.value.message
    assert "worse (bad-package 1.0): ZeroDivisionError" in caught.value.message
    # Control: without strict mode, and in strict mode without the broken ones, all is well.
    assert "good" in Registry.load({"AGENTIC_STRICT_PLUGINS": "0"}).names
    assert Registry.load({"AGENTIC_STRICT_PLUGINS": "1", "AGENTIC_LOAD_PLUGINS": "good"}).names == ("good",)


def test_a_version_mismatch_says_what_to_upgrade_in_both_directions(good: Path):
    for number, upgrade in (
        (SURFACE_VERSION - 1, "upgrade the plugin"),
        (SURFACE_VERSION + 1, "upgrade agentic-api-developer"),
    ):
        more = f", surface_version={number}"
        with on_path(good.joinpath(str(number))) as folder:
            folder.mkdir()
            install(folder, f"p{number}", {"bad": f"bad{number}"}, **{f"bad{number}": plugin("bad", more=more)})
            (broken,) = [item for item in Registry.load({}).plugins if item.name == "bad"]
        assert broken.error.endswith(upgrade)


def test_loading_the_built_in_plugins_imports_no_sdk_and_nothing_of_the_cloud():
    code = (
        "import sys\nfrom agentic.registry import Registry\nassert 'stripe' in Registry.load({}).names\n"
        "print([name for name in ('stripe', 'github', 'pyowm', 'requests', 'boto3', 'pulumi', 'moto') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_fakes_of_the_built_in_plugins_import_no_sdk():
    code = (
        "import sys\nfrom agentic.local.fakes import Fakes\nfrom agentic.registry import Registry\n"
        "states = {}\nfakes = Fakes(lambda name: states.setdefault(name, {}))\nfakes.add_each(Registry.load({}))\n"
        "assert 'stripe' in fakes.secrets\nfakes.close()\n"
        "print([name for name in ('stripe', 'github', 'pyowm', 'requests') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
