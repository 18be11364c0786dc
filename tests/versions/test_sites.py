"""Where a project's version lives at a commit."""

import pytest
from packaging.version import Version

from bot.versions import Project, ProjectCode, ProjectProblem, Quoted, SiteKind, read_project, wanted_paths

STATIC = b'[project]\nname = "widget"\nversion = "1.1.0"\n'
HATCH = b'[project]\nname = "widget"\ndynamic = ["version"]\n[tool.hatch.version]\npath = "src/widget/about.py"\n'
FLIT = b'[build-system]\nbuild-backend = "flit_core.buildapi"\n[project]\nname = "widget"\ndynamic = ["version"]\n'
POETRY = b'[tool.poetry]\nname = "widget"\nversion = "1.1.0"\n'
MODULE = b'__version__ = "1.1.0"\n'


def read(pyproject: bytes, **modules: bytes) -> Project:
    project = read_project({"pyproject.toml": pyproject, **_paths(modules)})
    assert isinstance(project, Project), project
    return project


def refuse(pyproject: bytes, **modules: bytes) -> ProjectProblem:
    problem = read_project({"pyproject.toml": pyproject, **_paths(modules)})
    assert isinstance(problem, ProjectProblem), problem
    assert problem.sentence.isprintable()
    return problem


def _paths(modules: dict[str, bytes]) -> dict[str, bytes]:
    return {
        name.replace("__init__", "/__init__").replace("src_", "src/") + ".py": body for name, body in modules.items()
    }


def places(project: Project) -> list[tuple[str, int, SiteKind]]:
    return [(site.path, site.line, site.kind) for site in project.sites]


def test_the_project_table_holds_the_version() -> None:
    project = read(STATIC)
    assert (project.name, project.version, project.spelling) == ("widget", Version("1.1.0"), "1.1.0")
    assert places(project) == [("pyproject.toml", 3, SiteKind.PROJECT_TABLE)]


def test_the_poetry_table_holds_the_version() -> None:
    assert places(read(POETRY)) == [("pyproject.toml", 3, SiteKind.POETRY_TABLE)]


def test_poetry_may_stand_for_a_dynamic_version() -> None:
    both = b'[project]\nname = "widget"\ndynamic = ["version"]\n[tool.poetry]\nversion = "1.1.0"\n'
    assert places(read(both)) == [("pyproject.toml", 5, SiteKind.POETRY_TABLE)]


def test_both_tables_are_sites_and_the_project_table_comes_first() -> None:
    both = b'[tool.poetry]\nversion = "1.1"\n[project]\nname = "widget"\nversion = "1.1.0"\n'
    project = read(both)
    assert [kind for _, _, kind in places(project)] == [SiteKind.PROJECT_TABLE, SiteKind.POETRY_TABLE]
    assert project.spelling == "1.1.0"


@pytest.mark.parametrize(
    "path",
    [
        "widget/__init__.py",
        "src/widget/__init__.py",
        "src/widget/_version.py",
        "widget/version.py",
        "widget/__about__.py",
        "widget/__version__.py",
        "widget.py",
        "src/widget.py",
        "Widget/__init__.py",
    ],
)
def test_a_literal_in_the_package_is_a_site(path: str) -> None:
    project = read_project({"pyproject.toml": STATIC, path: MODULE})
    assert isinstance(project, Project)
    assert places(project)[1:] == [(path, 1, SiteKind.MODULE)]


@pytest.mark.parametrize(
    "path",
    [
        "tests/widget/__init__.py",
        "widget/cli.py",
        "widget/sub/__init__.py",
        "docs/version.py",
        "version.py",
        "src/__init__.py",
        "vendor/widget/__init__.py",
        "widget/__init__.pyi",
    ],
)
def test_a_literal_elsewhere_is_none(path: str) -> None:
    files = {"pyproject.toml": STATIC, path: b'__version__ = "9.9"\n'}
    assert wanted_paths(files, STATIC) == []
    project = read_project(files)
    assert isinstance(project, Project)
    assert len(project.sites) == 1


def test_the_only_package_is_the_projects_whatever_it_is_called() -> None:
    alone = {"pyproject.toml": STATIC, "src/gadget/__init__.py": MODULE, "tests/__init__.py": MODULE}
    project = read_project(alone)
    assert isinstance(project, Project)
    assert [path for path, _, _ in places(project)] == ["pyproject.toml", "src/gadget/__init__.py"]
    assert wanted_paths([*alone, "other/__init__.py"], STATIC) == []


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("My-Widget", "src/my_widget/__init__.py"),
        ("my.widget", "my/widget/__init__.py"),
        ("my.widget", "my_widget/__init__.py"),
        ("PyWidget", "pywidget/__init__.py"),
    ],
)
def test_the_package_is_found_through_the_projects_name(name: str, path: str) -> None:
    pyproject = f'[project]\nname = "{name}"\nversion = "1.1.0"\n'.encode()
    assert wanted_paths(["README.md", path], pyproject) == [path]


@pytest.mark.parametrize(
    "declared",
    [
        '[tool.hatch.build.targets.wheel]\npackages = ["src/gadget"]',
        '[[tool.poetry.packages]]\ninclude = "gadget"\nfrom = "src"',
        '[tool.flit.module]\nname = "gadget"',
        '[tool.uv.build-backend]\nmodule-name = "gadget"',
    ],
)
def test_a_package_of_another_name_is_found_where_it_is_declared(declared: str) -> None:
    pyproject = STATIC + declared.encode()
    assert wanted_paths(["src/gadget/__init__.py", "src/tool/__init__.py"], pyproject) == ["src/gadget/__init__.py"]


def test_hatch_names_the_file_and_its_copies_are_sites_too() -> None:
    project = read_project(
        {"pyproject.toml": HATCH, "src/widget/__init__.py": MODULE, "src/widget/about.py": b'VERSION = "1.1.0"\n'}
    )
    assert isinstance(project, Project)
    assert places(project) == [
        ("src/widget/about.py", 1, SiteKind.HATCH_PATH),
        ("src/widget/__init__.py", 1, SiteKind.MODULE),
    ]


def test_the_files_hatch_needs_are_asked_for() -> None:
    tree = ["pyproject.toml", "src/widget/about.py", "src/widget/__init__.py", "src/widget/cli.py"]
    assert wanted_paths(tree, HATCH) == ["src/widget/about.py", "src/widget/__init__.py"]


def test_flit_reads_the_module() -> None:
    assert places(read(FLIT, widget__init__=MODULE)) == [("widget/__init__.py", 1, SiteKind.FLIT_MODULE)]


def test_a_module_that_computes_its_version_is_left_alone() -> None:
    computed = b'from importlib.metadata import version\n__version__ = version("widget")\n'
    assert len(read(STATIC, widget__init__=computed).sites) == 1


def test_a_placeholder_in_a_module_is_left_alone() -> None:
    assert len(read(STATIC, widget__init__=b'__version__ = "unknown"\n').sites) == 1


def test_another_spelling_of_the_same_version_agrees() -> None:
    project = read(b'[project]\nname = "widget"\nversion = "1.2.0.dev"\n', widget__init__=b'__version__ = "v1.2.dev0"')
    assert [site.spelling for site in project.sites] == ["1.2.0.dev", "1.2.dev0"]


def test_big_modules_without_a_version_are_not_parsed() -> None:
    assert len(read(STATIC, widget__init__=b"x = (" * 200_000).sites) == 1


def test_declared_sites_that_disagree_are_all_named() -> None:
    problem = refuse(STATIC + b'[tool.poetry]\nversion = "1.0.9"\n')
    assert problem.code is ProjectCode.SITES_DISAGREE
    assert [(site.path, site.line, site.spelling) for site in problem.sites] == [
        ("pyproject.toml", 3, "1.1.0"),
        ("pyproject.toml", 5, "1.0.9"),
    ]
    assert problem.sentence == (
        'The places that hold the version do not agree: "1.1.0" in "pyproject.toml" line 3, '
        '"1.0.9" in "pyproject.toml" line 5. Make them equal.'
    )


def test_an_undeclared_literal_of_another_version_is_shown_and_left_alone() -> None:
    project = read(STATIC, widget__init__=b'\n__version__ = "1.0.9"\n')
    assert len(project.sites) == 1
    (lookalike,) = project.lookalikes
    assert (lookalike.path, lookalike.line, lookalike.text) == ("widget/__init__.py", 2, "1.0.9")
    assert lookalike.setting == "widget/__init__.py"


@pytest.mark.parametrize(
    ("pyproject", "code"),
    [
        (b"<html>", ProjectCode.NOT_TOML),
        (b"\xff\xfe[project]", ProjectCode.NOT_TEXT),
        (b'[project]\nname = "w"\nversion = "1', ProjectCode.NOT_TOML),
        (b'[project]\nname = "w"\nname = "w"', ProjectCode.NOT_TOML),
        (b"a" + b".a" * 100_000 + b" = 1", ProjectCode.NOT_TOML),
        (STATIC + b"#" * 600_000, ProjectCode.TOO_BIG),
        (STATIC + b"#" * 1_000_000, ProjectCode.TOO_BIG),
        (b"", ProjectCode.NO_NAME),
        (b'project = "x"', ProjectCode.NO_NAME),
        (b"[[project]]\nname = 'w'", ProjectCode.NO_NAME),
        (b"[project]\nname = 1", ProjectCode.NO_NAME),
        (b'[project]\nname = "a b"\nversion = "1"', ProjectCode.BAD_NAME),
        (b'[project]\nname = "a\\nb"\nversion = "1"', ProjectCode.BAD_NAME),
        (b'[project]\nname = "-a"\nversion = "1"', ProjectCode.BAD_NAME),
        (b'[project]\nname = "widget"\n', ProjectCode.NO_VERSION),
        (b'[project]\nname = "widget"\ndynamic = "version"\n', ProjectCode.NO_VERSION),
        (b'[project]\nname = "widget"\nversion = 1.1\n', ProjectCode.NOT_A_STRING),
        (b'[project]\nname = "widget"\nversion = {attr = "x"}\n', ProjectCode.NOT_A_STRING),
        (b'[project]\nname = "widget"\nversion = "1\\u002e1"\n', ProjectCode.NOT_A_LITERAL),
        (b'[project]\nname = "widget"\nversion = """\n1.1"""\n', ProjectCode.NOT_A_LITERAL),
        (b'[project]\nname = "widget"\nversion = ""\n', ProjectCode.NOT_PEP440),
        (b'[project]\nname = "widget"\nversion = "<script>"\n', ProjectCode.NOT_PEP440),
        (b'[project]\nname = "widget"\ndynamic = ["version"]\n', ProjectCode.DYNAMIC),
        (HATCH + b'source = "env"\n', ProjectCode.DYNAMIC),
        (HATCH + b"pattern = '(a+)+$'\n", ProjectCode.DYNAMIC),
        (HATCH, ProjectCode.FILE_MISSING),
        (HATCH.replace(b"src/", b"../"), ProjectCode.OUTSIDE_ROOT),
        (HATCH.replace(b"src/", b"a/../../"), ProjectCode.OUTSIDE_ROOT),
        (HATCH.replace(b"src/", b"/etc/"), ProjectCode.OUTSIDE_ROOT),
        (FLIT, ProjectCode.NO_VERSION),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(pyproject: bytes, code: ProjectCode) -> None:
    problem = refuse(pyproject)
    assert problem.code is code
    assert problem.sentence.endswith(".")


@pytest.mark.parametrize(
    ("module", "code", "line"),
    [
        (b"def __version__", ProjectCode.NOT_PYTHON, 1),
        (b"__version__ = '1.1' '.0'", ProjectCode.NOT_A_LITERAL, 1),
        (b"__version__ = 'x" + b"x" * 600_000, ProjectCode.TOO_BIG, None),
        (b"# coding: rot13\n__version__ = '1.1.0'", ProjectCode.NOT_TEXT, None),
        (b"# coding: nonsense\n__version__ = '1.1.0'", ProjectCode.NOT_TEXT, None),
        (b"__version__ = '1.1.0' # \xff", ProjectCode.NOT_TEXT, None),
    ],
)
def test_a_module_that_cannot_be_read_is_refused_with_its_place(
    module: bytes, code: ProjectCode, line: int | None
) -> None:
    problem = refuse(STATIC, widget__init__=module)
    assert (problem.code, problem.path, problem.line) == (code, "widget/__init__.py", line)


def test_without_pyproject_there_is_no_project() -> None:
    problem = read_project({"setup.py": b"import os; os.abort()"})
    assert isinstance(problem, ProjectProblem)
    assert problem.code is ProjectCode.NO_PYPROJECT


def test_a_useless_pyproject_asks_for_no_files() -> None:
    assert wanted_paths(["widget/__init__.py"], b"<html>") == []


def test_strangers_words_are_marked_in_the_sentence() -> None:
    problem = refuse(b'[project]\nname = "widget"\nversion = "@everyone **boo**"\n')
    assert Quoted("@everyone **boo**") in problem.parts
    assert not any("boo" in part for part in problem.parts if isinstance(part, str))


def test_no_more_files_are_asked_for_than_a_project_can_need() -> None:
    tree = [f"{folder}/__init__.py" for folder in ("widget", "src/widget")]
    tree += [f"wid{'_' * n}get/__init__.py" for n in range(1, 50)]
    assert len(wanted_paths(tree, b'[project]\nname = "wid-get"\nversion = "1"\n')) == 20
