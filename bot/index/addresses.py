"""Where package indexes live: the one module that knows the public addresses of PyPI and TestPyPI.

Operators may define more indexes, or redefine ``pypi`` itself (an index whose name is ``pypi`` is where publishing
tools upload when a workflow names no address). Repositories may only name an index that the operator knows:
otherwise their settings could make us fetch any address.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from packaging.utils import canonicalize_name

_TITLES = {"pypi": "PyPI", "testpypi": "TestPyPI"}


@dataclass(frozen=True, slots=True)
class Index:
    """A package index.

    All addresses end with a slash. ``upload_url`` is where tools upload, ``web_base`` the address under which a project
    has its page, ``upload_hosts`` are all hosts that uploads to it name, and ``aliases`` the names tools know it by.
    ``manage_base`` is the address under which a project's Trusted Publishers are edited, when it has one.
    ``publishers_on`` is the one GitHub whose workflows can be its Trusted Publishers, or None when that is the
    operator's to know.
    """

    name: str
    simple_url: str
    upload_url: str
    integrity_url: str | None
    web_base: str
    upload_hosts: frozenset[str]
    aliases: frozenset[str] = frozenset()
    manage_base: str | None = None
    publishers_on: str | None = None

    @property
    def title(self) -> str:
        """How people call it."""
        return _TITLES.get(self.name, self.name)

    def project_url(self, project: str) -> str:
        """Address of a project's entry in the Simple API."""
        return f"{self.simple_url}{canonicalize_name(project)}/"

    def provenance_url(self, project: str, version: str, filename: str) -> str | None:
        """Address of a file's provenance, when this index has such an API."""
        if self.integrity_url is None:
            return None
        parts = (canonicalize_name(project), version, filename)
        return self.integrity_url + "/".join(quote(part, safe="") for part in parts) + "/provenance"

    def web_url(self, project: str, version: str | None = None) -> str:
        """Address of the page that people read."""
        page = f"{self.web_base}{quote(canonicalize_name(project), safe='')}/"
        return f"{page}{quote(version, safe='')}/" if version else page

    def publishing_url(self, project: str) -> str | None:
        """Address of the page on which a project's owners edit its Trusted Publishers."""
        if self.manage_base is None:
            return None
        return f"{self.manage_base}{quote(canonicalize_name(project), safe='')}/settings/publishing/"

    def trusts_workflows_on(self, github_web: str) -> bool:
        """Whether a workflow on the GitHub at this address can be a Trusted Publisher here, as far as we know.

        PyPI pins the issuer of GitHub's identities to that of github.com (pypi/warehouse,
        ``warehouse/oidc/models/github.py``), so neither Enterprise Server nor ghe.com can be one.
        """
        return self.publishers_on is None or urlsplit(github_web).netloc.lower() == self.publishers_on

    def install_option(self) -> str:
        """What ``pip install`` needs to look here: nothing for the index it uses anyway."""
        return "" if self.name == PYPI.name and self.simple_url == PYPI.simple_url else f"--index-url {self.simple_url}"

    def takes_uploads_at(self, url: str) -> bool:
        """Whether a publishing tool that is given this address uploads here."""
        try:
            parts = urlsplit(url.strip())
        except ValueError:
            return False
        return parts.netloc.rpartition("@")[2].lower() in self.upload_hosts

    def is_called(self, name: str) -> bool:
        """Whether a tool's configuration means this index by that name."""
        return name.strip().lower() in {self.name.lower(), *self.aliases}


PYPI = Index(
    name="pypi",
    simple_url="https://pypi.org/simple/",
    upload_url="https://upload.pypi.org/legacy/",
    integrity_url="https://pypi.org/integrity/",
    web_base="https://pypi.org/project/",
    upload_hosts=frozenset({"upload.pypi.org", "pypi.org", "www.pypi.org", "pypi.python.org"}),
    aliases=frozenset({"main"}),
    manage_base="https://pypi.org/manage/project/",
    publishers_on="github.com",
)
"""The Python Package Index."""

TESTPYPI = Index(
    name="testpypi",
    simple_url="https://test.pypi.org/simple/",
    upload_url="https://test.pypi.org/legacy/",
    integrity_url="https://test.pypi.org/integrity/",
    web_base="https://test.pypi.org/project/",
    upload_hosts=frozenset({"test.pypi.org", "testpypi.python.org"}),
    aliases=frozenset({"test", "test-pypi", "test_pypi", "pypi-test", "pypitest"}),
    manage_base="https://test.pypi.org/manage/project/",
    publishers_on="github.com",
)
"""The index for trying things out; accounts, tokens and publishers of its own."""

PUBLIC_INDEXES = (PYPI, TESTPYPI)
"""What is known without any operator settings."""


def define_index(
    name: str, base_url: str, *, upload_hosts: Iterable[str] = (), integrity: bool = True, web_base: str | None = None
) -> Index:
    """An index of the operator's, laid out like PyPI below ``base_url``.

    One that is called like a public index stands in for it: it is also recognised by that one's hosts and aliases,
    since workflow files keep naming those.
    """
    base = base_url.rstrip("/") + "/"
    public = next((index for index in PUBLIC_INDEXES if index.name == name), None)
    hosts = {urlsplit(base).netloc.lower(), *(host.lower() for host in upload_hosts)}
    behind = next((index for index in PUBLIC_INDEXES if index.upload_hosts & hosts), None)
    return Index(
        name=name,
        simple_url=f"{base}simple/",
        upload_url=f"{base}legacy/",
        integrity_url=f"{base}integrity/" if integrity else None,
        web_base=web_base or f"{base}project/",
        upload_hosts=frozenset(hosts) | (public.upload_hosts if public else frozenset()),
        aliases=public.aliases if public else frozenset(),
        publishers_on=behind.publishers_on if behind else None,
    )


def known_indexes(defined: Iterable[Index] = ()) -> dict[str, Index]:
    """Every index that may be named, by name: the public ones, overridden and joined by the operator's."""
    return {index.name: index for index in (*PUBLIC_INDEXES, *defined)}
