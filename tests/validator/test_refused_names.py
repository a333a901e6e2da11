"""What an API's plugin refuses of its SDK is a finding with the plugin's reason, however a script names it."""

import dataclasses

import pytest
from small_sdks import index_of

from agentic.core.frozen import FILE_NAME, freeze, thaw
from agentic.core.spec import Sdk
from agentic.validator import ValidationPolicy, validate
from tests.core.test_spec import spec

REFUSED = (
    ("acme.Vault", "vaults are for people"),
    ("acme.Thing.destroy", "things stay; use archive"),
    ("acme.admin", "use the console"),
)
INDEX = index_of(
    {
        "acme.": (
            "from acme.things import Thing\nfrom acme.vaults import Vault\nfrom acme import admin\n"
            "class Client:\n    vault: Vault\n    def thing(self, name: str) -> Thing: ...\n"
        ),
        "acme.things": "class Thing:\n    def destroy(self) -> None: ...\n    def archive(self) -> None: ...\n"
        "class Special(Thing):\n    pass\n",
        "acme.vaults": "class Vault:\n    @classmethod\n    def open(cls) -> 'Vault': ...\n",
        "acme.admin": "def reset(): ...\n",
    },
    "acme",
)
POLICY = ValidationPolicy(modules=frozenset({"acme"}), refused=REFUSED)

BY_NAME = {
    "by its dotted name": "import acme\nacme.Vault.open()",
    "from its package": "from acme import Vault\nVault.open()",
    "by another name": "from acme import Vault as Box\nBox.open()",
    "of a package by another name": "import acme as a\na.Vault.open()",
    "as a value": "import acme\nkind = acme.Vault\n",
    "by getattr": "import acme\ngetattr(acme, 'Vault').open()",
    "assigned": "import acme\nopen_it = acme.Vault.open\nopen_it()",
    "a method of a class": "import acme\nacme.Thing.destroy(1)",
    "a module": "import acme.admin\nacme.admin.reset()",
    "from a module": "from acme.admin import reset\nreset()",
    "a module from its package": "from acme import admin\nadmin.reset()",
    "where it may fail": "import acme\ntry:\n    acme.Vault.open()\nexcept AttributeError:\n    pass",
    "as a base": "import acme\nclass Mine(acme.Vault):\n    pass",
}
BY_VALUE = {
    "a method of a result": "import acme\nacme.Client().thing('x').destroy()",
    "a method of a variable": "from acme import Client\nthing = Client().thing('x')\nthing.destroy()",
    "a method that is inherited": "from acme.things import Special\nSpecial().destroy()",
    "an attribute that gives it": "import acme\nacme.Client().vault.open()",
}
HONEST = {
    "a neighbour": "import acme\nacme.Client().thing('Vault').archive()",
    "a name of ones own": "import acme\nVault = 'acme.Vault'\nprint(Vault)",
    "a longer name": "import acme\nacme.Vaults",
    "a method of ones own": "class Mine:\n    def destroy(self):\n        pass\n\n\nMine().destroy()",
}


@pytest.mark.parametrize("script", BY_NAME.values(), ids=BY_NAME)
def test_a_refused_name_is_found_without_an_index(script: str):
    findings = [finding for finding in validate(script, POLICY).findings if finding.rule == "sdk_refused"]
    assert findings
    assert any(reason in findings[0].message for _, reason in REFUSED)


@pytest.mark.parametrize("script", [*BY_NAME.values(), *BY_VALUE.values()], ids=[*BY_NAME, *BY_VALUE])
def test_with_the_sdks_index_it_is_also_found_on_values(script: str):
    verdict = validate(script, dataclasses.replace(POLICY, sdk=INDEX))
    assert "sdk_refused" in {finding.rule for finding in verdict.findings}


@pytest.mark.parametrize("script", [*BY_NAME.values(), *BY_VALUE.values()], ids=[*BY_NAME, *BY_VALUE])
def test_control_without_the_refusal_it_is_no_finding(script: str):
    verdict = validate(script, dataclasses.replace(POLICY, sdk=INDEX, refused=()))
    assert "sdk_refused" not in {finding.rule for finding in verdict.findings}


@pytest.mark.parametrize("script", HONEST.values(), ids=HONEST)
def test_what_only_looks_like_it_is_not_refused(script: str):
    for policy in (POLICY, dataclasses.replace(POLICY, sdk=INDEX)):
        assert "sdk_refused" not in {finding.rule for finding in validate(script, policy).findings}


def test_the_functions_know_it_from_the_frozen_spec(tmp_path):
    refusing = spec(sdk=Sdk("acme>=1", ("acme",), refused=REFUSED))
    (tmp_path / FILE_NAME).write_bytes(freeze([refusing]))
    policy = ValidationPolicy.for_spec(thaw(tmp_path)["acme"])
    (finding,) = validate("from acme import Vault\n", policy).findings
    assert (finding.rule, finding.line) == ("sdk_refused", 1)
    assert "vaults are for people" in finding.message


PATTERN = ValidationPolicy(modules=frozenset({"requests"}), hosts=frozenset({"*.acme.dev", "api.other.dev"}))


@pytest.mark.parametrize(
    "url",
    [
        "'https://eu.acme.dev/x'",
        "f'https://{shop}.acme.dev/x'",
        "f'https://shop-{shop}.acme.dev/x'",
        "'https://' + shop + '.acme.dev/x'",
        "'https://api.other.dev/x'",
    ],
)
def test_urls_of_a_pattern_of_hosts_are_valid(url: str):
    assert validate(f"import requests\nshop = str(2)\nrequests.get({url})\n", PATTERN).valid


@pytest.mark.parametrize(
    "url",
    [
        "'https://acme.dev/x'",
        "'https://a.b.acme.dev/x'",
        "'https://evil-acme.dev/x'",
        "'https://eu.acme.dev.evil.dev/x'",
        "f'https://evil.dev/{shop}.acme.dev'",
        "f'https://x.evil.{shop}/x'",
        "f'https://user@{shop}.acme.dev/x'",
        "f'ftp://{shop}.acme.dev/x'",
    ],
)
def test_urls_of_other_hosts_are_findings(url: str):
    rules = {item.rule for item in validate(f"import requests\nshop = str(2)\nrequests.get({url})\n", PATTERN).findings}
    assert rules == {"host"}


def test_control_without_a_pattern_a_host_that_is_made_up_later_is_a_finding():
    plain = dataclasses.replace(PATTERN, hosts=frozenset({"api.other.dev"}))
    assert not validate("import requests\nshop = str(2)\nrequests.get(f'https://{shop}.acme.dev/x')\n", plain).valid
