"""The environment of the program's process, built and not inherited: nothing of a person's AWS account is in it."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from agentic.local.program.place import Place

# What building a function's zip may need: where to find packages, certificates, and a place for temporary files.
_PASSED = (
    "AGENTIC_LOAD_PLUGINS",
    "AGENTIC_STRICT_PLUGINS",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
)
_PASSED_CASELESS = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_PASSED_PREFIXES = ("PIP_", "UV_")
# Nothing listens there (TCP port 9, discard): an AWS call that the program makes by itself fails at once.
_NOWHERE = "http://127.0.0.1:9"


def build(inherited: Mapping[str, str], place: Place, home: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """The variables. `home` is the process's HOME, without dot files of anybody's.

    Two things of the person's home are named one by one, for the build of zips: its cache (as `lambdas/` finds it), so
    that a build is done once for all, and pip's settings, which say where packages come from.
    """
    passed = {
        name: value
        for name, value in inherited.items()
        if name in _PASSED or name.upper() in _PASSED_CASELESS or name.startswith(_PASSED_PREFIXES)
    }
    person = Path(inherited.get("HOME") or "/")
    cache = inherited.get("AGENTIC_CACHE") or Path(inherited.get("XDG_CACHE_HOME") or person / ".cache") / "agentic"
    settings = Path(inherited.get("XDG_CONFIG_HOME") or person / ".config") / "pip" / "pip.conf"
    if settings.is_file():
        passed.setdefault("PIP_CONFIG_FILE", str(settings))
    return {
        **passed,
        "AGENTIC_CACHE": str(cache),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath.lstrip(":")]),
        "HOME": str(home.absolute()),
        "AWS_REGION": place.region,
        "AWS_DEFAULT_REGION": place.region,
        "AWS_ACCESS_KEY_ID": "LOCALCLOUDPROGRAM",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": _NOWHERE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        **extra,
    }
