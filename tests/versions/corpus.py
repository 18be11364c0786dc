"""The engine as a function on a folder, for scoring it against releases that maintainers really made.

``bump_tree(tree, version, root)`` edits the files of ``tree`` in place, as a release pull request would.
"""

from __future__ import annotations

import os
from pathlib import Path

from bot.versions import (
    Project,
    bump,
    join_lockstep,
    list_further_manifests,
    list_manifests,
    list_packages_of,
    list_version_sources,
    read_project,
    wanted_paths,
)

MOST_ROUNDS = 5
PLAIN_TAGS = ("v0.1.0", "v0.0.2")
"""A tree has no tags with it. So its packages are taken to be released under plain ones, as most repositories do it."""


class NotReadableError(Exception):
    """The engine refuses the project; its sentence says why."""


def bump_tree(tree: Path, version: str, root: str = ".") -> None:
    """Make the package in ``root`` of ``tree`` say ``version``.

    Raises:
        NotReadableError: the engine refuses; nothing is changed then.
        ProjectRefused: a place cannot be changed exactly; nothing is changed then.
    """
    for edit in bump(read_tree(tree, root), version):
        (tree / edit.path).write_bytes(edit.new)


def read_tree(tree: Path, root: str = ".") -> Project:
    """The project in ``root`` of ``tree``; links are left out, as they are on GitHub's tree listing."""
    paths, files = sorted(_list_files(tree)), dict[str, bytes]()
    together = _list_together(tree, paths, root or ".")
    for _ in range(MOST_ROUNDS):
        more = wanted_paths(paths, files, root or ".", together=together)
        if not more:
            break
        files |= {path: (tree / path).read_bytes() for path in more}
    project = read_project(files, root or ".", together=together)
    if not isinstance(project, Project):
        raise NotReadableError(project.sentence)
    return project


def _list_together(tree: Path, paths: list[str], root: str) -> tuple[str, ...]:
    """The folders of the packages that go on with the one in ``root``, as the files tell."""
    files = {path: (tree / path).read_bytes() for path in list_manifests(paths)}
    files |= {path: (tree / path).read_bytes() for path in list_further_manifests(paths, files)}
    files |= {path: (tree / path).read_bytes() for path in list_version_sources(paths, files)}
    packages = join_lockstep(list_packages_of(files), PLAIN_TAGS)
    return tuple(other.root for place in packages if place.root == root for other in place.together)


def _list_files(tree: Path) -> list[str]:
    found: list[Path] = []
    for folder, folders, names in os.walk(tree):
        folders[:] = [name for name in folders if name != ".git" and not Path(folder, name).is_symlink()]
        found += [path for name in names if not (path := Path(folder, name)).is_symlink()]
    return [path.relative_to(tree).as_posix() for path in found]
