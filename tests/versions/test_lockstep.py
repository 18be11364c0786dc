"""Packages that carry one version under one tag are released as one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.versions import (
    PackagePlace,
    Project,
    ProjectCode,
    ProjectProblem,
    bump,
    find_package,
    join_lockstep,
    list_packages_of,
    list_version_sources,
    may_go_together,
    read_project,
    wanted_paths,
)

TOP = PackagePlace("acme", ".", version="1.2.0")
CORE = PackagePlace("acme-core", "libs/core", version="1.2.0")
POOL = PackagePlace("acme-pool", "libs/acme_pool", version="1.2.0")
TAGS = ("v1.2.0", "v1.1.0")


def together(joined: list[PackagePlace]) -> dict[str, list[str]]:
    return {one.name: [other.name for other in one.together] for one in joined}


@pytest.mark.parametrize(
    ("packages", "tags", "expected"),
    [
        ([TOP, CORE], TAGS, {"acme": ["acme-core"]}),
        ([CORE, POOL], TAGS, {"acme-core": ["acme-pool"]}),
        ([POOL, PackagePlace("acme", "a/long", version="1.2")], TAGS, {"acme": ["acme-pool"]}),
        ([TOP, replace(CORE, version="1.2.0.dev1")], TAGS, {"acme": [], "acme-core": []}),
        ([TOP, replace(CORE, version=None)], TAGS, {"acme": [], "acme-core": []}),
        ([TOP, replace(CORE, is_private=True)], TAGS, {"acme": [], "acme-core": []}),
        # One release may make them equal by chance: everything begins with 0.1.0.
        ([TOP, CORE], TAGS[:1], {"acme": [], "acme-core": []}),
        ([TOP, CORE], ("v1.1.0",), {"acme": [], "acme-core": []}),
        ([TOP, CORE], ("v1.2.0", "v1.4.0"), {"acme": [], "acme-core": []}),
        # Tags called after one of them, after its folder or after the end of its name, are its own.
        ([TOP, CORE, POOL], (*TAGS, "acme-core-v1.1.0"), {"acme": ["acme-pool"], "acme-core": []}),
        ([TOP, CORE, POOL], (*TAGS, "core@1.1.0"), {"acme": ["acme-pool"], "acme-core": []}),
        ([TOP, CORE, POOL], (*TAGS, "pool-1.1.0"), {"acme": ["acme-core"], "acme-pool": []}),
        ([TOP, CORE], (*TAGS, "acme-1.1.0"), {"acme": [], "acme-core": []}),
        ([TOP, CORE, POOL], (*TAGS, "acme-1.1.0"), {"acme": [], "acme-core": [], "acme-pool": []}),
        # What they were released by long ago tells nothing any more.
        ([TOP, CORE], (*(f"v1.1.{n}" for n in reversed(range(10))), "acme-core-v0.3"), {"acme": ["acme-core"]}),
        ([TOP, CORE], (*(f"v1.1.{n}" for n in reversed(range(9))), "acme-core-v0.3"), {"acme": [], "acme-core": []}),
        ([TOP], TAGS, {"acme": []}),
        ([], TAGS, {}),
    ],
)
def test_the_files_and_the_tags_tell(
    packages: list[PackagePlace], tags: tuple[str, ...], expected: dict[str, list[str]]
) -> None:
    assert together(join_lockstep(packages, tags)) == expected


def test_another_manifest_of_the_same_name_goes_on_as_well() -> None:
    # Somebody keeps it at the version of the one that is built.
    again = replace(TOP, root="scripts")
    assert [one.together for one in join_lockstep([TOP, again, CORE], TAGS)] == [(again, CORE)]


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        (False, {"acme": [], "acme-core": [], "acme-pool": []}),
        (True, {"acme": ["acme-core", "acme-pool"]}),
        (["Acme_Pool", "acme-core", "gone"], {"acme": [], "acme-pool": ["acme-core"]}),
        (["acme-core"], {"acme": [], "acme-core": [], "acme-pool": []}),
        ([], {"acme": [], "acme-core": [], "acme-pool": []}),
    ],
)
def test_the_settings_come_before_what_files_and_tags_tell(
    wish: bool | list[str], expected: dict[str, list[str]]
) -> None:
    assert together(join_lockstep([TOP, CORE, POOL], TAGS, wish)) == expected


def test_who_follows_is_found_by_its_name_and_its_folder() -> None:
    joined = join_lockstep([TOP, CORE, POOL], (*TAGS, "pool-1.1.0"))
    assert [find_package(joined, name) for name in ("acme", "Acme.Core", "libs/core")] == [joined[0]] * 3
    assert find_package(joined, "acme-pool") == POOL
    (leading,) = join_lockstep([CORE, POOL], TAGS)
    assert leading.roots == ("libs/core", "libs/acme_pool")
    assert [leading.has(path) for path in ("libs/core/a.py", "libs/acme_pool/a.py", "libs/a.py")] == [True, True, False]


TREE = {
    "pyproject.toml": (
        '[project]\nname = "acme"\nversion = "1.2.0"\ndependencies = ["acme-core==1.2.0", "other==1.2.0"]\n'
        "[project.optional-dependencies]\nc = [\"acme-c == 1.2.0; python_version > '3'\"]\n[build-system]\nrequires = []\n"
        '[tool.uv.workspace]\nmembers = ["libs/*"]\n'
    ),
    "acme/__init__.py": "__version__ = '1.2.0'\n",
    "libs/core/pyproject.toml": '[project]\nname = "acme-core"\nversion = "1.2.0"\n',
    "libs/core/acme_core/__init__.py": "__version__ = '1.2.0'\n",
    "libs/c/pyproject.toml": '[project]\nname = "acme-c"\nversion = "1.2.0"\ndependencies = ["acme-core~=1.2.0", "acme==1.2.0"]\n',
    "libs/own/pyproject.toml": '[project]\nname = "acme-own"\nversion = "1.2.1"\ndependencies = ["acme-core==1.2.0"]\n',
    "uv.lock": "".join(
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ editable = "{folder}" }}\n\n'
        for name, version, folder in (
            ("acme", "1.2.0", "."),
            ("acme-c", "1.2.0", "libs/c"),
            ("acme-core", "1.2.0", "libs/core"),
            ("acme-own", "1.2.1", "libs/own"),
        )
    ),
}


def read(tree: dict[str, str], root: str, others: tuple[str, ...]) -> Project | ProjectProblem:
    content = {path: text.encode() for path, text in tree.items()}
    known: dict[str, bytes] = {}
    while more := wanted_paths(content, known, root, together=others):
        assert not known.keys() & set(more)
        known |= {path: content[path] for path in more}
    return read_project(known, root, together=others)


@pytest.mark.parametrize(("root", "others"), [(".", ("libs/core", "libs/c")), ("libs/core", (".", "libs/c"))])
def test_every_place_of_all_of_them_follows(root: str, others: tuple[str, ...]) -> None:
    project = read(TREE, root, others)
    assert isinstance(project, Project)
    assert [one.root for one in project.together] == list(others)
    changed = {edit.path: edit.new.decode() for edit in bump(project, "1.3.0")}
    assert changed == {
        path: text.replace('other==1.2.0"', "\0").replace("1.2.0", "1.3.0").replace("\0", 'other==1.2.0"')
        for path, text in TREE.items()
    }
    assert project.lookalikes == ()


def test_those_that_disagree_are_refused_with_every_place() -> None:
    problem = read(TREE, ".", ("libs/core", "libs/own"))
    assert isinstance(problem, ProjectProblem)
    assert problem.code is ProjectCode.SITES_DISAGREE
    assert [site.path for site in problem.sites] == [
        "pyproject.toml",
        "libs/core/pyproject.toml",
        "libs/own/pyproject.toml",
    ]
    gone = read(TREE | {"libs/c/pyproject.toml": "[project]\n"}, ".", ("libs/c",))
    assert isinstance(gone, ProjectProblem)
    assert gone.code is ProjectCode.NO_NAME


def test_one_whose_version_comes_from_the_tag_needs_no_place() -> None:
    derived = '[project]\nname = "acme-c"\ndynamic = ["version"]\n[tool.hatch.version]\nsource = "vcs"\n'
    project = read(TREE | {"libs/c/pyproject.toml": derived}, ".", ("libs/c",))
    assert isinstance(project, Project)
    assert (project.spelling, [one.name for one in project.together]) == ("1.2.0", ["acme-c"])


def test_a_manifest_tells_its_version_where_it_holds_it() -> None:
    files = {path: text.encode() for path, text in TREE.items()} | {"x/setup.py": b"setup(name='x', version='1')"}
    assert [(one.name, one.version) for one in list_packages_of(files)] == [
        ("acme", "1.2.0"),
        ("x", "1"),
        ("acme-c", "1.2.0"),
        ("acme-core", "1.2.0"),
        ("acme-own", "1.2.1"),
    ]


HATCH = '[project]\nname = "{}"\ndynamic = ["version"]\n[tool.hatch.version]\npath = "v.py"\n'
MATURIN = '[build-system]\nbuild-backend = "maturin"\n[project]\nname = "acme-rs"\ndynamic = ["version"]\n'


def test_a_version_that_stands_elsewhere_is_read_of_several_packages() -> None:
    tree = {
        "pyproject.toml": HATCH.format("acme"),
        "v.py": "__version__ = '1.2.0'\n",
        "libs/core/pyproject.toml": HATCH.format("acme-core"),
        "libs/core/v.py": "__version__ = '1.2.0'\n",
        "libs/rs/pyproject.toml": MATURIN,
        "libs/rs/Cargo.toml": '[package]\nname = "acme-rs"\nversion = "1.2.0"\n',
        "libs/rs/Cargo.lock": '[[package]]\nname = "acme-rs"\nversion = "1.2.0"\n',
        "libs/scm/pyproject.toml": DERIVED,
        "libs/gone/pyproject.toml": HATCH.format("acme-gone"),
        "libs/own/pyproject.toml": '[project]\nname = "acme-own"\nversion = "1.2.1"\n',
    }
    content = {path: text.encode() for path, text in tree.items()}
    known = {path: content[path] for path in tree if path.endswith("pyproject.toml")}
    sources = list_version_sources(tree, known)
    assert sources == ["v.py", "libs/core/v.py", "libs/rs/Cargo.toml"]
    known |= {path: content[path] for path in sources}
    assert list_version_sources(tree, known) == []
    places = list_packages_of(known)
    assert {one.name: one.version for one in places} == {
        "acme": "1.2.0",
        "acme-core": "1.2.0",
        "acme-rs": "1.2.0",
        "acme-c": None,
        "acme-gone": None,
        "acme-own": "1.2.1",
    }
    assert together(join_lockstep(places, TAGS))["acme"] == ["acme-rs", "acme-core"]
    # What a manifest says needs no other beside it.
    shims = {
        "pyproject.toml": b'[project]\nname = "a"\nversion = "1"\n',
        "b/pyproject.toml": b'[project]\nname = "b"\nversion = "1"\n',
    }
    assert list_version_sources([*shims, "setup.py", "b/setup.py", "b/setup.cfg"], shims) == []
    # Of a package alone nothing is compared.
    assert list_version_sources(tree, {"pyproject.toml": content["pyproject.toml"]}) == []


@pytest.mark.parametrize(
    ("tags", "expected"), [(TAGS, True), (TAGS[:1], False), ((), False), (("acme-1.0", "acme-1.1", "v1.0"), False)]
)
def test_only_tags_of_all_packages_at_once_tell_that_some_go_on_together(tags: tuple[str, ...], expected: bool) -> None:
    assert may_go_together(tags) is expected


DERIVED = '[project]\nname = "acme-c"\ndynamic = ["version"]\n[tool.hatch.version]\nsource = "vcs"\n'
TBUMP = '[version]\ncurrent = "1.2.0"\n[[file]]\nsrc = "README.md"\n'


def test_what_a_tool_is_told_follows_also_in_one_whose_version_comes_from_the_tag() -> None:
    tree = TREE | {"libs/c/pyproject.toml": DERIVED, "libs/c/tbump.toml": TBUMP, "libs/c/README.md": "v1.2.0 is out\n"}
    project = read(tree, ".", ("libs/c",))
    assert isinstance(project, Project)
    assert not any(item.path.startswith("libs/c/") for item in project.lookalikes)
    changed = {edit.path: edit.new.decode() for edit in bump(project, "1.3.0")}
    assert changed["libs/c/tbump.toml"] == TBUMP.replace("1.2.0", "1.3.0")
    assert changed["libs/c/README.md"] == "v1.3.0 is out\n"


def test_what_a_tool_is_told_stays_where_its_record_is_not_the_version_of_the_others() -> None:
    said = {"libs/c/tbump.toml": TBUMP.replace("1.2.0", "0.9"), "libs/c/README.md": "v0.9 is out\n"}
    project = read(TREE | {"libs/c/pyproject.toml": DERIVED} | said, ".", ("libs/c",))
    assert isinstance(project, Project)
    assert not any(site.path in said for site in project.sites)
    (shown,) = (item for item in project.lookalikes if item.path in said)
    assert (shown.path, shown.text, shown.setting) == ("libs/c/tbump.toml", "0.9", None)


WHEELS = r"""[project]
name = "acme"
version = "1.2.0"
[project.optional-dependencies]
binary = [
    "acme-binary == 1.2.0; implementation_name != \"pypy\"",
    "acme-other == 1.1.0",
    "acme-core[x] == 1.2.0; python_version > \"3\"",
    "other == 1.2.0",
]
"""


def new_of(tree: dict[str, str], path: str) -> str:
    project = read(tree, ".", ("libs/core",))
    assert isinstance(project, Project)
    return next(edit.new.decode() for edit in bump(project, "1.3.0") if edit.path == path)


def test_what_is_called_after_the_leading_one_follows_where_it_is_required_at_this_version() -> None:
    tree = {path: TREE[path] for path in ("libs/core/pyproject.toml",)} | {"pyproject.toml": WHEELS}
    project = read(tree, ".", ("libs/core",))
    assert isinstance(project, Project)
    changed = {edit.path: edit.new.decode() for edit in bump(project, "1.3.0")}
    expected = WHEELS.replace("1.2.0", "1.3.0").replace("other == 1.3.0", "other == 1.2.0")
    assert changed["pyproject.toml"] == expected
    # One that the repository declares, and that goes on by itself, is another matter, as is what every package begins with.
    apart = tree | {"libs/b/pyproject.toml": '[project]\nname = "acme-binary"\nversion = "1.2.0"\n'}
    assert "acme-binary == 1.2.0" in new_of(apart, "pyproject.toml")
    apart["libs/b/pyproject.toml"] = '[tool.poetry]\nname = "acme_binary"\nversion = "1.2.0"\n'
    assert "acme-binary == 1.2.0" in new_of(apart, "pyproject.toml")
    first = {path: text.replace("1.2.0", "1.0.0") for path, text in tree.items()}
    assert "acme-binary == 1.0.0" in new_of(first, "pyproject.toml")
    for kind in (
        '[dependency-groups]\ndev = ["acme-binary == 1.2.0"]\n',
        '[project.optional-dependencies]\nb = ["acme-x ~= 1.2.0"]\n',
    ):
        other = tree | {"pyproject.toml": '[project]\nname = "acme"\nversion = "1.2.0"\n' + kind}
        assert new_of(other, "pyproject.toml").endswith(kind)
    # Of a package alone nothing tells that the others are released with it.
    alone = read(tree, ".", ())
    assert isinstance(alone, Project)
    assert [edit.new.decode() for edit in bump(alone, "1.3.0")] == [
        WHEELS.replace('version = "1.2.0"', 'version = "1.3.0"')
    ]


@pytest.mark.parametrize("pin", [r"acme\u002Dcore == 1.2.0", r"acme-core == 1.2.\u0030", r"acme-core =\u003D 1.2.0"])
def test_a_requirement_with_an_escape_before_the_version_ends_is_left(pin: str) -> None:
    tree = TREE | {"libs/c/pyproject.toml": f'[project]\nname = "acme-c"\nversion = "2"\ndependencies = ["{pin}"]\n'}
    project = read(tree, "libs/core", ())
    assert isinstance(project, Project)
    assert "libs/c/pyproject.toml" not in {edit.path for edit in bump(project, "1.3.0")}
