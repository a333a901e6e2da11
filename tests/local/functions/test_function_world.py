"""What a function process finds around itself: built, not inherited."""

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from function_stage import REGION, Lambda, processes

from agentic.core.errors import ConfigurationError

IMPORT = """
    import importlib
    def handler(event, context):
        found = {}
        for name in event:
            try:
                found[name] = str(getattr(importlib.import_module(name), "__file__", ""))
            except ModuleNotFoundError as error:
                found[name] = None
        return found
"""


def test_the_images_packages_are_there_and_nothing_else_of_our_installation(both: Lambda) -> None:
    both.create(IMPORT)
    there = ["boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil.parser", "six", "simplejson", "awslambdaric"]
    missing = [
        "pulumi",
        "stripe",
        "moto",
        "strands",
        "cryptography",
        "requests",
        "pytest",
        "pluggy",
        "certifi",
        "pip",
        "agentic",
    ]
    found = json.loads(both.functions.invoke("trial", json.dumps(there + missing).encode()).payload)
    assert [name for name in there if not found[name]] == []
    assert [name for name in missing if found[name]] == []


def test_the_missing_packages_are_installed_beside_us() -> None:
    """The control: the functions above miss them because they are not offered, not because nobody has them."""
    for name in ("pulumi", "stripe", "moto", "cryptography", "pluggy", "agentic"):
        subprocess.run([sys.executable, "-c", f"import importlib.util as u; assert u.find_spec({name!r})"], check=True)


def test_agentic_comes_from_the_zip(both: Lambda) -> None:
    both.create(
        "import agentic.core.errors as errors\ndef handler(event, context): return [errors.MARK, errors.__file__]",
        files={"agentic/__init__.py": "", "agentic/core/__init__.py": "", "agentic/core/errors.py": "MARK = 'of the zip'"},
    )
    mark, path = json.loads(both.functions.invoke("trial", b"{}").payload)
    assert mark == "of the zip"
    assert Path(path).is_relative_to(both.state.zips)


def test_a_zips_own_copy_of_an_image_package_wins(both: Lambda) -> None:
    both.create("import six\ndef handler(event, context): return six.MARK", files={"six.py": "MARK = 'of the zip'"})
    assert both.functions.invoke("trial", b"{}").payload == b'"of the zip"'


def test_a_zip_with_its_own_boto3_gets_it(both: Lambda) -> None:
    source = "import boto3\ndef handler(event, context): return boto3.MARK"
    both.create(source, files={"boto3/__init__.py": "MARK = 'of the zip'"})
    assert both.functions.invoke("trial", b"{}").payload == b'"of the zip"'


def test_a_zips_own_urllib3_is_imported_and_boto3_still_works(both: Lambda) -> None:
    """As with the Stripe SDK: its zip brings requests, and so urllib3."""
    both.create(
        """
        import http.server, threading
        import boto3
        import urllib3
        class Answer(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b'{"TableNames": ["one"]}')
            def log_message(self, *args): ...
        def handler(event, context):
            server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
            threading.Thread(target=server.handle_request).start()
            client = boto3.client("dynamodb", endpoint_url=f"http://127.0.0.1:{server.server_port}")
            answer = [client.list_tables()["TableNames"], urllib3.__file__]
            server.server_close()
            return answer
        """,
        files={f"urllib3/{path}": text for path, text in _installed("urllib3").items()},
    )
    tables, path = json.loads(both.functions.invoke("trial", b"{}").payload)
    assert tables == ["one"]
    assert Path(path).is_relative_to(both.state.zips)


def _installed(package: str) -> dict[str, str]:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.py")}


def test_the_environment_is_built(tmp_path: Path) -> None:
    """In a parent of its own, because what it must not inherit has to be there before it starts."""
    script = """
import json, os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from function_stage import Lambda
for plain in (False, True):
    made = Lambda(Path(sys.argv[2]) / str(plain), plain=plain)
    handler = "import os\\ndef handler(event, context): return dict(os.environ)"
    made.create(handler, environment={"OWN": "1", "AWS_ENDPOINT_URL": "x"})
    print(made.functions.invoke("trial", b"{}").payload.decode())
    made.functions.close()
"""
    for plain in (False, True):
        (tmp_path / str(plain)).mkdir()
    planted = {"AWS_PROFILE": "mine", "STRIPE_API_KEY": "planted", "PYTHONPATH": "/planted", "HTTPS_PROXY": "http://planted"}
    finished = subprocess.run(
        [sys.executable, "-c", script, str(Path(__file__).parent), str(tmp_path)],
        env={**os.environ, **planted},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(finished.stdout.splitlines()) == 2
    for line in finished.stdout.splitlines():
        seen = json.loads(line)
        assert not planted.keys() & seen.keys()
        assert "planted" not in line
        assert seen["HOME"].startswith(str(tmp_path))
        assert list(Path(seen["HOME"]).iterdir()) == []
        assert seen["OWN"] == "1"
        # The local cloud's own variables win: no declaration leads its function elsewhere.
        assert seen["AWS_ENDPOINT_URL"] == "http://127.0.0.1:9"
        assert seen["AWS_ACCESS_KEY_ID"] == "key-of-trial"
        assert (seen["AWS_REGION"], seen["AWS_DEFAULT_REGION"]) == (REGION, REGION)
        assert seen["AWS_EC2_METADATA_DISABLED"] == "true"
        assert not Path(seen["AWS_CONFIG_FILE"]).exists()
        assert not Path(seen["AWS_SHARED_CREDENTIALS_FILE"]).exists()
        assert (seen["AWS_LAMBDA_FUNCTION_NAME"], seen["_HANDLER"]) == ("trial", "handler.handler")
        assert seen["LAMBDA_TASK_ROOT"].startswith(str(tmp_path))


def test_each_function_has_its_own_variables_although_the_zygote_is_shared(make: Callable[..., Lambda]) -> None:
    made = make(plain=False)
    source = """
        import boto3
        def handler(event, context):
            client = boto3.client("dynamodb")
            return [client._request_signer._credentials.access_key, client.meta.region_name, client.meta.endpoint_url]
    """
    for name in ("one", "two"):
        made.create(source, name=name)
        answer = json.loads(made.functions.invoke(name, b"{}").payload)
        assert answer == [f"key-of-{name}", REGION, "http://127.0.0.1:9"]


def test_functions_share_the_service_models_that_the_zygote_has_read(make: Callable[..., Lambda]) -> None:
    made = make(plain=False)
    made.create(
        """
        import botocore.session as module
        def handler(event, context):
            loader = module.Session().get_component("data_loader")
            return [loader is module.Session().get_component("data_loader"), loader is module.create_loader("/elsewhere")]
        """
    )
    assert made.functions.invoke("trial", b"{}").payload == b"[true, false]"


def test_no_descriptor_of_ours_is_open_in_a_function(both: Lambda) -> None:
    both.create(
        """
        import os
        def handler(event, context):
            found = []
            for number in os.listdir("/proc/self/fd"):
                try:
                    found.append(os.readlink(f"/proc/self/fd/{number}"))
                except FileNotFoundError:
                    pass  # what listdir itself had open
            return found
        """
    )
    found = json.loads(both.functions.invoke("trial", b"{}").payload)
    assert found.count("/dev/null") == 1
    # Standard output and error, and nothing else.
    assert sum(name.startswith("pipe:") for name in found) == 2
    # Sockets are the runtime client's own: neither one of ours, nor of the zygote.
    zygote = next(parent for process, parent in processes() if process == both.functions.processes("trial")[0].pid)
    ours = _opened("self") | _opened(zygote)
    assert len({name for name in ours if name.startswith("socket:")}) >= 3
    assert {name for name in found if name.startswith("socket:")} & ours == set()
    assert {name.partition(":")[0] for name in found} <= {"pipe", "socket", "/dev/null", "anon_inode"}


def _opened(pid: object) -> set[str]:
    found: set[str] = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.add(str(descriptor.readlink()))
    return found


def test_the_memory_limit_is_an_error_of_the_handler(both: Lambda) -> None:
    both.create("def handler(event, context): return len(bytearray(event << 20))", memory_mb=128)
    assert both.functions.invoke("trial", b"20").payload == str(20 << 20).encode()
    refused = both.functions.invoke("trial", b"200")
    assert json.loads(refused.payload)["errorType"] == "MemoryError"


def test_a_declaration_with_reserved_variables_is_refused(make: Callable[..., Lambda]) -> None:
    with pytest.raises(ConfigurationError, match="AWS_REGION, _HANDLER"):
        make().create("def handler(event, context): ...", environment={"_HANDLER": "x", "AWS_REGION": "y", "FINE": "z"})
