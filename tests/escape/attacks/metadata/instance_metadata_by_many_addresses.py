# attack: the metadata service of a cloud machine gives its role's keys to whoever connects, by many addresses
# expect: sandbox
# validator: refused
import _socket
import urllib.request

import requests

HOSTS = [
    "169.254.169.254",
    "2852039166",
    "0xA9FEA9FE",
    "0251.0376.0251.0376",
    "169.16689662",
    "[fd00:ec2::254]",
    "[::ffff:169.254.169.254]",
    "169.254.169.254.nip.io",
    "metadata.google.internal",
    "instance-data",
    "100.100.100.200",
    "168.63.129.16",
]
for host in HOSTS:
    for way in (
        lambda url: requests.get(url, headers={"Metadata-Flavor": "Google", "Metadata": "true"}, timeout=0.2).text,
        lambda url: urllib.request.urlopen(url, timeout=0.2).read(),
    ):
        try:
            print("ESCAPED: the metadata service says", way(f"http://{host}/latest/meta-data/")[:80], flush=True)
        except Exception as error:
            print(host, type(error).__name__, str(error)[-90:])


def connect(family, address, port):
    # Without any patch. To be connected is enough: nothing is asked, so that no key comes where there is no wall.
    made = _socket.socket(family, _socket.SOCK_STREAM)
    made.settimeout(0.2)
    made.connect((address, port))
    print("ESCAPED: connected to the metadata service at", address, flush=True)


PLACES = (
    (_socket.AF_INET, "169.254.169.254", 80),
    (_socket.AF_INET6, "fd00:ec2::254", 80),
    (_socket.AF_INET6, "::ffff:169.254.169.254", 80),
    # The arena's listener stands for a service that this machine may not have.
    (_socket.AF_INET, "127.0.0.1", @TCP_PORT@),
)
for place in PLACES:
    try:
        connect(*place)
    except OSError as error:
        print(place, error)
