"""Choices taken from a string of bytes: whoever makes the bytes (a seed, Hypothesis, atheris) steers what is generated."""

from collections.abc import Sequence


class Choices:
    """Reads `data` from its start. When it is used up every choice is the first, so that shorter data means simpler cases."""

    __slots__ = ("_data", "_position")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    @property
    def used_up(self) -> bool:
        return self._position >= len(self._data)

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""
        count = 1 if limit <= 256 else 2 if limit <= 65536 else 4
        taken = self._data[self._position : self._position + count]
        self._position += count
        return int.from_bytes(taken, "little") % limit

    def between(self, lowest: int, highest: int) -> int:
        return lowest + self.below(highest - lowest + 1)

    def chance(self, percent: int) -> bool:
        """True in about `percent` of 100 cases; False when the data is used up."""
        return self.below(256) >= 256 - percent * 256 // 100

    def pick[T](self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def some[T](self, items: Sequence[T], most: int) -> list[T]:
        """None to `most` of the items, in any order, perhaps repeated."""
        return [self.pick(items) for _ in range(self.below(most + 1))]

    def raw(self, count: int) -> bytes:
        """`count` bytes as they stand, fewer when the data is used up."""
        taken = self._data[self._position : self._position + count]
        self._position += count
        return taken

    def character(self) -> str:
        """Any character that UTF-8 can carry; ASCII most often."""
        kind = self.below(8)
        if kind < 5:
            return chr(self.below(128))
        if kind == 5:
            return chr(self.below(0x800))
        code = self.below(0x110000)
        return "\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code)
