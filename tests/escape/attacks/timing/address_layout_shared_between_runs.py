# attack: forks share their zygote's addresses and hash seed, so one run knows them for the next: an aid, no way in
# expect: harmless
# validator: accepted
import json

import stripe

# That they are the same is known, and is why a zygote is replaced after a number of runs. They are worth something only to
# whoever already runs code in the other process.
print("seed:", hash("a text") & 0xFFFF, "address:", hex(id(json.dumps)))

# What must not be there is anything that an earlier run has left behind in what both have from the zygote.
MARK = "sk_test_left_by_an_earlier_run"
if stripe.api_key == MARK:
    print("ESCAPED: the SDK still has an earlier run's setting", flush=True)
stripe.api_key = MARK
