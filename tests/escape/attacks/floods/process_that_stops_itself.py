# attack: stops itself and so never ends; a limit that waits for it to act, or to take a signal, waits for ever
# expect: validator
# validator: refused
import os
import signal

for way in (
    lambda: os.kill(os.getpid(), signal.SIGSTOP),
    lambda: signal.raise_signal(signal.SIGSTOP),
    lambda: signal.raise_signal(signal.SIGTSTP),
    lambda: os.kill(0, signal.SIGSTOP),
    lambda: signal.pthread_kill(__import__("threading").get_ident(), signal.SIGSTOP),
):
    try:
        way()
    except OSError as error:
        print(error, flush=True)
# Where it may not stop, it waits for a signal that nobody sends.
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
signal.sigtimedwait({signal.SIGUSR1}, 20)
