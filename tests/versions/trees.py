"""Small trees for tests: files by path, read in rounds as from GitHub and edited in memory."""

from __future__ import annotations

import re
from datetime import date

from packaging.version import Version

from bot.versions import Project, ProjectProblem, bump, read_project, wanted_paths

MOST_ROUNDS = 5


def read_known(tree: dict[str, str], root: str = ".") -> dict[str, bytes]:
    """The contents that all rounds ask for, and nothing else of ``tree``."""
    content = {path: text.encode() for path, text in tree.items()}
    known: dict[str, bytes] = {}
    for _ in range(MOST_ROUNDS):
        more = wanted_paths(content, known, root)
        if not more:
            return known
        assert not known.keys() & set(more)
        known |= {path: content[path] for path in more}
    raise AssertionError("the search never ends")


def read_tree(tree: dict[str, str], root: str = ".") -> Project:
    """The project in ``tree``, the same with all files at hand as with those asked for."""
    project = read_project(read_known(tree, root), root)
    assert isinstance(project, Project), project
    whole = read_project({path: text.encode() for path, text in tree.items()}, root)
    assert isinstance(whole, Project)
    assert whole.sites == project.sites
    return project


def refuse_tree(tree: dict[str, str], root: str = ".") -> ProjectProblem:
    """Why the project in ``tree`` is refused."""
    problem = read_project(read_known(tree, root), root)
    assert isinstance(problem, ProjectProblem), problem
    assert problem.sentence.endswith(".")
    return problem


def as_written(version: str, place: str) -> str:
    """``version`` as a place writes it that says ``place``.

    With as many numbers, where the last of them is a zero; and a candidate in the form of the index where ``place`` is one in it.
    """
    if Version(place).pre is not None and str(Version(place)) == place and Version(version).pre is not None:
        version = str(Version(version))
    numbers, before = Version(version).release, Version(place).release
    if len(before) == 1 or before[-1] != 0 or len(numbers) >= len(before):
        return version
    end = re.match(r"[\d.]*\d", version)
    assert end is not None
    return end[0] + ".0" * (len(before) - len(numbers)) + version[end.end() :]


def bump_tree(tree: dict[str, str], version: str, root: str = ".", day: date | None = None) -> dict[str, str]:
    """The files that change, after the bump; bumping once more must change nothing."""
    changed = {edit.path: edit.new.decode() for edit in bump(read_tree(tree, root), version, day=day)}
    again = read_tree(tree | changed, root)
    assert bump(again, version, day=day) == []
    return changed


def check_bump(before: dict[str, str], version: str, *changes: tuple[str, str, str], root: str = ".") -> None:
    """Bumping ``before`` makes exactly ``changes`` (path, old text, new text) and nothing else."""
    expected: dict[str, str] = {}
    for path, old, new in changes:
        text = expected.get(path, before[path])
        assert text.count(old) == 1, (path, old)
        expected[path] = text.replace(old, new)
    assert bump_tree(before, version, root) == expected
