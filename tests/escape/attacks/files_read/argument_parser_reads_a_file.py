# attack: the keyword for arguments from files is refused, but the attribute can be set later; what is read comes back
# expect: validator
# validator: refused
import argparse
import sys

CANARY = "CANARY" + "_7f3a"

parser = argparse.ArgumentParser(exit_on_error=False)
parser.fromfile_prefix_chars = "#"
try:
    found = parser.parse_known_args(["#@CANARY_FILE@"])
    if CANARY in str(found):
        print(f"ESCAPED: the parser read {found}", flush=True)
except argparse.ArgumentError as error:
    print(error)
except SystemExit as error:
    print("the parser ended the script:", error, file=sys.stderr)
