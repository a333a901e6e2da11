# attack: the guest's patches live in module objects: reloads socket, or loads a second copy, and connects past them
# expect: validator
# validator: refused
import importlib
import importlib.util
import sys

PORT = int("@TCP_PORT@")


def reloaded():
    return importlib.reload(sys.modules["socket"])


def second_copy():
    spec = importlib.util.find_spec("socket")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def forgotten_and_imported_again():
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name in {"socket", "_socket", "ssl", "selectors"}}
    try:
        return importlib.import_module("socket")
    finally:
        sys.modules.update(kept)


def the_c_module():
    return importlib.import_module("_socket")


for way in (second_copy, forgotten_and_imported_again, the_c_module, reloaded):
    try:
        module = way()
        with_patch = getattr(module.socket, "connect", None)
        stream = module.socket(module.AF_INET, module.SOCK_STREAM)
        stream.settimeout(1)
        stream.connect(("127.0.0.1", PORT))
        print(f"ESCAPED: {way.__name__} connected, past {with_patch!r}", flush=True)
    except Exception as error:
        print(way.__name__, type(error).__name__, error)
