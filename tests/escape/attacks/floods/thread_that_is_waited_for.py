# attack: nothing but allowed parts: a thread that is no daemon sleeps for long, and Python waits for it at the end
# expect: limit
# validator: accepted
import threading
import time

threading.Thread(target=time.sleep, args=(20,)).start()
print("the script is done")
