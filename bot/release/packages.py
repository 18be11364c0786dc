"""Which packages of a repository are released, each on a line of its own. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.changelog import Change, list_touching
from bot.release.line import Line
from bot.versions import PackagePlace, is_tagged_apart


@dataclass(frozen=True, slots=True)
class Share:
    """What of a repository one of several packages has.

    That is its folder, and ``more`` where packages go on with it; the ``others`` are the folders of all that do not.
    """

    root: str
    others: tuple[str, ...]
    more: tuple[str, ...] = ()

    def pick(self, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        """The changes that concern it."""
        folders = (self.root, *self.more)
        return tuple(change for change in changes if _touches(change, folders, (*folders, *self.others)))


def list_choices(packages: Iterable[PackagePlace], tags: Iterable[str]) -> list[PackagePlace]:
    """The packages that may be meant where none is named, and of which releases are proposed where nobody asks.

    Beside a package at the top only those count that are known to be released: others may be no more than examples.
    """
    public = [package for package in packages if not package.is_private]
    top = next((package for package in public if package.root == "."), None)
    if top is None:
        return public
    names = list(tags)
    return [one for one in public if one is top or one.is_member or is_tagged_apart(names, one)]


def line_for(base: str, package: PackagePlace) -> Line:
    """The line of a package."""
    return Line(base, None if package.root == "." else package.normalised_name)


def find_share(packages: Sequence[PackagePlace], tags: Iterable[str], line: Line) -> Share | None:
    """What of the repository is the package's that ``line`` releases; None: all of it, since there is no other package."""
    own = next((package for package in packages if line_for(line.base, package) == line), None)
    others = tuple(root for one in list_choices(packages, tags) if one is not own for root in one.roots)
    return Share(own.root, others, own.roots[1:]) if own is not None and others else None


def find_touched(
    packages: Sequence[PackagePlace], tags: Iterable[str], base: str, paths: Iterable[str] | None
) -> Line | None:
    """The line of the one package that a change of these files concerns; None: it concerns several, or none.

    ``paths`` are None where they are more than is told. Where there are no several packages it is the base's own line.
    """
    choices = list_choices(packages, tags)
    if not choices:
        return Line(base)
    change = Change("", None, "", paths=tuple(paths) if paths is not None else None)
    roots = tuple(root for one in choices for root in one.roots)
    lines = [line_for(base, one) for one in choices if _touches(change, one.roots, roots)]
    if len(choices) == 1:
        return line_for(base, choices[0])
    return lines[0] if len(lines) == 1 else None


def _touches(change: Change, folders: Iterable[str], known: tuple[str, ...]) -> bool:
    return any(list_touching((change,), folder, known) for folder in folders)
