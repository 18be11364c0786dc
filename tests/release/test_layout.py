"""Which packages a commit has, as the bot reads it: few requests, and none for what nobody needs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from bot.github.access import Access
from bot.release.commits import Commits
from bot.release.hints import Hints
from tests.bench.planning import CountingSession

MATURIN = '[build-system]\nrequires = ["maturin"]\nbuild-backend = "maturin"\n'


@pytest.mark.parametrize(
    ("told", "name", "requests"), [(MATURIN, "widget-rs", 3), (MATURIN + '[project]\nname = "widget"\n', "widget", 2)]
)
async def test_a_crate_is_read_only_where_it_gives_its_name(told: str, name: str, requests: int) -> None:
    crate = '[package]\nname = "widget-rs"\nversion = "1.1.0"\n'
    session = CountingSession({"libs/py/pyproject.toml": told, "libs/py/Cargo.toml": crate})
    commits = Commits(cast("Access", SimpleNamespace(read=session, repository=SimpleNamespace(id=1))), Hints())
    assert [place.name for place in await commits.list_packages("c" * 40)] == [name]
    assert session.requests == requests


@pytest.mark.parametrize(
    ("tags", "requests", "together"), [(("v1.1.0", "v1.0.0"), 3, ["acme-core"]), (("v1.1.0",), 2, [])]
)
async def test_where_versions_stand_is_read_only_where_packages_may_go_on_together(
    tags: tuple[str, ...], requests: int, together: list[str]
) -> None:
    hatch = '[project]\nname = "{}"\ndynamic = ["version"]\n[tool.hatch.version]\npath = "v.py"\n'
    files = {"pyproject.toml": hatch.format("acme"), "core/pyproject.toml": hatch.format("acme-core")}
    session = CountingSession(files | {"v.py": "__version__ = '1.1.0'\n", "core/v.py": "__version__ = '1.1.0'\n"})
    access = SimpleNamespace(read=session, repository=SimpleNamespace(id=1))
    commits = Commits(cast("Access", access), Hints())
    commits.know_tags(tags)
    packages = await commits.list_packages("c" * 40)
    assert [one.name for place in packages for one in place.together] == together
    assert session.requests == requests
