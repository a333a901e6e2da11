# attack: starts threads until no more can be had: each costs the machine a task, a stack and time of its scheduler
# expect: limit
# validator: accepted
import threading

MOST = 2000
done = threading.Event()
started = 0
try:
    while started < MOST:
        threading.Thread(target=done.wait, args=(20,), daemon=True).start()
        started += 1
except (RuntimeError, MemoryError) as error:
    print("after", started, error)
alive = threading.active_count()
if alive >= 1000:
    print(f"ESCAPED: {alive} threads at the same time", flush=True)
done.set()
