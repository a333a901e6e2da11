"""Calls are checked against the SDK: what it certainly lacks is a finding with the nearest valid name, nothing else is."""

import dataclasses
import difflib
import json
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st
from small_sdks import POLICIES, index_of

from agentic.agents.tools.services import Services
from agentic.agents.tools.validate_code import judge
from agentic.apis import stripe as stripe_plugin
from agentic.core.cache import cache_folder
from agentic.core.frozen import freeze, sdk_index_name
from agentic.core.values import Finding
from agentic.validator import SdkIndex, ValidationPolicy, validate
from agentic.validator.describe import installed
from agentic.validator.describe.cached import cached_index

ROOT = Path(__file__).parent.parent.parent
CORPUS = sorted((ROOT / "tests" / "corpus").glob("*/*.py"))
RECIPES = sorted(path for path in (ROOT / "agentic" / "apis" / "recipes").glob("*/*.py") if path.stem != "__init__")

WRONG = {
    # What a model may write for Stripe, with the rule, the line and column, and what the hint must name.
    "import stripe\nstripe.Costumer.create(name='x')": ("sdk_member", 2, 8, "`Customer`"),
    "import stripe\nstripe.Customer.crate(name='x')": ("sdk_member", 2, 17, "`create`"),
    "import stripe\nstripe.Customer.create(emial='x')": ("sdk_parameter", 2, 24, "`email`"),
    "from stripe import Costumer": ("sdk_member", 1, 20, "`Customer`"),
    "from stripe.checkout import Sesion": ("sdk_member", 1, 29, "`Session`"),
    "import stripe.chekout": ("sdk_member", 1, 8, "`checkout`"),
    # `stripe.error` is there, but no module to import.
    "import stripe.error": ("sdk_member", 1, 8, "`import stripe` and use `stripe.error`"),
    "from stripe.error import CardError": ("sdk_member", 1, 26, "`from stripe import CardError`"),
    "import stripe as s\ns.checkout.Session.crate()": ("sdk_member", 2, 20, "`create`"),
    "from stripe import Customer as C\nC.modify('cus_1', nam='x')": ("sdk_parameter", 2, 19, "`name`"),
    "import stripe\ntry:\n    pass\nexcept stripe.CardErorr:\n    pass": ("sdk_member", 4, 15, "`CardError`"),
    "import stripe\nc = stripe.Customer.create()\nc.delete(idempotency='x')": ("sdk_parameter", 3, 10, "`idempotency_key`"),
    "import stripe\nstripe.PaymentIntent.retrieve('x').confirm(payment_methud='x')": (
        "sdk_parameter",
        2,
        44,
        "`payment_method`",
    ),
    "import stripe\nasync def f():\n    c = await stripe.Customer.create_async()\n    c.delete(apikey='x')": (
        *("sdk_parameter", 4, 14),
        "`api_key`",
    ),
    "import stripe\nstripe.Customer.create(address={'lin1': 'x'})": ("sdk_parameter", 2, 33, "`line1`"),
    "import stripe\nstripe.Subscription.create(customer='x', items=[{'prise': 'x'}])": ("sdk_parameter", 2, 50, "`price`"),
    "import stripe\np = {'emial': 'x'}\nstripe.Customer.create(**p)": ("sdk_parameter", 2, 6, "`email`"),
    "import stripe\nstripe.Subscription.create(customer='x', items=[], coupon='x')": ("sdk_parameter", 2, 52, "it takes"),
    "import stripe\nclient = stripe.StripeClient('k')\nclient.v1.custmers.list()": ("sdk_member", 3, 11, "`customers`"),
    "import stripe\nclient = stripe.StripeClient('k')\nclient.v1.customers.crate()": ("sdk_member", 3, 21, "`create`"),
    "import stripe\nc = stripe.StripeClient('k').v1\nc.customers.create(params={'emial': 1})": (
        "sdk_parameter",
        3,
        28,
        "`email`",
    ),
    "import stripe\nc = stripe.StripeClient('k').v1\nc.customers.create({'emial': 1})": ("sdk_parameter", 3, 21, "`email`"),
    "import stripe\nc = stripe.StripeClient('k').v1\nc.customers.list(limit=3)": ("sdk_parameter", 3, 18, 'params={"limit"'),
    "import stripe\nc = stripe.StripeClient('k').v1\nc.customers.retrieve(customer='x')": (
        "sdk_parameter",
        3,
        22,
        "by position",
    ),
    "from stripe import StripeClient\nStripeClient('k', max_retries=2)": ("sdk_parameter", 2, 19, "`max_network_retries`"),
}
WRONG_ELSEWHERE = {
    "import github\ngithub.Github().get_rep('x')": ("sdk_member", 2, 17, "`get_repo`"),
    "from github import Github\nrepo = Github().get_repo('x')\nrepo.create_isue(title='x')": (
        "sdk_member",
        3,
        6,
        "`create_issue`",
    ),
    "from github import Github\nGithub().get_repo('x').create_issue(titel='x')": ("sdk_parameter", 2, 37, "`title`"),
    "from github import Github, Auth\nGithub(auth=Auth.Tokn('x'))": ("sdk_member", 2, 18, "`Token`"),
    "import requests\nrequests.gett('https://api.github.com')": ("sdk_member", 2, 10, "`get`"),
    "import requests\nrequests.get('https://api.github.com').raise_for_staus()": ("sdk_member", 2, 40, "`raise_for_status`"),
    "from urllib3.util.retry import Retry\nRetry(totl=3)": ("sdk_parameter", 2, 7, "`total`"),
}


def findings(source: str, policy: ValidationPolicy) -> tuple[Finding, ...]:
    return validate(textwrap.dedent(source), policy).findings


@pytest.mark.parametrize("source", [*WRONG, *WRONG_ELSEWHERE])
def test_what_the_sdk_lacks_is_one_finding_with_the_nearest_name(
    source: str, checked_policies: dict[str, ValidationPolicy]
) -> None:
    api = "stripe" if source in WRONG else "github"
    rule, line, column, hint = {**WRONG, **WRONG_ELSEWHERE}[source]
    (found,) = findings(source, checked_policies[api])
    assert (found.rule, found.line, found.column) == (rule, line, column)
    assert hint in found.fix or hint.strip("`") in found.fix or hint in found.message


@pytest.mark.parametrize("source", [*WRONG, *WRONG_ELSEWHERE])
def test_control_without_the_index_the_same_scripts_are_valid(source: str) -> None:
    assert findings(source, POLICIES["stripe" if source in WRONG else "github"]) == ()


@pytest.mark.parametrize("path", [*CORPUS, *RECIPES], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_honest_scripts_stay_valid_with_the_index(path: Path, checked_policies: dict[str, ValidationPolicy]) -> None:
    assert findings(path.read_text(), checked_policies[path.parent.name]) == ()


HONEST = {
    "request options and expansion": """
        import stripe
        stripe.Customer.create(
            name="x", expand=["tax"], idempotency_key="k", stripe_account="acct_1", api_key="k", metadata={"any": "key"}
        )
        """,
    "a field of an API object": "import stripe\nc = stripe.Customer.retrieve('x')\nprint(c.nothing_known, c.emial)",
    "names that the script asks for": """
        import stripe
        if hasattr(stripe, "Costumer"):
            stripe.Costumer.create()
        print(getattr(stripe, "Thing", None))
        try:
            from stripe import Costumer
            stripe.Nothing.create()
        except (ImportError, AttributeError):
            Costumer = None
        """,
    "a name with several meanings": """
        import stripe
        stripe_ = stripe.Customer if stripe.api_key else object()
        client = stripe.StripeClient("k")
        def f(client):
            client.anything(x=1)
            for stripe in ():
                stripe.Costumer
        class Customer:
            def crate(self, emial): ...
        Customer().crate(emial=1)
        """,
    "a name that is made again": """
        import stripe
        c = stripe.StripeClient("k")
        c = {"crate": print}
        c.crate
        """,
    "a dictionary that loses keys": """
        import stripe
        params = {"name": "x", "internal": 1}
        params.pop("internal")
        stripe.Customer.create(**params)
        """,
    "unpacked values that are not spelled out": """
        import stripe
        def make(**values):
            return stripe.Customer.create(**values, **{"name": "x"})
        """,
    "another version of the API": """
        import stripe
        stripe.api_version = "2020-08-27"
        stripe.Subscription.create(customer="x", items=[{"plan_": "x"}], coupon="x")
        """,
    "another version in one call": "import stripe\nstripe.Charge.create(amount=1, stripe_version='2019-01-01', old=1)",
    "the error module under its old name": """
        import stripe
        from stripe import error
        try:
            pass
        except (stripe.error.CardError, error.StripeError) as problem:
            print(problem.user_message, problem.anything)
        """,
    "modules that one package lends from another": """
        from requests.packages.urllib3.util.retry import Retry
        from requests.exceptions import HTTPError, RequestException
        from requests.adapters import HTTPAdapter
        import requests.exceptions
        print(requests.codes.ok, requests.exceptions.Timeout, requests.status_codes.codes.anything)
        """,
    "what a class has of the language": "import stripe\nprint(stripe.Customer.__name__, stripe.StripeError('x').args)",
    "nested resources by their old names": "import stripe\nstripe.Customer.list_sources('cus_1', limit=3)",
    "a coroutine that is kept": "import stripe\nt = stripe.Customer.create_async(name='x')\nt.close()",
    "a client that is made later": """
        import stripe
        client = None
        def start():
            global client
            client = stripe.StripeClient("k")
        def use():
            return client.v1.customers.list(params={"limit": 3}, options={"idempotency_key": "k"})
        """,
    "an attribute that the script sets": """
        import stripe
        client = stripe.StripeClient("k")
        client.label = "x"
        print(client.label)
        """,
    "an empty value in place of a dictionary": "import stripe\nstripe.Customer.modify('x', address='', shipping='')",
}


@pytest.mark.parametrize("name", HONEST)
def test_what_is_not_certain_is_not_reported(name: str, checked_policies: dict[str, ValidationPolicy]) -> None:
    rules = {"sdk_member", "sdk_parameter"}
    for policy in checked_policies.values():
        assert [item for item in findings(HONEST[name], policy) if item.rule in rules] == []


def test_control_the_same_mistakes_are_found_where_they_are_certain(checked_policies: dict[str, ValidationPolicy]) -> None:
    """Each is the uncertain script above without what makes it uncertain."""
    certain = [
        "import stripe\nstripe.Costumer.create()",
        "import stripe\nparams = {'name': 'x', 'internal': 1}\nstripe.Customer.create(**params)",
        "import stripe\nstripe.Subscription.create(customer='x', items=[{'plan_': 'x'}])",
        "import stripe\nstripe.Charge.create(amount=1, old=1)",
        "import stripe\nclient = stripe.StripeClient('k')\nprint(client.label)",
        "import stripe\nc = stripe.StripeClient('k')\nc.crate",
    ]
    assert all(len(findings(source, checked_policies["stripe"])) == 1 for source in certain)


@pytest.fixture(scope="session")
def calls(indexes: dict[str, SdkIndex]) -> list[tuple[str, str]]:
    """Methods of Stripe's resources, each with each of its real parameters, read from the index."""
    index, found = indexes["stripe"], list[tuple[str, str]]()
    for name, member in index.record(f"m{index.modules['stripe']}")[3].items():
        for method in index.names(member) if member.startswith("c") else ():
            told = index.parameters(index.member(member, method) or "")
            if told and told.keys and not told.open:
                found.extend((f"stripe.{name}.{method}", key) for key in told.keys if key.isidentifier())
    assert len(found) > 5_000
    return found


BOUNDED = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, database=None
)


@BOUNDED
@given(st.data())
def test_a_parameter_with_a_slip_is_always_reported_and_the_right_one_never(
    calls: list[tuple[str, str]], checked_policies: dict[str, ValidationPolicy], data: st.DataObject
) -> None:
    """For any method of any resource and any of its parameters, with one letter dropped, doubled or swapped."""
    function, parameter = data.draw(st.sampled_from(calls))
    place = data.draw(st.integers(0, len(parameter) - 2))
    slips = [
        parameter[:place] + parameter[place + 1 :],
        parameter[:place] + parameter[place] + parameter[place:],
        parameter[:place] + parameter[place + 1] + parameter[place] + parameter[place + 2 :],
    ]
    slip = data.draw(st.sampled_from(slips))
    told = [key for known, key in calls if known == function]
    assume(slip.isidentifier() and slip not in told and not slip.endswith("version"))
    policy = checked_policies["stripe"]
    assert validate(f"import stripe\n{function}({parameter}='x')\n", policy).valid
    (found,) = validate(f"import stripe\n{function}({slip}='x')\n", policy).findings
    assert (found.rule, found.line, found.column) == ("sdk_parameter", 2, len(function) + 2)
    named = found.fix.removeprefix("write `").removesuffix("`")
    # Where another real name is as near or nearer ("lines", "line"), that one may be named; of short names perhaps none.
    nearness = {key: difflib.SequenceMatcher(None, key, slip).ratio() for key in told}
    assert named == parameter or nearness.get(named, 0) >= nearness[parameter] or nearness[parameter] < 0.6


@BOUNDED
@given(st.sampled_from(CORPUS), st.data())
def test_altered_scripts_get_a_verdict_and_the_index_only_adds_findings(
    checked_policies: dict[str, ValidationPolicy], path: Path, data: st.DataObject
) -> None:
    source = path.read_text()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(source)))
        piece = data.draw(st.sampled_from(["stripe", ".x", "(", ")", "\n", "**", "{'a': 1}", "=", "import stripe\n", "await "]))
        source = source[:start] + piece + source[start + data.draw(st.integers(0, 20)) :]
    checked = dataclasses.replace(checked_policies["stripe"], max_findings=10_000)
    policy = dataclasses.replace(checked, sdk=None)
    assert set(validate(source, policy).findings) <= set(validate(source, checked).findings)


KILLERS = {
    "a chain of attributes": "import stripe\nx = stripe" + ".a" * 90,
    "a chain of calls": "import stripe\nx = stripe.Customer.create()" + ".delete()" * 40,
    "names that stand for each other": "import stripe\na = b\nb = a\na.x\n" + "c = c.v1\nc.customers",
    "a long chain of names": "import stripe\na0 = stripe\n"
    + "".join(f"a{n + 1} = a{n}\n" for n in range(3_000))
    + "a3000.Costumer",
    "a thousand mistakes": "import stripe\n" + "".join(f"stripe.C{n}ustomer\n" for n in range(1_000)),
    "a thousand wrong parameters": "import stripe\nstripe.Customer.create("
    + ",".join(f"emial{n}=1" for n in range(1_000))
    + ")",
    "nested dictionaries": "import stripe\nstripe.Customer.create(address=" + "{'a':" * 80 + "1" + "}" * 80 + ")",
    "a name as long as a script": f"import stripe\nstripe.{'a' * 80_000}",
    "many bindings": "import stripe\n" + "c = stripe.StripeClient('k')\n" * 1_500 + "c.v1\n" * 1_000,
}


@pytest.mark.parametrize("name", KILLERS)
def test_hostile_scripts_do_not_exhaust_the_check(name: str, checked_policies: dict[str, ValidationPolicy]) -> None:
    """A hang is what this finds, hence the generous limit."""
    begun = time.monotonic()
    verdict = validate(KILLERS[name], checked_policies["stripe"])
    assert time.monotonic() - begun < 20
    assert len(verdict.findings) <= checked_policies["stripe"].max_findings


def test_a_plugins_additions_are_known_and_the_rest_is_not() -> None:
    files = {"acme.": "from acme.things import Thing\n", "acme.things": "class Thing:\n    def make(self): ...\n"}
    policy = ValidationPolicy(modules=frozenset({"acme"}))
    source = "import acme.error\nfrom acme.error import AcmeError\nacme.error.AcmeError\nacme.Thing.get()\nacme.Thing().get()"
    without = dataclasses.replace(policy, sdk=index_of(files, "acme"))
    with_them = dataclasses.replace(policy, sdk=index_of(files, "acme", additions=("acme.error", "acme.Thing.get")))
    assert findings(source, with_them) == ()
    assert {item.rule for item in findings(source, without)} == {"sdk_member"}
    assert findings("import acme\nacme.eror", with_them)[0].fix == "write `error`"


def test_the_functions_judge_by_the_index_in_their_zip(tmp_path: Path) -> None:
    """`execute_code` and `validate_code` share this judgement; a zip without an index checks no calls."""
    (spec,) = stripe_plugin.agentic_apis()
    body = b"import stripe\nstripe.Costumer.create()\n"
    for folder in ("with", "without"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "agentic_specs.json").write_bytes(freeze([spec]))
    content = cached_index(spec.sdk, installed(["stripe"]), cache_folder())
    (tmp_path / "with" / sdk_index_name("stripe")).write_bytes(content)

    def judged(folder: str) -> bool:
        services = Services({"LAMBDA_TASK_ROOT": str(tmp_path / folder)}, client=lambda _: None)
        return judge(services, "stripe", body).valid

    assert not judged("with")
    assert judged("without")


def test_a_damaged_index_is_no_index(tmp_path: Path) -> None:
    for number, content in enumerate((b"", b"{}", b"[]", b"not json", json.dumps({"form": "x"}).encode())):
        (tmp_path / f"{number}.jsonl").write_bytes(content)
        assert SdkIndex.load(tmp_path / f"{number}.jsonl") is None
