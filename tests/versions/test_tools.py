"""Configurations of other release tools are followed, so that a project that moves over needs no change."""

import json

import pytest

from bot.versions import Project, ProjectCode, ProjectRefused, read_project
from tests.versions.trees import bump_tree, check_bump, read_tree

STATIC = '[project]\nname = "widget"\nversion = "1.1.0"\n'


def test_bumpversion_in_its_own_file() -> None:
    cfg = (
        "[bumpversion]\ncurrent_version = 1.1.0\ncommit = True\n\n[bumpversion:file:a.txt]\n"
        "[bumpversion:file:b.txt]\nsearch = at {current_version}\nreplace = at {new_version}\n"
        "[bumpversion:file:HISTORY.md]\nsearch = Unreleased\nreplace = {new_version}\n"
        "[bumpversion:file(second):c/*.txt]\n[bumpversion:glob:d/**/*.md]\n"
    )
    tree = {
        "pyproject.toml": STATIC,
        ".bumpversion.cfg": cfg,
        "a.txt": "1.1.0 11.1.0",
        "b.txt": "1.1.0 at 1.1.0",
        "HISTORY.md": "Unreleased",
        "c/x.txt": "1.1.0",
        "d/e/x.md": "1.1.0",
    }
    changed = bump_tree(tree, "1.2.0")
    assert changed["a.txt"] == "1.2.0 11.1.0"
    assert changed["b.txt"] == "1.1.0 at 1.2.0"
    assert changed["d/e/x.md"] == "1.2.0"
    assert changed[".bumpversion.cfg"] == cfg.replace("1.1.0", "1.2.0")
    assert "HISTORY.md" not in changed


@pytest.mark.parametrize(
    ("configuration", "changes"),
    [
        (
            (
                '[tool.bumpversion]\ncurrent_version = "1.1.0"\n[[tool.bumpversion.files]]\nfilename = "a.txt"\n'
                'search = "x{current_version}"\nreplace = "x{new_version}"\n'
            ),
            ["a.txt"],
        ),
        (
            (
                '[tool.tbump.version]\ncurrent = "1.1.0"\n[[tool.tbump.file]]\nsrc = "a.txt"\n'
                '[[tool.tbump.file]]\nsrc = "pyproject.toml"\nsearch = \'version = "{current_version}"\'\n'
            ),
            ["a.txt"],
        ),
        ('[tool.commitizen]\nversion = "1.1.0"\nversion_files = ["a.txt:^x", "no.txt"]\n', ["a.txt"]),
        ('[tool.commitizen]\nversion_provider = "pep621"\nversion_files = ["*.txt:y="]\n', ["b.txt"]),
        (
            '[tool.semantic_release]\nversion_variables = ["b.txt:y"]\nversion_toml = ["pyproject.toml:project.version"]\n',
            ["b.txt"],
        ),
        ('[tool.semantic_release]\nversion_variable = "b.txt:y,a.txt:*"\n', ["a.txt", "b.txt"]),
        ('[tool.commitizen]\nversion = "1.0.9"\nversion_files = ["a.txt"]\n', []),
        ('[tool.tbump.version]\ncurrent = "1.0.9"\n[[tool.tbump.file]]\nsrc = "a.txt"\n', []),
        ('[tool.commitizen]\nversion_files = ["a.txt:(x+)+$"]\n', []),
        ('[tool.commitizen]\nversion_files = ["../a.txt", "/etc/passwd"]\n', []),
    ],
)
def test_a_tool_in_pyproject(configuration: str, changes: list[str]) -> None:
    spaced = "x1.1.0\n" if "x{" in configuration else "x 1.1.0\n"
    tree = {"pyproject.toml": STATIC + configuration, "a.txt": spaced, "b.txt": "y='1.1.0'\n"}
    changed = bump_tree(tree, "1.2.0")
    assert sorted(changed.keys() - {"pyproject.toml"}) == changes
    for path in changes:
        assert changed[path] == tree[path].replace("1.1.0", "1.2.0")
    assert changed["pyproject.toml"] == tree["pyproject.toml"].replace("1.1.0", "1.2.0")


def test_release_please_has_a_manifest_and_extra_files() -> None:
    config = (
        '{"packages": {".": {"extra-files": ["a.py", {"type": "toml", "path": "b.toml", "jsonpath": "$.x[\'y\']"},'
        '{"type": "json", "path": "c.json", "jsonpath": "$.a[1].v"}, {"type": "yaml", "path": "d.yml", "jsonpath": "$.v"}]}}}'
    )
    tree = {
        "pyproject.toml": STATIC,
        "release-please-config.json": config,
        ".release-please-manifest.json": '{".": "1.1.0", "other": "1.1.0"}\n',
        "a.py": "V = '1.1.0'  # x-release-please-version\nW = '1.1.0'\n# x-release-please-start-version\nX = '1.1.0'\n"
        "# x-release-please-end\nMAJOR = 1  # x-release-please-major\nMINOR = 1 # x-release-please-minor\n",
        "b.toml": 'z = "1.1.0"\n[x]\ny = "1.1.0" # c\n',
        "c.json": '{"a": ["1.1.0", {"v": "1.1.0"}], "v": "1.1.0"}',
        "d.yml": "v: 1.1.0\n",
    }
    changed = bump_tree(tree, "2.0.3")
    assert changed[".release-please-manifest.json"] == '{".": "2.0.3", "other": "1.1.0"}\n'
    assert changed["a.py"] == (
        "V = '2.0.3'  # x-release-please-version\nW = '1.1.0'\n# x-release-please-start-version\nX = '2.0.3'\n"
        "# x-release-please-end\nMAJOR = 2  # x-release-please-major\nMINOR = 0 # x-release-please-minor\n"
    )
    assert changed["b.toml"] == 'z = "1.1.0"\n[x]\ny = "2.0.3" # c\n'
    assert changed["c.json"] == '{"a": ["1.1.0", {"v": "2.0.3"}], "v": "1.1.0"}'
    assert "d.yml" not in changed


CRATES = {
    "Cargo.toml": "[workspace]\nmembers = ['a', 'b']\n[workspace.package]\nversion = \"1.1.0\"\n",
    "a/Cargo.toml": "[package]\nname = 'a'\nversion.workspace = true\n",
    "b/Cargo.toml": "[package]\nname = 'b'\nversion = '0.3.0'\n",
    "Cargo.lock": '[[package]]\nname = "a"\nversion = "1.1.0"\n\n[[package]]\nname = "b"\nversion = "0.3.0"\n',
}


def test_the_lock_of_crates_follows_what_release_please_writes_into_their_workspace() -> None:
    config = '{"packages": {".": {"extra-files": [{"type": "toml", "path": "Cargo.toml", "jsonpath": "$.workspace.package.version"}]}}}'
    changed = bump_tree({"pyproject.toml": STATIC, "release-please-config.json": config} | CRATES, "1.2.0rc1")
    assert changed["Cargo.toml"] == CRATES["Cargo.toml"].replace("1.1.0", "1.2.0-rc.1")
    assert changed["Cargo.lock"] == CRATES["Cargo.lock"].replace("1.1.0", "1.2.0-rc.1")


def test_a_path_may_begin_at_the_top_of_the_repository() -> None:
    marked = "V = '1.1.0'  # x-release-please-version\n"
    config = json.dumps(
        {"packages": {"libs/a": {"extra-files": ["/a.py", "b.py", {"type": "generic", "path": "/c.py"}]}}}
    )
    tree = {"libs/a/pyproject.toml": STATIC, "release-please-config.json": config}
    changed = bump_tree(tree | dict.fromkeys(("a.py", "b.py", "c.py", "libs/a/b.py"), marked), "1.2.0", "libs/a")
    assert changed.keys() == {"libs/a/pyproject.toml", "a.py", "c.py", "libs/a/b.py"}


@pytest.mark.parametrize("path", ["Cargo.toml", "/Cargo.lock"])
def test_a_lock_that_cannot_be_read_is_named_and_the_manifest_follows(path: str) -> None:
    keys = {"Cargo.toml": "$.package.version", "/Cargo.lock": "$.package[?(@.name=='widget')].version"}
    config = json.dumps({"extra-files": [{"type": "toml", "path": path, "jsonpath": keys[path]}]})
    files = {
        "pyproject.toml": STATIC.encode(),
        "release-please-config.json": config.encode(),
        "Cargo.toml": b'[package]\nname = "widget"\nversion = "1.1.0"\n',
        "Cargo.lock": b'[[package]]\nname = "\xff"\nversion = "1.1.0"\n',
    }
    project = read_project(files)
    assert isinstance(project, Project)
    assert ("Cargo.toml" in {site.path for site in project.sites}) is (path == "Cargo.toml")
    assert "Cargo.lock" in {one.path for one in project.lookalikes}


@pytest.mark.parametrize(
    ("path", "follows"), [("uv.lock", "1.2.0rc1"), ("/uv.lock", "1.2.0rc1"), ("x/Cargo.lock", "1.2.0-rc.1")]
)
@pytest.mark.parametrize("name", ["@.name.value=='widget'", "@.name == 'widget'"])
def test_an_entry_of_a_lock_may_be_named_by_a_filter(path: str, follows: str, name: str) -> None:
    lock = '[[package]]\nname = "other"\nversion = "1.1.0"\n\n[[package]]\nname = "widget"\nversion = "1.1.0"\n'
    config = json.dumps({"extra-files": [{"type": "toml", "path": path, "jsonpath": f"$.package[?({name})].version"}]})
    tree = {"pyproject.toml": STATIC, "release-please-config.json": config, path.lstrip("/"): lock}
    changed = bump_tree(tree, "1.2.0-rc.1")
    assert changed[path.lstrip("/")] == lock.removesuffix('1.1.0"\n') + f'{follows}"\n'


@pytest.mark.parametrize("folder", ["", ".github/"])
@pytest.mark.parametrize("dots", [("", "."), (".", "")])
def test_the_files_of_release_please_may_lie_in_a_folder(folder: str, dots: tuple[str, str]) -> None:
    config, manifest = (
        f"{folder}{dots[0]}release-please-config.json",
        f"{folder}{dots[1]}release-please-manifest.json",
    )
    tree = {
        "pyproject.toml": STATIC,
        config: '{"extra-files": ["a.py"], "packages": {".": {}}}',
        manifest: '{\n  ".": "1.1.0"\n}\n',
        "a.py": "V = '1.1.0'  # x-release-please-version\n",
    }
    changed = bump_tree(tree, "1.2.0")
    assert changed[manifest] == '{\n  ".": "1.2.0"\n}\n'
    assert changed["a.py"] == "V = '1.2.0'  # x-release-please-version\n"


@pytest.mark.parametrize("key", ["version-files", "version_files"])
def test_rooster_lists_texts_and_fields(key: str) -> None:
    rooster = (
        f"[tool.rooster]\n{key} = ['pyproject.toml', 'crates/w/Cargo.toml', 'docs/a.md', 'no.md', '../b.md', 'c.html',\n"
        "  {path = 'dist.toml', field = 'w.version', format = 'cargo'}, {path = 'x/V', format = 'text'},\n"
        "  {path = 'other.toml', field = 'w.version', format = 'toml'}, {format = 'text'}, 3]\n"
    )
    tree = {
        "pyproject.toml": STATIC + rooster,
        "crates/w/Cargo.toml": '[dependencies]\nx = { version = "1.1.0" }\n[package]\nversion = "1.1.0"\n',
        "docs/a.md": "1.1.0, v1.1.0 but 11.1.0\n",
        "dist.toml": '[w]\nversion = "1.1.0"\nother = "1.1.0"\n',
        "other.toml": '[w]\nversion = "1.0.9"\n',
        "x/V": "1.1.0",
        "c.html": "1.1.0",
    }
    changed = bump_tree(tree, "1.2.0rc1")
    assert changed.keys() == {"pyproject.toml", "crates/w/Cargo.toml", "docs/a.md", "dist.toml", "x/V"}
    assert changed["crates/w/Cargo.toml"] == tree["crates/w/Cargo.toml"].replace(
        '[package]\nversion = "1.1.0"', '[package]\nversion = "1.2.0-rc.1"'
    )
    assert changed["dist.toml"] == tree["dist.toml"].replace('\nversion = "1.1.0"', '\nversion = "1.2.0-rc.1"')
    assert changed["docs/a.md"] == "1.2.0rc1, v1.2.0rc1 but 11.1.0\n"
    # What lags, and a format that the tool would not know either, is named.
    assert [(item.path, item.text) for item in read_tree(tree).lookalikes] == [("c.html", ""), ("other.toml", "1.0.9")]


def test_a_record_that_is_left_behind_is_shown() -> None:
    tree = {"pyproject.toml": STATIC, "tbump.toml": '[version]\ncurrent = "1.0.0"\n'}
    assert [(item.path, item.text) for item in read_tree(tree).lookalikes] == [("tbump.toml", "1.0.0")]


def test_librarian_keeps_a_record_and_marks_modules() -> None:
    state = "libraries:\n  - id: other\n    version: 1.1.0\n  - id: Widget\n    version: 1.1.0\n    source_roots: [.]\n"
    marked = "__version__ = '1.1.0'  # {x-release-please-version}\nOTHER = '1.1.0'\n"
    tree = {"pyproject.toml": STATIC, "a/_b/gapic_version.py": marked, "tests/x_version.py": marked}
    assert bump_tree(tree, "1.2.0").keys() == {"pyproject.toml"}
    changed = bump_tree(tree | {".librarian/state.yaml": state}, "1.2.0")
    assert changed.keys() == {"pyproject.toml", ".librarian/state.yaml", "a/_b/gapic_version.py"}
    assert changed[".librarian/state.yaml"] == state.replace("Widget\n    version: 1.1.0", "Widget\n    version: 1.2.0")
    assert changed["a/_b/gapic_version.py"] == marked.replace("1.1.0", "1.2.0", 1)


DERIVED = """[build-system]
build-backend = "hatchling.build"
requires = ["hatch-vcs"]
[project]
name = "widget"
dynamic = ["version"]
[tool.hatch.version]
source = "vcs"
"""
TBUMP = """[version]
current = "1.1.0"
[git]
message_template = "Bump 1.1.0 to {new_version}"
[[file]]
src = "tbump.toml"
search = "Bump {current_version} to"
[[file]]
src = "CITATION.cff"
[[file]]
src = "src/widget/cite.py"
search = "widget: v{current_version}"
"""
CITED = {
    "CITATION.cff": "title: 'widget: v1.1.0'\nversion: 1.1.0\ncff-version: 1.2.0\n",
    "src/widget/cite.py": "S = '1.1.0'\nC = 'widget: v1.1.0, {1.1.0}'\n",
    "src/widget/_version.py": "__version__ = '1.1.0'\n",
}


def test_what_tbump_is_told_follows_also_where_the_version_is_the_tag() -> None:
    tree = {"pyproject.toml": DERIVED, "tbump.toml": TBUMP} | CITED
    project = read_tree(tree)
    assert (project.derived_by, str(project.version), project.lookalikes) == ("hatch-vcs", "0", ())
    assert project.at("1.1.0").sites == project.sites
    assert bump_tree(tree, "1.2.0rc1") == {
        "tbump.toml": TBUMP.replace("1.1.0", "1.2.0rc1"),
        "CITATION.cff": CITED["CITATION.cff"].replace("1.1.0", "1.2.0rc1"),
        "src/widget/cite.py": CITED["src/widget/cite.py"].replace("1.1.0, {1.1.0}", "1.2.0rc1, {1.2.0rc1}"),
    }


@pytest.mark.parametrize(
    ("path", "configuration"),
    [
        (".bumpversion.cfg", "[bumpversion]\ncurrent_version = 1.1.0\n[bumpversion:file:a.txt]\n"),
        (
            "setup.cfg",
            "[x]\nv = 1.1.0\n[bumpversion]\ncurrent_version = 1.1.0\n[bumpversion:file:a.txt]\nsearch = v{current_version}\n",
        ),
        (".bumpversion.toml", '[tool.bumpversion]\ncurrent_version = "1.1.0"\nfiles = [{filename = "a.txt"}]\n'),
        ("pyproject.toml", '[tool.bumpversion]\ncurrent_version = "1.1.0"\nfiles = [{filename = "a.txt"}]\n'),
        ("pyproject.toml", '[tool.tbump.version]\ncurrent = "1.1.0"\n[[tool.tbump.file]]\nsrc = "a.txt"\n'),
    ],
)
def test_a_record_beside_a_version_from_the_tag_goes_on_with_what_it_names(path: str, configuration: str) -> None:
    tree = {"pyproject.toml": DERIVED, "a.txt": "See v1.1.0.\n", "README.md": "1.1.0\n"}
    tree[path] = tree.get(path, "") + configuration
    record = next(line for line in configuration.splitlines() if line.startswith("current"))
    check_bump(tree, "1.2.0", (path, record, record.replace("1.1.0", "1.2.0")), ("a.txt", "v1.1.0", "v1.2.0"))


@pytest.mark.parametrize(
    ("beside", "shown"),
    [
        # The project declared its version once, and the tool would fail by now.
        ({"CITATION.cff": "version: 1.0.0\n"}, [("tbump.toml", 2, "1.1.0")]),
        ({"src/widget/cite.py": "C = 'widget'\n"}, [("tbump.toml", 2, "1.1.0")]),
        ({"tbump.toml": '[version]\ncurrent = "1.1.0"\n'}, [("tbump.toml", 2, "1.1.0")]),
        ({"tbump.toml": TBUMP.replace('"1.1.0"', '"next"')}, [("tbump.toml", 2, "next")]),
        # Two tools that disagree tell nothing.
        (
            {".bumpversion.cfg": "[bumpversion]\ncurrent_version = 1.0.9\n"},
            [("tbump.toml", 2, "1.1.0"), (".bumpversion.cfg", 2, "1.0.9")],
        ),
        ({"tbump.toml": '[version]\ncurrent = 3\n[[file]]\nsrc = "CITATION.cff"\n'}, []),
        ({"tbump.toml": "[[file]\n"}, []),
    ],
)
def test_a_record_that_nobody_uses_beside_a_version_from_the_tag_is_shown(
    beside: dict[str, str], shown: list[tuple[str, int, str]]
) -> None:
    project = read_tree({"pyproject.toml": DERIVED, "tbump.toml": TBUMP} | CITED | beside)
    assert (project.derived_by, project.sites) == ("hatch-vcs", ())
    assert [(item.path, item.line, item.text) for item in project.lookalikes] == shown
    assert all(item.setting is None for item in project.lookalikes)


def test_what_a_tool_asks_beyond_the_version_is_shown_where_the_version_is_the_tag() -> None:
    more = '[[file]]\nsrc = "a.txt"\nversion_template = "{major}.{minor}"\n'
    tree = {"pyproject.toml": DERIVED, "tbump.toml": TBUMP + more, "a.txt": "1.1\n"} | CITED
    assert [(item.path, item.setting) for item in read_tree(tree).lookalikes] == [("a.txt", None)]
    assert bump_tree(tree, "1.2.0").keys() == {"tbump.toml", "CITATION.cff", "src/widget/cite.py"}


def test_the_search_of_tbump_says_which_lines_are_meant() -> None:
    tbump = '[version]\ncurrent = "1.1.0"\n[[file]]\nsrc = "a.txt"\nsearch = "w {current_version}"\n'
    text = "w 1.1.0 and 1.1.0, 11.1.0; w 1.1.0\r\n1.1.0\r\nw 1.1.0"
    tree = {"pyproject.toml": STATIC, "tbump.toml": tbump, "a.txt": text}
    after = "w 1.2.0 and 1.2.0, 11.1.0; w 1.2.0\r\n1.1.0\r\nw 1.2.0"
    assert bump_tree(tree, "1.2.0")["a.txt"] == after


REGEX = "(?P<major>\\\\d+)\\\\.(?P<minor>\\\\d+)\\\\.(?P<patch>\\\\d+)((?P<channel>a|b|rc|\\\\.dev)(?P<number>\\\\d+))?"
FIELDS = '[[field]]\nname = "channel"\ndefault = "final"\n[[field]]\nname = "number"\ndefault = 0\n'
INFO = '({major}, {minor}, {patch}, "{channel}", {number})'


@pytest.mark.parametrize(
    ("version", "after"),
    [
        ("1.2.0", '(1, 2, 0, "final", 0)'),
        ("1.2.0rc10", '(1, 2, 0, "rc", 10)'),
        ("1.2.0-rc.1", '(1, 2, 0, "rc", 1)'),
        ("2.0.0.dev3", '(2, 0, 0, ".dev", 3)'),
    ],
)
def test_a_template_of_tbump_is_filled_with_the_parts_of_the_version(version: str, after: str) -> None:
    tbump = f'[version]\ncurrent = "1.1.0"\nregex = "{REGEX}"\n{FIELDS}[[file]]\nsrc = "a.py"\nversion_template = \'{INFO}\'\n'
    before = '(1, 1, 0, "final", 0)'
    text = f"# {before}\nINFO = {before}\nTEN = (1, 1, 0, 'final', 0)\nX = (11, 1, 0, \"final\", 0)\n"
    tree = {"pyproject.toml": STATIC, "tbump.toml": tbump, "a.py": text}
    changed = bump_tree(tree, version)
    assert changed["a.py"] == text.replace(before, after)
    assert bump_tree(tree | {"a.py": ""}, version).keys() == {"pyproject.toml", "tbump.toml"}


def test_a_version_that_tbump_would_not_take_is_refused_with_the_place() -> None:
    tbump = f'[version]\ncurrent = "1.1.0"\nregex = "{REGEX}"\n{FIELDS}[[file]]\nsrc = "a.txt"\nversion_template = \'{INFO}\'\n'
    tree = {"pyproject.toml": STATIC, "tbump.toml": tbump, "a.txt": '(1, 1, 0, "final", 0)\n'}
    with pytest.raises(ProjectRefused) as refused:
        bump_tree(tree, "1.2.0.post1")
    assert (refused.value.problem.path, refused.value.problem.line) == ("a.txt", 1)


@pytest.mark.parametrize(
    ("regex", "template"),
    [
        (REGEX, "{major}"),
        (REGEX, "{major}.{minor}"),
        (REGEX, "({major!r}, {minor}, {patch})"),
        (REGEX, "({major}, {minor}, {epoch})"),
        (REGEX, "({major}, {minor}, {patch}"[:-1] + "{"),
        (REGEX, "no part of it, at all"),
        ("(?P<major>\\\\d+)\\\\.(?P<minor>(\\\\d+)+)", "({major}, {minor}, 0)"),
        ("(?P<major>2)\\\\.(?P<minor>\\\\d+)", "({major}, {minor}, 0)"),
        ("(", "({major}, {minor}, 0)"),
    ],
)
def test_a_template_that_is_no_sure_place_is_left_and_named(regex: str, template: str) -> None:
    tbump = (
        f'[version]\ncurrent = "1.1.0"\nregex = "{regex}"\n[[file]]\nsrc = "a.txt"\nversion_template = "{template}"\n'
    )
    tree = {"pyproject.toml": STATIC, "tbump.toml": tbump, "a.txt": "1.1 (1, 1, 0)\n"}
    assert bump_tree(tree, "1.2.0").keys() == {"pyproject.toml", "tbump.toml"}
    assert [item.path for item in read_tree(tree).lookalikes] == ["a.txt"]


@pytest.mark.parametrize(
    ("entry", "before", "after"),
    [
        (
            "serialize = {major}.{minor}\nsearch = version = '{current_version}'\n",
            "version = '1.1'\n",
            "version = '2.3'\n",
        ),
        (
            "search = ({current_major}, {current_minor}, {current_patch})\nreplace = ({new_major}, {new_minor}, {new_patch})\n",
            "INFO = (1, 1, 0)\n",
            "INFO = (2, 3, 4)\n",
        ),
        (
            "parse = (?P<x>\\d+)\\.(?P<rest>.*)\nserialize = {x}-{rest}\nsearch = <{current_version}>\nreplace = <{new_version}>\n",
            "<1-1.0> <11-1.0> <1-1.00>\n",
            "<2-3.4> <11-1.0> <1-1.00>\n",
        ),
        ("search = v = {current_major}\nreplace = v = {new_minor}\n", "v = 1\n", "v = 1\n"),
        ("search = v = {current_major}.{now}\n", "v = 1\n", "v = 1\n"),
        ("serialize = {major}.{minor}\n", "1.1\n", "1.1\n"),
        ("serialize =\n  {major}.{minor}\n  {major}\nsearch = v = {current_version}\n", "v = 1.1\n", "v = 1.1\n"),
        ("search = {current_version}-{current_major}-x\n", "1.1.0-1-x\n", "1.1.0-1-x\n"),
    ],
)
def test_what_bumpversion_spells_otherwise_in_a_file_follows(entry: str, before: str, after: str) -> None:
    cfg = f"[bumpversion]\ncurrent_version = 1.1.0\n[bumpversion:file:a.txt]\n{entry}"
    tree = {"pyproject.toml": STATIC, ".bumpversion.cfg": cfg, "a.txt": before}
    assert (tree | bump_tree(tree, "2.3.4"))["a.txt"] == after
    assert [item.path for item in read_tree(tree).lookalikes] == (["a.txt"] if before == after else [])


PARSE = r"(?P<major>\d+)\.(?P<minor>\d+)\.(?P<patch>\d+)((?P<level>a|rc)(?P<n>\d+))?"


@pytest.mark.parametrize(
    ("part", "after"),
    [
        ("", '(1, 1, 0, "0", 0)'),
        ("[bumpversion:part:level]\noptional_value = final\nvalues =\n  a\n  rc\n  final\n", '(1, 1, 0, "final", 0)'),
        (
            "[bumpversion:part:level]\nvalues =\n  none\n  rc\n[bumpversion:part:n]\nfirst_value = 1\n",
            '(1, 1, 0, "none", 1)',
        ),
    ],
)
def test_what_a_version_lacks_is_written_as_bumpversion_writes_it(part: str, after: str) -> None:
    place = '(1, 1, 0, "rc", 2)'
    search = '({current_major}, {current_minor}, {current_patch}, "{current_level}", {current_n})'
    cfg = (
        f"[bumpversion]\ncurrent_version = 1.1.0rc2\nparse = {PARSE}\n{part}[bumpversion:file:a.txt]\nsearch = {search}\n"
        f"replace = {search.replace('current', 'new')}\n"
    )
    tree = {"pyproject.toml": STATIC.replace("1.1.0", "1.1.0rc2"), ".bumpversion.cfg": cfg, "a.txt": place}
    assert bump_tree(tree, "1.1.0")["a.txt"] == after
    if not part:
        # Without a word of what comes instead the tools put the bare version there.
        bare = tree | {".bumpversion.cfg": cfg[: cfg.index("replace")]}
        assert "a.txt" not in bump_tree(bare, "1.1.0")


@pytest.mark.parametrize(
    ("entry", "text", "version", "after"),
    [
        ("serialize = {major}.{minor}.{patch}\n", "at 1.1.0", "1.2.0", "at 1.2.0"),
        (
            "serialize =\n  {major}.{minor}.{patch}-{x}\n  {major}.{minor}.{patch}\nsearch = v={current_version}\n",
            "v=1.1.0 1.1.0",
            "1.2.0",
            "v=1.2.0 1.1.0",
        ),
        ("serialize = {major}.{minor}\nsearch = docs/{current_version}/\n", "docs/1.1/", "1.3.0rc1", "docs/1.3/"),
        ("serialize = {major}.{minor}\nsearch = docs/{current_version}/\n", "docs/1.1/", "1.3", "docs/1.3/"),
        (
            "serialize = {major}.{minor}\nsearch = docs/{current_version}/\n",
            "docs/1.1/ " * 25,
            "1.3.0",
            "docs/1.3/ " * 25,
        ),
        (
            "search = a={current_version}\n  b={current_version}\nreplace = a={new_version}\n  b={new_version}\n",
            "a=1.1.0\r\nb=1.1.0",
            "1.2.0",
            "a=1.2.0\r\nb=1.2.0",
        ),
        ("search = w=={current_version}\n", "w==1.1.01 w==1.1.0", "1.2.0", "w==1.1.01 w==1.2.0"),
        # What is required of others is not the project's version, whatever it says.
        (
            "",
            "six>=1.1.0; six[x] ~= 1.1.0; a.b (>=1.1.0); Widget==1.1.0; <b>v1.1.0; x = 1.1.0",
            "1.2.0",
            "six>=1.1.0; six[x] ~= 1.1.0; a.b (>=1.1.0); Widget==1.2.0; <b>v1.2.0; x = 1.2.0",
        ),
    ],
)
def test_bumpversion_finds_what_its_tools_find(entry: str, text: str, version: str, after: str) -> None:
    cfg = f"[bumpversion]\ncurrent_version = 1.1.0\n[bumpversion:file:a.txt]\n{entry}"
    tree = {"pyproject.toml": STATIC, ".bumpversion.cfg": cfg, "a.txt": text}
    assert bump_tree(tree, version)["a.txt"] == after


def test_a_part_that_tbump_would_not_find_is_left_or_refused() -> None:
    regex = r"(?P<major>\d+)\.(?P<minor>\d+)(\.(?P<patch>\d+))?"
    tbump = f"[version]\ncurrent = '1.1.0'\nregex = '{regex}'\n[[file]]\nsrc = 'a.txt'\nversion_template = 'v({{major}}, {{minor}}, {{patch}})'\n"
    tree = {"pyproject.toml": STATIC, "tbump.toml": tbump, "a.txt": "v(1, 1, 0)"}
    # The record keeps its three numbers, so that the tool would see three of them as well.
    assert bump_tree(tree, "1.2")["a.txt"] == "v(1, 2, 0)"
    two = {path: text.replace("1.1.0", "1.1") for path, text in tree.items()}
    assert [item.path for item in read_tree(two).lookalikes] == ["a.txt"]
    longer = {
        "pyproject.toml": STATIC.replace("1.1.0", "1.1.3"),
        "tbump.toml": tbump.replace("1.1.0", "1.1.3"),
        "a.txt": "v(1, 1, 3)",
    }
    with pytest.raises(ProjectRefused):
        bump_tree(longer, "1.2")


def test_tbump_changes_every_place_on_the_lines_it_searches_for() -> None:
    tbump = (
        "[version]\ncurrent = 'v1.1.0'\nregex = 'v(?P<major>\\d+)\\.(?P<minor>\\d+)\\.(?P<patch>\\d+)'\n"
        "[[file]]\nsrc = 'a.txt'\nsearch = 'docs/{current_version}/'\nversion_template = '{major}.{minor}'\n"
    )
    text = "docs/1.1/ and docs-1.1.html, 11.1, docs/1.1/\ndocs-1.1\n"
    tree = {"pyproject.toml": STATIC, "tbump.toml": tbump, "a.txt": text}
    assert bump_tree(tree, "1.2.0")["a.txt"] == "docs/1.2/ and docs-1.2.html, 11.1, docs/1.2/\ndocs-1.1\n"


def test_a_module_that_would_be_no_python_any_more_is_refused() -> None:
    tbump = (
        "[version]\ncurrent = '2024.10.1'\nregex = '(?P<y>\\d+)\\.(?P<m>\\d+)\\.(?P<d>\\d+)(?P<t>rc\\d+)?'\n"
        "[[field]]\nname = 't'\ndefault = ''\n[[file]]\nsrc = 'a.py'\nversion_template = 'X = ({y}, {m}, {d}{t})'\n"
    )
    tree = {"pyproject.toml": STATIC.replace("1.1.0", "2024.10.1"), "tbump.toml": tbump, "a.py": "X = (2024, 10, 1)\n"}
    assert bump_tree(tree, "2024.11.1")["a.py"] == "X = (2024, 11, 1)\n"
    # A number of Python's has no zeros before it.
    assert bump_tree(tree, "2025.01.1")["a.py"] == "X = (2025, 1, 1)\n"
    with pytest.raises(ProjectRefused) as refused:
        bump_tree(tree, "2024.11.1rc1")
    assert refused.value.problem.code is ProjectCode.EDIT_NOT_EXACT


def test_a_part_without_an_optional_value_is_the_first_of_its_values() -> None:
    search = "v=({current_major}, {current_minor}, {current_patch}, '{current_rel}', {current_n})"
    table = (
        '[tool.bumpversion]\ncurrent_version = "1.2.0rc1"\n'
        "parse = '(?P<major>\\d+)\\.(?P<minor>\\d+)\\.(?P<patch>\\d+)(?:(?P<rel>a|rc)(?P<n>\\d+))?'\n"
        f'[[tool.bumpversion.files]]\nfilename = "a.txt"\nsearch = "{search}"\nreplace = "{search.replace("current", "new")}"\n'
        '[tool.bumpversion.parts.rel]\nvalues = ["final", "a", "rc"]\nfirst_value = "a"\n'
    )
    tree = {"pyproject.toml": STATIC.replace("1.1.0", "1.2.0rc1") + table, "a.txt": "v=(1, 2, 0, 'rc', 1)\n"}
    assert bump_tree(tree, "1.2.0")["a.txt"] == "v=(1, 2, 0, 'final', 0)\n"


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ('["six>=1.0,!=1.1.0", "attrs<1.1.0", "foo>1.1.0,<2", "x>=1,!=2,!=3,!=4,!=5,!=6,!=1.1.0"]', None),
        ('six: >= 1.1.0\nsix >= "1.1.0"\ngem "six", "~> 1.1.0"\nsix            ==1.1.0', None),
        ("1.1.0-pre1 1.1.0.rev2 1.1.0~rc1-1 1.1.0-beta 1.1.0.dev, 2!1.1.0 1.1.0-c1", None),
        ("Stop! 1.1.0", "Stop! 1.2.0"),
        ('six = "^1.1.0"\nsix = {x = \'~1.1.0\'}\n"six": ">=1.1.0"', None),
        (
            "pip install widget==1.1.0 widget-core==1.1.0 core~=1.1.0 cores==1.1.0",
            "pip install widget==1.2.0 widget-core==1.2.0 core~=1.2.0 cores==1.1.0",
        ),
        ("<td>1.1.0</td> <version>1.1.0", "<td>1.2.0</td> <version>1.2.0"),
        (
            "1.1.0.post2 1.1.0.dev3 1.1.0-rc.1 1.1.0-beta1 1.1.0-build 1.1.0.md",
            "1.1.0.post2 1.1.0.dev3 1.1.0-rc.1 1.1.0-beta1 1.2.0-build 1.2.0.md",
        ),
    ],
)
def test_a_file_that_is_named_alone_is_read_with_care(text: str, after: str | None) -> None:
    tree = {
        "pyproject.toml": STATIC,
        "libs/core/pyproject.toml": STATIC.replace("widget", "core"),
        ".bumpversion.cfg": "[bumpversion]\ncurrent_version = 1.1.0\n[bumpversion:file:a.txt]\n",
        "a.txt": text,
    }
    assert bump_tree(tree, "1.2.0").get("a.txt") == after


@pytest.mark.parametrize(
    ("entry", "changed"),
    [
        ('glob = "src/*/a.txt"', {"src/w/a.txt", "src/v/a.txt"}),
        ('glob = "src/*/a.txt"\nglob_exclude = ["src/w/*", 3]', {"src/v/a.txt"}),
        ('glob = "src/**/a.txt"\nglob_exclude = ["**/b/*"]', {"src/w/a.txt", "src/v/a.txt", "src/a.txt"}),
        ('glob = "src/[!v]/?.txt"', {"src/w/a.txt"}),
        ('glob = "src/[^v]/?.txt"', {"src/w/a.txt"}),
        ('glob = "src/.x/*.txt"', {"src/.x/a.txt"}),
        ('glob = "**/.x/**/a.txt"', {"src/.x/a.txt"}),
        ('glob = "src/.x/*.txt"\nglob_exclude = ["**/*"]', set()),
        ('glob = "**/a.txt"', {"src/w/a.txt", "src/v/a.txt", "src/a/b/a.txt", "src/a.txt"}),
        ('glob = "src/[.txt"', {"src/[.txt"}),
    ],
)
def test_globs_are_those_of_the_shell(entry: str, changed: set[str]) -> None:
    table = f'[tool.bumpversion]\ncurrent_version = "1.1.0"\n[[tool.bumpversion.files]]\n{entry}\n'
    files = ("src/w/a.txt", "src/v/a.txt", "src/a/b/a.txt", "src/a.txt", "src/[.txt", "src/.x/a.txt")
    tree = {"pyproject.toml": STATIC + table} | dict.fromkeys(files, "1.1.0")
    assert bump_tree(tree, "1.2.0").keys() - {"pyproject.toml"} == changed


def test_a_table_of_bump_my_version_tells_how_a_version_is_taken_apart() -> None:
    table = (
        '[tool.bumpversion]\ncurrent_version = "1.1.0"\nparse = """(?x)\n(?P<major>\\\\d+)\\\\.(?P<minor>\\\\d+)\n\\\\.(?P<patch>\\\\d+)"""\n'
        '[[tool.bumpversion.files]]\nfilename = "a.txt"\nserialize = ["{major}.{minor}"]\nsearch = "v = {current_version};"\n'
    )
    tree = {"pyproject.toml": STATIC + table, "a.txt": "v = 1.1; v = 1.1.0;\n"}
    assert bump_tree(tree, "1.2.0")["a.txt"] == "v = 1.2; v = 1.1.0;\n"


BUMPVER = """
current_version = "v1.1.0"
version_pattern = "vMAJOR.MINOR.PATCH[PYTAGNUM]"
{0}
"pyproject.toml" = ['^version = "{{pep440_version}}"$', '^current_version = "{{version}}"$']
"a.txt" = ['^v: {{version}}$', "p: {{pep440_version}};"]
"LICENSE" = "(c) 2018-YYYY"
"""


@pytest.mark.parametrize("declared", [STATIC, DERIVED])
@pytest.mark.parametrize(
    ("path", "table"),
    [
        ("bumpver.toml", "bumpver"),
        (".bumpver.toml", "bumpver"),
        ("pycalver.toml", "pycalver"),
        ("pyproject.toml", "bumpver"),
        ("pyproject.toml", "tool.bumpver"),
    ],
)
def test_the_patterns_of_bumpver_follow_with_its_record(declared: str, path: str, table: str) -> None:
    configuration = f"[{table}]" + BUMPVER.format(f"[{table}.file_patterns]")
    configuration = (
        configuration
        if path == "pyproject.toml" or declared == STATIC
        else configuration.replace("pyproject.toml", "no.toml")
    )
    text = "v: v1.1.0\nnov: v1.1.0\nv: v1.1.0 \np: 1.1.0; p: 1.1.0.\n1.1.0\n"
    tree = {"pyproject.toml": declared, "a.txt": text, "LICENSE": "(c) 2018-2026\n"}
    tree[path] = tree.get(path, "") + configuration
    changed = bump_tree(tree, "1.2.0-rc.1")
    if declared == STATIC or path != "pyproject.toml":
        assert changed["a.txt"] == "v: v1.2.0-rc.1\nnov: v1.1.0\nv: v1.1.0 \np: 1.2.0rc1; p: 1.1.0.\n1.1.0\n"
        assert 'current_version = "v1.2.0-rc.1"' in changed[path]
        assert [item.path for item in read_tree(tree).lookalikes if "YYYY" in item.text] == ["LICENSE"]
    else:
        # Its first pattern is no more in a file that declares no version: the tool is not in use.
        assert changed == {}


@pytest.mark.parametrize(
    ("pattern", "changed"), [("^{version}$", 1), ("^{version}", 2), ("{version}$", 2), ("x {version}$", 1)]
)
def test_a_v_of_bumpvers_is_part_of_the_line(pattern: str, changed: int) -> None:
    configuration = f'[bumpver]\ncurrent_version = "v1.1.0"\n[bumpver.file_patterns]\n"a.txt" = "{pattern}"\n'
    tree = {
        "pyproject.toml": STATIC,
        "bumpver.toml": configuration,
        "a.txt": "v1.1.0\nv1.1.0 x\nx v1.1.0\nx v1.1.0 x\n",
    }
    assert bump_tree(tree, "1.2.0")["a.txt"].count("v1.2.0") == changed


def test_the_patterns_of_bumpver_in_setup_cfg() -> None:
    cfg = (
        "[bumpver]\ncurrent_version = '1.1.0'\n[bumpver:file_patterns]\nsetup.cfg =\n    current_version = '{version}'\n"
        "README.md =\n    w=={version}\n    x {version}$\nno.txt =\n    {version}\n"
    )
    tree = {"pyproject.toml": STATIC, "setup.cfg": cfg, "README.md": "w==1.1.0, w==1.1.01\nx 1.1.0\n"}
    changed = bump_tree(tree, "1.2.0")
    assert changed["setup.cfg"] == cfg.replace("1.1.0", "1.2.0")
    assert changed["README.md"] == "w==1.2.0, w==1.1.01\nx 1.2.0\n"


@pytest.mark.parametrize(
    "configuration",
    [
        '[bumpver]\ncurrent_version = "1.0.9"\n[bumpver.file_patterns]\n"a.txt" = "{version}"\n',
        '[bumpver]\ncurrent_version = 3\n[bumpver.file_patterns]\n"a.txt" = "{version}"\n',
        '[bumpver]\ncurrent_version = "1.1.0"\nfile_patterns = 3\n',
        '[bumpver]\ncurrent_version = "1.1.0"\n[bumpver.file_patterns]\n"a.txt" = [3, "", "^", "[x]{version}", "MAJOR{version}", "{version}{version}"]\n',
        '[bumpver]\ncurrent_version = "1.1.0"\n[bumpver.file_patterns]\n"../a.txt" = "{version}"\n"/a.txt" = "{version}"\n',
    ],
)
def test_what_bumpver_does_not_say_plainly_changes_nothing(configuration: str) -> None:
    tree = {"pyproject.toml": STATIC, "bumpver.toml": configuration, "a.txt": "1.1.0 1.1.01.1.0\n"}
    assert bump_tree(tree, "1.2.0").keys() <= {"pyproject.toml", "bumpver.toml"}


ICON = {
    "package.json": '{"name": "widget", "version": "1.1.0"}\n',
    "package-lock.json": '{"name": "widget", "version": "1.1.0", "packages": {"": {"name": "widget", "version": "1.1.0"}}}\n',
}
NPM_TBUMP = (
    '[version]\ncurrent = "1.1.0"\n[[file]]\nsrc = "package.json"\nsearch = \'"version": "{current_version}"\'\n'
)


def test_the_lock_of_npm_follows_its_package_json_where_the_version_is_the_tag() -> None:
    tree = {"pyproject.toml": DERIVED, "tbump.toml": NPM_TBUMP} | ICON
    assert bump_tree(tree, "1.2.0") == {
        path: tree[path].replace("1.1.0", "1.2.0") for path in ("tbump.toml", "package.json", "package-lock.json")
    }
    tree["package-lock.json"] = tree["package-lock.json"].replace("1.1.0", "1.0.0")
    project = read_tree(tree)
    assert [(item.path, item.text, item.setting) for item in project.lookalikes] == [
        ("package-lock.json", "1.0.0", None)
    ]


@pytest.mark.parametrize("declared", [STATIC, DERIVED])
@pytest.mark.parametrize(
    ("path", "configuration"),
    [
        (".bumpversion.cfg", "[bumpversion]\ncurrent_version = v1.1.0\n[bumpversion:file:README.md]\n"),
        (
            "setup.cfg",
            "[bumpversion]\ncurrent_version = v1.1.0\n[bumpversion:file:README.md]\nsearch = {current_version} is\n",
        ),
        (".bumpversion.toml", '[tool.bumpversion]\ncurrent_version = "v1.1.0"\nfiles = [{filename = "README.md"}]\n'),
        ("tbump.toml", '[version]\ncurrent = "v1.1.0"\n[[file]]\nsrc = "README.md"\n'),
    ],
)
def test_the_v_of_a_record_stays_where_it_stands(declared: str, path: str, configuration: str) -> None:
    tree = {"pyproject.toml": declared, path: configuration, "README.md": "v1.1.0 is out\n"}
    changed = bump_tree(tree, "1.2.0")
    assert changed.pop(path) == configuration.replace("v1.1.0", "v1.2.0")
    assert changed.pop("README.md") == "v1.2.0 is out\n"
    assert changed.keys() <= {"pyproject.toml"}


@pytest.mark.parametrize(
    ("beside", "reasons"),
    [
        (
            {"tbump.toml": TBUMP},
            [
                "Not every place that the tool is told says the version it has on record, so that all of them are left as they are."
            ],
        ),
        (
            {"tbump.toml": '[version]\ncurrent = "1.1.0"\n'},
            ["The tool is told no place that could follow, so that its record is left as it is."],
        ),
        (
            {"tbump.toml": '[version]\ncurrent = "1.1.0"\n[[file]]\nsrc = "a.txt"\nversion_template = "{major}"\n'},
            [
                "The configuration asks for more than the version to be replaced here.",
                "The tool is told no place that could follow, so that its record is left as it is.",
            ],
        ),
        (
            {"tbump.toml": '[version]\ncurrent = "next"\n'},
            ["This is no version, so that nothing follows it where the version comes from the tag."],
        ),
        (
            {"tbump.toml": NPM_TBUMP, ".bumpversion.cfg": "[bumpversion]\ncurrent_version = 1.0.9\n"},
            ["The tools do not have one version on record, so that what they are told to change is left as it is."] * 2,
        ),
    ],
)
def test_why_a_record_is_left_alone_is_true(beside: dict[str, str], reasons: list[str]) -> None:
    tree = {"pyproject.toml": DERIVED, "CITATION.cff": "version: 1.0.0\n", "a.txt": "1\n"} | ICON | beside
    assert [item.reason for item in read_tree(tree).lookalikes] == reasons


def test_a_place_that_a_tool_fills_with_parts_of_the_version_does_not_keep_the_others_back() -> None:
    cfg = "[bumpversion]\ncurrent_version = 1.1.0\n[bumpversion:file:a.txt]\n[bumpversion:file:b.txt]\nsearch = x = {major}\n"
    tree = {"pyproject.toml": DERIVED, ".bumpversion.cfg": cfg, "a.txt": "1.1.0\n", "b.txt": "x = 1\n"}
    assert bump_tree(tree, "1.2.0").keys() == {".bumpversion.cfg", "a.txt"}
    assert [(item.path, item.text, item.setting) for item in read_tree(tree).lookalikes] == [
        ("b.txt", "x = {major}", None)
    ]
