# attack: the compiler works out constant expressions beforehand: products and powers that would fill the memory
# expect: limit
# validator: accepted
def never_called():
    """Compiled all the same."""
    return ("x" * 4096) * 4096 * 4096 * 4096, (1 << 10_000) ** 10_000, ((0,) * 255,) * 255 * 255 * 255


# And the same where it does run, by way of names that the compiler cannot fold.
size = 4096
try:
    print(len("x" * size * size * size * size))
except MemoryError:
    print("no memory")
try:
    print(len((((0,) * size) * size) * size))
except (MemoryError, OverflowError):
    print("no memory")
