"""A second, simple walk over accepted scripts: denies by lists of its own, and leaves scopes to Python's symbol tables.

It knows the validator's table of modules (data), and none of its code.
"""

import ast
import symtable
import tokenize
import unicodedata
import warnings
from collections.abc import Iterator
from io import StringIO

from agentic.validator.allowed import MODULES
from fuzzing.target import Disagreement


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NEVER = _set("""
    __import__ breakpoint compile eval exec globals locals memoryview open vars
""")
_ONLY_CALLED = frozenset({"getattr", "setattr", "delattr", "hasattr"})
_READ_DUNDERS = _set("""
    __cause__ __doc__ __members__ __name__ __notes__ __qualname__ __suppress_context__ __version__
""")
_NAMED_DUNDERS = _set("""
    __all__ __author__ __date__ __debug__ __doc__ __email__ __license__ __name__ __version__
""")
_UNCALLED_DUNDERS = _set("""
    __build_class__ __class__ __class_getitem__ __delattr__ __dir__ __get__ __getattr__ __getattribute__ __import__
    __init_subclass__ __new__ __prepare__ __reduce__ __reduce_ex__ __set__ __setattr__ __sizeof__ __subclasses__
""")
_FRAMES = _set("""
    ag_code ag_frame co_code co_consts co_names cr_code cr_frame cr_origin f_back f_builtins f_code f_globals f_locals
    func_code func_globals gi_code gi_frame gi_yieldfrom mro tb_frame tb_next
""")
_PUBLIC_PRIVATE = _set("""
    _asdict _fields _make _name_ _replace _value_
""")
_REORDERING = _set("""
    FSI LRE LRI LRO PDF PDI RLE RLI RLO
""")
_MARKS = frozenset("\u061c\u200e\u200f\u2028\u2029\ufeff")
_METHODS_DENIED = _UNCALLED_DUNDERS | {"__del__", "__instancecheck__", "__subclasscheck__", "__set_name__", "__mro_entries__"}
_SDK_MODULES = frozenset({"stripe", "requests", "github"})


def walk(source: str | bytes, modules: frozenset[str] = _SDK_MODULES) -> None:
    """Raises `Disagreement` for the first thing in an accepted script that should not be there."""
    text = source.decode("utf-8") if isinstance(source, bytes) else source
    _check_text(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(source, "<script>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError, SystemError) as error:
            raise Disagreement("an accepted script does not compile", error) from error
        tree = ast.parse(source)
        table = symtable.symtable(text, "<script>", "exec")
    _check_scopes(table)
    bound = set(_bound_names(tree))
    for parent in ast.walk(tree):
        for node in ast.iter_child_nodes(parent):
            _check(node, parent, bound)
            _check_import(node, modules)
    _check_modules(tree)


def _check_text(text: str) -> None:
    for character in set(text):
        if unicodedata.bidirectional(character) in _REORDERING or character in _MARKS:
            raise Disagreement("a character that reorders text", repr(character))
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in "\t\n\r":
            raise Disagreement("a control character", repr(character))
    if not text.isascii():
        # With line ends as Python's parser reads them.
        for token in tokenize.generate_tokens(StringIO(text, newline=None).readline):
            if token.type == tokenize.NAME and any(
                not unicodedata.name(letter, "").startswith("LATIN ") for letter in token.string if letter > "\x7f"
            ):
                raise Disagreement("a name with letters that look like others", token.string)
            if token.type == tokenize.NAME and unicodedata.normalize("NFKC", token.string) != token.string:
                raise Disagreement("a name that Python reads as another", token.string)


def _check_scopes(table: symtable.SymbolTable) -> None:
    """No dangerous builtin may be read where it is not surely a function's own name."""
    for symbol in table.get_symbols():
        if symbol.get_name() in _NEVER and symbol.is_referenced():
            # A class's own name may be missing when it is asked for, and is then looked up outside; a function's may not.
            own = table.get_type() == "function" and symbol.is_local()
            if symbol.is_global() or not (own or symbol.is_free()):
                raise Disagreement(
                    "a dangerous builtin is read", f"{symbol.get_name()} in {table.get_type()} {table.get_name()}"
                )
    for child in table.get_children():
        _check_scopes(child)


def _check(node: ast.AST, parent: ast.AST, bound: set[str]) -> None:
    match node:
        case ast.Name(id=name, ctx=ast.Load()) if _is_dunder(name) and name not in _NAMED_DUNDERS:
            raise Disagreement("a double-underscore name is read", name)
        case ast.Name(id=name, ctx=ast.Load()) if name in _ONLY_CALLED and name not in bound:
            _check_not_handed_over(parent, node)
        case ast.Attribute(attr=name):
            called = isinstance(parent, ast.Call) and parent.func is node
            named = name == "__class__" and isinstance(parent, ast.Attribute) and parent.attr in {"__name__", "__qualname__"}
            if not named:
                _check_attribute(name, bound, called=called)
            if name in {"format", "format_map"} and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                for walked in _format_walks(node.value.value, 3):
                    _check_attribute(walked, bound, called=False)
        case ast.Call(func=ast.Name(id=function), args=[_, ast.Constant(value=str(name)), *_]):
            if function in _ONLY_CALLED and function not in bound:
                _check_attribute(name, bound, called=False)
        case ast.MatchClass(kwd_attrs=names):
            for name in names:
                _check_attribute(name, bound, called=False)
        case ast.ClassDef(keywords=keywords):
            for keyword in keywords:
                if keyword.arg is None or (
                    keyword.arg == "metaclass" and not ast.unparse(keyword.value).endswith(("ABCMeta", "EnumMeta", "EnumType"))
                ):
                    raise Disagreement("a metaclass", ast.unparse(keyword.value))
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if name in _METHODS_DENIED:
            raise Disagreement("a method that changes how Python works is defined", name)
        case _:
            pass


def _check_not_handed_over(parent: ast.AST, node: ast.Name) -> None:
    """`map(getattr, …)` reads attributes that nobody has seen; `getattr(getattr, "name")` only one of `getattr` itself."""
    if not isinstance(parent, ast.Call) or node not in parent.args:
        return
    if not (isinstance(parent.func, ast.Name) and parent.func.id in _ONLY_CALLED and parent.args[0] is node):
        raise Disagreement("a function that reads attributes by name is handed over", ast.unparse(parent)[:80])


def _check_attribute(name: str, bound: set[str], *, called: bool) -> None:
    if name in _FRAMES:
        raise Disagreement("an attribute that leads to frames or code", name)
    if _is_dunder(name) and name not in _READ_DUNDERS and (not called or name in _UNCALLED_DUNDERS):
        raise Disagreement("a double-underscore attribute", name)
    if name.startswith("_") and not _is_dunder(name) and name not in bound and name not in _PUBLIC_PRIVATE:
        raise Disagreement("a private attribute", name)


def _format_walks(text: str, depth: int) -> Iterator[str]:
    """The attributes that a format text reads, its nested specifications too."""
    import _string

    for _, field, specification, _ in _string.formatter_parser(text):
        if field:
            yield from (name for is_attribute, name in _string.formatter_field_name_split(field)[1] if is_attribute)
        if specification and depth:
            yield from _format_walks(specification, depth - 1)


def _check_import(node: ast.AST, modules: frozenset[str]) -> None:
    if isinstance(node, ast.Import):
        paths = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        if node.level:
            raise Disagreement("a relative import")
        paths = [f"{node.module}.{alias.name}" for alias in node.names]
    else:
        return
    for path in paths:
        module, _, member = path.rpartition(".")
        if path.partition(".")[0] in modules:
            for part in path.split(".")[1:]:
                _check_attribute(part, set(), called=False)
        elif path not in MODULES and (module not in MODULES or member not in MODULES[module].split()):
            raise Disagreement("an import of what is not in the table", path)


def _check_modules(tree: ast.Module) -> None:
    """Attributes of names that can only be one module of the standard library must be in the table."""
    bound = list(_bound_names(tree))
    found = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if bound.count(alias.asname or alias.name.partition(".")[0]) == 1 and alias.name in MODULES
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in found:
            path = found[node.value.id]
            if (
                node.attr not in MODULES[path].split()
                and f"{path}.{node.attr}" not in MODULES
                and node.attr not in _READ_DUNDERS
            ):
                raise Disagreement("a name of a module that is not in the table", f"{path}.{node.attr}")


def _bound_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name) | ast.TypeVar(name=name):
                yield name
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.alias(name=path, asname=name):
                yield name or path.partition(".")[0]
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)):
                yield name
            case _:
                pass


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__") and len(name) > 4
