"""Files of strangers that are made to cost much, or to lead elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.versions import Project, ProjectCode, ProjectProblem, bump, read_project, wanted_paths

STATIC = b'[project]\nname = "widget"\nversion = "1.1.0"\n'
SETUP = b"[metadata]\nname = widget\nversion = 1.1.0\n"
SECONDS = 20
QUICK_SECONDS = 5


@contextmanager
def in_bounded_time() -> Iterator[None]:
    started = time.process_time()
    yield
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("uv.lock", b"[[package]]\n" * 400_000),
        ("uv.lock", b'[[package]]\nname = "widget"\nversion = "1.1.0"\nsource = {' + b"}" * 5_000_000),
        ("uv.lock", b" " * 9_000_000),
        ("CITATION.cff", b"version: " + b"1.1.0" * 90_000),
        ("CITATION.cff", b"version: 1.1.0\n" * 30_000),
        ("codemeta.json", b"[" * 400_000),
        ("codemeta.json", b'{"version": "1.1.0", "version": "1.1.0"}'),
        ("README.md", b"1." * 250_000),
        ("README.md", b"1.1.0 " * 80_000),
        ("docs/conf.py", b"release = " + b"(" * 400_000),
        ("setup.cfg", b"[bumpversion]\ncurrent_version = 1.1.0\n" + b"[bumpversion:file:*]\n" * 20_000),
        ("setup.cfg", b"a" * 500_000),
        ("setup.cfg", b"\n " * 250_000),
        ("setup.py", b"x = '" + b"a.py' 'b" * 60_000 + b"'\n"),
        ("setup.py", b"setup(version=" + b"f(" * 90_000),
        ("tbump.toml", b"a" + b".a" * 200_000 + b" = 1"),
        (".release-please-manifest.json", b'{".":' * 100_000),
        (".bumpversion.cfg", b"\xff\xfe"),
        ("meson.build", b"project(" + b"'a', " * 90_000),
    ],
)
def test_a_costly_file_beside_the_version_costs_little(path: str, content: bytes) -> None:
    files = {"pyproject.toml": STATIC, path: content}
    with in_bounded_time():
        assert path in wanted_paths(files, {})
        project = read_project(files)
        if isinstance(project, Project):
            assert "pyproject.toml" in {edit.path for edit in bump(project, "1.2.0")}


@pytest.mark.parametrize(
    "configuration",
    [
        b'[tool.commitizen]\nversion_files = ["pyproject.toml:(a*)*b"]\n',
        b'[tool.commitizen]\nversion_files = ["pyproject.toml:a*a*a*a*a*a*b"]\n',
        b'[tool.commitizen]\nversion_files = ["../../etc/passwd", "/etc/passwd", "a/../../b", "\\u0000"]\n',
        b'[tool.semantic_release]\nversion_variables = ["pyproject.toml:"]\n',
        b"[tool.bumpversion]\ncurrent_version = 7\nfiles = 8\n",
        b"[tool.tbump]\nversion = 1\nfile = 2\n",
        b'[[tool.bumpversion.files]]\nglob = "' + b"*a" * 500 + b'"\n',
        b"[tool.poetry]\npackages = 3\ndependencies = 4\n[tool.uv]\nworkspace = 5\n",
        b"[tool.setuptools]\npackages = 1\npackage-dir = 2\n[tool.flit]\nmodule = 3\n[tool.hatch]\nversion = 4\n",
    ],
)
def test_a_configuration_of_any_shape_is_survived(configuration: bytes) -> None:
    with in_bounded_time():
        project = read_project({"pyproject.toml": STATIC + configuration, "a" * 200 + ".txt": b"1.1.0"})
        assert isinstance(project, Project)
        (edit,) = bump(project, "1.2.0")
        assert edit.new == (STATIC + configuration).replace(b"1.1.0", b"1.2.0")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("x*x*x*x*(?P<version>.+)", "x" * 150 + " 1.1.0"),
        ("(?P<version>(.+)+)$", "1.1.0"),
        ("(?P<version>[0-9.]+)" + "a" * 400, "1.1.0"),
        ("(?P<version>", "1.1.0"),
        ("(?=(a+))(?P<version>1)", "1.1.0"),
        ("(?:x|x)*y(?P<version>.+)", "x" * 150 + " 1.1.0"),
        ("((x|x))*y(?P<version>.+)", "x" * 150 + " 1.1.0"),
        ("(?:(?:x?)?)*y(?P<version>.+)", "x" * 150 + " 1.1.0"),
        ("(?:(x+))*y(?P<version>.+)", "x" * 150 + " 1.1.0"),
        ("(?x)#[\\n(?:(x+))*y(?P<version>.+)|1#]", "x" * 150 + " 1.1.0"),
        ("(?ux)#[\\n(?:(x+))*y(?P<version>.+)|1#]", "x" * 150 + " 1.1.0"),
        ("(?aimsx)#[\\n(?:(x+))*y(?P<version>.+)|1#]", "x" * 150 + " 1.1.0"),
        ("(?x: #[\\n(?:(x+))*y(?P<version>.+)|1#]\\n)", "x" * 150 + " 1.1.0"),
        ("(?sx-i: #[\\n(?:(x+))*y(?P<version>.+)|1#]\\n)", "x" * 150 + " 1.1.0"),
    ],
)
def test_a_strangers_pattern_is_tried_on_short_lines_or_not_at_all(pattern: str, text: str) -> None:
    hatch = f"[project]\nname = 'widget'\ndynamic = ['version']\n[tool.hatch.version]\npath = 'v'\npattern = \"\"\"{pattern}\"\"\"\n"
    with in_bounded_time():
        outcome = read_project({"pyproject.toml": hatch.encode(), "v": ((text + "\n") * 5_000).encode()})
    assert isinstance(outcome, (Project, ProjectProblem))


@pytest.mark.parametrize(
    "pattern",
    [
        "(?sx)" + ".*?".join(["(x*)"] * 8),
        "(?s)" + ".*?".join(["a"] * 900),
        r"(?s)x*x*x*(\d+).*?x*x*x*(\d+).*?y",
        r"(?s)x*x*x*x*y(\d).*?(\d)",
        "(?sx) # " + "[" * 1900,
        "[\\s\\S]*?" * 200,
        "(" * 1900,
        "(?aiLmsux)(1)",
        "(?s)(?P<a>1).*?(?P<a>1)",
        r"(?s)(?:x|x)*y(\d).*?(\d)",
        r"(?s)x*x*x*(\d+).*?(\d+)",
    ],
)
def test_a_strangers_pattern_over_many_lines_is_tried_on_short_ones_or_not_at_all(pattern: str) -> None:
    table = "[[tool.dynamic-metadata]]\nprovider = 'dynamic_metadata.regex'\nfield = 'version'\ninput = 'v'\nresult = '{0}.{1}'\n"
    given = f"[project]\nname = 'widget'\ndynamic = ['version']\n{table}regex = '{pattern}'\n".encode()
    with in_bounded_time():
        outcome = read_project({"pyproject.toml": given, "v": (("x" * 150 + " 1 1\n") * 3_000).encode()})
    assert isinstance(outcome, (Project, ProjectProblem))


def test_a_thousand_version_modules_are_not_all_read() -> None:
    tree = [f"widget/{name}.py" for name in ("__init__", "version")] + [f"docs/{n}.md" for n in range(20_000)]
    tree += [f"src/Wid{'_' * n}get/__init__.py" for n in range(1_000)]
    with in_bounded_time():
        assert len(wanted_paths(tree, {"pyproject.toml": STATIC.replace(b"widget", b"wid-get")})) <= 60


def test_a_version_that_setup_cfg_repeats_twice_counts_once() -> None:
    project = read_project({"setup.cfg": SETUP + b"version = 1.1.0\n"})
    assert isinstance(project, Project)
    (edit,) = bump(project, "1.2.0")
    assert edit.new == SETUP.replace(b"1.1.0", b"1.2.0") + b"version = 1.1.0\n"


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
def test_setup_cfg_keeps_its_line_endings_and_comments(ending: bytes) -> None:
    before = b"# v\n[metadata]\nname=widget\nversion :  1.1.0   \n; 1.1.0\n[flake8]\nversion = 1.1.0".replace(
        b"\n", ending
    )
    project = read_project({"setup.cfg": before})
    assert isinstance(project, Project)
    assert [edit.new for edit in bump(project, "1.2.0")] == [before.replace(b":  1.1.0", b":  1.2.0")]


def test_a_problem_names_what_a_stranger_wrote_as_quoted() -> None:
    hatch = b"[project]\nname = 'w'\ndynamic = ['version']\n[tool.hatch.version]\npath = '@everyone'\n"
    problem = read_project({"pyproject.toml": hatch})
    assert isinstance(problem, ProjectProblem)
    assert problem.code is ProjectCode.FILE_MISSING
    assert not any("everyone" in part for part in problem.parts if isinstance(part, str))


@pytest.mark.parametrize(
    "state",
    [
        b"  - id: widget\n" * 30_000,
        b"  - id: widget\n" + b" " * 400_000 + b"version: 1.1.0\n",
        b"- id: " + b"a." * 200_000,
        b"\n- id: widget\n version: " + b"1." * 200_000,
    ],
)
def test_a_costly_record_of_a_release_tool_costs_little(state: bytes) -> None:
    files = {"pyproject.toml": STATIC, ".librarian/state.yaml": state}
    files |= {f"m{number}/version.py": b"# x-release-please-version\n" * 5_000 for number in range(30)}
    with in_bounded_time():
        assert ".librarian/state.yaml" in wanted_paths(files, STATIC)
        project = read_project(files)
        assert isinstance(project, Project)
        assert "pyproject.toml" in {edit.path for edit in bump(project, "1.2.0")}


@pytest.mark.parametrize(
    "lock",
    [
        b"[" * 400_000,
        b'{"version": "1.1.0", "packages": ' + b'{"":' * 100_000,
        b"\xff",
        b'{"version": "1.1.0", "x": ' + b'"' * 4_000_001 + b"}",
        b'{"version": "1.1.0", "version": "1.1.0"}',
        b'{"version": "1.1.0", "x": [' + b'"1.1.0",' * 900_000,
        b" " * 9_000_000,
    ],
)
def test_a_costly_lock_of_npm_is_passed_over(lock: bytes) -> None:
    hatch = b"[project]\nname = 'widget'\ndynamic = ['version']\n[tool.hatch.version]\nsource = 'nodejs'\n"
    files = {"pyproject.toml": hatch, "package.json": b'{"version": "1.1.0"}', "package-lock.json": lock}
    with in_bounded_time():
        project = read_project(files)
        assert isinstance(project, Project)
        assert [edit.path for edit in bump(project, "1.2.0")] == ["package.json"]
        assert [(item.path, item.setting) for item in project.lookalikes] == [("package-lock.json", None)]


@pytest.mark.parametrize("lock", ["uv.lock", "Cargo.lock"])
def test_a_lock_that_is_too_long_is_named(lock: str) -> None:
    files = {"pyproject.toml": STATIC + b"[build-system]\nbuild-backend = 'maturin'\n", lock: b" " * 9_000_000}
    files["Cargo.toml"] = b'[package]\nname = "widget"\nversion = "1.1.0"\n'
    project = read_project(files)
    assert isinstance(project, Project)
    assert [(item.path, item.reason.partition(",")[0]) for item in project.lookalikes] == [
        (lock, "It is too large to be read")
    ]


def test_a_lock_of_npm_may_be_megabytes_long() -> None:
    hatch = b"[project]\nname = 'widget'\ndynamic = ['version']\n[tool.hatch.version]\nsource = 'nodejs'\n"
    entry = '"node_modules/%s": {"version": "1.1.0", "resolved": "https://x.example/{[\\"", "requires": {"a": "^1"}},\n'
    head = (
        '\ufeff{"name": "widget", "version": "1.1.0", "packages": {\r\n"": {"name": "widget", "version" :\t"1.1.0"},\n'
    )
    lock = head + "".join(entry % number for number in range(70_000)) + '"z": {}}}'
    assert 6_000_000 < len(lock.encode()) < 8_000_000
    files = {"pyproject.toml": hatch, "package.json": b'{"version": "1.1.0"}', "package-lock.json": lock.encode()}
    with in_bounded_time():
        project = read_project(files)
        assert isinstance(project, Project)
        edits = {edit.path: edit.new.decode() for edit in bump(project, "1.2.0-rc.1")}
    assert edits["package-lock.json"] == lock.replace("1.1.0", "1.2.0-rc.1", 2)


@pytest.mark.parametrize(
    "text",
    [
        b"v 1.1.0\n" * 60_000,
        b"v 1.1.0 " * 60_000,
        b"v 1.1.0x\n" * 55_000,
        b"x\n" * 245_000 + b"v 1.1.0\n" * 200,
    ],
)
def test_what_the_search_of_tbump_means_is_found_without_looking_back_far(text: bytes) -> None:
    entry = b"[[file]]\nsrc = 'a.txt'\nsearch = 'v {current_version}'\n"
    files = {"pyproject.toml": STATIC, "tbump.toml": b"[version]\ncurrent = '1.1.0'\n" + entry * 20, "a.txt": text}
    started = time.process_time()
    assert isinstance(read_project(files), Project)
    assert time.process_time() - started < QUICK_SECONDS


@pytest.mark.parametrize("regex", ["#[\n(?P<m>(1+)+)x|1#]", "#[\n(?P<m>(?:1|1)+)x|1#]\n", "(?x)#[\n(?P<m>(1+)+)x|1#]"])
def test_a_comment_hides_nothing_in_a_pattern_that_takes_versions_apart(regex: str) -> None:
    entry = "[[file]]\nsrc = 'a.txt'\nversion_template = 'v = ({m}, 1)'\n"
    current = "1" * 60
    files = {
        "pyproject.toml": STATIC.replace(b"1.1.0", current.encode()),
        "tbump.toml": f'[version]\ncurrent = \'{current}\'\nregex = """{regex}"""\n{entry}'.encode(),
        "a.txt": b"v = (1, 1)\n",
    }
    with in_bounded_time():
        assert isinstance(read_project(files), Project)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("v = <{a}.{b}>", b"v = <1.1> " * 40_000),
        ("v = <{a}.{b}>", b"\n" * 380_000 + b"v = <1.1>\n" * 2000),
        ("<{a}.{b}>0", b"<1.1>00" * 55_000),
        ("{a}.{b}" * 9 + ".", b"1.1" * 120_000),
    ],
)
def test_countless_places_that_a_tool_fills_cost_little(template: str, text: bytes) -> None:
    entry = f"[[file]]\nsrc = 'f*'\nversion_template = '{template}'\n"
    version = "[version]\ncurrent = '1.1.0'\nregex = '(?P<a>1)\\.(?P<b>1).0'\n"
    files = {"pyproject.toml": STATIC, "tbump.toml": (version + entry * 100).encode()}
    with in_bounded_time():
        outcome = read_project(files | {f"f{number}": text for number in range(30)})
    assert isinstance(outcome, Project)


def test_countless_keys_of_a_table_of_its_own_are_not_all_read() -> None:
    keys = "".join(f"version_{number} = '1.1.0'\nversion-{number} = {{version = '1.1.0'}}\n" for number in range(5_000))
    with in_bounded_time():
        outcome = read_project({"pyproject.toml": STATIC + f"[tool.widget]\nversion = '1.1.0'\n{keys}".encode()})
    assert isinstance(outcome, Project)
    assert len(outcome.sites) == 2


def test_countless_patterns_of_bumpver_cost_little() -> None:
    patterns = ", ".join(f"'{number} {{version}}'" for number in range(100))
    names = "".join(f"'f*{'?' * number}' = [{patterns}]\n" for number in range(50))
    configuration = f"[bumpver]\ncurrent_version = '1.1.0'\n[bumpver.file_patterns]\n{names}".encode()
    files = {f"f{number:050}": b"x" * 200_000 for number in range(30)}
    with in_bounded_time():
        assert isinstance(read_project({"pyproject.toml": STATIC, "bumpver.toml": configuration} | files), Project)


@pytest.mark.parametrize("glob", ["*a" * 60 + "b", "**/" * 30 + "x", "**/a/" * 58 + "x", "*" * 500, "[a]" * 80 + "?"])
def test_no_glob_takes_long(glob: str) -> None:
    entries = f"[[file]]\nsrc = '{glob}'\n" * 100
    files = {"pyproject.toml": STATIC, "tbump.toml": f"[version]\ncurrent = '1.1.0'\n{entries}".encode()}
    files |= {"/".join(["a" * 60] * 8) + f"/{number}": b"" for number in range(300)} | {"a" * 200: b""}
    files |= {"/".join(["a"] * 600) + f"/{number}": b"" for number in range(200)}
    with in_bounded_time():
        assert isinstance(read_project(files), Project)


def test_countless_requirements_on_others_cost_little() -> None:
    files = {
        "pyproject.toml": STATIC,
        "tbump.toml": b"[version]\ncurrent = '1.1.0'\n" + b"[[file]]\nsrc = 'a.txt'\n" * 100,
    }
    with in_bounded_time():
        assert isinstance(read_project(files | {"a.txt": b"a-b.c-d.e-f.g-h>=1.1.0 " * 20_000}), Project)


def test_a_file_that_a_tool_names_again_and_again_is_looked_at_again_and_no_more() -> None:
    entries = "".join(f"[[file]]\nsrc = 'f{number % 3}'\nsearch = 'v {{current_version}}'\n" for number in range(100))
    files = {"pyproject.toml": STATIC, "tbump.toml": f"[version]\ncurrent = '1.1.0'\n{entries}".encode()}
    files |= {f"f{number}": b"v 1.1.0\n" * 200 for number in range(3)}
    began = time.process_time()
    project = read_project(files)
    assert isinstance(project, Project)
    assert len(project.sites) == 602
    assert time.process_time() - began < 2


def test_folders_full_of_documentation_are_not_all_read() -> None:
    tree = [f"d{number}/{name}" for number in range(5_000) for name in ("conf.py", "index.rst")]
    with in_bounded_time():
        assert len(wanted_paths(tree, STATIC)) <= 20


def test_a_workspace_of_countless_crates_is_read_within_bounds() -> None:
    maturin = b"[project]\nname = 'w'\ndynamic = ['version']\n[build-system]\nbuild-backend = 'maturin'\n"
    patterns = ", ".join(f'"{"*a" * 20}{number}/*"' for number in range(60))
    top = f'[workspace]\nmembers = ["c*", {patterns}]\n[package]\nname = "w"\nversion = "1.1.0"\n'
    many = "".join(f'd{number} = {{ path = "../c{number % 90}", version = "1.1.0" }}\n' for number in range(8_000))
    crate = f'[package]\nname = "c"\nversion = "1.1.0"\n[dependencies]\n{many}'.encode()
    files = {"pyproject.toml": maturin, "Cargo.toml": top.encode()}
    files |= {f"c{number}/Cargo.toml": crate for number in range(120)}
    tree = [*files, *(f"{'a' * 60}/b{number}/Cargo.toml" for number in range(50_000))]
    with in_bounded_time():
        known = {
            path: files[path]
            for path in wanted_paths(tree, {"pyproject.toml": maturin, "Cargo.toml": files["Cargo.toml"]})
        }
        assert len(known) <= 60
        project = read_project(files)
        assert isinstance(project, Project)
        assert "Cargo.toml" in {edit.path for edit in bump(project, "1.2.0")}
