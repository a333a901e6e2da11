# attack: every module carries its loader, and a loader's get_data() reads whatever path it is given
# expect: validator
# validator: refused
import importlib.machinery
import importlib.util
import pkgutil
import sys
import zipimport

import stripe

CANARY = "CANARY" + "_7f3a"


def resource_reader():
    reader = stripe.__spec__.loader.get_resource_reader("stripe")
    depth = "../" * 20
    return reader.open_resource(depth + "@CANARY_FILE@".lstrip("/")).read()


def by_zipimport():
    return zipimport.zipimporter("@CANARY_FILE@").get_data("x")


ways = {
    "the SDK's loader": lambda: stripe.__spec__.loader.get_data("@CANARY_FILE@"),
    "a loader of its own": lambda: importlib.machinery.SourceFileLoader("x", "@CANARY_FILE@").get_data("@CANARY_FILE@"),
    "source decoded": lambda: importlib.machinery.SourceFileLoader("x", "@CANARY_FILE@").get_source("x"),
    "the frozen importer": lambda: sys.modules["_frozen_importlib_external"].FileLoader("x", "y").get_data("@CANARY_FILE@"),
    "pkgutil": lambda: pkgutil.get_data("stripe", "../../../../../../../../../../../../@CANARY_FILE@"),
    "a resource": resource_reader,
    "zipimport": by_zipimport,
}
for name, way in ways.items():
    try:
        data = way()
        text = data if isinstance(data, str) else bytes(data).decode()
        if CANARY in text:
            print(f"ESCAPED: {name} read {text!r}", flush=True)
    except Exception as error:
        print(name, type(error).__name__, error)

# And one that runs it: a syntax error quotes the line.
try:
    loader = importlib.machinery.SourceFileLoader("planted", "@CANARY_FILE@")
    spec = importlib.util.spec_from_file_location("planted", "@CANARY_FILE@", loader=loader)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
except NameError as error:
    print(f"ESCAPED: the planted file was run: {error}", flush=True)
except Exception as error:
    print(type(error).__name__, error)
