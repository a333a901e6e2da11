# attack: takes memory in pieces until the machine has none left, keeps going after each refusal, and touches every page of it
# expect: limit
# validator: accepted
PIECE = 64 * 1024 * 1024
MOST = 4 * 1024 * 1024 * 1024

pieces = []
size = PIECE
while sum(map(len, pieces)) < MOST and size > 4096:
    try:
        piece = bytearray(size)
        piece[::4096] = b"x" * len(range(0, size, 4096))
        pieces.append(piece)
    except MemoryError:
        size //= 2
taken = sum(map(len, pieces))
print("took", taken)
if taken > 1024 * 1024 * 1024:
    print(f"ESCAPED: holds {taken:,} bytes", flush=True)
