"""The files that setup.py may read: what its strings may mean among the package's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.versions.backends.setup_py import SetupPy
from bot.versions.backends.source import Package
from bot.versions.formats.python_paths import list_path_strings
from bot.versions.layout import is_foreign, list_version_modules

MOST_CANDIDATES = 20
"""Files that are looked into."""

_MOST_SUFFIXES = 200


def list_candidates(package: Package, setup: SetupPy) -> Iterator[str]:
    """The files that may hold what setup.py passes: those it names, beside the version first, then the usual modules."""
    version = setup.arguments.get("version")
    named = [*(list_path_strings(version) if version is not None else ()), *list_path_strings(setup.module.tree)]
    located = dict.fromkeys(locate(package, setup, named))
    yield from located
    for path in list_version_modules(package.checkout.relative(), setup.string("name") or "", setup.packages):
        resolved = package.checkout.resolve(path)
        if resolved is not None and resolved not in located and resolved != setup.path:
            yield resolved


def locate(package: Package, setup: SetupPy, named: Iterable[str]) -> Iterator[str]:
    """The files that the ends of paths in setup.py may mean."""
    checkout, seen = package.checkout, {setup.path}
    own = checkout.relative()
    for suffix in list(dict.fromkeys(named))[:_MOST_SUFFIXES]:
        inside = [path for path in own if path == suffix or path.endswith("/" + suffix)]
        # "version.py" alone may lie in any folder; the shallowest is the package's.
        for path in sorted(inside, key=lambda path: path.count("/"))[:3]:
            resolved = checkout.resolve(path)
            if resolved is not None and resolved not in seen and not is_foreign(path):
                seen.add(resolved)
                yield resolved
