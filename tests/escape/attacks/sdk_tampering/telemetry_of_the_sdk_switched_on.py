# attack: with telemetry the SDK writes a file below HOME and starts uname: two things that a script may not do itself
# expect: sandbox
# validator: refused
import os
import shutil

import stripe

stripe.api_key = os.environ["STRIPE_API_KEY"]
stripe.max_network_retries = 0
stripe.enable_telemetry = True
for variable in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
    os.environ[variable] = "@WATCH_DIR@"

# Two calls: the second carries the metrics of the first.
for _ in range(2):
    try:
        made = stripe.Customer.retrieve("cus_1")
        headers = made.to_dict()["echo"]["headers"]
        told = headers.get("x-stripe-client-telemetry", "") + headers.get("x-stripe-client-user-agent", "")
        print(told[:300])
        if left := os.listdir("@WATCH_DIR@"):
            print("ESCAPED: the SDK wrote", left, flush=True)
            shutil.rmtree(f"@WATCH_DIR@/{left[0]}")
    except Exception as error:
        print(type(error).__name__, str(error)[:100])

# What the SDK asks of the machine for it, asked directly: a program is started.
try:
    import subprocess

    said = subprocess.check_output(["uname", "-a"], text=True)
    print("ESCAPED: a program ran:", said[:40], flush=True)
except Exception as error:
    print(type(error).__name__, error)
