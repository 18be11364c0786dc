"""Which packages have a line of their own, and what of the repository is whose."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.changelog import Change
from bot.github.facts import TagRef
from bot.github.landed import History, Landed
from bot.release.packages import Share, find_share, find_touched, line_for
from bot.release.since import gather_since
from bot.release.snapshot import Line
from bot.settings.repository import RepositorySettings
from bot.versions import PackagePlace

TOP = PackagePlace("acme", ".")
CORE = PackagePlace("Acme.Core", "libs/core", is_member=True)
CLI = PackagePlace("acme-cli", "libs/cli", is_member=True)
EXAMPLE = PackagePlace("example", "more/example")
BOTH = replace(CORE, together=(CLI,))
POOL = PackagePlace("acme-pool", "libs/pool", is_member=True)


def test_the_top_is_the_line_of_no_package() -> None:
    assert line_for("main", TOP) == Line("main")
    assert line_for("1.x", CORE) == Line("1.x", "acme-core")


@pytest.mark.parametrize(
    ("packages", "line", "share"),
    [
        ([TOP], Line("main"), None),
        ([CORE], Line("main", "acme-core"), None),
        ([TOP, EXAMPLE], Line("main"), None),
        ([TOP, CORE, CLI, EXAMPLE], Line("main"), Share(".", ("libs/core", "libs/cli"))),
        ([TOP, CORE, CLI], Line("main", "acme-core"), Share("libs/core", (".", "libs/cli"))),
        ([CORE, CLI], Line("main", "acme-cli"), Share("libs/cli", ("libs/core",))),
        ([CORE, CLI], Line("main", "gone"), None),
        ([BOTH], Line("main", "acme-core"), None),
        ([BOTH, POOL], Line("main", "acme-core"), Share("libs/core", ("libs/pool",), ("libs/cli",))),
        ([BOTH, POOL], Line("main", "acme-pool"), Share("libs/pool", ("libs/core", "libs/cli"))),
        ([TOP, EXAMPLE], Line("main", "example"), Share("more/example", (".",))),
    ],
)
def test_what_is_whose(packages: list[PackagePlace], line: Line, share: Share | None) -> None:
    assert find_share(packages, (), line) == share


@pytest.mark.parametrize(
    ("packages", "paths", "line"),
    [
        ([], ["a.py"], Line("main")),
        ([TOP], None, Line("main")),
        ([TOP, EXAMPLE], ["more/example/a.py"], Line("main")),
        ([CORE], ["README.md"], Line("main", "acme-core")),
        ([TOP, CORE], ["libs/core/a.py"], Line("main", "acme-core")),
        ([TOP, CORE], ["README.md"], Line("main")),
        ([TOP, CORE], ["README.md", "libs/core/a.py"], None),
        ([CORE, CLI], ["README.md"], None),
        ([CORE, CLI], None, None),
        ([BOTH, POOL], ["libs/cli/a.py"], Line("main", "acme-core")),
        ([BOTH, POOL], ["libs/cli/a.py", "libs/core/b.py"], Line("main", "acme-core")),
        ([BOTH, POOL], ["libs/cli/a.py", "libs/pool/b.py"], None),
    ],
)
def test_which_one_package_a_change_concerns(
    packages: list[PackagePlace], paths: list[str] | None, line: Line | None
) -> None:
    assert find_touched(packages, (), "main", paths) == line


def list_titles(share: Share | None) -> list[str]:
    landed = [
        Landed("a" * 40, "feat: core", "wanda", is_merge=False, pull=None, paths=("libs/core/a.py", "README.md")),
        Landed("b" * 40, "feat: top", "wanda", is_merge=False, pull=None, paths=("README.md",)),
        Landed("c" * 40, "feat: anything", "wanda", is_merge=False, pull=None, paths=None),
    ]
    history = History("c" * 40, tuple(landed), complete=True)
    since = gather_since(TagRef("v1", "d" * 40, annotated=True), history, RepositorySettings().rules(), share)
    assert since.shas == ("c" * 40, "b" * 40, "a" * 40)
    changes: tuple[Change, ...] = since.changes
    return [change.title.removeprefix("feat: ") for change in changes]


def test_of_its_share_alone_a_release_is_made() -> None:
    assert list_titles(None) == ["anything", "top", "core"]
    assert list_titles(Share("libs/core", (".", "libs/cli"))) == ["anything", "core"]
    assert list_titles(Share("libs/cli", (".", "libs/core"))) == ["anything"]
    assert list_titles(Share(".", ("libs/core", "libs/cli"))) == ["anything", "top", "core"]


def test_a_change_in_any_folder_of_packages_that_go_on_together_is_theirs() -> None:
    share = find_share([BOTH, POOL], (), Line("main", "acme-core"))
    assert share is not None
    changes = tuple(
        Change(name, None, "", paths=(path,))
        for name, path in (("core", "libs/core/a"), ("cli", "libs/cli/a"), ("pool", "libs/pool/a"), ("none", "README"))
    )
    assert [change.sha for change in share.pick(changes)] == ["core", "cli"]
