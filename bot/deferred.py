"""What our dependencies load although we may never need it: a tenth of the memory of a bot that waits.

- DBOS imports psycopg, of which it wants nothing but the names of errors unless the database is PostgreSQL.
- structlog imports rich to draw tracebacks with the values of all variables; our lines are plain and hold no values.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any


class Deferred(ModuleType):
    """Stands for a module until something of it is asked for, and for all of it from then on."""

    def __getattr__(self, name: str) -> Any:
        for known, module in list(sys.modules.items()):
            if isinstance(module, Deferred) and known.partition(".")[0] == self.__name__.partition(".")[0]:
                del sys.modules[known]
        return getattr(importlib.import_module(self.__name__), name)


def defer(package: str, *submodules: str) -> None:
    """Let ``import package`` and ``from package import submodule`` load nothing yet; too late, it changes nothing."""
    if package in sys.modules:
        return
    standing = sys.modules[package] = Deferred(package)
    # Python looks for this before it takes one of the submodules.
    standing.__path__ = []
    for name in submodules:
        setattr(standing, name, Deferred(f"{package}.{name}"))


def import_without(absent: str, wanted: str) -> None:
    """Import the module ``wanted`` as if the package ``absent`` were not installed, which it can do without."""
    if wanted in sys.modules or absent in sys.modules:
        return
    # This is how Python itself notes that a module cannot be imported.
    sys.modules[absent] = None  # type: ignore[assignment]
    try:
        importlib.import_module(wanted)
    finally:
        del sys.modules[absent]


defer("psycopg", "errors")
import_without("rich", "structlog")
