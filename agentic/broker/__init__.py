"""The broker's side of a run: the relay that carries a script's connections, and the broker that holds the key.

Their two halves ship apart (`run_code` has the relay, `call_api` the broker), so this package imports neither by itself.
"""
