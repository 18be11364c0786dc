"""Which package a command is about, in repositories of every layout."""

from __future__ import annotations

import pytest

from bot.conversation.aiming import Aim, choose
from bot.conversation.grammar import parse
from bot.conversation.registry import Command
from bot.conversation.understanding import Misunderstood, understand
from bot.release.packages import list_choices
from bot.release.reasons import Because, Reason
from bot.release.snapshot import Line
from bot.versions import PackagePlace, list_manifests, list_packages_of

BUILT = '[build-system]\nrequires = ["hatchling"]\n'
CORE, CLI = '[project]\nname = "Acme.Core"\nversion = "1.0"\n', '[project]\nname = "acme-cli"\nversion = "1.0"\n'
LIBS = {"libs/core/pyproject.toml": CORE, "libs/cli/pyproject.toml": CLI}
TOP = f'[project]\nname = "acme"\nversion = "1.0"\n{BUILT}'
UV_MEMBERS = '[tool.uv.workspace]\nmembers = ["libs/*"]\n'
POETRY = '[tool.poetry]\nname = "NAME"\nversion = "1.0"\n'


def packages_of(files: dict[str, str]) -> list[PackagePlace]:
    assert set(list_manifests(files)) == set(files)
    return list_packages_of({path: text.encode() for path, text in files.items()})


@pytest.mark.parametrize(
    ("files", "tags", "names"),
    [
        pytest.param({"pyproject.toml": TOP}, [], ["acme"], id="one package"),
        pytest.param({"pyproject.toml": UV_MEMBERS, **LIBS}, [], ["acme-cli", "Acme.Core"], id="uv, no project above"),
        pytest.param({"pyproject.toml": TOP + UV_MEMBERS, **LIBS}, [], ["acme", "acme-cli", "Acme.Core"], id="uv"),
        pytest.param(
            {"pyproject.toml": TOP.replace(BUILT, "") + UV_MEMBERS, **LIBS}, [], ["acme-cli", "Acme.Core"], id="uv, virtual"
        ),
        pytest.param(
            {
                "pyproject.toml": POETRY.replace("NAME", "acme") + "package-mode = false\n",
                "a/pyproject.toml": POETRY.replace("NAME", "a"),
                "b/pyproject.toml": POETRY.replace("NAME", "b"),
            },
            [],
            ["a", "b"],
            id="Poetry",
        ),
        # Hatch keeps its backend beside itself: its tags tell that it is released apart.
        pytest.param({"pyproject.toml": TOP, "core/pyproject.toml": CORE}, ["acme-core-v1.0"], ["acme", "Acme.Core"], id="plain, tagged"),
        pytest.param({"pyproject.toml": TOP, "core/pyproject.toml": CORE}, ["core-v1.0"], ["acme", "Acme.Core"], id="plain, by folder"),
        pytest.param({"pyproject.toml": TOP, "tools/x/pyproject.toml": CORE}, ["v1.0"], ["acme"], id="a tool below"),
        pytest.param({"python/pyproject.toml": CORE}, ["v1.0"], ["Acme.Core"], id="one package in a folder"),
        pytest.param({"a/setup.py": "setup(name='a', version='1')\n", "b/setup.cfg": "[metadata]\nname = b\n"}, [], ["a", "b"], id="plain"),
        pytest.param({"pyproject.toml": "[tool.ruff]\n"}, [], [], id="none"),
    ],
)  # fmt: skip
def test_the_packages_that_may_be_meant(files: dict[str, str], tags: list[str], names: list[str]) -> None:
    assert [package.name for package in list_choices(packages_of(files), tags)] == names


def command(line: str) -> Command:
    understood = understand(parse(line)[0])
    assert isinstance(understood, Command)
    return understood


def test_the_package_at_the_top_has_the_line_of_the_base_itself() -> None:
    packages = packages_of({"pyproject.toml": TOP + UV_MEMBERS, **LIBS})
    assert choose(command("/release Acme 1.0"), "main", packages, ()) == Aim(Line("main"), "acme")
    assert choose(command("/release acme_core 1.0"), "main", packages, ()) == Aim(
        Line("main", "acme-core"), "Acme.Core"
    )
    assert choose(command("/release libs/cli 1.0"), "1.x", packages, ()) == Aim(Line("1.x", "acme-cli"), "acme-cli")


def test_one_that_is_not_counted_may_be_named_all_the_same() -> None:
    packages = packages_of({"pyproject.toml": TOP, "tools/x/pyproject.toml": CORE})
    assert choose(command("/release 1.0"), "main", packages, ()) == Aim(Line("main"))
    assert choose(command("/release acme-core 1.0"), "main", packages, ()) == Aim(
        Line("main", "acme-core"), "Acme.Core"
    )


def test_a_repository_without_a_package_is_refused_where_its_files_are_read() -> None:
    assert choose(command("/release 1.0"), "main", [], ()) == Aim(Line("main"))
    assert isinstance(choose(command("/release acme 1.0"), "main", [], ()), Misunderstood)


def test_of_very_many_packages_the_first_are_listed() -> None:
    packages = [PackagePlace(f"p{number}", f"libs/p{number}") for number in range(1000)]
    unnamed = choose(command("/release 1.0"), "main", packages, ())
    assert isinstance(unnamed, Because)
    assert unnamed.code is Reason.PACKAGE_UNNAMED
    assert (len(unnamed.get("lines").splitlines()), unnamed.get("more")) == (20, "980")
    unknown = choose(command("/release q 1.0"), "main", packages, ())
    assert isinstance(unknown, Because)
    assert (len(unknown.get("packages").splitlines()), unknown.get("more")) == (20, "980")


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("/release acme-clii 1.0", "/release acme-cli 1.0"),
        ("/release CLI 1.0 --dry-run", "/release acme-cli 1.0 --dry-run"),
        ("/release core minor", "/release Acme.Core minor"),
        ("/release approve crore 1.0 1a2b3c4", "/release approve Acme.Core 1.0 1a2b3c4"),
    ],
)
def test_a_misspelt_name_leads_to_the_one_that_is_nearest(line: str, meant: str) -> None:
    wrong = choose(command(line), "main", packages_of({"pyproject.toml": UV_MEMBERS, **LIBS}), ())
    assert isinstance(wrong, Because)
    assert (wrong.code, wrong.get("line"), wrong.get("sure")) == (Reason.PACKAGE_UNKNOWN, meant, "yes")
