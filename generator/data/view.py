"""One page's window on the data: mappings, rows and leaves that note what the page read.

A read is noted at the finest key the page touched. A leaf is noted itself; a list or mapping that is
looped over, counted, sliced, compared or printed is noted as a whole, and then nothing inside it is; a
key that was asked for and does not exist is noted too. So the page is stale exactly when one of the
noted keys changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import overload

from generator.data.keys import alike, full_name, name_of
from generator.data.leaves import leaf
from generator.data.text import KeyPath, Table

Hint = Callable[[KeyPath, Mapping[str, object] | Sequence[object]], str]


class MissingKey(LookupError, AttributeError):  # noqa: N818 - it says what it is
    """A key a page asked for and the data does not have.

    Also a LookupError and an AttributeError, so that Python's and Jinja's own probing works.
    """

    def __init__(self, keys: KeyPath, hint: Callable[[], str]) -> None:
        super().__init__(f"`{full_name(keys)}` does not exist")
        self.keys, self._hint = keys, hint

    @property
    def key(self) -> str:
        """The last part of the name, which is the part that is missing."""
        return str(self.keys[-1])

    @property
    def full_name(self) -> str:
        """The name as an author types it: `data.group_lasso.bset`."""
        return full_name(self.keys)

    @property
    def hint(self) -> str:
        """How to mend it: the nearest key, the keys there are, or the experiment to run."""
        return self._hint()


class View:
    """Hands data to one page and notes what it reads."""

    def __init__(self, data: Mapping[str, object], hint: Hint) -> None:
        self._data, self._hint = data, hint
        self._read: set[KeyPath] = set()  # leaves, whole containers, keys that are missing
        self._passed: set[KeyPath] = set()  # containers that were handed out
        self.cells_are_text = False  # numbers of a CSV file as they are written there, which is Jekyll's way
        self._tables: dict[KeyPath, Table] = {}

    @property
    def data(self) -> Branch:
        """All data, as templates see it under `data`."""
        return Branch(self, (), self._data, whole=False)

    @property
    def reads(self) -> set[str]:
        """Names of the keys the page depends on."""
        around = {keys[:length] for keys in self._read | self._passed for length in range(len(keys))}
        touched = self._read | (self._passed - around)
        return {name_of(keys) for keys in touched if not any(keys[:length] in touched for length in range(len(keys)))}

    def note(self, keys: KeyPath) -> None:
        """Note that the page depends on a key and all that is in it."""
        self._read.add(keys)

    def hand_out(self, value: object, keys: KeyPath, whole: bool) -> object:
        """Wrap a value; with `whole`, something around it has been noted already."""
        is_container = isinstance(value, Mapping | list)
        if not whole:
            (self._passed if is_container else self._read).add(keys)
        if isinstance(value, Mapping):
            return Branch(self, keys, value, whole)
        if isinstance(value, list):
            if self.cells_are_text and isinstance(value, Table):
                self._tables[keys] = value
            return Rows(self, keys, value, range(len(value)), whole)
        if isinstance(value, int | float) and not isinstance(value, bool) and keys[:-2] in self._tables:
            value = self._tables[keys[:-2]].text(int(keys[-2]), str(keys[-1]), value)
        return leaf(value, keys)

    def missing(self, keys: KeyPath, around: Mapping[str, object] | Sequence[object]) -> MissingKey:
        """Note a key that is not there, and return the error to raise."""
        self._read.add(keys)
        return MissingKey(keys, lambda: self._hint(keys, around))


class Branch(Mapping[str, object]):
    """A mapping of the data; keys are attributes and items, in the order of the file."""

    def __init__(self, view: View, keys: KeyPath, node: Mapping[str, object], whole: bool) -> None:
        self._view, self._keys, self._node, self._whole = view, keys, node, whole

    def lookup(self, key: object) -> object:
        """Return the value of a key; `my_data` finds `my-data` and `my data` too.

        Raises:
            MissingKey: there is no such key.
        """
        name = str(key)
        if name in self._node:
            return self._view.hand_out(self._node[name], (*self._keys, name), self._whole)
        error = self._view.missing((*self._keys, name), self._node)
        other = next((other for other in self._node if alike(other) == name), None) if "_" in name else None
        if other is None:
            raise error
        return self._view.hand_out(self._node[other], (*self._keys, other), self._whole)

    def __getitem__(self, key: object) -> object:
        return self.lookup(key)

    def __getattr__(self, name: str) -> object:
        if name.startswith("_"):  # what Python asks of any object is no question about the data
            raise AttributeError(name)
        return self.lookup(name)

    def get(self, key: object, default: object = None) -> object:
        """Return the value of a key, or `default` where there is none."""
        try:
            return self.lookup(key)
        except MissingKey:
            return default

    @property
    def path(self) -> str:
        """The name of this mapping, without `data.`."""
        return name_of(self._keys)

    @property
    def pairs(self) -> list[tuple[str, object]]:
        """All keys with their values."""
        return list(self.items())

    def __contains__(self, key: object) -> bool:
        try:
            self.lookup(key)
        except MissingKey:
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __bool__(self) -> bool:
        return bool(self._all())

    def __eq__(self, other: object) -> bool:
        return bool(plain(self) == plain(other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(plain(self))

    def _all(self) -> Mapping[str, object]:
        """Return the mapping itself, and note that the page depends on all of it."""
        if not self._whole:
            self._view.note(self._keys)
            self._whole = True
        return self._node


class Rows(Sequence[object]):
    """A list of the data, or a slice of one; its items keep their numbers."""

    def __init__(self, view: View, keys: KeyPath, items: Sequence[object], numbers: range, whole: bool) -> None:
        self._view, self._keys, self._items, self._numbers, self._whole = view, keys, items, numbers, whole

    def lookup(self, key: object) -> object:
        """Return the item of a number.

        Raises:
            MissingKey: the list is shorter, or `key` is no number.
        """
        try:
            number = int(str(key))
        except ValueError:
            raise self._view.missing((*self._keys, str(key)), self._items) from None
        if number < 0:  # counted from the end: depends on how long the list is
            self._all()
        try:
            index = self._numbers[number]
        except IndexError:
            raise self._view.missing((*self._keys, number), self._items) from None
        return self._view.hand_out(self._items[index], (*self._keys, index), self._whole)

    @overload
    def __getitem__(self, key: int) -> object: ...
    @overload
    def __getitem__(self, key: slice) -> Rows: ...
    def __getitem__(self, key: int | slice) -> object:
        if isinstance(key, slice):
            return Rows(self._view, self._keys, self._all(), self._numbers[key], whole=True)
        return self.lookup(key)

    @property
    def path(self) -> str:
        """The name of this list, without `data.`."""
        return name_of(self._keys)

    def __iter__(self) -> Iterator[object]:
        items = self._all()
        return (self._view.hand_out(items[index], (*self._keys, index), whole=True) for index in self._numbers)

    def __len__(self) -> int:
        self._all()
        return len(self._numbers)

    def __add__(self, other: Sequence[object]) -> list[object]:
        return [*self, *other]

    def __radd__(self, other: Sequence[object]) -> list[object]:
        return [*other, *self]

    def __eq__(self, other: object) -> bool:
        return bool(plain(self) == plain(other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(plain(self))

    def _all(self) -> Sequence[object]:
        """Return the whole list, and note that the page depends on all of it."""
        if not self._whole:
            self._view.note(self._keys)
            self._whole = True
        return self._items


def plain(value: object) -> object:
    """Return dicts, lists, str, int and float instead of what a view hands out."""
    if isinstance(value, Mapping):
        return {str(key): plain(child) for key, child in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(child) for child in value]
    for kind in (str, int, float):
        if isinstance(value, kind) and not isinstance(value, bool):
            return kind(value)
    return value
