# attack: urllib opens file: URLs, in more spellings than a rule may know (a space in front: CVE-2023-24329)
# expect: validator
# validator: refused
import ssl
import urllib.request

import requests

CANARY = "CANARY" + "_7f3a"
PATH = "@CANARY_FILE@"
urls = (
    f"file://{PATH}",
    f"file:{PATH}",
    f"FILE://localhost{PATH}",
    f"  file://{PATH}",
    f"\x0bfile://{PATH}",
    f"url:file:{PATH}",
    f"<URL:file://{PATH}>",
    f"local_file:{PATH}",
    f"file://127.0.0.1{PATH}",
    f"file:///./..{PATH}",
    f"ftp://localhost{PATH};type=a",
    "file://" + "".join(f"%{ord(letter):02x}" for letter in PATH),
)
for url in urls:
    for way in (urllib.request.urlopen, urllib.request.FancyURLopener().open, urllib.request.URLopener().open):
        try:
            text = way(url).read().decode()
            if CANARY in text:
                print(f"ESCAPED: {url!r} gave {text!r}", flush=True)
        except Exception as error:
            print(repr(url), type(error).__name__, error)

# Clients that read local files on the way to a remote one.
for options in ({"cert": PATH}, {"verify": PATH}, {"auth": None, "cert": (PATH, PATH)}):
    try:
        requests.get("https://api.stripe.com/v1/balance", timeout=2, **options)
    except Exception as error:
        if CANARY in str(error):
            print(f"ESCAPED: {options} said {error}", flush=True)
try:
    text = urllib.request.build_opener(urllib.request.FileHandler()).open(f"file://{PATH}").read().decode()
    print(f"ESCAPED: the handler alone gave {text!r}" if CANARY in text else "", flush=True)
except Exception as error:
    print(type(error).__name__, error)
print(ssl.get_default_verify_paths())
