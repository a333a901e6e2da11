"""Writes the fake's table of Stripe's parameters from the installed SDK's types.

Run `python tests/apis/fakes/stripe_parameters.py` after moving to another SDK release; a test compares the two.
"""

import ast
import importlib
import json
import re
import typing
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import UnionType
from typing import Any

import stripe
from typing_extensions import is_typeddict

from agentic.apis.fakes.stripe import ROUTES
from agentic.apis.fakes.stripe.files import FILE_ROUTES

TABLE = Path(__file__).parents[3] / "agentic" / "apis" / "fakes" / "stripe" / "parameters.json"

# Deeper than anything a script here sends, and most of the SDK's types by size: any value is taken as it is.
UNCHECKED = {
    "payment_method_options",
    "payment_method_data",
    "transfer_data",
    "mandate_data",
    "radar_options",
    "shipping_cost",
    "shipping_options",
    "custom_fields",
    "custom_text",
    "invoice_creation",
    "currency_options",
    "amount_details",
    "payment_details",
    "hooks",
    "prebilling",
    "billing_schedules",
    "billing_mode",
    "tax_id_data",
    "issuer",
    "invoice_settings",
    "rendering",
    "consent_collection",
    "name_collection",
    "managed_payments",
    "branding_settings",
    "wallet_options",
    "optional_items",
    "presentment_details",
    "tax_details",
    "automatic_tax",
    "liability",
    "adaptive_pricing",
    "customer_update",
    "secret_key_confirmation",
    "permissions",
    "saved_payment_method_options",
    "tax_amounts",
    "enhanced_evidence",
    "eps",
    "fpx",
    "p24",
    "pending_invoice_item_interval",
}


def table() -> dict[str, Any]:
    """Operation ("POST /v1/customers") to its parameters' schema; see `agentic.apis.fakes.stripe.parameters`."""
    found = {f"{method} {path}": name for method, path, name in operations()}
    return {operation: _schema(found[operation]) for operation in sorted({**ROUTES, **FILE_ROUTES})}


def operations() -> Iterator[tuple[str, str, str]]:
    """Every operation of the SDK's services: method, path with every id as "{id}", type's name."""
    for file in sorted(Path(stripe.__file__).parent.rglob("*_service.py")):
        for function in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef):
                yield from _requests_of(function)


def _requests_of(function: ast.FunctionDef) -> Iterator[tuple[str, str, str]]:
    for call in ast.walk(function):
        match call:
            case ast.Call(func=ast.Attribute(attr="_request"), args=[ast.Constant(value=str(method)), target, *_]):
                match target:
                    case ast.Constant(value=str(path)) | ast.Call(func=ast.Attribute(value=ast.Constant(value=str(path)))):
                        pass
                    case _:
                        continue
                annotation = next(
                    (ast.unparse(a.annotation) for a in function.args.args if a.arg == "params" and a.annotation), ""
                )
                name = re.search(r"\w+Params", annotation)
                yield method.upper(), re.sub(r"\{\w+\}", "{id}", path), name[0] if name else ""
            case _:
                continue


def _schema(name: str) -> Any:
    if not name:
        return {}
    module = "stripe.params.checkout" if name.startswith("Session") else "stripe.params"
    return _object(getattr(importlib.import_module(module), name))


def _object(kind: Any) -> dict[str, Any]:
    module = importlib.import_module(kind.__module__)
    result: dict[str, Any] = {}
    for key, annotation in sorted(kind.__annotations__.items()):
        if key in _REQUEST_OPTIONS:
            continue
        hint = annotation
        required = typing.get_origin(hint) is not typing.NotRequired
        if not required:
            hint = typing.get_args(hint)[0]
        result[key + ("!" if required else "")] = (
            "map" if key == "metadata" else "any" if key in UNCHECKED else _type(hint, module)
        )
    return result


_REQUEST_OPTIONS = set(importlib.import_module("stripe._request_options").RequestOptions.__annotations__)
_SCALARS = {str: "str", int: "int", bool: "bool", float: "decimal", Decimal: "decimal"}


def _type(hint: Any, module: Any) -> Any:
    names: dict[str, Any] = module.__dict__
    if isinstance(hint, str):
        hint = eval(hint, names)  # noqa: S307 # the SDK's own annotation
    if isinstance(hint, typing.ForwardRef):
        hint = eval(hint.__forward_arg__, names)  # noqa: S307
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, UnionType):
        kinds = [_type(part, module) for part in arguments if part is not type(None) and part != typing.Literal[""]]
        kinds = [kind for number, kind in enumerate(kinds) if kind not in kinds[:number]]
        # An open enumeration ("these, or a string that this release does not know"): the API takes only those it knows.
        if len(kinds) == 2 and "str" in kinds and isinstance(choices := next(k for k in kinds if k != "str"), list):
            return [choice for choice in choices if choice]
        return kinds[0] if len(kinds) == 1 else "any"
    if origin is typing.Literal:
        # Kinds of payment, countries and languages grow with every release: any string will do.
        return sorted(arguments) if len(arguments) <= 20 else "str"
    if origin is list:
        return {"[]": _type(arguments[0], module)}
    if hint in _SCALARS:
        return _SCALARS[hint]
    if is_typeddict(hint):
        return _object(hint)
    return "any"


if __name__ == "__main__":
    TABLE.write_text(json.dumps(table(), separators=(",", ":"), sort_keys=True) + "\n", "utf-8")
