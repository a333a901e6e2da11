# attack: the next zygote imports what lies on disk: opens SDK, compiled copies and start-up hooks for writing
# expect: validator
# validator: refused
import os
import site
import stripe
import sys

folders = {os.path.dirname(os.path.dirname(stripe.__file__)), os.path.dirname(os.__file__)}
targets = [stripe.__file__, os.__file__, getattr(stripe, "__cached__", None), sys.executable]
for folder in folders:
    targets += [f"{folder}/six.py", f"{folder}/site.py", f"{folder}/certifi/cacert.pem", f"{folder}/sitecustomize.py"]

for target in filter(None, targets):
    for flags in (os.O_WRONLY | os.O_APPEND, os.O_RDWR):
        try:
            # Never creates and never writes: to be let in is proof enough.
            os.close(os.open(target, flags))
            print(f"ESCAPED: {target} is open for writing", flush=True)
        except OSError as error:
            print(target, error.strerror)

# A folder that could be made, and is taken away again, shows that a start-up file could be laid down beside the library.
for folder in (*folders, site.getuserbase(), os.path.dirname(sys.executable)):
    probe = os.path.join(folder, f"probe_{os.getpid()}")
    try:
        os.mkdir(probe)
        os.rmdir(probe)
        print(f"ESCAPED: {folder} takes new entries", flush=True)
    except OSError as error:
        print(folder, error.strerror)
