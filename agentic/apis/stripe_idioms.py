"""Lets scripts write what older Stripe SDKs took and newer ones do not: models learned from both.

`import stripe.error` went with release 13, with release 15 a StripeObject stopped to be a dict, and the version of the API that
release 16 speaks has other names for some parameters. Works on 14.0.1 to 16.x.
The plugin's spec lists the names, for the validator. Imported in the sandbox, and by tests that have nothing but an SDK.
"""

import importlib
import json
import re
import sys
from collections.abc import Callable, ItemsView, Iterator, KeysView, Mapping, ValuesView
from decimal import Decimal
from types import MethodType
from typing import Any, cast

import stripe

# The SDK's classes are typed as they are without what is added here.
_OBJECT: Any = stripe.StripeObject
# docs.stripe.com/changelog/endive/2026-09-30: what limits a payment to some methods has another name, and refuses the old one.
_OLD_TYPES, _NEW_TYPES, _SINCE = "payment_method_types", "allowed_payment_method_types", "2026-09-30"
_TAKES_TYPES = re.compile(r"/v1/(?:payment_intents(?:/[^/]+(?:/confirm)?)?|setup_intents(?:/[^/]+)?|checkout/sessions)")


def install() -> None:
    """Add the old names to the SDK. A second call changes nothing."""
    # Since 14.0.1 an attribute that is a module, but no module to import.
    module = vars(stripe).get("error") or importlib.import_module("stripe._error")
    sys.modules["stripe.error"] = module
    _rename_parameters()
    if issubclass(stripe.StripeObject, dict) or "get" in vars(_OBJECT):
        return
    for function in (_get, _keys, _values, _items, _to_dict_recursive):
        name = function.__name__[1:]
        setattr(_OBJECT, name, _Yielding(name, function))
    _OBJECT.__iter__ = _iterate
    _OBJECT.__len__ = _length
    _teach_json()


class _Yielding:
    """A method that gives way: an object with an API field of the same name, as a subscription has `items`, answers with it."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self._name = name
        self._function = function

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self._function
        return _fields(instance).get(self._name, MethodType(self._function, instance))


def _fields(value: Any) -> dict[str, Any]:
    return value._data


def _get(self: Any, key: str, default: Any = None) -> Any:
    return _fields(self).get(key, default)


def _keys(self: Any) -> KeysView[str]:
    return _fields(self).keys()


def _values(self: Any) -> ValuesView[Any]:
    return _fields(self).values()


def _items(self: Any) -> ItemsView[str, Any]:
    return _fields(self).items()


def _to_dict_recursive(self: Any) -> dict[str, Any]:
    return self.to_dict()


def _iterate(self: Any) -> Iterator[str]:
    return iter(_fields(self))


def _length(self: Any) -> int:
    return len(_fields(self))


def _plain(value: Any) -> Any:
    """What JSON has for a value of an API object; decimals are the texts that the API sent."""
    if isinstance(value, _OBJECT):
        value = _fields(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[Any]", value)]
    return str(value) if isinstance(value, Decimal) else value


def _teach_json() -> None:
    """Have `json` write API objects as dicts, before a `default` of the script's own is asked: dicts never reached it."""
    before_init, before_default = json.JSONEncoder.__init__, json.JSONEncoder.default

    def default(self: json.JSONEncoder, o: Any) -> Any:
        return _plain(o) if isinstance(o, _OBJECT) else before_default(self, o)

    def init(self: json.JSONEncoder, *arguments: Any, **options: Any) -> None:
        before_init(self, *arguments, **options)
        own = self.default
        if getattr(own, "__func__", None) is not default:
            self.default = lambda o: _plain(o) if isinstance(o, _OBJECT) else own(o)

    json.JSONEncoder.default = default
    json.JSONEncoder.__init__ = init


def _rename_parameters() -> None:
    """Have the SDK send the new name to versions of the API that have it. A script that asks for an older one keeps its own."""
    requestor: Any = importlib.import_module("stripe._api_requestor")._APIRequestor
    before = requestor._args_for_request_with_retries
    if before.__module__ == __name__:
        return

    def arguments(
        self: Any,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> Any:
        asked = options.get("stripe_version") if options else None
        version = str(asked or self.stripe_version or stripe.api_version)
        if params and method == "post" and version >= _SINCE and _TAKES_TYPES.fullmatch(url) and _NEW_TYPES not in params:
            params = {_NEW_TYPES if name == _OLD_TYPES else name: value for name, value in params.items()}
        return before(self, method, url, params, options, **more)

    requestor._args_for_request_with_retries = arguments
