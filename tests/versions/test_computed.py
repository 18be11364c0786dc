"""Versions that a module puts together: what it makes of its parts before and after an edit."""

import pytest

from bot.versions import ProjectCode, ProjectRefused, bump
from tests.versions.trees import bump_tree, read_tree, refuse_tree

DYNAMIC = '[project]\nname = "widget"\ndynamic = ["version"]\n'
SETUPTOOLS = '[build-system]\nbuild-backend = "setuptools.build_meta"\nrequires = ["setuptools"]\n'
ATTRIBUTE = DYNAMIC + SETUPTOOLS + "[tool.setuptools.dynamic]\nversion = {attr = 'widget.v.__version__'}\n"
EXTRA = (
    "major = 1\nminor = 2\npatch = 0\nextra = '{}'\n# extra = 'b2'\n"
    "parts = [major, minor, patch]\n__version__ = '.'.join(map(str, parts))\n"
    "if extra:\n    __version__ = __version__ + extra\n"
)


@pytest.mark.parametrize(
    ("before", "version", "after"),
    [
        (".dev", "1.2.0", ""),
        ("", "1.2.0rc1", "rc1"),
        ("rc1", "1.2.0rc2", "rc2"),
        ("rc1", "1.2.0", ""),
        ("", "1.2.0.dev0", ".dev0"),
    ],
)
def test_what_a_module_puts_behind_its_numbers_is_written_as_well(before: str, version: str, after: str) -> None:
    tree = {"pyproject.toml": ATTRIBUTE, "widget/__init__.py": "", "widget/v.py": EXTRA.format(before)}
    assert bump_tree(tree, version) == {"widget/v.py": EXTRA.format(after)}


LEVELS = (
    "MAJOR = 1\nMINOR = 2\nMICRO = 0\nLEVEL = {}\nSERIAL = {}\n"
    "if LEVEL == 0x0F:\n    version = f'{{MAJOR}}.{{MINOR}}.{{MICRO}}'\n"
    "elif LEVEL == 0x00:\n    version = f'{{MAJOR}}.{{MINOR}}.{{MICRO}}dev{{SERIAL}}'\n"
    "elif LEVEL == 0x0C:\n    version = f'{{MAJOR}}.{{MINOR}}.{{MICRO}}rc{{SERIAL}}'\n"
    "else:\n    version = f'{{MAJOR}}.{{MINOR}}.{{MICRO}}{{LEVEL:x}}{{SERIAL}}'\n"
)


@pytest.mark.parametrize(
    ("before", "version", "after"),
    [
        (("0x0C", "1"), "1.2.0", ("0x0F", "0")),
        (("0x0C", "1"), "1.2.0rc2", ("0x0C", "2")),
        (("0x00", "0"), "1.2.0b3", ("0x0B", "3")),
        (("0x0F", "0"), "1.2.0.dev4", ("0x00", "4")),
        (("0x0f", "7"), "1.2.0", ("0x0f", "7")),
    ],
)
def test_a_level_in_hexadecimal_is_written_as_sys_has_it(
    before: tuple[str, str], version: str, after: tuple[str, str]
) -> None:
    settings = DYNAMIC + "[tool.hatch.version]\nsource = 'code'\npath = 'w/v.py'\nexpression = 'version'\n"
    tree = {"pyproject.toml": settings, "w/v.py": LEVELS.format(*before)}
    changed = {"w/v.py": LEVELS.format(*after)} if before != after else {}
    assert bump_tree(tree, version) == changed


@pytest.mark.parametrize(
    "module",
    [
        "__version__ = '1.2.0'\n__version__ += 'rc1'\n",
        "V = (1, 2, 0)\n__version__ = '.'.join(map(str, V))\n__version__ += '.dev' + str(3)\n",
        "MAJOR = 1\nMINOR = 2\nif MAJOR:\n    __version__ = f'{MAJOR}.{MINOR}.post1'\n",
        "V = (1, 2, 0)\n__version__ = '9.' + '.'.join(map(str, V))\n",
    ],
)
def test_a_version_that_the_module_makes_another_of_is_refused(module: str) -> None:
    tree = {"pyproject.toml": ATTRIBUTE, "widget/__init__.py": "", "widget/v.py": module}
    assert refuse_tree(tree).code is ProjectCode.NOT_A_LITERAL


def test_numbers_that_would_say_another_version_are_not_written() -> None:
    module = "major = 1\nminor = 2\n__version__ = f'{major}.{minor}' if major < 2 else 'none'\n"
    tree = {"pyproject.toml": ATTRIBUTE, "widget/__init__.py": "", "widget/v.py": module}
    project = read_tree(tree)
    assert bump(project, "1.3")
    with pytest.raises(ProjectRefused) as refused:
        bump(project, "2.0")
    assert refused.value.problem.code is ProjectCode.INEXPRESSIBLE


COPY = '[project]\nname = "widget"\nversion = "1.2.0"\n'
WHOLE = "version_info = (1, 2, 0, 'final', 0)\n__version__ = '%d.%d.%d' % version_info[:3]\n"
SHORT = "version_info = (1, 2, 0)\n__version__ = '%d.%d' % version_info[:2]\n"


@pytest.mark.parametrize(
    ("module", "version", "after"),
    [
        (WHOLE, "1.3.0rc1", "1, 3, 0, 'candidate', 1"),
        (SHORT, "1.2.1", "1, 2, 1"),
        (SHORT, "1.3.1", "1, 3, 1"),
    ],
)
def test_a_copy_that_says_less_than_the_version_follows(module: str, version: str, after: str) -> None:
    tree = {"pyproject.toml": COPY, "widget/__init__.py": module}
    start, end = module.index("(") + 1, module.index(")")
    assert bump_tree(tree, version)["widget/__init__.py"] == module[:start] + after + module[end:]


def test_what_declares_the_version_says_all_of_it() -> None:
    tree = {"pyproject.toml": ATTRIBUTE, "widget/__init__.py": "", "widget/v.py": SHORT}
    assert bump_tree(tree, "1.3") == {"widget/v.py": SHORT.replace("1, 2, 0", "1, 3, 0")}
    with pytest.raises(ProjectRefused) as refused:
        bump(read_tree(tree), "1.2.1")
    assert refused.value.problem.code is ProjectCode.INEXPRESSIBLE


@pytest.mark.parametrize("more", ["if PROD:\n    __version__ += '+prod'\n", "__version__ = __version__[:3]\n"])
def test_a_copy_of_which_the_module_makes_another_version_goes_along(more: str) -> None:
    module = "PROD = True\n__version__ = '1.2.0'\n" + more
    tree = {"pyproject.toml": COPY, "widget/__init__.py": module}
    assert bump_tree(tree, "1.3.0")["widget/__init__.py"] == module.replace("1.2.0", "1.3.0")


LISTED = (
    "major = 1\nminor = 2\nmicro = {}\nextra = '{}'\nparts = [major, minor]\nif micro:\n    parts.append(micro)\n"
    "if extra:\n    parts.append(extra)\n__version__ = '.'.join(map(str, parts))\n"
)


def test_what_is_appended_under_conditions_is_followed() -> None:
    tree = {"pyproject.toml": ATTRIBUTE, "widget/__init__.py": "", "widget/v.py": LISTED.format("''", "dev")}
    after = LISTED.format("''", "").replace("minor = 2", "minor = 3")
    assert bump_tree(tree, "1.3") == {"widget/v.py": after}
    tree["widget/v.py"] = LISTED.format("4", "dev")
    assert refuse_tree(tree).code is ProjectCode.NOT_A_LITERAL


@pytest.mark.parametrize(
    ("module", "path"),
    [
        ('__version__: str = (Path(__file__).parent / "version.txt").read_text().strip()\n', "widget/version.txt"),
        ('HERE = Path(__file__).parent.parent\n__version__ = HERE.joinpath("VERSION").read_text()\n', "VERSION"),
        (
            'FILE = os.path.join(os.path.dirname(__file__), "VERSION")\n__version__ = open(FILE).read()\n',
            "widget/VERSION",
        ),
        (
            'with open(os.path.join(HERE, "VERSION")) as file:\n    __version__ = file.read().strip()\n',
            "widget/VERSION",
        ),
        ('__version__ = pkgutil.get_data(__name__, "VERSION").decode().strip()\n', "widget/VERSION"),
        ("from .about import __version__\n", "widget/VERSION"),
        (
            '__version__ = resources.files(__package__).joinpath("data", "v.txt").read_text("utf-8")\n',
            "widget/data/v.txt",
        ),
        (
            'with Path(__file__).with_name("v.txt").open() as f:\n    text = f.read()\n__version__ = text.strip()\n',
            "widget/v.txt",
        ),
        (
            'text = io.open(os.path.abspath(os.path.join(HERE, "v.txt"))).read()\n__version__ = text.splitlines()[0]\n',
            "v.txt",
        ),
    ],
)
def test_a_module_may_read_its_version_from_a_file(module: str, path: str) -> None:
    about = '__version__ = (Path(__file__).parent / "VERSION").read_text()\n'
    tree = {"pyproject.toml": ATTRIBUTE, "widget/__init__.py": "", "widget/v.py": module, "widget/about.py": about}
    tree[path] = "1.1.0\n"
    assert bump_tree(tree, "1.2.0") == {path: "1.2.0\n"}


@pytest.mark.parametrize(
    "module",
    [
        '__version__ = (Path(__file__).parent.parent / "VERSION").read_text()\n',
        '__version__ = open(os.path.join(os.path.dirname(__file__), "..", "VERSION")).read()\n',
        '__version__ = Path(__file__).resolve().parents[1].joinpath("VERSION").read_text()\n',
        (
            'with open("README.md") as f:\n    text = f.read()\n'
            'with (Path(__file__).parent.parent / "VERSION").open() as f:\n    __version__ = f.read().strip()\n'
        ),
    ],
)
def test_the_folder_that_a_module_counts_from_tells_which_file_it_reads(module: str) -> None:
    tree = {"pyproject.toml": ATTRIBUTE, "widget/__init__.py": "", "widget/v.py": module}
    assert bump_tree(tree | {"VERSION": "1.1.0\n", "widget/VERSION": "5.0.0\n"}, "1.2.0") == {"VERSION": "1.2.0\n"}


@pytest.mark.parametrize(
    ("module", "tree"),
    [
        ('__version__ = (Path(__file__).parent / "version.txt").read_text()\n', {}),
        ('__version__ = (Path(__file__).parent / "version.txt").read_text()\n', {"widget/version.txt": "of 1.1.0\n"}),
        ('__version__ = json.load(open("data.json"))["v"] or open("VERSION").read()\n', {"VERSION": "1.1.0\n"}),
        ('PY = open(".python-version").read()\n__version__ = compute(PY)\n', {".python-version": "3.12.1\n"}),
        ('LEVEL = open("level").read()\n__version__ = "%s+%s" % (find(), LEVEL)\n', {"level": "4\n"}),
        ('__version__ = os.environ.get("VERSION") or "0.0.0+" + find()\n', {"VERSION": "1.1.0\n"}),
        ('__version__ = load("data.json")["version"]\n', {"version": "1.1.0\n"}),
        ('__version__ = open("VERSION").read().replace("1", "2")\n', {"VERSION": "1.1.0\n"}),
        ('__version__ = open(os.path.join(HERE, find(), "VERSION")).read()\n', {"widget/VERSION": "1.1.0\n"}),
        ('FILE = "VERSION"\nFILE = "other"\n__version__ = open(FILE).read()\n', {"widget/VERSION": "1.1.0\n"}),
        ("a = b\nb = a\n__version__ = a\n", {"VERSION": "1.1.0\n"}),
        ('__version__ = open("VERSION").read().strip()\n__version__ += ".7"\n', {"VERSION": "1.1.0\n"}),
        (
            '__version__ = open("VERSION").read()\nif True:\n    __version__ = __version__ + ".dev0"\n',
            {"VERSION": "1.1.0\n"},
        ),
        (
            'with open("VERSION") as f:\n    v = f.read().strip()\n    v = v + ".7"\n__version__ = v\n',
            {"VERSION": "1.1.0\n"},
        ),
        ('__version__ = open("VERSION").read().split("-")[0]\n', {"VERSION": "1.1.0\n"}),
        ('__version__ = open("VERSION").read().strip("v")\n', {"VERSION": "1.1.0\n"}),
        ('__version__ = (Path(__file__).parent.parent.parent / "VERSION").read_text()\n', {"VERSION": "1.1.0\n"}),
        ("__version__ = open(a).read()\na = b / 'VERSION'\nb = a\n", {"VERSION": "1.1.0\n"}),
        ('__version__ = open("../../version.txt").read()\n', {"version.txt": "1.1.0\n"}),
        ('__version__ = load("other.py")\n', {"widget/other.py": "1.1.0\n"}),
    ],
)
def test_a_module_that_reads_something_else_is_refused(module: str, tree: dict[str, str]) -> None:
    refused = refuse_tree({"pyproject.toml": ATTRIBUTE, "widget/__init__.py": "", "widget/v.py": module} | tree)
    assert refused.code is ProjectCode.NOT_A_LITERAL


@pytest.mark.parametrize(
    ("setup", "path"),
    [
        (
            "with open('VERSION') as f:\n    version = '0.0.0'\n    for line in f:\n        version = line.strip()\n",
            "VERSION",
        ),
        (
            (
                "with open('README.md') as f:\n    version = 'unknown'\n"
                "with open('widget/version.txt') as f:\n    version = f.read().split()[0]\n"
            ),
            "widget/version.txt",
        ),
    ],
)
def test_what_setup_py_reads_counts_before_what_it_sets_while_a_file_is_open(setup: str, path: str) -> None:
    made = "from setuptools import setup\n" + setup + "setup(name='widget', version=version)\n"
    assert bump_tree({"setup.py": made, "widget/__init__.py": "", path: "1.1.0\n"}, "1.2.0") == {path: "1.2.0\n"}


@pytest.mark.parametrize(
    "made",
    [
        (
            "REQUIRED_MAJOR = 3\nREQUIRED_MINOR = 8\n"
            "if sys.version_info < (REQUIRED_MAJOR, REQUIRED_MINOR):\n"
            "    sys.exit('Needs {}.{}'.format(REQUIRED_MAJOR, REQUIRED_MINOR))\n"
        ),
        "API_MAJOR = 3\nAPI_MINOR = 8\ndef name():\n    return 'lib.so.{}.{}'.format(API_MAJOR, API_MINOR)\n",
    ],
)
def test_numbers_that_setup_py_formats_for_something_else_are_none_of_the_version(made: str) -> None:
    setup = f"import sys\nfrom setuptools import setup\n{made}\ndef find():\n    return git()\nsetup(name='w', version=find())\n"
    assert refuse_tree({"setup.py": setup}).code is ProjectCode.NOT_A_LITERAL


def test_what_setup_py_sets_before_it_runs_a_file_is_no_version() -> None:
    setup = (
        "import os\nfrom setuptools import setup\n"
        "with open(os.path.join('widget', 'version.py')) as file:\n"
        "    doc = __doc__\n    __version__ = __url__ = ''\n    exec(compile(file.read(), 'version.py', 'exec'))\n"
        "setup(name='widget', version=__version__)\n"
    )
    tree = {"setup.py": setup, "widget/__init__.py": "", "widget/version.py": "__version__ = '1.1.0'\n"}
    assert bump_tree(tree, "1.2.0") == {"widget/version.py": "__version__ = '1.2.0'\n"}


CONSTANTS = """\
from setuptools import setup

MAJOR = 7
MINOR = 1
MICRO = 0
PRERELEASE = "{}"
IS_RELEASED = {}
RELEASED_VERSION = "{{major}}.{{minor}}.{{micro}}{{prerelease}}"
OTHER_VERSION = "{{major}}.{{minor}}.{{micro}}{{prerelease}}.dev{{dev}}"


def from_git():
    template = RELEASED_VERSION if IS_RELEASED else OTHER_VERSION
    return template.format(major=MAJOR, minor=MINOR, micro=MICRO, prerelease=PRERELEASE, dev=count())


def from_archive():
    return RELEASED_VERSION.format(major=MAJOR, minor=MINOR, micro=MICRO, prerelease=PRERELEASE, dev="x")


version = from_git() or from_archive()
setup(name="widget", version=version)
"""


@pytest.mark.parametrize(
    ("before", "version", "after"),
    [
        (("", "True"), "7.1.1", ("", "True")),
        (("rc1", "False"), "7.1.0", ("", "True")),
        (("", "False"), "7.1.0rc2", ("rc2", "True")),
    ],
)
def test_numbers_that_a_function_of_setup_py_formats_are_written(
    before: tuple[str, str], version: str, after: tuple[str, str]
) -> None:
    made = CONSTANTS.format(*after).replace("MICRO = 0", f"MICRO = {version[4]}")
    assert bump_tree({"setup.py": CONSTANTS.format(*before)}, version) == {"setup.py": made}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("MICRO = 0", "MICRO = find()"),
        ("MINOR = 1\n", "MINOR = 1\nMINOR = 2\n"),
        ('PRERELEASE = ""', 'PRERELEASE = ""\nPRERELEASE = "rc1"'),
        ('PRERELEASE = ""', "PRERELEASE = 1"),
        ('PRERELEASE = ""', "PRERELEASE = find()"),
        ("minor=MINOR, micro=MICRO, prerelease=PRERELEASE, dev=count()", "minor=MINOR"),
        ("RELEASED_VERSION.format(", '"{}{}".format(MAJOR, MINOR) or "".format('),
        ("def from_git():\n", "def from_git():\n    MAJOR, MINOR, MICRO = find()\n"),
    ],
)
def test_numbers_that_setup_py_formats_in_two_ways_or_finds_by_itself_are_not_guessed_at(old: str, new: str) -> None:
    made = CONSTANTS.format("", "True")
    assert old in made
    assert refuse_tree({"setup.py": made.replace(old, new)}).code is ProjectCode.NOT_A_LITERAL
