"""Repositories with several packages."""

import time

import pytest

from bot.versions import PackagePlace, find_package, infer_tag_pattern, list_manifests, list_packages_of
from tests.versions.trees import bump_tree, check_bump, read_known, read_tree

CORE = '[project]\nname = "acme-core"\nversion = "1.1.0"\n'
CLI = (
    '[project]\nname = "acme-cli"\nversion = "0.3.0"\n'
    'dependencies = ["acme_core[x]==1.1.0 ; python_version > \'3\'", "other==1.1.0", "acme-core>=1.1.0"]\n'
    '[project.optional-dependencies]\nx = ["acme.core ~= 1.1.0"]\n'
    '[build-system]\nrequires = ["acme-core==1.0.0"]\n'
)
LOCK = "".join(
    f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ editable = "{folder}" }}\n\n'
    for name, version, folder in (("acme-cli", "0.3.0", "libs/cli"), ("acme-core", "1.1.0", "libs/core"))
)
TREE = {
    "pyproject.toml": '[project]\nname = "acme"\nversion = "1.1.0"\n[tool.uv.workspace]\nmembers = ["libs/*"]\n',
    "libs/core/pyproject.toml": CORE,
    "libs/core/src/acme_core/__init__.py": "__version__ = '1.1.0'\n",
    "libs/cli/pyproject.toml": CLI,
    "acme/__init__.py": "__version__ = '1.1.0'\n",
    "tests/pyproject.toml": CORE,
    "uv.lock": LOCK,
}


def manifests(tree: dict[str, str]) -> dict[str, bytes]:
    return {path: tree[path].encode() for path in list_manifests(tree)}


def test_the_packages_are_listed_with_their_folders() -> None:
    packages = list_packages_of(manifests(TREE))
    assert packages == [
        PackagePlace("acme", "."),
        PackagePlace("acme-cli", "libs/cli", is_member=True),
        PackagePlace("acme-core", "libs/core", is_member=True),
    ]
    assert find_package(packages, "Acme_Core") == find_package(packages, "libs/core/") == packages[2]
    assert find_package(packages, "nothing") is None


def test_a_package_is_released_with_its_siblings_pins_and_the_lock() -> None:
    check_bump(
        TREE,
        "1.2.0",
        ("libs/core/pyproject.toml", "1.1.0", "1.2.0"),
        ("libs/core/src/acme_core/__init__.py", "1.1.0", "1.2.0"),
        ("libs/cli/pyproject.toml", "acme_core[x]==1.1.0", "acme_core[x]==1.2.0"),
        ("libs/cli/pyproject.toml", "acme.core ~= 1.1.0", "acme.core ~= 1.2.0"),
        ("uv.lock", 'name = "acme-core"\nversion = "1.1.0"', 'name = "acme-core"\nversion = "1.2.0"'),
        root="libs/core",
    )


def test_the_package_at_the_top_leaves_the_others_alone() -> None:
    assert bump_tree(TREE, "1.2.0").keys() == {"pyproject.toml", "acme/__init__.py"}


def test_a_requirement_of_poetry_follows() -> None:
    tree = {
        "a/pyproject.toml": '[tool.poetry]\nname = "a"\nversion = "1.1.0"\n',
        "b/pyproject.toml": '[tool.poetry]\nname = "b"\nversion = "2.0"\n[tool.poetry.dependencies]\na = "1.1.0"\nc = "1.1.0"\n',
        "c/setup.py": "setup(name='c', version='1.1.0')\n",
    }
    assert [package.name for package in list_packages_of(manifests(tree))] == ["a", "b", "c"]
    assert bump_tree(tree, "1.2.0", "a")["b/pyproject.toml"] == tree["b/pyproject.toml"].replace(
        '\na = "1.1', '\na = "1.2'
    )
    assert bump_tree(tree, "1.2.0", "c").keys() == {"c/setup.py", "b/pyproject.toml"}


@pytest.mark.parametrize(
    ("tags", "pattern"),
    [
        (["acme-core@1.1.0", "acme-cli@0.3.0"], "acme-core@{version}"),
        (["acme-cli==0.3.0", "acme_core==1.1.0"], "acme_core=={version}"),
        (["acme-core-v1.1.0", "v9"], "acme-core-v{version}"),
    ],
)
def test_each_package_has_its_own_tags(tags: list[str], pattern: str) -> None:
    assert infer_tag_pattern(tags, "acme-core") == pattern


def test_a_hundred_packages_are_planned_quickly_and_in_few_rounds() -> None:
    tree = {
        f"libs/p{n}/pyproject.toml": f'[project]\nname = "p{n}"\nversion = "1.1.0"\ndependencies = ["p0==1.1.0"]\n'
        for n in range(100)
    } | {f"libs/p0/src/p0/m{n}.py": "" for n in range(20_000)}
    started = time.perf_counter()
    assert len(list_packages_of(manifests(tree))) == 100
    project = read_tree(tree, "libs/p0")
    assert len(project.sites) >= 50
    assert len(read_known(tree, "libs/p0")) <= 100
    assert time.perf_counter() - started < 20
