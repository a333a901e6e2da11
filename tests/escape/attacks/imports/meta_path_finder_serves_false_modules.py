# attack: a finder hands out false versions of json and the guest's modules, for guest, zygote and next run to trust
# expect: validator
# validator: refused
import importlib
import importlib.abc
import importlib.util
import sys

FALSE = {"json", "traceback", "agentic.sandbox.guest", "agentic.sandbox.lockdown", "stripe"}


class False_(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        return importlib.util.spec_from_loader(name, self) if name in FALSE else None

    def exec_module(self, module):
        module.dumps = module.loads = module.restrain = lambda *a, **k: "ESC" + "APED: a false module was believed"
        module.MARK = "false"


finder = False_()
sys.meta_path.insert(0, finder)
sys.path_hooks.insert(0, lambda path: finder)
sys.path_importer_cache.clear()

for name in FALSE:
    kept = sys.modules.pop(name, None)
    try:
        module = importlib.import_module(name)
        print(name, "is now", getattr(module, "MARK", "as before"))
    except Exception as error:
        print(name, type(error).__name__, error)
        if kept is not None:
            sys.modules[name] = kept

# Was a mark like this left by an earlier run? Then one run can poison the next.
import builtins

if hasattr(builtins, "left_by_an_earlier_run"):
    print("ESCAPED: an earlier run's mark is still here", flush=True)
builtins.left_by_an_earlier_run = True
