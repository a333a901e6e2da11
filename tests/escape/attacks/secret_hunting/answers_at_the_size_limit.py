# attack: an answer that is cut at a limit may end in the middle of the key, or be scrubbed piece by piece
# expect: broker
# validator: refused
import re

import requests

KEY = re.compile(r"CANARY|(?:sk|rk)_(?:test|live)_(?!placeholder)\w|Bearer (?!\[removed\])\S")
URL = "https://api.stripe.com/v1/customers"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# The echo doubles some letters: sizes around the 4 MB that an answer may have, and around buffers' usual sizes.
LIMIT = 4 * 1024 * 1024
for size in (65_036, LIMIT - 500, LIMIT):
    for letter in ("a", "%5C") if size < 100_000 else ("a",):
        body = "name=" + letter * ((size - 5) // len(letter))
        try:
            with requests.post(URL, data=body, headers=FORM, timeout=2, stream=True) as answer:
                # As it comes: a first piece could come before the rest was looked at.
                text = ""
                for piece in answer.iter_content(65_536):
                    text = (text + piece.decode("latin-1"))[-70_000:]
                    if KEY.search(text.replace("Bearer [removed]", "")):
                        print("ESCAPED: the key in a piece of an answer", size, flush=True)
                        break
            print(size, letter, answer.status_code, text[-60:])
        except requests.RequestException as error:
            print(size, letter, type(error).__name__)
            if KEY.search(str(error)):
                print("ESCAPED: the key in an error", flush=True)
