"""In which form a project keeps its changelog: which files tell, and what they say together."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from bot.changelog import scriv, towncrier
from bot.changelog.book import Changelog, Keeper, NoChangelog
from bot.changelog.files import is_usual, list_changelogs, read_changelog
from bot.changelog.forms import Files, Refused, Style, Wish, markup_of
from bot.changelog.headings import find_unreleased, list_version_headings
from bot.changelog.per_release import PerRelease, find_per_release
from bot.changelog.per_release import list_wanted as list_release_files
from bot.changelog.reading import read_document
from bot.changelog.scriv import Scriv, find_scriv
from bot.changelog.towncrier import Towncrier, find_towncrier

_MOST_CANDIDATES = 4
_MOST_GUESSED = 100
_FRAGMENT_FOLDERS = ("newsfragments", "changelog.d", "changes.d", "news.d")
_FRAGMENT = re.compile(r"[^.]{1,60}\.[a-z]{1,20}(?:\.\d{1,4})?(?:\.(?:md|rst|txt))?|[\w.-]{1,100}\.(?:md|rst)")


def list_wanted(
    tree_paths: Iterable[str], files: Files, wish: Wish | None = None, links: Iterable[str] = ()
) -> list[str]:
    """The files of a commit to read before its changelog is known, of those that were not read yet.

    Asked again with what was read, it names what that leads to, at last nothing. Files that most likely are news
    fragments are named at once, so that they come with the settings in one request.

    Args:
        tree_paths: all files of the commit.
        files: what was read.
        wish: what the settings of the repository say.
        links: its symbolic links, which may stand for news fragments and for nothing else.
    """
    wish = wish or Wish()
    if wish.style is Style.NONE:
        return []
    tree, links = tuple(tree_paths), tuple(links)
    wanted = [*list_changelogs(tree, wish.root)[:_MOST_CANDIDATES], *([wish.file] if wish.file else [])]
    wanted += [*towncrier.list_settings_paths(wish.root), *_list_guesses(tree)]
    if wish.root == "." and any(posixpath.dirname(path) in _FRAGMENT_FOLDERS for path in tree):
        wanted += scriv.list_settings_paths(tree)
    keeper = _find_keeper(tree, files, wish)
    match keeper:
        case Towncrier():
            wanted += _list_towncrier_files(keeper, tree, links)
        case Scriv():
            wanted += [keeper.path, *scriv.list_fragment_paths(keeper, (*tree, *links))[: scriv.MOST_FRAGMENTS]]
        case PerRelease():
            wanted += list_release_files(keeper)
        case _:
            pass
    there = {*tree, *links}
    return [path for path in dict.fromkeys(wanted) if path in there and path not in files]


def _list_guesses(tree: tuple[str, ...]) -> list[str]:
    """What is most likely a news fragment, by the name of its folder and its own."""
    found = []
    for path in tree:
        folder, name = posixpath.split(path)
        if posixpath.basename(folder) in _FRAGMENT_FOLDERS and _FRAGMENT.fullmatch(name):
            found.append(path)
    return found[:_MOST_GUESSED]


def _list_towncrier_files(keeper: Towncrier, tree: tuple[str, ...], links: tuple[str, ...]) -> list[str]:
    fragments = towncrier.list_fragment_paths(keeper, (*tree, *links))[: towncrier.MOST_FRAGMENTS]
    template = [keeper.template] if keeper.template is not None else []
    versions = [keeper.path] if keeper.single else towncrier.list_version_files(keeper, tree)
    return [*versions, *template, *fragments]


def find_book(
    tree_paths: Iterable[str], files: Files, wish: Wish | None = None, links: Iterable[str] = ()
) -> Changelog | NoChangelog:
    """The changelog of a commit, from what was read of it; the arguments are those of ``list_wanted``."""
    wish = wish or Wish()
    if wish.style is Style.NONE:
        return NoChangelog()
    tree = tuple(tree_paths)
    keeper = _find_keeper(tree, files, wish)
    if isinstance(keeper, Refused):
        return NoChangelog(keeper.path, keeper.reason)
    if keeper is None:
        return _find_file(tree, files, wish)
    return _open(keeper, tree, tuple(links), files, wish)


def _open(
    keeper: Keeper, tree: tuple[str, ...], links: tuple[str, ...], files: Files, wish: Wish
) -> Changelog | NoChangelog:
    match keeper:
        case Towncrier():
            paths = towncrier.list_fragment_paths(keeper, (*tree, *links))
            path, extra = keeper.path, [keeper.template] if keeper.template else []
        case Scriv():
            paths, path, extra = scriv.list_fragment_paths(keeper, (*tree, *links)), keeper.path, []
        case PerRelease():
            paths, path, extra = list_of_folder(keeper, tree), keeper.folder, list(keeper.indexes)
    named = {path, *paths, *extra}
    kept = {name: content for name, content in files.items() if name in named or _is_near(keeper, name)}
    read = read_changelog(path, kept.get(path)) if path in kept else Changelog(path, "")
    if isinstance(read, NoChangelog):
        return read
    return Changelog(path, read.text, keeper, kept, tuple(paths), wish.style)


def list_of_folder(keeper: PerRelease, tree: tuple[str, ...]) -> list[str]:
    """The files of a folder with one for each release."""
    return [path for path in tree if posixpath.dirname(path) == keeper.folder]


def _is_near(keeper: Keeper, name: str) -> bool:
    """Whether a file may be that of a version, whose name only the release tells."""
    if isinstance(keeper, Towncrier) and not keeper.single:
        return posixpath.dirname(name) == posixpath.dirname(keeper.path)
    return False


def _find_file(tree: tuple[str, ...], files: Files, wish: Wish) -> Changelog | NoChangelog:
    """The one file in which a project keeps its changelog: the first that has a heading of a version."""
    if wish.file is not None and wish.file not in tree:
        return NoChangelog(wish.file, "is not there")
    paths = [wish.file] if wish.file is not None else list_changelogs(tree, wish.root)[:_MOST_CANDIDATES]
    found = [read_changelog(path, files[path]) for path in paths if path in files]
    kept = [one for one in found if isinstance(one, Changelog)]
    usual = [one for one in kept if one.path == wish.file or is_usual(one.path, wish.root)]
    best = next((one for one in kept if _lists_versions(one, at_usual=one in usual)), usual[0] if usual else None)
    if best is not None:
        return Changelog(best.path, best.text, style=wish.style)
    return next((one for one in found if isinstance(one, NoChangelog)), NoChangelog())


def _lists_versions(changelog: Changelog, *, at_usual: bool) -> bool:
    """Whether there are headings of versions, or that of what is not released yet; at an unusual place of two versions."""
    document = read_document(changelog.text, markup_of(changelog.path))
    versions = {heading.version for heading in list_version_headings(document)}
    return len(versions) > 1 or (at_usual and (bool(versions) or find_unreleased(document) is not None))


def _find_keeper(tree: tuple[str, ...], files: Files, wish: Wish) -> Keeper | Refused | None:
    """The tool that keeps the changelog, or the folder with a file for each release."""
    settings = find_towncrier(files, wish.root) or (find_scriv(files) if wish.root == "." else None)
    if settings is not None and not _is_unused(settings, tree):
        other = isinstance(settings, Towncrier | Scriv) and wish.file not in (None, settings.path)
        return None if other else settings
    if wish.file is not None:
        return None
    before = "" if wish.root == "." else f"{wish.root}/"
    folder = find_per_release(path for path in tree if path.startswith(before))
    if folder is None:
        return None
    # A changelog beside it that lists versions by itself is the one that people read.
    candidates = [path for path in list_changelogs(tree, wish.root)[:_MOST_CANDIDATES] if path in files]
    inside = {path for path in folder.indexes if posixpath.dirname(path) == folder.folder}
    read = [read_changelog(path, files[path]) for path in candidates if path not in inside]
    kept = (one for one in read if isinstance(one, Changelog))
    return None if any(_lists_versions(one, at_usual=is_usual(one.path, wish.root)) for one in kept) else folder


def _is_unused(settings: Towncrier | Scriv | Refused, tree: tuple[str, ...]) -> bool:
    """Whether a tool is set up, but nothing of it is there: neither its changelog nor a file beside its fragments.

    Some projects let scriv make GitHub Releases only, of a file that a build makes from the changelog that people write.
    """
    match settings:
        case Refused():
            return False
        case Scriv():
            folder = settings.folder
        case Towncrier():
            # Where each version has a file of its own, none may be there, and no fragment right after a release.
            folders = settings.folders.values()
            folder = posixpath.commonpath(folders) if settings.single and folders else ""
    if folder in ("", "."):
        return False
    return settings.path not in tree and not any(path.startswith(folder + "/") for path in tree)
