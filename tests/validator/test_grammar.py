"""The validator refuses what Python's compiler refuses, without compiling anything."""

import subprocess
import sys
import warnings

import pytest

from agentic.validator import ValidationPolicy, validate

# One script per line, "\n" for a line end. Which of them are wrong the compiler itself says.
CASES = r"""
return 1
yield 1
await x
break
continue
def f(a, a): ...
lambda a, *, a: 1
def f(*, a, **a): ...
def f(*a, a): ...
nonlocal x
def f(): nonlocal x
def f(x): global x
def f():\n x = 1\n global x
def f():\n print(x)\n global x
def f():\n global x\n nonlocal x
def f():\n x += 1\n global x
def f():\n def x(): pass\n global x
def f():\n def g(a=x): 1\n global x
def f():\n try: pass\n except E as x: pass\n global x
def f():\n [x := 1 for y in z]\n global x
def f():\n import x\n global x
def f():\n [x for x in z]\n global x
def f():\n lambda x: x\n global x
def f():\n def g(): x\n global x
def f():\n global x, x
def f(a: x):\n global x
def f():\n if x:\n  global x
def f():\n x: int\n global x
def f():\n global x\n x: int = 1
def f():\n for x in y: pass\n nonlocal x
def g():\n x = 1\n def f():\n  global x\n  def h():\n   nonlocal x
def g():\n def f():\n  nonlocal x\n x = 1
def g(x):\n def f():\n  nonlocal x
def g():\n class A:\n  nonlocal x\n  x = 2\n x = 1
class A:\n x = 1\n nonlocal x
class A:\n x: int\n global x
class A:\n global x\n x = 1
class A[T]:\n def f(self):\n  nonlocal T
def f[T]():\n nonlocal T
x = 1\nglobal x
x: int\nglobal x
global x\nx: int
global x; x = 1
*a = 1
*a, *b = 1
*a, = 1
x = *a
x = *a,
x, *y, z = a
[*x] = a
for *x in y: pass
for x, *y in z: pass
with x as *a: pass
with x as (*a,): pass
def f(): return *a
def f(): return *a,
def f(): yield *a
x[*a] = 1
{*a}
print(*a, *b)
print(*a, x=1, x=2)
class A(x=1, x=2): pass
f(__debug__=1)
def f():\n from __future__ import annotations
x = 1\nfrom __future__ import annotations
if x:\n from __future__ import annotations
"doc"\nfrom __future__ import annotations
"doc"\n"doc2"\nfrom __future__ import annotations
for x in y:\n def f(): break
for x in y:\n class A: continue
for x in y:\n while z:\n  break\n continue
while 1: pass\nelse: break
for x in y:\n try: pass\n finally: break
try: pass\nexcept: pass\nexcept ValueError: pass
try: pass\nexcept* ValueError: return
def f():\n try: pass\n except* ValueError: return
for x in y:\n try: pass\n except* ValueError: break
try: pass\nexcept* ValueError:\n for x in y: break
async def f():\n yield 1\n return 2
async def f():\n await x\n return 2
async def f():\n yield 1\n return
async def f():\n yield from x
def f(): await x
lambda: await x
async def f(): lambda: await x
def f(): [await x for x in y]
async def f(): [await x for x in y]
async def f(): [x for x in await y]
def f(): [x for x in await y]
[x async for x in y]
(x async for x in y)
async def f(): return [x async for x in y]
async def f():\n def g(): [x async for x in y]
def f():\n async for x in y: pass
def f():\n async with y: pass
async def f():\n async with y: pass
def f(): [(yield x) for x in y]
def f(): [x for x in (yield)]
def f(): (x for x in (yield))
lambda: (yield)
lambda: [(yield) for x in y]
[x := 1 for x in y]
[y := x for x in z]
[[(x := 1) for z in y] for x in y]
[x for x in (y := z)]
class A:\n [x := y for y in z]
[x for a in b if (c := a) for c in d]
match x:\n case [*a, *b]: pass
match x:\n case {1: a, 1: b}: pass
match x:\n case {-1: a, 1: b}: pass
match x:\n case {"a": a, **a}: pass
match x:\n case A(a=1, a=2): pass
match x:\n case [a, a]: pass
match x:\n case a | 1: pass
match x:\n case 1 | a: pass
match x:\n case [a] | [b]: pass
match x:\n case [a] | (a, _): pass
match x:\n case _: pass\n case 1: pass
match x:\n case a: pass\n case 1: pass
match x:\n case a if a: pass\n case 1: pass
match x:\n case (1 | _) as b : pass\n case 1: pass
def f[T, T](): ...
class A[T, T]: ...
type X[T, T] = int
type X = (yield)
1\nfrom __future__ import annotations
type X[T: (yield)] = int
def f[T](x: (yield)): ...
class A[T]((x := 1)): ...
def f(x: (yield)): ...
def f(x=(yield)): ...
def f[T](x=(yield)): ...
@(yield)\ndef f(): ...
class A:\n return 1
class A:\n yield 1
class A:\n await x
def f():\n class A:\n  return 1
""".strip().splitlines()


def compiles(source: str) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):
            compile(source, "<case>", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


@pytest.mark.parametrize("case", CASES)
def test_the_validator_and_the_compiler_agree_on_what_is_python(case: str) -> None:
    source = case.replace("\\n", "\n")
    rules = {finding.rule for finding in validate(source, ValidationPolicy()).findings}
    assert ("syntax" not in rules) is compiles(source)


def test_control_the_cases_all_parse_and_are_right_and_wrong() -> None:
    """Only the compiler finds the wrong ones, so the parser alone would let all of them through."""
    import ast

    wrong = [case for case in CASES if not compiles(case.replace("\\n", "\n"))]
    for case in CASES:
        ast.parse(case.replace("\\n", "\n"))
    assert len(wrong) > 70
    assert len(CASES) - len(wrong) > 20


def test_a_finding_says_where_and_what(policy: ValidationPolicy) -> None:
    source = "def f(a):\n    print(a)\n    global a\n\nfor x in (1, 2):\n    def g():\n        break\n"
    findings = validate(source, policy).findings
    assert [(item.rule, item.line, item.message) for item in findings] == [
        ("syntax", 3, "name 'a' is parameter and global"),
        ("syntax", 7, "'break' outside loop"),
    ]
    assert all(item.fix for item in findings)


def nested_finally(depth: int) -> str:
    lines = [line for level in range(depth) for line in (" " * level + "try: pass", " " * level + "finally:")]
    return "\n".join([*lines, " " * depth + "print(1)\n"])


def test_what_would_exhaust_the_compiler_is_judged_at_once(policy: ValidationPolicy) -> None:
    """Each `finally` in a `finally` doubles the compiler's work and memory; nothing of the script is compiled here."""
    verdict = validate(nested_finally(18), policy)
    assert verdict.valid


def test_control_the_compiler_itself_is_exhausted_by_it() -> None:
    limit = 400 * 2**20
    bounded = f"import resource\nresource.setrlimit(resource.RLIMIT_AS, ({limit}, {limit}))\n"
    code = f"{bounded}compile({nested_finally(18)!r}, 'x', 'exec')\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode != 0


@pytest.mark.parametrize(
    "source",
    [
        "".join(" " * level + "for x in y:\n" for level in range(21)) + " " * 21 + "pass\n",
        "".join(" " * level + "with x:\n" for level in range(25)) + " " * 25 + "pass\n",
        "x = " + "[" * 12 + "y" + " for y in z]" * 12,
    ],
)
def test_more_blocks_than_the_compiler_takes_are_refused(source: str, policy: ValidationPolicy) -> None:
    assert {"syntax", "nesting"} & {finding.rule for finding in validate(f"y = z = ()\n{source}", policy).findings}
