"""What every backend works with and answers: a package as its configuration declares it, and where its version comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from bot.versions.checkout import Checkout
from bot.versions.formats.cfg_lines import CfgValue, read_cfg
from bot.versions.formats.text import Text
from bot.versions.formats.toml_spans import Path, TomlDocument, value_at
from bot.versions.project import Site


@dataclass(frozen=True, slots=True)
class Source:
    """Where the version of a project comes from.

    Attributes:
        sites: the declared literals; empty when the version is derived from a tag, or a file is still to be read.
        derived_by: the tool that derives it from the newest tag.
        packages: folders known to be the project's own.
    """

    sites: tuple[Site, ...] = ()
    derived_by: str | None = None
    packages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Package:
    """A package's configuration at a commit.

    Attributes:
        checkout: the commit.
        path: its pyproject.toml in the repository.
        text: that file's text, None when there is none.
        document: its values and spans, None when there is none.
    """

    checkout: Checkout
    path: str
    text: Text | None = field(repr=False)
    document: TomlDocument | None = field(repr=False)

    def value(self, *keys: str | int) -> Any:
        """The value at ``keys`` of pyproject.toml, None when there is none."""
        return None if self.document is None else value_at(self.document.values, keys)

    def string(self, *keys: str | int) -> str | None:
        """The value at ``keys`` of pyproject.toml if it is a string."""
        value = self.value(*keys)
        return value if isinstance(value, str) else None

    def strings(self, *keys: str | int) -> list[str]:
        """The strings in the list (or the one string) at ``keys`` of pyproject.toml."""
        value = self.value(*keys)
        return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]

    @property
    def backend(self) -> str:
        """The module of the build backend, empty when none is named."""
        return self.string("build-system", "build-backend") or ""

    @cached_property
    def requires(self) -> frozenset[str]:
        """The normalised names of what the build requires."""
        return frozenset(filter(None, map(_name, self.strings("build-system", "requires"))))

    @property
    def is_dynamic(self) -> bool:
        """Whether ``[project]`` says that the backend fills the version in."""
        dynamic = self.value("project", "dynamic")
        return isinstance(dynamic, list) and "version" in dynamic

    @cached_property
    def setup_cfg(self) -> Mapping[tuple[str, str], CfgValue]:
        """The options of setup.cfg."""
        text = self.checkout.find_text(self.checkout.resolve("setup.cfg"))
        return read_cfg(text.body) if text else {}


def read_package(checkout: Checkout) -> Package:
    """The package at the checkout's root.

    Raises:
        ProjectRefused: pyproject.toml is too big, not UTF-8 or not TOML.
    """
    path = checkout.resolve("pyproject.toml") or "pyproject.toml"
    found = checkout.find_toml(path)
    return Package(checkout, path, *(found or (None, None)))


def string_site_span(package: Package, keys: Path) -> tuple[int, int] | None:
    """The span of the plain string at ``keys`` of pyproject.toml; None when it has escapes or is no string."""
    if package.text is None or package.document is None:
        return None
    value, span = value_at(package.document.values, keys), package.document.strings.get(keys)
    if span is None or package.text.body[span.start : span.end] != value:
        return None
    return span.start, span.end


def _name(requirement: str) -> str | None:
    try:
        return canonicalize_name(Requirement(requirement[:300]).name)
    except InvalidRequirement:
        return None
