"""Repositories with several packages."""

import time

import pytest

from bot.versions import (
    PackagePlace,
    find_package,
    infer_package_tag_pattern,
    infer_tag_pattern,
    is_tagged_apart,
    list_further_manifests,
    list_manifests,
    list_packages_of,
    list_touched,
)
from tests.versions.trees import bump_tree, check_bump, read_known, read_tree

CORE = '[project]\nname = "acme-core"\nversion = "1.1.0"\n'
CLI = (
    '[project]\nname = "acme-cli"\nversion = "0.3.0"\n'
    'dependencies = ["acme_core[x]==1.1.0 ; python_version > \'3\'", "other==1.1.0", "acme-core>=1.1.0"]\n'
    '[project.optional-dependencies]\nx = ["acme.core ~= 1.1.0"]\n'
    '[build-system]\nrequires = ["acme-core==1.0.0"]\n'
)


def test_what_is_required_of_a_sibling_at_this_version_is_named() -> None:
    tree = {
        "w/pyproject.toml": '[project]\nname = "w"\nversion = "1.1.0"\n[project.optional-dependencies]\n'
        'c = ["w-c == 1.1.0; x", "other == 1.1.0", "w_old == 1.0"]\n',
        "c/pyproject.toml": '[project]\nname = "W_c"\nversion = "1.1.0"\n',
        "old/pyproject.toml": '[project]\nname = "w-old"\nversion = "1.0"\n',
    }
    project = read_tree(tree, "w")
    assert [(item.path, item.line, item.text) for item in project.lookalikes] == [
        ("w/pyproject.toml", 5, "w-c == 1.1.0; x")
    ]
    assert bump_tree(tree, "1.2.0", "w").keys() == {"w/pyproject.toml"}
    assert bump_tree(tree, "1.2.0", "c").keys() == {"c/pyproject.toml", "w/pyproject.toml"}


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
        # Without a build system uv does not take the project at the top of a workspace for a package.
        PackagePlace("acme", ".", is_private=True),
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
    started = time.process_time()
    assert len(list_packages_of(manifests(tree))) == 100
    project = read_tree(tree, "libs/p0")
    assert len(project.sites) >= 50
    assert len(read_known(tree, "libs/p0")) <= 100
    assert time.process_time() - started < 20


@pytest.mark.parametrize(
    "said",
    [
        'name = "a"\nclassifiers = ["Private :: Do Not Upload"]',
        'name = "a"\n[tool.uv]\npackage = false',
        'name = "a"\n[tool.poetry]\npackage-mode = false',
    ],
)
def test_a_package_that_is_never_published_says_so(said: str) -> None:
    (package,) = list_packages_of({"libs/a/pyproject.toml": f"[project]\n{said}\n".encode()})
    assert package.is_private


def test_a_project_at_the_top_of_a_workspace_that_can_be_built_is_a_package() -> None:
    top = '[project]\nname = "a"\n[build-system]\nrequires = []\n[tool.uv.workspace]\nmembers = ["libs/*"]\n'
    (package,) = list_packages_of({"pyproject.toml": top.encode()})
    assert not package.is_private


def test_settings_say_where_a_package_lies() -> None:
    tree = {"libs/core/pyproject.toml": CORE, "examples/core/pyproject.toml": CORE, "examples/cli/pyproject.toml": CLI}
    files = {path: text.encode() for path, text in tree.items()}
    named = {"acme-core": "examples/core", "acme-cli": "examples/cli/"}
    assert list_packages_of(files, named) == [
        PackagePlace("acme-core", "examples/core", is_member=True),
        PackagePlace("acme-cli", "examples/cli", is_member=True),
    ]
    assert list_packages_of(files, {"other": "libs/core"}) == [PackagePlace("acme-core", "libs/core")]


TOP = PackagePlace("acme", ".")
CORE_PLACE = PackagePlace("acme-core", "libs/core")
CLI_PLACE = PackagePlace("acme-cli", "libs/cli")
INNER = PackagePlace("acme-core-c", "libs/core/c")


@pytest.mark.parametrize(
    ("packages", "paths", "touched"),
    [
        ([TOP, CORE_PLACE, CLI_PLACE], ["libs/core/a.py"], [CORE_PLACE]),
        ([TOP, CORE_PLACE, CLI_PLACE], ["libs/cli/a.py", "libs/core/b.py"], [CORE_PLACE, CLI_PLACE]),
        ([TOP, CORE_PLACE], ["README.md", "libs/corel/a.py"], [TOP]),
        ([CORE_PLACE, CLI_PLACE], ["uv.lock", ".github/workflows/ci.yml"], []),
        ([CORE_PLACE, INNER], ["libs/core/c/x.c"], [INNER]),
        ([CORE_PLACE, INNER], ["libs/core/x.py", "libs/core/c/x.c"], [CORE_PLACE, INNER]),
        ([TOP], [], []),
    ],
)
def test_a_changed_file_belongs_to_the_innermost_package_around_it(
    packages: list[PackagePlace], paths: list[str], touched: list[PackagePlace]
) -> None:
    assert list_touched(packages, paths) == tuple(touched)


@pytest.mark.parametrize(
    ("tags", "pattern"),
    [
        (["acme-cli-v0.3.0", "v1.0.0"], "acme-cli-v{version}"),
        (["acme_cli@0.3.0"], "acme_cli@{version}"),
        (["acme-cli/v0.3.0"], "acme-cli/v{version}"),
        (["acme-cli==0.3.0"], "acme-cli=={version}"),
        (["cli-v0.3.0"], "cli-v{version}"),
        # It was never released: its tags will be shaped as those of its siblings are.
        (["acme-core@1.1.0"], "acme-cli@{version}"),
        (["acme_core-1.1.0"], "acme_cli-{version}"),
        (["core-v1.1.0"], "cli-v{version}"),
        (["acme-core==1.1.0", "acme-cli-v0.1.0"], "acme-cli-v{version}"),
        # Plain tags are those of the package at the top, or of nobody.
        (["v1.1.0"], "acme-cli-v{version}"),
        ([], "acme-cli-v{version}"),
    ],
)
def test_the_tags_of_a_package_are_called_after_it(tags: list[str], pattern: str) -> None:
    assert infer_package_tag_pattern(tags, CLI_PLACE, [CORE_PLACE]) == pattern


def test_a_package_alone_in_a_folder_may_have_plain_tags() -> None:
    assert infer_package_tag_pattern(["1.1.0"], CLI_PLACE, []) == "{version}"


@pytest.mark.parametrize(("tag", "apart"), [("cli-v1.0", True), ("acme-cli==1.0", True), ("v1.0", False)])
def test_tags_of_its_own_show_that_a_package_is_released_apart(tag: str, apart: bool) -> None:
    assert is_tagged_apart([tag], CLI_PLACE) is apart
    assert not is_tagged_apart([tag], CORE_PLACE)


MATURIN = '[build-system]\nrequires = ["maturin"]\nbuild-backend = "maturin"\n'


@pytest.mark.parametrize("root", [".", "libs/py"])
@pytest.mark.parametrize(
    ("told", "beside", "manifest"),
    [
        (MATURIN, {}, "Cargo.toml"),
        (MATURIN + '[tool.poetry]\nname = "other"\n', {}, "Cargo.toml"),
        (MATURIN, {"setup.cfg": "[metadata]\nname = other\n"}, "rust/Cargo.toml"),
        (MATURIN + '[tool.maturin]\nmanifest-path = "c/Cargo.toml"\n', {"Cargo.toml": "[workspace]\n"}, "c/Cargo.toml"),
        (MATURIN + '[tool.maturin]\npython-source = "py"\n', {"Cargo.toml": "[workspace]\n"}, "rust/Cargo.toml"),
    ],
)
def test_a_package_that_is_called_as_its_crate_is_listed_so(
    root: str, told: str, beside: dict[str, str], manifest: str
) -> None:
    crate = '[package]\nname = "widget-rs"\nversion = "1.1.0"\n'
    tree = {f"{root}/{path}": text for path, text in (beside | {"pyproject.toml": told, manifest: crate}).items()}
    tree = {path.removeprefix("./"): text for path, text in tree.items()}
    known = manifests(tree)
    crates = list_further_manifests(tree, known)
    assert crates == [f"{root}/{manifest}".removeprefix("./")]
    known |= {path: tree[path].encode() for path in crates}
    assert list_further_manifests(tree, known) == []
    for files in (known, {path: text.encode() for path, text in tree.items()}):
        assert list_packages_of(files) == [PackagePlace("widget-rs", root)]
    assert read_tree(tree, root).name == "widget-rs"


def test_a_package_whose_pyproject_only_configures_tools_is_called_as_its_setup_says() -> None:
    tools, setup = "[tool.mypy]\nstrict = true\n", 'setup(name="{name}", version="1.1.0")\n'
    tree = {
        "pyproject.toml": tools,
        "setup.py": "from setuptools import setup\n" + setup.format(name="widget"),
        "utils/cli/setup.py": "from setuptools import setup\n" + setup.format(name="widget-cli"),
        "more/pyproject.toml": '[build-system]\nrequires = ["setuptools"]\n',
        "more/setup.cfg": "[metadata]\nname = widget-more\nversion = 1.1.0\n",
        "named/pyproject.toml": '[project]\nname = "widget-named"\n',
        "named/setup.py": "raise SystemExit\n",
        "broken/pyproject.toml": "[\n",
        "broken/setup.py": "raise SystemExit\n",
    }
    known = manifests(tree)
    further = list_further_manifests(tree, known)
    assert sorted(further) == ["more/setup.cfg", "setup.py"]
    known |= {path: tree[path].encode() for path in further}
    assert list_further_manifests(tree, known) == []
    names = {place.root: place.name for place in list_packages_of(known)}
    assert names == {".": "widget", "more": "widget-more", "named": "widget-named", "utils/cli": "widget-cli"}


def test_no_crate_is_read_for_a_package_that_names_itself() -> None:
    tree = {
        "pyproject.toml": MATURIN + '[project]\nname = "widget"\n',
        "a/pyproject.toml": '[tool.poetry]\nname = "a"\ndescription = "like maturin"\n',
        "b/pyproject.toml": "maturin = [\n",
        "c/pyproject.toml": MATURIN,
        "Cargo.toml": '[package]\nname = "widget-rs"\n',
        "a/Cargo.toml": '[package]\nname = "a-rs"\n',
        "b/Cargo.toml": '[package]\nname = "b-rs"\n',
    }
    assert list_further_manifests(tree, manifests(tree)) == []
    assert [place.name for place in list_packages_of(manifests(tree))] == ["widget", "a"]
