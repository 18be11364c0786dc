"""Where each build backend takes the version from."""

from typing import Any

import pytest

from bot.versions import Project, ProjectCode, ProjectRefused, SiteKind, bump, read_project
from bot.versions.backends.python_source import trace_version
from bot.versions.checkout import Checkout
from tests.versions.trees import as_written, bump_tree, check_bump, read_tree, refuse_tree

DYNAMIC = '[project]\nname = "widget"\ndynamic = ["version"]\n'
MODULE = '__version__ = "1.1.0"\n'


def system(backend: str, *requires: str) -> str:
    return f'[build-system]\nbuild-backend = "{backend}"\nrequires = {list(requires)!r}\n'


SETUPTOOLS = system("setuptools.build_meta", "setuptools")


@pytest.mark.parametrize(
    ("tree", "change"),
    [
        (
            {
                "pyproject.toml": DYNAMIC
                + "[tool.hatch.version]\npath = 'widget/v.txt'\npattern = 'v = (?P<version>.+)'\n"
            }
            | {"widget/v.txt": "# 1.1.0\nv = 1.1.0\n"},
            ("widget/v.txt", "v = 1.1.0", "v = 1.2.0"),
        ),
        (
            {"pyproject.toml": DYNAMIC + "[tool.hatch.version]\nsource = 'code'\npath = 'w/a.py'\nexpression = 'V'\n"}
            | {"w/a.py": "V = '1.1.0'\n"},
            ("w/a.py", "1.1.0", "1.2.0"),
        ),
        (
            {
                "pyproject.toml": DYNAMIC + "[tool.hatch.version]\nsource = 'nodejs'\n",
                "package.json": '{"version":"1.1.0"}',
            },
            ("package.json", "1.1.0", "1.2.0"),
        ),
        (
            {"pyproject.toml": DYNAMIC + "[tool.pdm.version]\nsource = 'file'\npath = 'w/a.py'\n", "w/a.py": MODULE},
            ("w/a.py", "1.1.0", "1.2.0"),
        ),
        (
            {"pyproject.toml": DYNAMIC + "[tool.pdm]\nversion = {from = 'w/a.py'}\n", "w/a.py": MODULE},
            ("w/a.py", "1.1.0", "1.2.0"),
        ),
        (
            {"pyproject.toml": DYNAMIC + "[tool.pdm.version]\npath = 'w/a.py'\npattern = 'ver = \"(.+)\"'\n"}
            | {"w/a.py": 'ver = "1.1.0"\n'},
            ("w/a.py", "1.1.0", "1.2.0"),
        ),
        (
            {
                "pyproject.toml": DYNAMIC
                + SETUPTOOLS
                + "[tool.setuptools.dynamic]\nversion = {attr = 'widget.__version__'}\n"
            }
            | {"src/widget/__init__.py": MODULE},
            ("src/widget/__init__.py", "1.1.0", "1.2.0"),
        ),
        (
            {"pyproject.toml": DYNAMIC + SETUPTOOLS + "[tool.setuptools.dynamic]\nversion = {attr = 'w.a.VER'}\n"}
            | {"w/__init__.py": "", "w/a.py": "from ._b import VER\n", "w/_b.py": "VER = '1.1.0'\n"},
            ("w/_b.py", "1.1.0", "1.2.0"),
        ),
        (
            {"pyproject.toml": DYNAMIC + SETUPTOOLS + "[tool.setuptools.dynamic]\nversion = {file = ['w/VERSION']}\n"}
            | {"w/VERSION": "v1.1.0\r\n"},
            ("w/VERSION", "1.1.0", "1.2.0"),
        ),
        (
            {"setup.cfg": "[metadata]\nname = widget\nversion = 1.1.0\n[x]\nminversion = 1.1.0\n", "setup.py": ""},
            ("setup.cfg", "\nversion = 1.1.0", "\nversion = 1.2.0"),
        ),
        (
            {
                "setup.cfg": "[metadata]\nname = widget\nversion = attr: widget.__version__\n",
                "widget/__init__.py": MODULE,
            },
            ("widget/__init__.py", "1.1.0", "1.2.0"),
        ),
        (
            {"setup.cfg": "[metadata]\nname = widget\nversion =\n    file: VERSION\n", "VERSION": "1.1.0"},
            ("VERSION", "1.1.0", "1.2.0"),
        ),
        (
            {"setup.py": "from setuptools import setup\nsetup(name='widget', version='1.1.0', x='1.1.0')\n"},
            ("setup.py", "version='1.1.0'", "version='1.2.0'"),
        ),
        (
            {
                "setup.py": "import setuptools\nV = '1.1.0'\nmeta = dict(name='widget', version=V)\nsetuptools.setup(**meta)\n"
            },
            ("setup.py", "1.1.0", "1.2.0"),
        ),
        (
            {
                "setup.py": "import re\nv = re.search('x', open('widget/_v.py').read())\nsetup(name='widget', version=v[1])\n"
            }
            | {"widget/_v.py": MODULE},
            ("widget/_v.py", "1.1.0", "1.2.0"),
        ),
        (
            {"setup.py": "p = os.path.join(here, 'widget', 'ver.py')\nsetup(name='widget', version=load(p))\n"}
            | {"widget/ver.py": MODULE, "tests/widget/ver.py": MODULE},
            ("widget/ver.py", "1.1.0", "1.2.0"),
        ),
        (
            {
                "setup.py": "here = Path()\nv = (here / 'widget' / 'VERSION').read_text()\nsetup(name='widget', version=v)\n"
            }
            | {"widget/VERSION": "1.1.0\n"},
            ("widget/VERSION", "1.1.0", "1.2.0"),
        ),
        (
            {"setup.py": "from widget import __version__\nsetup(name='widget', version=__version__)\n"}
            | {"widget/__init__.py": MODULE},
            ("widget/__init__.py", "1.1.0", "1.2.0"),
        ),
        (
            {"setup.py": "import widget\nsetup(name='widget', version=widget.__version__)\n", "widget.py": MODULE},
            ("widget.py", "1.1.0", "1.2.0"),
        ),
        (
            {"pyproject.toml": DYNAMIC + system("mesonpy")}
            | {
                "meson.build": "# version: '1.1.0'\nproject('widget', ['c'],\n  meson_version: '>=1.1.0',\n  version : '1.1.0')\n"
            },
            ("meson.build", "\n  version : '1.1.0'", "\n  version : '1.2.0'"),
        ),
        (
            {
                "pyproject.toml": DYNAMIC
                + system("scikit_build_core.build")
                + "[tool.scikit-build.metadata.version]\nprovider = 'scikit_build_core.metadata.regex'\ninput = 'w/a.py'\n"
            }
            | {"w/a.py": MODULE},
            ("w/a.py", "1.1.0", "1.2.0"),
        ),
        (
            {"pyproject.toml": DYNAMIC + system("own", "setuptools") + "backend-path = ['x']\n"}
            | {"setup.cfg": "[metadata]\nversion = attr: widget.__version__\n", "widget/__init__.py": MODULE},
            ("widget/__init__.py", "1.1.0", "1.2.0"),
        ),
    ],
)
def test_the_place_a_backend_reads_is_changed(tree: dict[str, str], change: tuple[str, str, str]) -> None:
    check_bump(tree, "1.2.0", change)


CARGO = '[package]\nname = "widget-rs"\nversion = "1.1.0"\n[dependencies]\npyo3 = { version = "1.1.0" }\n'
CARGO_LOCK = (
    'version = 4\n\n[[package]]\nname = "other"\nversion = "1.1.0"\nsource = "registry"\n\n'
    '[[package]]\nname = "widget-rs"\nversion = "1.1.0"\ndependencies = [\n "other",\n]\n'
)


def test_a_crate_is_changed_with_its_lock() -> None:
    tree = {"pyproject.toml": DYNAMIC + system("maturin"), "Cargo.toml": CARGO, "Cargo.lock": CARGO_LOCK}
    own = 'name = "widget-rs"\nversion = "1.1.0"'
    changes = [(path, own, own.replace("1.1.0", "1.2.0-rc.1")) for path in ("Cargo.toml", "Cargo.lock")]
    check_bump(tree, "1.2.0rc1", *changes)
    assert [site.kind for site in read_tree(tree).sites] == [SiteKind.CARGO, SiteKind.CARGO_LOCK]


def test_a_crate_keeps_its_dialect_of_semver() -> None:
    tree = {
        "pyproject.toml": DYNAMIC + system("maturin"),
        "Cargo.toml": CARGO.replace('n = "1.1.0"\n', 'n = "1.1.0-rc1"\n'),
    }
    check_bump(tree, "1.1.0rc2", ("Cargo.toml", "1.1.0-rc1", "1.1.0-rc2"))
    check_bump(tree, "1.1.0-rc.2", ("Cargo.toml", "1.1.0-rc1", "1.1.0-rc2"))


@pytest.mark.parametrize(
    ("old", "typed", "new"),
    [
        ("1.1.0-dev.0", "1.1.0-rc1", "1.1.0-rc.1"),
        ("1.1.0-a1", "1.1.0-a.2", "1.1.0-a2"),
        ("1.1.0-rc-1", "1.1.0-rc2", "1.1.0-rc-2"),
        ("1.0.0", "1.1.0-rc1", "1.1.0-rc1"),
        ("1.1.0-rc.1", "1.1.0", "1.1.0"),
    ],
)
def test_what_stands_between_a_marker_and_its_number_is_the_crates_own(old: str, typed: str, new: str) -> None:
    tree = {
        "pyproject.toml": DYNAMIC + system("maturin"),
        "Cargo.toml": CARGO.replace('n = "1.1.0"\n', f'n = "{old}"\n'),
    }
    check_bump(tree, typed, ("Cargo.toml", f'n = "{old}"\n', f'n = "{new}"\n'))


def test_a_workspace_of_crates_shares_its_version() -> None:
    tree = {
        "pyproject.toml": DYNAMIC + system("maturin") + '[tool.maturin]\nmanifest-path = "crates/py/Cargo.toml"\n',
        "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n[workspace.package]\nversion = "1.1.0"\n'
        '[workspace.dependencies]\ncore = { path = "crates/core", version = "1.1.0" }\nserde = "1.1.0"\n',
        "crates/py/Cargo.toml": '[package]\nname = "py"\nversion.workspace = true\n',
        "crates/core/Cargo.toml": '[package]\nname = "core"\nversion = { workspace = true }\n',
        "crates/own/Cargo.toml": '[package]\nname = "own"\nversion = "1.1.0"\n',
        "Cargo.lock": "\n".join(f'[[package]]\nname = "{name}"\nversion = "1.1.0"\n' for name in ("core", "own", "py")),
    }
    check_bump(
        tree,
        "1.2.0",
        ("Cargo.toml", '.package]\nversion = "1.1.0"', '.package]\nversion = "1.2.0"'),
        ("Cargo.toml", 'crates/core", version = "1.1.0"', 'crates/core", version = "1.2.0"'),
        ("Cargo.lock", 'name = "core"\nversion = "1.1.0"', 'name = "core"\nversion = "1.2.0"'),
        ("Cargo.lock", 'name = "py"\nversion = "1.1.0"', 'name = "py"\nversion = "1.2.0"'),
    )


@pytest.mark.parametrize(
    ("tree", "tool"),
    [
        ({"pyproject.toml": DYNAMIC + "[tool.hatch.version]\nsource = 'vcs'\n"}, "hatch-vcs"),
        (
            {"pyproject.toml": DYNAMIC + "[tool.hatch.version]\nsource = 'uv-dynamic-versioning'\n"},
            "uv-dynamic-versioning",
        ),
        ({"pyproject.toml": DYNAMIC + system("setuptools.build_meta", "setuptools_scm>=8")}, "setuptools-scm"),
        ({"pyproject.toml": DYNAMIC + SETUPTOOLS + "[tool.setuptools_scm]\n"}, "setuptools-scm"),
        ({"pyproject.toml": DYNAMIC + "[tool.pdm.version]\nsource = 'scm'\n"}, "pdm-backend"),
        ({"pyproject.toml": DYNAMIC + "[tool.pdm]\nversion = {use_scm = true}\n"}, "pdm-backend"),
        ({"pyproject.toml": DYNAMIC + SETUPTOOLS + "[tool.versioningit]\n"}, "versioningit"),
        ({"setup.py": "setup(name='widget', use_scm_version=True)\n"}, "setuptools-scm"),
        ({"setup.py": "setup(setup_requires=['pbr'], pbr=True)\n", "setup.cfg": "[metadata]\nname = widget\n"}, "pbr"),
        ({"setup.py": "import versioneer\nsetup(name='widget', version=versioneer.get_version())\n"}, "versioneer"),
        (
            {
                "pyproject.toml": '[tool.poetry]\nname = "widget"\nversion = "0.0.0"\n[tool.poetry-dynamic-versioning]\nenable = true\n'
            },
            "poetry-dynamic-versioning",
        ),
        (
            {"pyproject.toml": DYNAMIC + system("setuptools.build_meta", "setuptools-scm", "setuptools")}
            | {"widget/__init__.py": "from ._version import version as __version__\n"},
            "setuptools-scm",
        ),
        (
            {"pyproject.toml": DYNAMIC + system("hatchling.build", "uv-dynamic-versioning")}
            | {"x.py": "def get(): ...\n"}
            | {},
            "uv-dynamic-versioning",
        ),
    ],
)
def test_a_version_from_the_tag_needs_no_edit(tree: dict[str, str], tool: str) -> None:
    project = read_tree(tree)
    assert (project.derived_by, project.sites) == (tool, ())
    assert project.at("1.4.0").spelling == "1.4.0"


@pytest.mark.parametrize(
    ("before", "version", "after"),
    [
        ("(1, 1, 0)", "1.2.0", "(1, 2, 0)"),
        ("(1, 1)", "1.1.1", "(1, 1, 1)"),
        ("(1, 1, 0)", "1.2.0rc1", '(1, 2, 0, "rc", 1)'),
        ("(1, 1, 0, 'rc1')", "1.1.0", "(1, 1, 0)"),
        ("['1', '1', '0']", "1.2.0", "['1', '2', '0']"),
    ],
)
@pytest.mark.parametrize("name", ["VERSION", "version_info"])
def test_a_tuple_that_setuptools_joins_has_as_many_elements_as_the_version(
    before: str, version: str, after: str, name: str
) -> None:
    module = f"{name} = {{}}\nprint({name}[:2])\n"
    declared = DYNAMIC + SETUPTOOLS + f"[tool.setuptools.dynamic]\nversion = {{attr = 'widget.{name}'}}\n"
    tree = {"pyproject.toml": declared, "widget/__init__.py": module.format(before)}
    assert bump_tree(tree, version) == {"widget/__init__.py": module.format(after)}
    in_cfg = {"setup.cfg": f"[metadata]\nname = widget\nversion = attr: widget.{name}\n"}
    imported = {"widget/__init__.py": f"from ._v import {name}\n", "widget/_v.py": module.format(before)}
    assert bump_tree(in_cfg | imported, version) == {"widget/_v.py": module.format(after)}


def test_a_tuple_that_setuptools_could_not_join_into_a_version_is_changed_piece_by_piece() -> None:
    declared = DYNAMIC + SETUPTOOLS + "[tool.setuptools.dynamic]\nversion = {attr = 'widget.version'}\n"
    tree = {"pyproject.toml": declared, "widget.py": "V = (1, 1, 0, 'final', 0)\nversion = make(V)\n"}
    check_bump(tree, "1.2.0rc1", ("widget.py", "(1, 1, 0, 'final', 0)", "(1, 2, 0, 'candidate', 1)"))


POETRY = '[tool.poetry]\nname = "widget"\nversion = "{}"\n'


@pytest.mark.parametrize("poetry", ["1.1.0", "1.0.9"])
def test_a_table_of_poetrys_declares_nothing_for_a_backend_that_does_not_read_it(poetry: str) -> None:
    tree = {
        "pyproject.toml": POETRY.format(poetry) + SETUPTOOLS,
        "setup.py": "from setuptools import setup\nfrom widget import __version__\nsetup(name='widget', version=__version__)\n",
        "widget/__init__.py": MODULE,
    }
    changed = bump_tree(tree, "1.2.0")
    assert changed["widget/__init__.py"] == MODULE.replace("1.1.0", "1.2.0")
    # It follows while it says the same, and is named when it does not.
    assert ("pyproject.toml" in changed) is (poetry == "1.1.0")
    assert [item.text for item in read_tree(tree).lookalikes] == ([] if poetry == "1.1.0" else [poetry])


PLUGIN = POETRY + '{}[tool.poetry-version-plugin]\nsource = "{}"\n'


@pytest.mark.parametrize("poetry", ["0", "0.0.0", "1.0.9"])
@pytest.mark.parametrize("backend", ["", system("poetry.core.masonry.api", "poetry-core")])
def test_a_plugin_of_poetrys_takes_the_version_from_the_package(poetry: str, backend: str) -> None:
    tree = {"pyproject.toml": PLUGIN.format(poetry, "", "init") + backend, "widget/__init__.py": MODULE}
    tree["src/widget/__init__.py"] = ""
    check_bump(tree, "1.2.0", ("widget/__init__.py", "1.1.0", "1.2.0"))
    project = read_tree(tree)
    assert [site.kind for site in project.sites] == [SiteKind.POETRY_INIT]
    # A placeholder is no place that anybody forgot.
    assert [item.text for item in project.lookalikes] == [text for text in (poetry,) if text == "1.0.9"]


def test_what_the_plugin_of_poetrys_does_not_need_follows_while_it_says_the_same() -> None:
    tree = {"pyproject.toml": PLUGIN.format("1.1.0", "", "init"), "widget/__init__.py": MODULE}
    assert bump_tree(tree, "1.2.0").keys() == {"pyproject.toml", "widget/__init__.py"}


def test_the_plugin_of_poetrys_reads_the_one_package_that_is_declared() -> None:
    packages = 'packages = [{include = "lib/gadget"}]\n'
    tree = {"pyproject.toml": PLUGIN.format("0", packages, "init"), "lib/gadget/__init__.py": MODULE}
    check_bump(tree | {"widget/__init__.py": ""}, "1.2.0", ("lib/gadget/__init__.py", "1.1.0", "1.2.0"))


def test_the_plugin_of_poetrys_may_take_the_version_from_the_tag() -> None:
    project = read_tree({"pyproject.toml": PLUGIN.format("0", "", "git-tag"), "widget/__init__.py": MODULE})
    assert (project.derived_by, project.sites) == ("poetry-version-plugin", ())


@pytest.mark.parametrize(
    ("packages", "tree", "code"),
    [
        ("", {"src/widget/__init__.py": MODULE}, ProjectCode.FILE_MISSING),
        (
            'packages = [{include = "widget", from = "src"}]\n',
            {"src/widget/__init__.py": MODULE},
            ProjectCode.FILE_MISSING,
        ),
        ('packages = [{include = "../widget"}]\n', {"widget/__init__.py": MODULE}, ProjectCode.OUTSIDE_ROOT),
        ('packages = [{include = "widget"}, {include = "b"}]\n', {"widget/__init__.py": MODULE}, ProjectCode.DYNAMIC),
        ("packages = 3\n", {"widget/__init__.py": MODULE}, ProjectCode.DYNAMIC),
        ("", {"widget/__init__.py": "from .v import __version__\n", "widget/v.py": MODULE}, ProjectCode.NOT_A_LITERAL),
        ("", {"widget/__init__.py": "__version__ = make()\n"}, ProjectCode.NOT_A_LITERAL),
    ],
)
def test_what_the_plugin_of_poetrys_cannot_read_is_refused(
    packages: str, tree: dict[str, str], code: ProjectCode
) -> None:
    assert refuse_tree({"pyproject.toml": PLUGIN.format("0", packages, "init")} | tree).code is code


@pytest.mark.parametrize(
    "pyproject",
    [
        # Another source is passed over, and so is the table where Poetry builds nothing or has no table.
        PLUGIN.format("1.1.0", "", "other"),
        PLUGIN.format("1.1.0", "", "init").replace('source = "init"', ""),
        '[project]\nname = "widget"\nversion = "1.1.0"\n[tool.poetry-version-plugin]\nsource = "git-tag"\n',
        '[project]\nname = "widget"\nversion = "1.1.0"\n' + PLUGIN.format("1.1.0", "", "git-tag") + SETUPTOOLS,
    ],
)
def test_the_plugin_of_poetrys_is_used_where_its_table_says_so(pyproject: str) -> None:
    tree = {"pyproject.toml": pyproject, "widget/__init__.py": ""}
    assert bump_tree(tree, "1.2.0") == {"pyproject.toml": pyproject.replace("1.1.0", "1.2.0")}


def test_the_plugin_of_poetrys_does_nothing_for_a_build_that_requires_it() -> None:
    build = system("poetry.core.masonry.api", "poetry-core", "poetry-version-plugin")
    tree = {"pyproject.toml": POETRY.format("0") + build}
    check_bump(tree, "1.2.0", ("pyproject.toml", 'version = "0"', 'version = "1.2.0"'))


ZERO = '[project]\nname = "widget"\nversion = "{}"\n'


@pytest.mark.parametrize("pyproject", [ZERO.format("0.0.0"), POETRY.format("0.0.0"), POETRY.format("0")])
@pytest.mark.parametrize("module", [MODULE, "V = (1, 1, 0)\n__version__ = '.'.join(map(str, V))\n"])
def test_a_placeholder_beside_a_real_version_that_no_tool_explains_is_refused(pyproject: str, module: str) -> None:
    problem = refuse_tree({"pyproject.toml": pyproject, "src/widget/_version.py": module})
    assert problem.code is ProjectCode.SITES_DISAGREE
    assert [(site.path, site.line) for site in problem.sites] == [("pyproject.toml", 3), ("src/widget/_version.py", 1)]


@pytest.mark.parametrize(
    ("module", "follows"),
    [
        ("__version__ = '0.0.0'\n", True),
        ("__version__ = '0.0.0.dev0'\n", True),
        ("__version__ = '0.0.0+unknown'\n", True),
        ("__version__ = 'unknown'\n", False),
        ("version = '1.1.0'\n", False),
        ("try:\n    __version__ = version('widget')\nexcept E:\n    __version__ = '1.1.0'\n", False),
        ("try:\n    from ._v import __version__\nexcept E:\n    __version__ = '1.1.0'\n", False),
        ("import x\n__version__ = x.version('widget')\n", False),
    ],
)
def test_a_project_that_is_at_zero_goes_on_from_there(module: str, follows: bool) -> None:
    tree = {"pyproject.toml": ZERO.format("0.0.0"), "widget/__init__.py": module}
    expected = {"pyproject.toml", "widget/__init__.py"} if follows else {"pyproject.toml"}
    assert bump_tree(tree, "0.0.1").keys() == expected
    # Another package's version is none of its own, and one that says more than zero is no placeholder.
    other = {"pyproject.toml": ZERO.format("0.0.0"), "widget/__init__.py": "", "gadget/__init__.py": MODULE}
    assert bump_tree(other, "0.0.1").keys() == {"pyproject.toml"}
    lagging = {"pyproject.toml": ZERO.format("0.0.1"), "widget/__init__.py": MODULE}
    assert bump_tree(lagging, "0.0.2").keys() == {"pyproject.toml"}


def test_a_generated_file_of_the_tag_tool_is_never_a_site() -> None:
    tree = {
        "pyproject.toml": DYNAMIC
        + system("setuptools.build_meta", "setuptools-scm")
        + "[tool.setuptools.dynamic]\nversion = {attr = 'widget._version.version'}\n"
        + "[tool.setuptools_scm]\nversion_file = 'widget/_version.py'\n",
        "widget/_version.py": "version = '1.1.0'\n",
    }
    assert read_tree(tree).derived_by == "setuptools-scm"


@pytest.mark.parametrize(
    ("tree", "code"),
    [
        ({"pyproject.toml": DYNAMIC + "[tool.pdm.version]\nsource = 'call'\ngetter = 'a:b'\n"}, ProjectCode.DYNAMIC),
        ({"pyproject.toml": DYNAMIC + "[tool.pdm.version]\npath = '../a.py'\n"}, ProjectCode.OUTSIDE_ROOT),
        ({"pyproject.toml": DYNAMIC + "[tool.pdm.version]\npath = 'a.py'\n"}, ProjectCode.FILE_MISSING),
        (
            {"pyproject.toml": DYNAMIC + SETUPTOOLS + "[tool.setuptools.dynamic]\nversion = {attr = 'w.V'}\n"}
            | {"w.py": "V = make()\n"},
            ProjectCode.NOT_A_LITERAL,
        ),
        (
            {"pyproject.toml": DYNAMIC + SETUPTOOLS + "[tool.setuptools.dynamic]\nversion = {file = ['a', 'b']}\n"},
            ProjectCode.DYNAMIC,
        ),
        ({"setup.py": "setup(name='widget', version=compute())\n"}, ProjectCode.NOT_A_LITERAL),
        ({"setup.py": "setup(name='widget', version='1.1' + suffix)\n"}, ProjectCode.NOT_A_LITERAL),
        ({"setup.py": "setup(name=compute(), version='1.1')\n"}, ProjectCode.NO_NAME),
        ({"setup.cfg": "[metadata]\nname = widget\nversion = attr: a.b.c\n"}, ProjectCode.FILE_MISSING),
        (
            {"pyproject.toml": DYNAMIC + system("mesonpy"), "meson.build": "project('x', version: run())"},
            ProjectCode.DYNAMIC,
        ),
    ],
)
def test_what_only_running_code_would_tell_is_refused(tree: dict[str, str], code: ProjectCode) -> None:
    assert refuse_tree(tree).code is code


def test_the_name_may_stand_in_the_file_that_setup_py_runs() -> None:
    tree = {
        "setup.py": (
            "about = {}\nexec(open(join(here, 'src', 'widget', '__version__.py')).read(), about)\n"
            "setup(name=about['__title__'], version=about['__version__'])\n"
        ),
        "src/widget/__version__.py": "__title__ = 'widget'\n__version__ = '1.1.0'\n",
    }
    assert read_tree(tree).name == "widget"
    check_bump(tree, "1.2.0", ("src/widget/__version__.py", "1.1.0", "1.2.0"))


@pytest.mark.parametrize("backend", ["own_theme_builder", "in_tree"])
def test_a_backend_that_is_not_known_is_expected_to_read_the_packages_own_literal(backend: str) -> None:
    tree = {"pyproject.toml": DYNAMIC + system(backend), "src/widget/__init__.py": MODULE, "tests/__init__.py": MODULE}
    check_bump(tree, "1.2.0", ("src/widget/__init__.py", "1.1.0", "1.2.0"))


def test_literals_that_disagree_are_no_convention() -> None:
    tree = {"pyproject.toml": DYNAMIC + system("own"), "widget/__init__.py": MODULE}
    other = tree | {"widget/_version.py": MODULE.replace("1.1.0", "1.3.0")}
    assert refuse_tree(other).code is ProjectCode.SITES_DISAGREE
    assert refuse_tree(tree | {"widget/__init__.py": ""}).code is ProjectCode.DYNAMIC
    assert refuse_tree(tree | {"pyproject.toml": DYNAMIC + system("hatchling.build")}).code is ProjectCode.DYNAMIC


@pytest.mark.parametrize(
    ("setup", "module"),
    [
        (
            "from widget import __title__, __version__\nsetup(name=__title__, version=__version__)",
            "__title__ = 'widget'\n",
        ),
        ("import os\nfrom widget import __version__\nsetup(name=os.getenv('N', 'widget'), version=__version__)", ""),
        ("from widget import __version__\nN = 'wi_get'\nsetup(name=N.replace('_', 'd'), version=__version__)", ""),
        (
            "import os\nfrom widget import __version__ as v\nN = os.environ.get('N', 'widget')\nsetup(name=N, version=v)",
            "",
        ),
        # It may be built in another way as well, under a name that begins with its own.
        (
            """
import sys
from widget import __version__ as v
if 'lite' in sys.argv:
    N = 'widgetlite'
else:
    N = 'widget'
setup(name=N, version=v)
""",
            "",
        ),
    ],
)
def test_the_name_may_be_imported_or_stand_where_no_environment_says_another(setup: str, module: str) -> None:
    tree = {
        "setup.py": f"from setuptools import setup\n{setup}\n",
        "widget/__init__.py": module + "__version__ = '1.1.0'\n",
    }
    project = read_tree(tree)
    assert (project.name, project.spelling) == ("widget", "1.1.0")


def test_a_name_that_a_function_is_given_is_none() -> None:
    calls = (
        "def build(N='widget-full'):\n    if x:\n        N = 'widget-dev'\n    setup(name=N, version='1.1.0')\n",
        "def o():\n    N = 'gadget'\n    def main():\n        setup(name=N, version='1.1.0')\n    main()\n",
    )
    for call in calls:
        tree = {"setup.py": f"from setuptools import setup\n{call}", "widget/__init__.py": ""}
        assert refuse_tree(tree).code is ProjectCode.NO_NAME


@pytest.mark.parametrize(
    "setup",
    [
        "import widget as package\nsetup(name=package.__name__, version=package.__version__)\n",
        "import distutils.core\nfrom widget import __version__\ndistutils.core.setup(name='widget', version=__version__)\n",
        "from widget import __version__\ndef main():\n    n = 'widget'\n    setup(name=n, version=__version__)\nn = 3 if x else n\n",
        "from widget import __version__\ndef main():\n    n = 'widget'\n    setup(name=n, version=__version__)\ndef f():\n    n = 'x'\n",
    ],
)
def test_setup_may_be_called_and_its_name_be_told_in_many_ways(setup: str) -> None:
    tree = {"setup.py": "from setuptools import setup\n" + setup, "widget/__init__.py": "__version__ = '1.1.0'\n"}
    assert read_tree(tree).name == "widget"
    check_bump(tree, "1.2.0", ("widget/__init__.py", "1.1.0", "1.2.0"))


def test_the_first_arguments_of_a_package_of_pipcls_are_its_name_and_version() -> None:
    setup = "import pipcl\nVERSION = '1.1.0'\np = pipcl.Package('widget', VERSION, pure=True)\n"
    backend = '[build-system]\nrequires = ["pipcl"]\nbuild-backend = "setup"\nbackend-path = ["."]\n'
    tree = {"setup.py": setup, "pyproject.toml": backend}
    assert read_tree(tree).name == "widget"
    check_bump(tree, "1.2.0", ("setup.py", "1.1.0", "1.2.0"))


def test_of_several_packages_of_pipcls_the_last_is_the_projects() -> None:
    setup = "import pipcl\nB = '1.0.9'\nif x:\n    p = pipcl.Package('widgetb', B)\nelse:\n    p = pipcl.Package('widget', '1.1.0')\n"
    backend = '[build-system]\nrequires = ["pipcl"]\nbuild-backend = "setup"\nbackend-path = ["."]\n'
    tree = {"setup.py": setup, "pyproject.toml": backend}
    assert read_tree(tree).name == "widget"
    check_bump(tree, "1.2.0", ("setup.py", "1.1.0", "1.2.0"))


def test_what_setup_py_runs_counts_before_what_it_says_itself() -> None:
    setup = (
        "from setuptools import setup\nVERSION = (0, 0, 1, None)\nwith open('src/widget/version.py') as f:\n    exec(f.read())\n"
        "setup(name='widget', version='.'.join(str(v) for v in VERSION if v is not None))\n"
    )
    tree = {"setup.py": setup, "src/widget/version.py": "VERSION = (1, 1, 0, None)\n"}
    check_bump(tree, "1.2.0", ("src/widget/version.py", "(1, 1, 0, None)", "(1, 2, 0, None)"))
    # In a namespace of its own it changes no name of setup.py.
    apart = tree | {"setup.py": setup.replace("exec(f.read())", "exec(f.read(), about)")}
    assert read_tree(apart).sites[0].path == "setup.py"


@pytest.mark.parametrize(
    "run",
    [
        "exec(open('tools/x.py').read())",
        "exec('import x')\nopen('widget/other.py')",
        "class Build:\n    def run(self):\n        exec(open('widget/other.py').read())",
        "def run():\n    exec(open('widget/other.py').read())",
        "exec(open('widget/other.py').read(), about)",
        "exec(open('widget/other.py').read())\nV = '1.1.0'",
    ],
)
def test_what_setup_py_runs_elsewhere_changes_nothing_that_it_says(run: str) -> None:
    tree = {"setup.py": f"from setuptools import setup\nV = '1.1.0'\n{run}\nsetup(name='widget', version=V)\n"}
    tree |= {
        "widget/other.py": "V = '3.4.5'\n",
        "tools/x.py": "X = 1\n",
        "widget/__init__.py": "__version__ = '1.0.9'\n",
    }
    assert read_tree(tree).sites[0].path == "setup.py"


@pytest.mark.parametrize(
    "run",
    [
        "p = 'widget/version.py'\nwith open(p) as f:\n    exec(f.read())",
        "t = open('widget/version.py').read()\nexec(t)",
        "if x:\n    exec(open('widget/version.py').read())",
        "try:\n    import y\nexcept ImportError:\n    exec(open('widget/version.py').read())",
    ],
)
def test_a_file_that_setup_py_runs_is_found_by_the_names_in_the_call(run: str) -> None:
    tree = {"setup.py": f"from setuptools import setup\nV = '1.1.0'\n{run}\nsetup(name='widget', version=V)\n"}
    assert read_tree(tree | {"widget/version.py": "V = '3.4.5'\n"}).spelling == "3.4.5"


def test_hostile_setup_py_costs_neither_time_nor_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    long = f"from setuptools import setup\nN = 'a'\nsetup(name=N.replace('', '{'b' * 100_000}'), version='1.1.0')\n"
    assert refuse_tree({"setup.py": long}).code is ProjectCode.NO_NAME
    chain = "".join(f"N{n} = N{n + 1}.replace('b', '{'b' * 200}')\n" for n in range(20))
    setup = f"from setuptools import setup\n{chain}N20 = '{'b' * 200}'\nsetup(name=N0, version='1.1.0')\n"
    assert refuse_tree({"setup.py": setup}).code is ProjectCode.NO_NAME
    traced = list[str]()

    def count(checkout: Checkout, path: str, *rest: Any, **more: Any) -> Any:
        traced.append(path)
        return trace_version(checkout, path, *rest, **more)

    monkeypatch.setattr("bot.versions.backends.setup_source.trace_version", count)
    runs = "".join(f"exec(f{n}('widget/version.py'))\n" for n in range(500))
    setup = f"from setuptools import setup\nV = '1.1.0'\n{runs}setup(name='widget', version=V)\n"
    files = {"setup.py": setup.encode(), "widget/version.py": b"x = 1\n"}
    project = read_project(files)
    assert isinstance(project, Project)
    assert project.spelling == "1.1.0"
    # However often it is run, it is looked into once for each search: for the source, and for what repeats it.
    assert 0 < len(traced) <= 2


def test_what_else_is_called_setup_tells_no_name() -> None:
    setup = "import log\nfrom setuptools import setup\nlog.setup('buildlog', '2.0')\nsetup(name='widget', version='1.1.0')\n"
    assert refuse_tree({"setup.py": setup}).code is ProjectCode.NO_NAME


def test_a_name_that_is_imported_from_nowhere_may_be_in_a_file_that_setup_py_names() -> None:
    setup = (
        "import sys\nfrom setuptools import setup\nsys.path.insert(0, 'widget')\nimport _version\n"
        "open('widget/_version.py')\nsetup(name=_version.__title__, version=_version.__version__)\n"
    )
    tree = {"setup.py": setup, "widget/_version.py": "__title__ = 'widget'\n__version__ = '1.1.0'\n"}
    assert read_tree(tree).name == "widget"


def test_a_word_in_a_call_is_no_name_that_another_module_has() -> None:
    setup = "from setuptools import setup\nopen('other/consts.py')\nsetup(name=read('NAME'), version='1.1.0')\n"
    tree = {"setup.py": setup, "other/consts.py": "NAME = 'someother'\n"}
    assert refuse_tree(tree).code is ProjectCode.NO_NAME


def test_the_name_may_be_looked_for_in_the_text_of_a_module() -> None:
    setup = (
        "from setuptools import setup\nMETA = open('src/widget/version.py').read()\n"
        "setup(name=find_meta('title'), version=find_meta('version'))\n"
    )
    tree = {"setup.py": setup, "src/widget/version.py": "__title__ = 'widget'\n__version__ = '1.1.0'\n"}
    assert read_tree(tree).name == "widget"
    check_bump(tree, "1.2.0", ("src/widget/version.py", "1.1.0", "1.2.0"))


def test_what_setup_py_takes_out_of_a_file_is_called_as_it_says() -> None:
    setup = (
        "from setuptools import setup\nd = {}\nexec(compile(open('widget/version.py').read(), 'widget/version.py', 'exec'), d)\n"
        "setup(name='widget', version=d['VERSION_TEXT'])\n"
    )
    module = "VERSION = (1, 1)\nSTATUS = ''\nVERSION_TEXT = '.'.join(str(x) for x in VERSION) + STATUS\n"
    tree = {"setup.py": setup, "widget/version.py": module}
    check_bump(tree, "1.1.1", ("widget/version.py", "(1, 1)", "(1, 1, 1)"))
    other = module.replace("VERSION_TEXT", "TEXT")
    check_bump(tree | {"widget/version.py": other}, "1.2", ("widget/version.py", "(1, 1)", "(1, 2)"))


@pytest.mark.parametrize(
    ("version", "module"),
    [
        ("find('widget/__init__.py') + os.environ['BUILD']", "BUILD = '7'\n__version__ = '1.1.0'\n"),
        (
            "re.search('x', open('widget/__init__.py').read())['version_api']",
            "version_api = '2.0.0'\n__version__ = '1.1.0'\n",
        ),
        (
            "get(d['python_version'], d['__version__'], 'widget/__init__.py')",
            "python_version = '3.8.0'\n__version__ = '1.1.0'\n",
        ),
        ("about['python']", "python = '3.8.0'\n__version__ = '1.1.0'\n"),
    ],
)
def test_a_key_that_is_not_all_of_the_version_names_nothing(version: str, module: str) -> None:
    setup = f"from setuptools import setup\nsetup(name='widget', version={version}, packages=['widget'])\n"
    tree = {"setup.py": setup, "widget/__init__.py": module}
    check_bump(tree, "1.2.0", ("widget/__init__.py", "1.1.0", "1.2.0"))


@pytest.mark.parametrize(
    "setup",
    [
        "if 'lite' in argv:\n    N, D = 'other', 'x'\nelse:\n    N = 'widget'\n",
        "if 'gpu' in argv:\n    N = 'widget'\n    N += '-gpu'\n",
        "if x:\n    def f():\n        N = 'widget'\nfrom c import *\n",
        "if x:\n    N = 'widget-nightly'\nelif y:\n    N, = ['widget']\n",
        "if x:\n    N = 'widget'\nfor N in ['a', 'b']:\n    pass\n",
        "if x:\n    N = 'widg'\nelse:\n    N = 'widget'\n",
        "try:\n    N = 'widget'\nexcept E:\n    N = None\n",
        "if x:\n    N = 'widget'\nelse:\n    from x import N\n",
        "if x:\n    N = 'widget'\nelse:\n    def N(): pass\n",
        "if x:\n    N = 'widget'\nmatch x:\n    case N:\n        pass\n",
        "def f():\n    global N\n    N = 'x'\nif x:\n    N = 'widget'\n",
    ],
)
def test_a_name_that_is_bound_in_other_ways_as_well_is_none(setup: str) -> None:
    tree = {
        "setup.py": f"from setuptools import setup\n{setup}setup(name=N, version='1.1.0')\n",
        "widget/__init__.py": "",
    }
    assert refuse_tree(tree).code is ProjectCode.NO_NAME


@pytest.mark.parametrize(
    ("workspace", "needs"),
    [
        ('members = ["core"]\nexclude = ["py"]\n', ""),
        ('members = ["core"]\n', ""),
        ('members = ["core", "py"]\n', '[dependencies]\ncore = { path = "../core", version = "1.1" }\n'),
    ],
)
def test_a_workspace_that_does_not_go_on_with_the_crate_keeps_its_version(workspace: str, needs: str) -> None:
    tree = {
        "pyproject.toml": '[project]\nname = "widget"\ndynamic = ["version"]\n[tool.maturin]\nmanifest-path = "py/Cargo.toml"\n'
        + system("maturin"),
        "Cargo.toml": f'[workspace]\n{workspace}[workspace.package]\nversion = "1.1.0"\n',
        "py/Cargo.toml": f'[package]\nname = "widget"\nversion = "1.1.0"\n{needs}',
        "core/Cargo.toml": '[package]\nname = "core"\nversion.workspace = true\n',
    }
    assert bump_tree(tree, "2.0.0").keys() == {"py/Cargo.toml"}


def test_the_name_that_setup_py_searches_for_is_found_where_a_tool_derives_the_version() -> None:
    setup = "from setuptools import setup\nsetup(name=find('title'), use_scm_version=True, x=read('widget', '__doc__.py'))\n"
    assert read_tree({"setup.py": setup, "widget/__doc__.py": "__title__ = 'my-widget'\n"}).name == "my-widget"


def test_what_setup_py_reads_may_be_called_ver() -> None:
    setup = "from setuptools import setup\nsetup(name='widget', version=get_version(os.path.join('widget', '__init__.py')))\n"
    tree = {"setup.py": setup, "widget/__init__.py": "__ver__ = '1.1.0'\n"}
    check_bump(tree, "1.2.0", ("widget/__init__.py", "1.1.0", "1.2.0"))


@pytest.mark.parametrize(
    "name",
    [
        "ADDED",
        "N.replace('a', 'b')",
        "x().replace('a', 'b')",
        "os.getenv('N')",
        "os.environ['N']",
        "settings.get('N', 'widget')",
        "os.getenv('N', NAME)",
        "EITHER",
        "PERHAPS",
        "missing",
    ],
)
def test_a_name_that_only_running_tells_is_none(name: str) -> None:
    setup = f"import os\nfrom setuptools import setup\nM = M.replace('a', 'b')\nADDED = x()\nADDED += 'b'\nif M:\n    EITHER = PERHAPS = 'a'\nelse:\n    EITHER = 'b'\n    PERHAPS = x()\nsetup(name={name}, version='1.1.0')\n"
    problem = refuse_tree({"setup.py": setup})
    assert (problem.code, problem.sentence) == (ProjectCode.NO_NAME, '"setup.py" does not name a project.')


def test_a_crate_of_its_own_version_is_named_at_the_top_of_its_workspace() -> None:
    tree = {
        "pyproject.toml": DYNAMIC + system("maturin") + "[tool.maturin]\nmanifest-path = 'crates/w/Cargo.toml'\n",
        "Cargo.toml": (
            '[workspace]\nmembers = ["crates/*"]\n[workspace.dependencies]\n'
            'widget-rs = { version = "1.1.0", path = "crates/w" }\nother = { version = "1.1.0", path = "crates/o" }\n'
        ),
        "crates/w/Cargo.toml": CARGO,
        "crates/o/Cargo.toml": CARGO.replace("widget-rs", "other"),
        "Cargo.lock": (
            '[[package]]\nname = "other"\nversion = "1.1.0"\n\n[[package]]\nname = "widget-rs"\nversion = "1.1.0"\n'
        ),
    }
    check_bump(
        tree,
        "1.2.0",
        ("crates/w/Cargo.toml", 'rs"\nversion = "1.1.0"', 'rs"\nversion = "1.2.0"'),
        ("Cargo.toml", 'widget-rs = { version = "1.1.0"', 'widget-rs = { version = "1.2.0"'),
        ("Cargo.lock", 'rs"\nversion = "1.1.0"', 'rs"\nversion = "1.2.0"'),
    )


@pytest.mark.parametrize(
    ("own", "shared", "follows"),
    [("1.1.0", "1.1.0", True), ("1.1.0", "1.0.0", False), ("1.0.0", "1.0.0", False)],
)
def test_a_workspace_gives_its_crates_the_version_of_the_one_that_says_its_own(
    own: str, shared: str, follows: bool
) -> None:
    crate = f'[package]\nname = "widget"\nversion = "{own}"\n'
    lock = f'[[package]]\nname = "core"\nversion = "{shared}"\n\n[[package]]\nname = "widget"\nversion = "{own}"\n'
    tree = {
        "pyproject.toml": '[project]\nname = "widget"\ndynamic = ["version"]\n' + system("maturin"),
        "Cargo.toml": crate + f'[workspace]\nmembers = ["core"]\n[workspace.package]\nversion = "{shared}"\n',
        "core/Cargo.toml": '[package]\nname = "core"\nversion.workspace = true\n',
        "Cargo.lock": lock,
    }
    after = bump_tree(tree, "1.2.0")
    assert after.keys() == {"Cargo.toml", "Cargo.lock"}
    for body in after.values():
        assert body.count('version = "1.2.0"') == (2 if follows else 1)
        assert body.count(shared) == (0 if follows else 1)


LIB = """fn m(m: M) {
    // "__version__", "1.1.0" was here before
    m.add("__version_ex__", "1.1.0")?;
    m.add(
        "__version__",
        "1.1.0",
    )?;
    m.add("__uri__", "https://1.1.0")?; m.add("__core__", "1.1.0")?;
}
"""


def test_what_an_extension_module_says_outright_follows() -> None:
    rust = "[[tool.setuptools-rust.ext-modules]]\npath = 'src/_w/Cargo.toml'\n"
    tree = {
        "pyproject.toml": '[project]\nname = "widget"\nversion = "1.1.0"\n'
        + system("setuptools.build_meta", "setuptools-rust")
        + rust,
        "src/_w/Cargo.toml": crate("w", "0.1.0"),
        "src/_w/src/lib.rs": LIB,
    }
    after = LIB.replace('ex__", "1.1.0', 'ex__", "1.2.0').replace('        "1.1.0",', '        "1.2.0",')
    changed = bump_tree(tree, "1.2.0")
    assert changed.keys() == {"pyproject.toml", "src/_w/src/lib.rs"}
    assert changed["src/_w/src/lib.rs"] == after
    without = tree | {"pyproject.toml": '[project]\nname = "widget"\nversion = "1.1.0"\n'}
    assert bump_tree(without, "1.2.0").keys() == {"pyproject.toml"}


def crate(name: str, version: str = "1.1.0", more: str = "") -> str:
    return f'[package]\nname = "{name}"\nversion = "{version}"\n{more}'


def in_lock(**versions: str) -> str:
    return "".join(f'[[package]]\nname = "{name}"\nversion = "{version}"\n\n' for name, version in versions.items())


LOCKSTEP = {
    "pyproject.toml": DYNAMIC + system("maturin") + "[tool.maturin]\nmanifest-path = 'crates/py/Cargo.toml'\n",
    "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n[workspace.dependencies]\n'
    'far = { path = "crates/far", version = "=1.1.0" }\n',
    "crates/py/Cargo.toml": crate(
        "py", more='[dependencies]\ncore = { path = "../core", version = "1.1.0" }\npyo3 = "1.1.0"\n'
    ),
    "crates/core/Cargo.toml": crate(
        "core", more="[target.'cfg(unix)'.build-dependencies]\nfar.workspace = true\nown = { path = '../own' }\n"
    ),
    "crates/far/Cargo.toml": crate("far"),
    "crates/over/Cargo.toml": crate(
        "over", more='[dev-dependencies]\ncore = { path = "../core", version = "^1.1.0" }\n'
    ),
    "crates/own/Cargo.toml": crate("own", "0.7.0"),
    "crates/alone/Cargo.toml": crate("alone"),
    "crates/later/Cargo.toml": crate("later", "1.1.1"),
    "Cargo.lock": in_lock(
        alone="1.1.0", core="1.1.0", far="1.1.0", over="1.1.0", own="0.7.0", py="1.1.0", pyo3="1.1.0"
    ),
}


def test_crates_that_require_each_other_at_one_version_go_on_together() -> None:
    header = 'name = "{}"\nversion = "1.1.0"'
    # Nothing requires the one that is alone, but three others do not say the same by chance.
    names = ("alone", "core", "far", "over", "py")
    crates = [(f"crates/{name}/Cargo.toml", header.format(name)) for name in names]
    locked = [("Cargo.lock", header.format(name)) for name in names]
    required = [
        ("Cargo.toml", '"=1.1.0"'),
        ("crates/py/Cargo.toml", 'core", version = "1.1.0"'),
        ("crates/over/Cargo.toml", '"^1.1.0"'),
    ]
    changes = [(path, old, old.replace("1.1.0", "1.2.0-rc.1")) for path, old in (*crates, *locked, *required)]
    check_bump(LOCKSTEP, "1.2.0rc1", *changes)


READER = "import re\nprint(re.search('__version__ = (.*)', open(init).read())[1])\n"


def test_a_script_that_meson_runs_finds_the_literal_that_it_looks_for() -> None:
    run = "project('w', 'c',\n  # of src/w\n  version: run_command('tools/version.py', check: true).stdout().strip(),\n  license: 'MIT')\n"
    tree = {
        "pyproject.toml": DYNAMIC + system("mesonpy"),
        "meson.build": run,
        "tools/version.py": READER,
        "src/widget/__init__.py": "__version__ = '1.1.0'\n",
    }
    check_bump(tree, "1.2.0", ("src/widget/__init__.py", "1.1.0", "1.2.0"))
    beside = {"src/other/__init__.py": "__version__ = '0.9.0'\n", "src/lens/__init__.py": "__version__ = '1.1.0'\n"}
    script = "src/lens/tools/version.py"
    several = (
        tree
        | beside
        | {script: READER + "init = here / '../__init__.py'\n", "meson.build": run.replace("tools/version.py", script)}
    )
    del several["src/widget/__init__.py"]
    check_bump(several, "1.2.0", ("src/lens/__init__.py", "1.1.0", "1.2.0"))
    asks_git = "import subprocess\nprint(__version__ or subprocess.run(['git', 'describe']))\n"
    assert refuse_tree(tree | {"tools/version.py": asks_git}).code is ProjectCode.DYNAMIC
    assert refuse_tree(tree | {"meson.build": run.replace("tools/version.py", "sh")}).code is ProjectCode.DYNAMIC


def test_two_crates_may_say_the_same_by_chance() -> None:
    tree = {path: text for path, text in LOCKSTEP.items() if "/far/" not in path and "/over/" not in path}
    assert "crates/alone/Cargo.toml" not in bump_tree(tree, "1.2.0")
    assert "crates/core/Cargo.toml" in bump_tree(tree, "1.2.0")


def test_maturin_takes_the_version_of_the_crate_where_nothing_is_dynamic() -> None:
    tree = {"pyproject.toml": '[project]\nname = "w"\n' + system("maturin"), "Cargo.toml": crate("w")}
    check_bump(tree, "1.2.0", ("Cargo.toml", "1.1.0", "1.2.0"))
    assert refuse_tree(tree | {"pyproject.toml": '[project]\nname = "w"\n'}).code is ProjectCode.NO_VERSION
    assert refuse_tree({"pyproject.toml": tree["pyproject.toml"]}).code is ProjectCode.NO_VERSION


BARE = system("maturin", "maturin>=1,<2")


@pytest.mark.parametrize(
    ("pyproject", "manifest"),
    [
        (BARE, "Cargo.toml"),
        (BARE + "[tool.maturin]\nmanifest-path = 'crates/w/Cargo.toml'\n", "crates/w/Cargo.toml"),
        (BARE + "[tool.maturin]\npython-source = 'python'\n", "rust/Cargo.toml"),
    ],
)
def test_maturin_takes_the_name_of_the_crate_too_where_there_is_no_project_table(pyproject: str, manifest: str) -> None:
    others = {path: crate("other", "0.9.0") for path in ("Cargo.toml", "rust/Cargo.toml", "crates/w/Cargo.toml")}
    tree = others | {"pyproject.toml": pyproject, manifest: crate("My_Widget-2"), "my_widget_2/__init__.py": MODULE}
    # What other backends read is none of maturin's.
    tree |= {"setup.cfg": "[metadata]\nname = old\n"}
    assert (read_tree(tree).name, read_tree(tree).normalised_name) == ("My_Widget-2", "my-widget-2")
    check_bump(
        tree,
        "1.2.0rc1",
        (manifest, "1.1.0", "1.2.0-rc.1"),
        ("my_widget_2/__init__.py", "1.1.0", "1.2.0rc1"),
    )


def test_the_crate_that_names_the_package_may_share_the_version_of_its_workspace() -> None:
    tree = {
        "pyproject.toml": BARE + "[tool.maturin]\nmanifest-path = 'py/Cargo.toml'\n",
        "Cargo.toml": '[workspace]\nmembers = ["py"]\n[workspace.package]\nversion = "1.1.0"\n',
        "py/Cargo.toml": '[package]\nname = "widget"\nversion.workspace = true\n',
        "Cargo.lock": in_lock(widget="1.1.0", other="1.1.0"),
    }
    changes = [(path, old, old.replace("1.1.0", "1.2.0")) for path, old in (
        ("Cargo.toml", 'version = "1.1.0"'), ("Cargo.lock", 'name = "widget"\nversion = "1.1.0"')
    )]  # fmt: skip
    check_bump(tree, "1.2.0", *changes)
    assert read_tree(tree).name == "widget"


@pytest.mark.parametrize(
    ("tree", "code"),
    [
        ({"pyproject.toml": BARE}, ProjectCode.NO_NAME),
        ({"pyproject.toml": BARE, "Cargo.toml": "[workspace]\nmembers = []\n"}, ProjectCode.NO_NAME),
        ({"pyproject.toml": BARE, "Cargo.toml": "[package]\nname = 3\n"}, ProjectCode.NO_NAME),
        ({"pyproject.toml": BARE, "Cargo.toml": crate("_w")}, ProjectCode.BAD_NAME),
        ({"pyproject.toml": BARE, "Cargo.toml": "[package"}, ProjectCode.NOT_TOML),
        ({"pyproject.toml": BARE, "Cargo.toml": '[package]\nname = "w"\n'}, ProjectCode.NO_VERSION),
        ({"pyproject.toml": SETUPTOOLS, "Cargo.toml": crate("w")}, ProjectCode.NO_NAME),
        ({"pyproject.toml": BARE + '[project]\nversion = "1"\n', "Cargo.toml": crate("w")}, ProjectCode.NO_NAME),
    ],
)
def test_a_crate_names_no_package_but_maturins(tree: dict[str, str], code: ProjectCode) -> None:
    assert refuse_tree(tree).code is code


def test_maturin_builds_the_crate_beside_a_package_in_src() -> None:
    tree = {
        "pyproject.toml": DYNAMIC + system("maturin"),
        "Cargo.toml": crate("other"),
        "rust/Cargo.toml": crate("w"),
        "src/widget/__init__.py": "",
    }
    check_bump(tree, "1.2.0", ("rust/Cargo.toml", "1.1.0", "1.2.0"))
    alone = {path: text for path, text in tree.items() if not path.startswith("src/")}
    check_bump(alone, "1.2.0", ("Cargo.toml", "1.1.0", "1.2.0"))


@pytest.mark.parametrize("table", ["package", "workspace"])
@pytest.mark.parametrize("name", ["dist.toml", "dist-workspace.toml"])
def test_the_package_of_cargo_dist_follows(name: str, table: str) -> None:
    dist = f'[{table}]\nname = "w"\nversion = "1.1.0"\n[dist]\ncargo-dist-version = "1.1.0"\n'
    tree = {"pyproject.toml": '[project]\nname = "w"\nversion = "1.1.0"\n', name: dist}
    assert bump_tree(tree, "1.2.0-rc.1")[name] == dist.replace("1.1.0", "1.2.0-rc.1", 1)
    assert name not in bump_tree(tree | {name: dist.replace("1.1.0", "0.9.0", 1)}, "1.2.0")


def test_where_every_crate_begins_none_goes_on_with_another() -> None:
    tree = {path: text.replace("1.1.0", "0.1.0") for path, text in LOCKSTEP.items()}
    changed = bump_tree(tree, "0.2.0")
    assert changed.keys() == {"crates/py/Cargo.toml", "Cargo.lock"}
    assert 'name = "core"\nversion = "0.1.0"' in changed["Cargo.lock"]
    assert 'core", version = "0.1.0"' in changed["crates/py/Cargo.toml"]


def test_a_crate_that_leads_out_of_the_repository_or_in_a_circle_is_left_alone() -> None:
    more = '[dependencies]\nout = {{ path = "../../../out", version = "1.1.0" }}\n{0} = {{ path = "../{0}" }}\n'
    tree = LOCKSTEP | {
        "crates/py/Cargo.toml": crate("py", more=more.format("core")),
        "crates/core/Cargo.toml": crate("core", more=more.format("py")),
    }
    changed = bump_tree(tree, "1.2.0")
    assert changed["crates/core/Cargo.toml"] == tree["crates/core/Cargo.toml"].replace("1.1.0", "1.2.0", 1)


def test_a_workspace_of_crates_that_setup_py_builds_follows() -> None:
    tree = {
        "pyproject.toml": '[project]\nname = "widget"\nversion = "1.1.0"\n' + SETUPTOOLS,
        "setup.py": "if fast:\n    from setuptools_rust import RustExtension\nsetup()\n",
        "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n[workspace.package]\nversion = "1.1.0"\n',
        "crates/a/Cargo.toml": '[package]\nname = "a-py"\nversion.workspace = true\n',
        "Cargo.lock": '[[package]]\nname = "a-py"\nversion = "1.1.0"\n',
    }
    assert bump_tree(tree, "1.2.0").keys() == {"pyproject.toml", "Cargo.toml", "Cargo.lock"}
    without = tree | {"setup.py": "setup()\n"}
    assert bump_tree(without, "1.2.0").keys() == {"pyproject.toml"}


def test_the_lock_of_npm_follows_its_package_json() -> None:
    lock = '{"version": "1.1.0", "packages": {"": {"version": "1.1.0"}, "node_modules/x": {"version": "1.1.0"}}}'
    tree = {"pyproject.toml": DYNAMIC + "[tool.hatch.version]\nsource = 'nodejs'\n"}
    tree |= {"package.json": '{"version": "1.1.0"}', "package-lock.json": lock}
    assert bump_tree(tree, "1.2.0") == {
        "package.json": '{"version": "1.2.0"}',
        "package-lock.json": lock.replace("1.1.0", "1.2.0", 2),
    }
    # It says what package.json does, also where that lags.
    static = tree | {"pyproject.toml": '[project]\nname = "widget"\nversion = "1.1.0"\n'}
    assert bump_tree(static, "1.2.0").keys() == tree.keys()
    assert bump_tree(static | {"package.json": '{"version": "1.0.9"}'}, "1.2.0").keys() == {"pyproject.toml"}


def npm_lock(version: str) -> str:
    """A lock of npm's whose package, and a dependency, are at ``version``."""
    own = f'"version": "{version}"'
    return f'{{{own}, "packages": {{"": {{{own}}}, "node_modules/x": {{{own}}}}}}}'


NPM_TOOL = """
[tool.bumpversion]
current_version = "{}"
[[tool.bumpversion.files]]
filename = "web/package.json"
search = '"version": "{{current_version}}"'
replace = '"version": "{{new_version}}"'
"""


@pytest.mark.parametrize(
    ("manifest", "lock", "version"),
    [
        ("1.1.0rc1", "1.1.0rc1", "1.1.0rc2"),
        ("1.1.0", "1.1.0", "1.2.0rc1"),
        ("1.1.0rc1", "1.1.0-rc.1", "1.1.0rc2"),
        ("1.1.0rc1", "1.1.0-rc.1", "1.1.0"),
        ("1.1.0", "1.1.0", "1.2.0-rc.1"),
        ("1.1.0", "1.1", "1.2"),
    ],
)
def test_the_lock_of_npm_says_what_a_tool_writes_into_its_package_json(manifest: str, lock: str, version: str) -> None:
    tree = {"pyproject.toml": f'[project]\nname = "widget"\nversion = "{manifest}"\n' + NPM_TOOL.format(manifest)}
    tree |= {"web/package.json": f'{{"version": "{manifest}"}}', "web/package-lock.json": npm_lock(lock)}
    changed = bump_tree(tree, version)
    written = as_written(version, manifest)
    assert changed["web/package.json"] == f'{{"version": "{written}"}}'
    old, new = (f'"version": "{text}"' for text in (lock, written))
    assert changed["web/package-lock.json"] == npm_lock(lock).replace(old, new, 2)


@pytest.mark.parametrize(("manifest", "lock"), [("1.1.0-rc1", "1.1.0-rc.1"), ("1.1.0-rc.1", "1.1.0rc1")])
def test_the_lock_of_npm_says_it_in_the_dialect_of_its_package_json(manifest: str, lock: str) -> None:
    tree = {"pyproject.toml": DYNAMIC + "[tool.hatch.version]\nsource = 'nodejs'\n"}
    tree |= {"package.json": f'{{"version": "{manifest}"}}', "package-lock.json": npm_lock(lock)}
    changed, written = bump_tree(tree, "1.1.0rc2"), manifest[:-1] + "2"
    assert changed["package.json"] == f'{{"version": "{written}"}}'
    assert changed["package-lock.json"] == npm_lock(lock).replace(lock, written, 2)


def test_the_lock_of_npm_stays_where_something_else_of_package_json_changes() -> None:
    other = NPM_TOOL.format("1.1.0").replace('"version"', '"engine"')
    tree = {"pyproject.toml": '[project]\nname = "widget"\nversion = "1.1.0"\n' + other}
    tree |= {"web/package.json": '{"engine": "1.1.0", "version": "1.0.9"}', "web/package-lock.json": npm_lock("1.1.0")}
    assert bump_tree(tree, "1.2.0").keys() == {"pyproject.toml", "web/package.json"}


INCREMENTAL = DYNAMIC + system("hatchling.build", "incremental") + '[tool.hatch.version]\nsource = "incremental"\n'
CALL = "from incremental import Version\n\n__version__ = Version({})\n__all__ = [str(1)]\n"


@pytest.mark.parametrize(
    ("before", "version", "after"),
    [
        ("'Widget', 1, 1, 0", "1.2.0", "'Widget', 1, 2, 0"),
        ("'Widget', 1, 1, 0", "1.2.0rc1", "'Widget', 1, 2, 0, release_candidate=1"),
        ("'Widget', 1, 1, 0, release_candidate=1", "1.1.0rc2", "'Widget', 1, 1, 0, release_candidate=2"),
        ("'Widget', 1, 1, 0, release_candidate=1", "1.1.0", "'Widget', 1, 1, 0"),
        ("'Widget', 1, 1, 0, prerelease=1", "1.1.0rc2", "'Widget', 1, 1, 0, prerelease=2"),
        ("'Widget', 1, 1, 0, post=0", "1.2rc1", "'Widget', 1, 2, 0, release_candidate=1"),
        ("'Widget', 1, 1, 0, post=0", "1.2", "'Widget', 1, 2, 0"),
        ("'Widget', 1, 1, 0, dev=3", "1.1.0.dev4", "'Widget', 1, 1, 0, dev=4"),
        ("'Widget', 1, 1, 0", "1.1.0.post1", "'Widget', 1, 1, 0, post=1"),
        ("'Widget', 1, 1, 0, dev=3, release_candidate=1", "1.1.0", "'Widget', 1, 1, 0"),
        ("'Widget', 1, 1, 0, dev=None, post=2", "1.1.1", "'Widget', 1, 1, 1, dev=None"),
        ("'Widget', 1, 1, 0, dev=None", "1.1.1.dev2", "'Widget', 1, 1, 1, dev=2"),
        ("'é', 1, 1, 0, dev=3, post=1", "1.1.0rc1.post2.dev4", "'é', 1, 1, 0, dev=4, post=2, release_candidate=1"),
        (
            "\n    'Widget',\n    1,  # major\n    1,\n    0,\n    post=0,\n",
            "2.0.1rc3",
            "\n    'Widget',\n    2,  # major\n    0,\n    1,\n    release_candidate=3,\n",
        ),
    ],
)
def test_a_call_of_incremental_has_the_arguments_of_the_version(before: str, version: str, after: str) -> None:
    tree = {"pyproject.toml": INCREMENTAL, "src/widget/_version.py": CALL.format(before)}
    assert bump_tree(tree, version) == {"src/widget/_version.py": CALL.format(after)}
    plain = CALL.replace("from incremental import Version", "import incremental").replace("= V", "= incremental.V")
    tree = {"pyproject.toml": INCREMENTAL, "widget/_version.py": plain.format(before)}
    assert bump_tree(tree, version) == {"widget/_version.py": plain.format(after)}


@pytest.mark.parametrize(
    "arguments", ["'Widget', 1, 1, 0, dev=N", "'Widget', 'NEXT', 0, 0", "*A", "'Widget', 1, 1, 0, 4"]
)
@pytest.mark.parametrize("version", ["1.2.0"])
def test_a_call_of_incremental_that_computes_is_refused(arguments: str, version: str) -> None:
    tree = {"pyproject.toml": INCREMENTAL, "widget/_version.py": CALL.format(arguments)}
    problem = refuse_tree(tree)
    assert (problem.code, problem.path, problem.line) == (ProjectCode.NOT_A_LITERAL, "widget/_version.py", 3)


@pytest.mark.parametrize("version", ["1.2.0a1", "1.2.0.1", "1!1.2.0"])
def test_what_incremental_has_no_argument_for_is_refused(version: str) -> None:
    tree = {"pyproject.toml": INCREMENTAL, "widget/_version.py": CALL.format("'Widget', 1, 1, 0, dev=2")}
    with pytest.raises(ProjectRefused) as refused:
        bump(read_tree(tree), version)
    assert refused.value.problem.code is ProjectCode.INEXPRESSIBLE


def test_where_incremental_looks() -> None:
    module, table = CALL.format("'Widget', 1, 1, 0"), "[tool.incremental]\n"
    named = {"pyproject.toml": INCREMENTAL + table + 'name = "Gadget"\n', "src/gadget/_version.py": module}
    check_bump(named, "1.1.1", ("src/gadget/_version.py", "1, 1, 0", "1, 1, 1"))
    setuptools = DYNAMIC + system("setuptools.build_meta", "incremental>=24.7") + table
    tree = {"pyproject.toml": setuptools + 'name = "Gadget"\n', "src/gadget/_version.py": module}
    check_bump(tree, "1.1.1rc1", ("src/gadget/_version.py", "1, 1, 0", "1, 1, 1, release_candidate=1"))
    missing = refuse_tree({"pyproject.toml": INCREMENTAL, "gadget/_version.py": module})
    assert (missing.code, "widget/_version.py" in missing.sentence) == (ProjectCode.FILE_MISSING, True)


@pytest.mark.parametrize("method", ["short", "public", "base"])
@pytest.mark.parametrize(
    "start", ["from widget._version import __version__ as v\n", "from ._version import version as v\n"]
)
def test_a_string_that_an_imported_version_makes_of_itself_is_followed(method: str, start: str) -> None:
    hatch = DYNAMIC + "[tool.hatch.version]\nsource = 'code'\npath = 'src/widget/__init__.py'\n"
    home = CALL.format("'Widget', 1, 1, 0, post=0") + "version = __version__\n"
    tree = {
        "pyproject.toml": hatch,
        "src/widget/__init__.py": f"{start}__version__ = v.{method}()\n",
        "src/widget/_version.py": home,
    }
    check_bump(tree, "1.2.0rc1", ("src/widget/_version.py", "1, 1, 0, post=0", "1, 2, 0, release_candidate=1"))
    tree["src/widget/__init__.py"] = home.replace("__version__", "version").replace("version = version\n", "")
    tree["src/widget/__init__.py"] += f"__version__ = version.{method}()\n"
    del tree["src/widget/_version.py"]
    check_bump(tree, "1.2.0rc1", ("src/widget/__init__.py", "1, 1, 0, post=0", "1, 2, 0, release_candidate=1"))


@pytest.mark.parametrize("use", ["v.short(1)", "v.next()", "v().short()", "w.short()"])
def test_another_method_of_a_version_computes(use: str) -> None:
    hatch = DYNAMIC + "[tool.hatch.version]\nsource = 'code'\npath = 'widget/__init__.py'\n"
    init = f"from ._version import __version__ as v\n__version__ = {use}\n"
    home = CALL.format("'Widget', 1, 1, 0")
    problem = refuse_tree({"pyproject.toml": hatch, "widget/__init__.py": init, "widget/_version.py": home})
    assert (problem.code, problem.path, problem.line) == (ProjectCode.NOT_A_LITERAL, "widget/__init__.py", 2)
