# attack: it writes without end to the report and the outputs, so that whoever reads them runs out of memory
# expect: limit
# validator: refused
import os
import threading


def fill(number):
    text = b'{"layers": ["x"]}\n' * 3000
    try:
        for _ in range(2000):
            os.write(number, text)
    except OSError as error:
        print(number, error)


threads = []
for number in range(1, 64):
    try:
        os.fstat(number)
    except OSError:
        continue
    threads.append(threading.Thread(target=fill, args=(number,), daemon=True))
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(1)
