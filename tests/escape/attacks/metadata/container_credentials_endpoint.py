# attack: in ECS, EKS and Lambda the role's keys are behind 169.254.170.2 at a path that only an environment names
# expect: sandbox
# validator: refused
import _socket
import os
import re
from pathlib import Path

NAMES = re.compile(
    rb"(AWS_CONTAINER_CREDENTIALS_(?:RELATIVE|FULL)_URI|AWS_CONTAINER_AUTHORIZATION_TOKEN(?:_FILE)?|AWS_SESSION_TOKEN"
    rb"|AWS_WEB_IDENTITY_TOKEN_FILE|AWS_SECRET_ACCESS_KEY|PLANTED_KEY)="
)
for process in ("self", os.getppid(), @OWNER_PID@):
    try:
        # The names only: to have read them is the escape.
        for name in NAMES.findall(Path(f"/proc/{process}/environ").read_bytes()):
            print("ESCAPED: the environment of", process, "has", name.decode(), flush=True)
    except OSError as error:
        print(process, error)

# To be connected is enough: nothing is asked, so that no key comes where there is no wall. The last is the arena's listener.
for address, port in (("169.254.170.2", 80), ("169.254.170.23", 80), ("127.0.0.1", 2772), ("127.0.0.1", @TCP_PORT@)):
    made = None
    try:
        made = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        made.settimeout(0.2)
        made.connect((address, port))
        print("ESCAPED: connected to the credentials endpoint", address, flush=True)
    except OSError as error:
        print(address, error)
    finally:
        if made is not None:
            made.close()

for token in ("/var/run/secrets/eks.amazonaws.com/serviceaccount/token", "/var/run/secrets/kubernetes.io/serviceaccount/token"):
    try:
        os.close(os.open(token, os.O_RDONLY))
        print("ESCAPED: a service account's token can be read:", token, flush=True)
    except OSError as error:
        print(token, error)
