"""Ways into files, frames and modules that look like ordinary code: each is refused, and its honest neighbour is not."""

import textwrap

import pytest

from agentic.validator import ValidationPolicy, validate

# name: (rule, hostile script, honest neighbour)
CASES = {
    "the type of a stream is called": (
        "attribute",
        "import sys\ntype(sys.stdout.buffer.raw)('/etc/passwd')",
        "import sys\nsys.stdout.buffer.write(b'x')\nsys.stderr.buffer.flush()\nsys.stdout.reconfigure(line_buffering=True)",
    ),
    "a stream by another name": (
        "attribute",
        "import sys\nout = sys.stdout\nout.buffer.raw",
        "import sys\nout = sys.stdout\nout.write('x')\nout.flush()",
    ),
    "the stream of a handler": (
        "attribute",
        "import logging\nlogging.StreamHandler().stream.buffer.raw",
        "import logging\nlogging.StreamHandler().stream.write('x')",
    ),
    "a stream taken off": ("attribute", "import sys\nsys.stdout.detach()", "import sys\nprint(sys.stdout.isatty())"),
    "a stream's buffer as a value": (
        "attribute",
        "import sys\ngetattr(sys.stdout, 'buffer').raw",
        (
            "class Log:\n    def __init__(self):\n        self.buffer = []\n"
            "        self.raw = b''\nlog = Log()\nlog.buffer.append(log.raw)"
        ),
    ),
    "a stream's buffer by a getter": (
        "attribute",
        "import sys\nfrom operator import attrgetter\nattrgetter('buffer.raw')(sys.stdout)",
        "from operator import attrgetter\nattrgetter('data.object')([])",
    ),
    "a stream's buffer by a pattern": (
        "attribute",
        "import sys\nmatch sys.stdout:\n    case object(buffer=found):\n        print(found)",
        "import sys\nmatch sys.argv:\n    case list(count=found):\n        print(found)",
    ),
    "a found type is called": ("call", "type(1)('2')", "print(type(1).__name__, type(1) is int, {type(1) == str})"),
    "a found type is called by its name": (
        "call",
        "kind = type(1)\nother = kind\nother('2')",
        "kind = type(1)\nprint(kind.__name__, f'{kind}', isinstance(2, kind), kind in (int, str))",
    ),
    "a found type is called by its method": ("call", "type(1).__call__('2')", "type({}).fromkeys([1])"),
    "a found type is handed on": (
        "call",
        "def call(kind):\n    return kind('2')\ncall(type(1))",
        "def call(value):\n    raise TypeError('not this', type(value))",
    ),
    "a found type is mapped": ("call", "list(map(type(1), ['2']))", "list(map(int, ['2']))"),
    "a found type is given back": (
        "call",
        "def kind(value):\n    return type(value)\nkind(1)('2')",
        "def kind(value):\n    return type(value).__name__",
    ),
    "a found type out of a dictionary": (
        "call",
        "kinds = {'a': type(1)}\nkinds['a']('2')",
        "names = {int: 'number', str: 'text'}\nprint(names[type(1)], names.get(type(2), '?'))",
    ),
    "a found type goes through an own method": (
        "call",
        "class Box:\n    def __getitem__(self, kind):\n        return kind\nBox()[type(1)]('2')",
        "names = {int: 'number'}\nprint(names[type(1)])",
    ),
    "a found type goes through an own comparison": (
        "call",
        "class Box:\n    def __eq__(self, kind):\n        return kind('2')\nBox() == type(1)",
        "class Box:\n    def __eq__(self, other):\n        return type(self) is type(other) or type(other) == int",
    ),
    "a found type as a base": ("call", "class A(type(1)): ...", "class A(int): ..."),
    "the type of a type": (
        "call",
        "kind = type(int)\nkind('A', (), {})",
        "try:\n    print(1)\nexcept ValueError as error:\n    raise type(error)('again') from error",
    ),
    "the metaclass itself": (
        "class",
        "from abc import ABCMeta\nABCMeta('C', (), {'__match_args__': ('gi_frame',)})",
        "from abc import ABCMeta\nclass C(metaclass=ABCMeta): ...",
    ),
    "the metaclass of enums": (
        "class",
        "import enum\nenum.EnumType('C', (), {})",
        "import enum\nclass C(enum.Enum, metaclass=enum.EnumMeta):\n    A = 1",
    ),
    "typing's name for the metaclass": (
        "call",
        "from typing import Type\nclass M(Type): ...\nM('A', (), {})",
        "from typing import Type\ndef make(kind: Type[int]) -> int:\n    return kind(2)",
    ),
    "the metaclass out of a type": (
        "member",
        "from typing import Type, get_origin\nget_origin(Type[int])('A', (), {})",
        "from typing import Literal, get_args\nprint(get_args(Literal['a', 'b']))",
    ),
    "a field annotated with the metaclass": (
        "call",
        "from dataclasses import dataclass, fields\n@dataclass\nclass A:\n    x: type\nfields(A)[0].type('B', (), {})",
        "from dataclasses import dataclass, fields\n@dataclass\nclass A:\n    x: int\nprint(fields(A)[0].type)",
    ),
    "a field annotated with getattr": (
        "call",
        "from dataclasses import dataclass, fields\n@dataclass\nclass A:\n    x: getattr\nfields(A)[0].type(1, '__class__')",
        "import argparse\nfrom urllib.request import Request\ndef f(a: argparse.Namespace, r: Request, k: type[int]): ...",
    ),
    "a pattern over a registered class": (
        "attribute",
        """
        from abc import ABC
        from dataclasses import dataclass
        @dataclass
        class Running(ABC):
            gi_frame: object
        match (x for x in []):
            case Running(frame):
                print(frame)
        """,
        """
        from abc import ABC
        from dataclasses import dataclass
        @dataclass
        class Point(ABC):
            x: int
            y: int
        match Point(1, 2):
            case Point(x, y):
                print(x, y)
        """,
    ),
    "a pattern over a protocol": (
        "attribute",
        "from typing import Protocol, runtime_checkable\n@runtime_checkable\nclass P(Protocol):\n    def f_back(self): ...",
        "from typing import Protocol, runtime_checkable\n@runtime_checkable\nclass P(Protocol):\n    def send(self): ...",
    ),
    "a pattern over fields that the script does not show": (
        "class",
        "from collections import namedtuple\nN = namedtuple('N', 'gi_' + 'frame')\nmatch 1:\n    case N(x):\n        print(x)",
        "from collections import namedtuple\nN = namedtuple('N', 'a b')\nmatch 1:\n    case N(x) | int(x):\n        print(x)",
    ),
    "a pattern over a class from a function": (
        "class",
        "def make(): ...\nN = make()\nmatch 1:\n    case N(x):\n        print(x)",
        "def make(): ...\nN = make()\nmatch 1:\n    case N(a=x):\n        print(x)",
    ),
    "an abstract class told of others": (
        "class",
        "from abc import ABC\nclass A(ABC): ...\nB = A\nB.register(object)",
        "class A:\n    @classmethod\n    def register(cls, other): ...\nA.register(object)",
    ),
    "an imported abstract class told of others": (
        "class",
        "from collections.abc import Generator\nGenerator.register(object)",
        "import stripe\nstripe.terminal.register('reader')\ndef f(client):\n    client.register('a')",
    ),
    "an abstract class told of others by a getter": (
        "attribute",
        "from operator import methodcaller\nmethodcaller('register', object)(1)",
        "from operator import methodcaller\nmethodcaller('strip', 'a')('b')",
    ),
    "a named tuple of frames": (
        "class",
        "from collections import namedtuple\nnamedtuple('N', 'gi_frame f_back')",
        "from collections import namedtuple\nnamedtuple('N', 'id name')",
    ),
    "an enum with inner names": (
        "class",
        "from enum import Enum\nEnum('E', {'__class__': 1})",
        "from enum import Enum\nEnum('E', {'A': 1})",
    ),
    "a typed tuple of frames": (
        "class",
        "from typing import NamedTuple\nNamedTuple('N', [('tb_frame', int)])",
        "from typing import NamedTuple\nNamedTuple('N', [('a', int)])",
    ),
    "a typed dictionary of frames": (
        "class",
        "from typing import TypedDict\nTypedDict('N', {'__class__': int})",
        "from typing import TypedDict\nTypedDict('N', {'id': int})",
    ),
    "slots with inner names": (
        "dunder",
        "class A:\n    __slots__ = ('__match_args__',)",
        "class A:\n    __slots__ = ('a', '__weakref__')",
    ),
    "another stream than standard output": (
        "call",
        """
        from contextlib import redirect_stdout
        class Modules(redirect_stdout):
            _stream = "modules"
        with Modules({}) as modules:
            print(modules)
        """,
        "import io\nfrom contextlib import redirect_stdout\nwith redirect_stdout(io.StringIO()) as out:\n    print(1)",
    ),
    "what a redirection remembers": (
        "attribute",
        "class A:\n    _old_targets = ()\ndef f(x):\n    return x._old_targets",
        "class A:\n    _targets = ()\ndef f(x):\n    return x._targets",
    ),
    "code in the name of an inherited field": (
        "assignment",
        """
        from dataclasses import dataclass, fields
        @dataclass
        class A:
            x: int
        fields(A)[0].name = "x == print('code') or x"
        @dataclass
        class B(A): ...
        """,
        """
        from dataclasses import dataclass, fields
        @dataclass
        class A:
            name: str
        print([item.name for item in fields(A)])
        a = A("x")
        a.name = "y"
        """,
    ),
    "attributes by the options of a parser": (
        "call",
        "import argparse\nargparse.ArgumentParser().add_argument('--x', dest='__match_args__')",
        "import argparse\nargparse.ArgumentParser().add_argument('-x', '--dry-run', dest='dry')",
    ),
    "an option's name set later": (
        "assignment",
        "import argparse\na = argparse.ArgumentParser().add_argument('--x')\na.dest = 'y'",
        "import argparse\na = argparse.ArgumentParser().add_argument('--x')\na.help = 'y'",
    ),
    "attributes by a namespace's method": (
        "call",
        "import argparse\nn = argparse.Namespace\nn.__init__(print, x=1)",
        "import argparse\nprint(argparse.Namespace(x=1).x)",
    ),
    "arguments with inner names": ("call", "dict(__match_args__=1)", "dict(match_args=1)"),
    "a parser that reads files, by position": (
        "call",
        "import argparse\nargparse.ArgumentParser(None, None, None, None, [], argparse.HelpFormatter, '-', '@')",
        "import argparse\nargparse.ArgumentParser('x', None, 'what it does')",
    ),
    "a parser of one's own that reads files": (
        "call",
        "import argparse\nclass P(argparse.ArgumentParser): ...\nP(*[None] * 7, '@')",
        (
            "import argparse\nclass P(argparse.ArgumentParser):\n"
            "    def error(self, message):\n        raise SystemExit(message)\nP('x')"
        ),
    ),
    "a parser that reads files, set later": (
        "attribute",
        "import argparse\np = argparse.ArgumentParser()\np.fromfile_prefix_chars = '@'",
        "import argparse\np = argparse.ArgumentParser()\np.prog = 'x'",
    ),
    "a parser that reads files, set by name": (
        "attribute",
        "import argparse\nsetattr(argparse.ArgumentParser(), 'fromfile_prefix_chars', '@')",
        "import argparse\nsetattr(argparse.ArgumentParser(), 'epilog', 'x')",
    ),
    "a parser that reads files, by a property": (
        "attribute",
        (
            "import argparse\nclass P(argparse.ArgumentParser):\n    @property\n"
            "    def fromfile_prefix_chars(self):\n        return '@'"
        ),
        "import argparse\nclass P(argparse.ArgumentParser):\n    @property\n    def title(self):\n        return '@'",
    ),
    "a subcommand that reads files": (
        "call",
        "import argparse\nargparse.ArgumentParser().add_subparsers().add_parser('x', fromfile_prefix_chars='@')",
        "import argparse\nargparse.ArgumentParser().add_subparsers().add_parser('x', help='y')",
    ),
    "mixed arguments set attributes of anything": (
        "call",
        "import argparse\nargparse.ArgumentParser().parse_intermixed_args([], namespace=print)",
        "import argparse\nargparse.ArgumentParser().parse_intermixed_args([])",
    ),
    "a log format by position": (
        "format",
        "import logging\nlogging.Formatter('{x}', None, '{')",
        "import logging\nlogging.Formatter('%(message)s', '%H:%M', '%')",
    ),
    "a log format's style from a number": (
        "format",
        "import logging\nlogging.Formatter('x', style=chr(123))",
        "import logging\nSTYLE = '$'\nlogging.Formatter('$message', style=STYLE)",
    ),
    "a log configuration's style from a number": (
        "format",
        "import logging\nlogging.basicConfig(format='x', style=chr(123))",
        "import logging\nlogging.basicConfig(format='%(message)s', style='%')",
    ),
    "a log format of one's own": (
        "format",
        "import logging\nclass F(logging.Formatter):\n    def __init__(self, s):\n        super().__init__('x', None, s)",
        (
            "import logging\nclass F(logging.Formatter):\n    def __init__(self, *a, **k):\n"
            "        super().__init__(*a, **k)\nF('%(message)s')"
        ),
    ),
    "addresses by asyncio's loop": (
        "attribute",
        "import asyncio\nasyncio.new_event_loop().getaddrinfo('a', 1)",
        "import asyncio\nasyncio.new_event_loop().run_until_complete(asyncio.sleep(0))",
    ),
    "names by asyncio's loop": (
        "attribute",
        "import asyncio\nasyncio.get_event_loop().getnameinfo(('a', 1))",
        "def f(client):\n    return client.getnameinfo('a')",
    ),
    "frames by asyncio's tasks": (
        "attribute",
        "import asyncio\nasyncio.current_task().get_stack()",
        "import asyncio\nasyncio.current_task().get_name()",
    ),
    "a loop's socket behind an own name": (
        "attribute",
        "import asyncio\nclass A:\n    _selector = 1\nasyncio.new_event_loop()._selector",
        "class A:\n    _selector = 1\n    def f(self):\n        return self._selector",
    ),
    "a format walk by a pattern": (
        "attribute",
        "match '{0.__class__}':\n    case str(format=found):\n        print(found(1))",
        "match 'a':\n    case str(upper=found):\n        print(found())",
    ),
    "a format walk by a comparison": (
        "format",
        "class A:\n    def __eq__(self, other):\n        return other(1)\nprint(A() == '{0.__class__}'[:].format)",
        (
            "def f(args):\n    args.format = 'csv'\n"
            "    return args.format == 'csv' or args.format in ('a', 'b') or f'{args.format}'"
        ),
    ),
    "a module out of an error": (
        "attribute",
        "import stripe\ntry:\n    stripe.nothing\nexcept AttributeError as error:\n    e = error\n    e.obj.open('x')",
        (
            "import stripe\ntry:\n    stripe.Balance.retrieve()\n"
            "except AttributeError as error:\n    print(error.name, error.args)"
        ),
    ),
    "a module of the SDK by another name": (
        "member",
        "import requests\nu = requests.utils\nu.io.open('x')",
        "import requests\nget = requests.get\nget('https://api.github.com/x', timeout=5).json()",
    ),
    "a module of the SDK handed on": (
        "attribute",
        "import requests\ndef f(u):\n    return u.codecs.open('x')\nf(requests.utils)",
        "import requests\ndef f(u):\n    return u.quote('x')\nf(requests.utils)",
    ),
    "names for names without end": (
        "too_large",
        "\n".join(f"a{n} = a{n + 1}" for n in range(200)),
        "\n".join(f"a{n} = a{n + 1}" for n in range(3)) + "\na3 = 1",
    ),
    "attributes by enum's property": (
        "member",
        "import enum\nclass P(enum.property): ...",
        "class A:\n    @property\n    def name(self):\n        return 1",
    ),
    "a request that becomes a file": (
        "assignment",
        "import urllib.request\nr = urllib.request.Request('https://api.github.com')\nr.full_url = 'file:///x'",
        "import urllib.request\nr = urllib.request.Request('https://api.github.com')\nr.method = 'POST'",
    ),
    "a request that becomes a file in two steps": (
        "assignment",
        "import urllib.request\nr = urllib.request.Request('https://api.github.com')\nr.type = 'file'\nr.host = ''",
        "import urllib.request\nclass A:\n    def __init__(self, kind):\n        self.type = kind",
    ),
    "wraps handed on": (
        "call",
        "import functools\nfunctools.partial(functools.wraps, assigned=('__globals__',))",
        "import functools\ndef d(f):\n    @functools.wraps(f)\n    def g():\n        return f()\n    return g",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_way_in_is_refused_by_the_rule_that_says_why(name: str, policy: ValidationPolicy) -> None:
    rule, hostile, _ = CASES[name]
    assert rule in {finding.rule for finding in validate(textwrap.dedent(hostile), policy).findings}


@pytest.mark.parametrize("name", CASES)
def test_control_the_honest_neighbour_is_accepted(name: str, policy: ValidationPolicy) -> None:
    """The case beside it is refused for what is hostile in it, not for the construct."""
    assert validate(textwrap.dedent(CASES[name][2]), policy).findings == ()
