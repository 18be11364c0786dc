"""A commit's whole listing as part of a GraphQL document, where the repository is known to be small.

REST lists any tree in a request of its own. GraphQL lists folder by folder, each inside the one above, so a document
says beforehand how deep it looks; a folder below that is not told, and then the listing is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.github.listing import LINK_MODE, Tree, TreeEntry
from bot.github.read import Json

MOST_LEVELS: Final = 8
"""How many folders deep a document looks at most."""

MOST_ENTRIES: Final = 500
"""From how many files on a tree is left to REST: GraphQL opens each of its folders, and gives up after ten seconds."""

_MODES: Final = {0o100644, 0o100664, 0o100755, int(LINK_MODE, 8)}


class _NotTold(Exception):  # noqa: N818 - nothing is wrong: there is more than was asked for
    """A folder was not listed, or an entry is not understood."""


def render_levels(levels: int) -> str:
    """What to select of a ``Tree`` to have it listed so many folders deep."""
    below = f" object {{ ... on Tree {{ {render_levels(levels - 1)} }} }}" if levels > 1 else ""
    return f"entries {{ name type mode oid size{below} }}"


def read_tree(commit: str, node: Json | None) -> Tree | None:
    """The listing of ``commit`` from its ``Tree``, as REST would give it; None when it is not all of it."""
    if not node:
        return None
    try:
        return Tree.of(commit, str(node["oid"]), _list_blobs(node, ""))
    except _NotTold:
        return None


def _list_blobs(node: Json | None, folder: str) -> Iterator[TreeEntry]:
    """The files and symbolic links below a folder; submodules are left out, as REST tells them apart as well."""
    entries = node.get("entries") if node else None
    if entries is None:
        raise _NotTold
    for entry in entries:
        path, mode = f"{folder}{entry['name']}", int(entry["mode"])
        if entry["type"] == "tree":
            yield from _list_blobs(entry.get("object"), f"{path}/")
        elif entry["type"] == "blob":
            if mode not in _MODES:
                raise _NotTold
            yield TreeEntry(path, str(entry["oid"]), f"{mode:06o}", int(entry["size"]))
