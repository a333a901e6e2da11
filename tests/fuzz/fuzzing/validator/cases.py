"""Scripts made from a grammar, from honest scripts bent in one place or several, and from anything at all."""

from pathlib import Path

from fuzzing.choices import Choices
from fuzzing.validator import words

_ROOT = Path(__file__).parents[4]
_SCRIPTS = tuple(
    path.read_text()
    for folder in ("tests/corpus/stripe", "tests/corpus/github", "agentic/apis/recipes/stripe")
    for path in sorted((_ROOT / folder).glob("*.py"))
    if path.name != "__init__.py"
)
_CHARACTERS = (
    *(
        "\u202e",
        "\u2066",
        "\u200f",
        "\x00",
        "\x0c",
        "\x1b",
        "\r",
        "\r\n",
        "\ufeff",
        "\u2028",
        "\u0430",
        "\uff45val",
        "ª",
        "é",
        "\u200b",
        "ſ",
        "𝐞val",
    ),
    *(
        "# coding: utf-7\n",
        "# -*- coding: latin-1 -*-\n",
        "\\\n",
        "\t",
        "    ",
        "'''",
        '"""',
        "(" * 60,
        "[" * 120,
        "-" * 300,
        "0" * 5000,
        "\x85",
        "\ud800",
    ),
    *(
        "\\N{LATIN SMALL LETTER E}",
        "\\x5f\\x5fclass\\x5f\\x5f",
        "\\u005f_class_\\u005f",
        "{",
        "}",
        "f'",
        "rb'",
        ";",
        ":=",
        "lambda:",
        "...",
        "\x1a",
    ),
)


def make(choices: Choices) -> str | bytes:
    kind = choices.below(10)
    if kind < 6:
        return Grammar(choices).script()
    if kind < 8:
        return _spliced(choices)
    source = _excerpt(choices) if choices.chance(50) else Grammar(choices).script()
    if kind == 8:
        for _ in range(choices.between(1, 3)):
            place = choices.below(len(source) + 1)
            wedge = choices.pick(_CHARACTERS) if choices.chance(80) else choices.character()
            source = source[:place] + wedge + source[place + (choices.below(3) if choices.chance(30) else 0) :]
        return source
    if choices.chance(50):
        return "".join(choices.character() for _ in range(choices.below(80)))
    encoded = source.encode("utf-8", "surrogatepass")
    place = choices.below(len(encoded) + 1)
    return encoded[:place] + choices.raw(choices.below(8)) + encoded[place:]


def _excerpt(choices: Choices) -> str:
    """An honest script or the start of one: what stands at the top and a few lines more."""
    script = choices.pick(_SCRIPTS)
    lines = script.split("\n")
    tops = [number for number, line in enumerate(lines) if line and not line[0].isspace()]
    return script if choices.chance(20) else "\n".join(lines[: choices.pick(tops[-6:])])


def _spliced(choices: Choices) -> str:
    lines = _excerpt(choices).split("\n")
    for _ in range(choices.between(1, 3)):
        place = choices.below(len(lines) + 1)
        following = lines[place] if place < len(lines) else ""
        indent = following[: len(following) - len(following.lstrip())]
        statement = Grammar(choices).statement(2) if choices.chance(60) else choices.pick(words.HOSTILE_STATEMENTS)
        if choices.chance(70):
            lines[place:place] = [indent + line for line in statement.split("\n")]
        elif following:
            old = choices.pick(("id", "get", "name", "print", "stripe", "os", "str", "json"))
            lines[place] = following.replace(old, choices.pick((*words.DANGEROUS, *words.WALKS, *words.LOCALS)), 1)
    return "\n".join(lines)


class Grammar:
    """Python from a small grammar, most of it honest; how hostile it is, is one of the choices."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._hostile = choices.pick((0, 0, 0, 4, 4, 12))

    def script(self) -> str:
        choices = self._choices
        lines = list(dict.fromkeys(choices.pick(words.IMPORTS) for _ in range(choices.between(1, 5))))
        if self._bad():
            lines.append(choices.pick(words.HOSTILE_IMPORTS))
        lines.append("a = 1; b = 'x'; c = []; x = items = {'k': 1}; key = 'STRIPE_API_KEY'; customer = [1]; _own = None")
        for _ in range(choices.between(1, 7)):
            lines.append(self.statement(3))
            if choices.used_up:
                break
        return "\n".join(lines) + "\n"

    def statement(self, depth: int) -> str:
        choices = self._choices
        if self._bad():
            return choices.pick(words.HOSTILE_STATEMENTS)
        kind = choices.below(22 if depth else 6)
        name, value = self._bound(), self.expression(depth)
        if kind < 2:
            return f"{name} = {value}"
        if kind < 6:
            return (value, f"print({value})", f"{name}: {self._type()} = {value}", f"{self._bound()} = {name} = {value}")[
                kind - 2
            ]
        inner = "\n".join("    " + line for _ in range(choices.between(1, 2)) for line in self.statement(depth - 1).split("\n"))
        return (
            f"if {value}:\n{inner}",
            f"for {name} in {value}:\n{inner}",
            f"def {self._function()}({self._parameters()}):\n{inner}\n    return {self.expression(1)}",
            f"async def {self._function()}({self._parameters()}):\n{inner}\n    await {self.expression(1)}",
            f"class {choices.pick(('A', 'B', 'Enum', 'eval'))}({self._bases()}):\n{inner}",
            f"class A:\n    def {choices.pick(words.METHODS)}(self, {name}=None):\n    {_deeper(inner)}",
            f"try:\n{inner}\nexcept Exception as {name}:\n{inner}",
            f"with {value} as {name}:\n{inner}",
            f"while {value}:\n{inner}\n    break",
            f"match {value}:\n    case {self._pattern()}:\n    {_deeper(inner)}",
            f"def {self._function()}({name}):\n    {choices.pick(('global', 'nonlocal'))} {self._name()}\n{inner}",
            f"del {name}",
            f"@{self.expression(1)}\ndef {self._function()}({name}={value}):\n{inner}",
            f"type {choices.pick(('X', 'Y'))} = {value}",
            f"{choices.pick((*words.IMPORTS, *(words.HOSTILE_IMPORTS if self._bad() else ())))} ",
            f"{self.expression(1)}.{self._attribute()} = {value}",
        )[kind - 6]

    def expression(self, depth: int) -> str:
        choices = self._choices
        if depth == 0 or choices.used_up or choices.chance(20):
            return self._atom()
        inner = self.expression(depth - 1)
        return (
            lambda: f"{self._name()}({inner})",
            lambda: f"{inner}.{self._attribute()}",
            lambda: f"{inner}.{self._attribute()}({self.expression(depth - 1)})",
            lambda: f"{inner}[{self._atom()}]",
            lambda: f"[{inner} for {self._bound()} in {self._atom()}]",
            lambda: f"(lambda {self._bound()}: {inner})({self._atom()})",
            lambda: f"f'{{{inner.replace(chr(39), chr(34))}}}'",
            lambda: f"{self._text()}.format({inner}, x={self._atom()})",
            lambda: f"{choices.pick(words.ACCESSES)}({inner}, {self._text()}{choices.pick(('', '', ', None'))})",
            lambda: f"({self._bound()} := {inner})",
            lambda: f"({inner} if {self._atom()} else {self._atom()})",
            lambda: f"{{{self._atom()}: {inner}, **{self._atom()}}}",
            lambda: f"({inner}, *{self._atom()})",
            lambda: f"{inner} {choices.pick(('+', 'in', '%', 'and', '==', 'not in', '|'))} {self._atom()}",
            lambda: f"os.{choices.pick(('environ[{}]', 'environ.get({})', 'getenv({})', 'path.join({})', 'environ'))}".format(
                self._text()
            ),
            lambda: f"{choices.pick(words.GETTERS)}({self._text()}, {inner})",
            lambda: f"{choices.pick(words.SENDERS)}({self._text()})",
            lambda: (
                f"{choices.pick(('json', 'sys', 'stripe', 're', 'logging', 'string', 'asyncio', 'types'))}.{self._attribute()}"
            ),
            lambda: f"sum({inner} for {self._bound()} in {self._atom()} if {self._atom()})",
            lambda: f"map({self._name()}, {inner})",
        )[choices.below(20)]()

    def _atom(self) -> str:
        return (
            self._name()
            if self._choices.chance(60)
            else self._choices.pick(("1", "None", "[]", "()", "{}", "''", "1.5", self._text()))
        )

    def _name(self) -> str:
        """A name to be read."""
        return self._choices.pick(
            words.DANGEROUS if self._bad() else words.BUILTINS if self._choices.chance(30) else words.LOCALS
        )

    def _bound(self) -> str:
        """A name to be bound: now and then one that then stands for something dangerous no more, or only seems to."""
        return self._choices.pick(words.DANGEROUS if self._bad() or self._choices.chance(3) else words.LOCALS)

    def _function(self) -> str:
        return (
            self._choices.pick((*words.DANGEROUS[:4], *words.BUILTINS[:3]))
            if self._bad()
            else self._choices.pick(("f", "g", "main", "_helper"))
        )

    def _parameters(self) -> str:
        return ", ".join(dict.fromkeys(self._bound() for _ in range(self._choices.below(3))))

    def _bases(self) -> str:
        return self._choices.pick(words.HOSTILE_BASES if self._bad() else words.BASES)

    def _attribute(self) -> str:
        return self._choices.pick(words.WALKS if self._bad() else words.ATTRIBUTES)

    def _text(self) -> str:
        text = self._choices.pick(words.TEXTS if self._hostile else words.TEXTS[:12])
        if len(text) > 4 and self._choices.chance(15):
            place = self._choices.below(len(text))
            return f"({text[:place]!r} + {text[place:]!r})"
        return self._choices.pick((repr(text), repr(text), repr(text), "key", "b"))

    def _type(self) -> str:
        return self._choices.pick(("int", "str", "dict[str, int]", "type[int]", "'eval'", "Any", "list[str]"))

    def _pattern(self) -> str:
        bound = self._bound()
        attribute = self._attribute()
        return self._choices.pick(
            ("_", bound, f"[{bound}, *_]", f"{{'a': {bound}}}", f"object({attribute}={bound})", f"str() as {bound}", "1 | 2")
        )

    def _bad(self) -> bool:
        return self._hostile > 0 and self._choices.chance(self._hostile)


def _deeper(block: str) -> str:
    return "\n    ".join(block.split("\n"))
