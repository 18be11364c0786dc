"""The Merkle tree of a transparency log (RFC 6962 §2.1)."""

import hashlib
from collections.abc import Sequence


class MerkleLog:
    """An append-only log that proves what it contains.

    Roots and paths are computed from all leaves each time: a sandbox logs a few dozen signatures.
    """

    def __init__(self, entries: Sequence[bytes] = ()) -> None:
        self._leaves = [_leaf_hash(entry) for entry in entries]

    def __len__(self) -> int:
        return len(self._leaves)

    def append(self, entry: bytes) -> int:
        """Add an entry and return its index."""
        self._leaves.append(_leaf_hash(entry))
        return len(self._leaves) - 1

    def root(self) -> bytes:
        """The tree head's hash over all entries."""
        return _root(self._leaves)

    def path(self, index: int) -> list[bytes]:
        """The audit path of one entry, lowest level first."""
        return _path(index, self._leaves)


def _leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(count: int) -> int:
    """The largest power of two smaller than `count` (which is at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def _root(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = _split(len(leaves))
    return _node_hash(_root(leaves[:middle]), _root(leaves[middle:]))


def _path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    middle = _split(len(leaves))
    if index < middle:
        return [*_path(index, leaves[:middle]), _root(leaves[middle:])]
    return [*_path(index - middle, leaves[middle:]), _root(leaves[:middle])]
