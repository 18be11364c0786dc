"""What the providers of dynamic metadata read: one value, or numbers that a template joins."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.versions import ProjectCode, ProjectRefused, SiteKind, bump
from tests.versions.trees import bump_tree, check_bump, read_tree, refuse_tree

DYNAMIC = (
    '[project]\nname = "widget"\ndynamic = ["version"]\n[build-system]\nbuild-backend = "scikit_build_core.build"\n'
)
OLD = "[tool.scikit-build.metadata.version]\nprovider = 'scikit_build_core.metadata.regex'\n"
NEW = "[[tool.dynamic-metadata]]\nprovider = 'dynamic_metadata.regex'\nfield = 'version'\n"
README = "[[tool.dynamic-metadata]]\nprovider = 'dynamic_metadata.template'\nfield = 'readme'\nresult = 'x'\n"
HEADER = "#define W_MAJOR 1\n// 1.1.0\n#define W_MINOR   1\n\n#define W_PATCH 0\n#define W_DEV 3\n#define W_RC 0\n#define X 1\n"
PARTS = r"""
input = "w.h"
regex = '''(?sx)
\#define \s+ W_MAJOR \s+ (?P<major>\d+) .*?  # the first [of three \\
\#define \s+ W_MINOR \s+ (?P<minor>\d+) .*?
\#define \s+ W_PATCH \s+ (?P<patch>\S+) .*?
\#define \s+ W_DEV \s+ (?P<dev>\d+) .*?
'''
"""
PLAIN = PARTS.replace(r"\#define \s+ W_DEV \s+ (?P<dev>\d+) .*?", "") + 'result = "{major}.{minor}.{patch}"\n'
WITH_DEV = PARTS.replace(r"\S", r"\d") + "result = '{major}.{minor}.{patch}.dev{dev}'\nremove = '[.]dev0$'\n"


def edit_header(configuration: str, version: str, header: str = HEADER) -> str:
    tree = {"pyproject.toml": DYNAMIC + configuration, "w.h": header}
    return bump_tree(tree, version).get("w.h", header)


@pytest.mark.parametrize("table", [OLD, NEW, README + NEW])
def test_numbers_that_a_template_joins_are_changed_one_by_one(table: str) -> None:
    after = edit_header(table + PLAIN, "2.3.4")
    assert after == HEADER.replace("MAJOR 1", "MAJOR 2").replace("MINOR   1", "MINOR   3").replace("PATCH 0", "PATCH 4")


@pytest.mark.parametrize(
    ("version", "changes"),
    [
        ("1.1.0.dev4", {"DEV 3": "DEV 4"}),
        ("1.1.0", {"DEV 3": "DEV 0"}),
        ("2.1.0", {"DEV 3": "DEV 0", "MAJOR 1": "MAJOR 2"}),
    ],
)
def test_what_the_template_takes_out_is_how_a_final_version_is_written(version: str, changes: dict[str, str]) -> None:
    expected = HEADER
    for old, new in changes.items():
        expected = expected.replace(old, new)
    assert edit_header(OLD + WITH_DEV, version) == expected


@pytest.mark.parametrize(
    ("version", "patch"),
    [("1.1.1rc2", "1rc2"), ("1.1.0.dev1", "0.dev1"), ("1.1", "0"), ("1.1.2.3", "2.3"), ("1.1.1", "1")],
)
def test_a_group_that_takes_any_word_says_the_rest_of_the_version(version: str, patch: str) -> None:
    before = HEADER.replace("PATCH 0", "PATCH 9rc1")
    assert edit_header(OLD + PLAIN, version, before) == HEADER.replace("PATCH 0", f"PATCH {patch}")


@pytest.mark.parametrize("version", ["1.1.1.post1", "1.1.1.dev1", "1.1.1.2", "1.1.1rc1"])
def test_a_group_that_takes_some_words_says_a_number_alone(version: str) -> None:
    tree = {"pyproject.toml": DYNAMIC + OLD + PLAIN.replace(r"\S+", r"\w+"), "w.h": HEADER}
    with pytest.raises(ProjectRefused) as refused:
        bump(read_tree(tree), version)
    assert refused.value.problem.code is ProjectCode.INEXPRESSIBLE


def test_a_line_that_is_too_long_to_be_tried_may_be_the_one_that_is_meant() -> None:
    header = HEADER.replace("W_MAJOR 1", f"W_MAJOR 1 // {'x' * 160}") + HEADER
    assert refuse_tree({"pyproject.toml": DYNAMIC + OLD + PLAIN, "w.h": header}).code is ProjectCode.NO_VERSION


@pytest.mark.parametrize(("value", "after"), [(r"[\\d.]+(?:-final)?", None), (r"\\S+", "1.2.0")])
def test_what_is_taken_out_of_the_one_value_counts(value: str, after: str | None) -> None:
    table = f'input = "v.txt"\nregex = "is (?P<value>{value})"\nremove = "-final"\n'
    tree = {"pyproject.toml": DYNAMIC + OLD + table, "v.txt": "is 1.1.0-final\n"}
    if after is None:
        assert refuse_tree(tree).code is ProjectCode.NOT_A_LITERAL
    else:
        assert read_tree(tree).spelling == "1.1.0"
        assert bump_tree(tree, after) == {"v.txt": f"is {after}\n"}


@pytest.mark.parametrize("table", [OLD, NEW])
def test_a_provider_of_the_projects_own_is_not_known(table: str) -> None:
    tree = {"pyproject.toml": DYNAMIC + table + PLAIN + "provider-path = 'scripts'\n", "w.h": HEADER}
    assert refuse_tree(tree).code is ProjectCode.DYNAMIC


def test_a_candidate_has_its_own_number() -> None:
    result = "result = '{major}.{minor}.{patch}rc{rc}'\nremove = 'rc0'\n"
    parts = PARTS.replace(r"\S", r"\d").replace("DEV", "RC").replace("dev", "rc")
    assert edit_header(NEW + parts + result, "1.1.0rc4") == HEADER.replace("RC 0", "RC 4")
    assert edit_header(NEW + parts + result, "1.1.0", HEADER.replace("RC 0", "RC 4")) == HEADER


def test_groups_are_named_by_their_number_as_well() -> None:
    regex = r"input = 'w.h'" + "\nregex = 'W_MAJOR (\\d+)[\\s\\S]*?W_MINOR +(\\d+)'\nresult = '{0}.{1}'\n"
    assert edit_header(OLD + regex, "1.2") == HEADER.replace("MINOR   1", "MINOR   2")


LINES = st.lists(
    st.sampled_from(
        ["", "// W_MINOR 3", "#define W_MINORS 4", "#define W_MAJOR 5", "#define W_MINOR 6", "#define W_PATCH 8"]
    ),
    max_size=3,
)


@given(between=st.lists(LINES, min_size=4, max_size=4), numbers=st.tuples(*[st.integers(0, 30)] * 3))
def test_the_provider_itself_reads_what_was_written(between: list[list[str]], numbers: tuple[int, int, int]) -> None:
    own = ["#define W_MAJOR 1", "#define W_MINOR 1", "#define W_PATCH 0"]
    before = "\n".join([line for lines, mine in zip(between, [*own, ""], strict=True) for line in (*lines, mine)])
    pattern, version = PLAIN.split("'''")[1], ".".join(map(str, numbers))
    assert provide(pattern, edit_header(OLD + PLAIN, version, before)) == version
    tree = {"pyproject.toml": DYNAMIC + OLD + PLAIN, "w.h": before}
    assert read_tree(tree).sites[0].spelling == provide(pattern, before)


def provide(pattern: str, text: str) -> str:
    """What the provider does: https://github.com/scikit-build/scikit-build-core/blob/main/src/scikit_build_core/metadata/regex.py."""
    match = re.search(pattern.removeprefix("\n"), text, re.MULTILINE)
    assert match is not None
    return "{major}.{minor}.{patch}".format(**match.groupdict())


@pytest.mark.parametrize("version", ["1.1.0rc1", "1.1.0.1", "1.1.0.post1", "1!1.1.0", "1.1.0rc1.dev2"])
def test_what_the_groups_cannot_say_is_refused(version: str) -> None:
    project = read_tree({"pyproject.toml": DYNAMIC + OLD + WITH_DEV, "w.h": HEADER})
    with pytest.raises(ProjectRefused) as refused:
        bump(project, version)
    assert refused.value.problem.code is ProjectCode.INEXPRESSIBLE


@pytest.mark.parametrize(
    ("configuration", "code"),
    [
        # Without what it takes out there is no way to say a final version.
        (WITH_DEV.replace("remove", "# "), ProjectCode.NOT_A_LITERAL),
        (PLAIN.replace("{patch}", "{patch}.{other}"), ProjectCode.NOT_A_LITERAL),
        (PLAIN.replace("{major}.", "1."), ProjectCode.NOT_A_LITERAL),
        (PLAIN.replace("{patch}", "{patch}+cpu"), ProjectCode.NOT_A_LITERAL),
        (PLAIN.replace("{patch}", "{patch}.post1"), ProjectCode.NOT_A_LITERAL),
        (PLAIN.replace(r"(?P<minor>\d+)", r"(?P<minor>\d)"), ProjectCode.NO_VERSION),
        (PLAIN.replace(r"(?P<minor>\d+)", r"(?P<minor>\d{1,2})"), ProjectCode.NO_VERSION),
        (PLAIN.replace(r"\#define \s+ W_MAJOR", r"\A \#define \s+ W_MAJOR"), ProjectCode.DYNAMIC),
        (PLAIN.replace(r"\s+ W_PATCH", r"\s+ W_PATCH (\s) \1*"), ProjectCode.DYNAMIC),
        (PLAIN.replace("{major}", "{minor}"), ProjectCode.DYNAMIC),
        (PLAIN.replace("{major}", "{1}"), ProjectCode.NOT_A_LITERAL),
        (PLAIN.replace("{patch}", "{patch!r}"), ProjectCode.DYNAMIC),
        (PLAIN.replace("{patch}", "{patch:03}"), ProjectCode.DYNAMIC),
        (PLAIN.replace("{patch}", "{patch.__class__}"), ProjectCode.NOT_A_LITERAL),
        (PLAIN.replace("{patch}", "{{patch}}"), ProjectCode.DYNAMIC),
        (PLAIN.replace("{patch}", "{patch"), ProjectCode.DYNAMIC),
        (PLAIN.replace(r"\d+) .*?", r"(\d+)+)+ .*?"), ProjectCode.DYNAMIC),
        (PLAIN.replace(".*?", ".*"), ProjectCode.DYNAMIC),
        (PLAIN.replace(".*?", "|"), ProjectCode.DYNAMIC),
        (PLAIN.replace("W_MINOR", "NO_MINOR"), ProjectCode.NO_VERSION),
        (PLAIN.replace("(?sx)", "(?x)"), ProjectCode.DYNAMIC),
        (PLAIN.replace("w.h", "v.h"), ProjectCode.FILE_MISSING),
        (PLAIN.replace("w.h", "../w.h"), ProjectCode.OUTSIDE_ROOT),
    ],
)
def test_what_cannot_be_written_back_is_refused(configuration: str, code: ProjectCode) -> None:
    assert refuse_tree({"pyproject.toml": DYNAMIC + OLD + configuration, "w.h": HEADER}).code is code


def test_a_choice_between_pieces_is_refused() -> None:
    regex = "input = 'w.h'\nregex = '(?s)W_MAJOR (\\d+)|W_NONE.*?W_MINOR +(\\d+)'\nresult = '{0}.{1}'\n"
    assert refuse_tree({"pyproject.toml": DYNAMIC + OLD + regex, "w.h": HEADER}).code is ProjectCode.DYNAMIC


def test_the_first_place_behind_the_one_before_is_meant() -> None:
    before = "#define W_MINOR 7\n#define W_MAJOR 1\n#define W_PATCH 5\n#define W_MINOR 1\n#define W_PATCH 0\n#define W_PATCH 6\n"
    after = before.replace("W_MINOR 1", "W_MINOR 2")
    assert edit_header(OLD + PLAIN, "1.2.0", before) == after


@pytest.mark.parametrize(
    ("entry", "path", "content"),
    [
        ("provider = 'dynamic_metadata.regex'\nfield = 'version'\ninput = 'w/a.py'\n", "w/a.py", "VERSION = '1.1.0'\n"),
        (
            "provider = 'scikit_build_core.metadata.regex'\nfield = 'version'\ninput = 'a.txt'\nregex = 'is (?P<value>.+)'\n",
            "a.txt",
            "1.0.9\nis 1.1.0\n",
        ),
        (
            "provider = 'dynamic_metadata.ast'\nfield = 'version'\ninput = 'w/a.py'\nname = 'V'\n",
            "w/a.py",
            "V = '1.1.0'\n",
        ),
        ("provider = 'dynamic_metadata.from_file'\nfield = 'version'\npath = 'VERSION'\n", "VERSION", "1.1.0\n"),
    ],
)
def test_a_provider_of_the_table_of_any_backend_is_read(entry: str, path: str, content: str) -> None:
    tree = {"pyproject.toml": DYNAMIC + README + "[[tool.dynamic-metadata]]\n" + entry, path: content}
    check_bump(tree, "1.2.0", (path, "1.1.0", "1.2.0"))
    assert [site.kind for site in read_tree(tree).sites] == [SiteKind.DYNAMIC_METADATA]


def test_a_version_that_stands_in_the_table_is_changed_there() -> None:
    tree = {
        "pyproject.toml": DYNAMIC
        + "[[tool.dynamic-metadata]]\nprovider = 'dynamic_metadata.static'\nversion = '1.1.0'\n"
    }
    check_bump(tree, "1.2.0", ("pyproject.toml", "1.1.0", "1.2.0"))


@pytest.mark.parametrize(
    ("provider", "tool"),
    [
        ("scikit_build_core.metadata.setuptools_scm", "setuptools-scm"),
        ("vcs_versioning", "vcs-versioning"),
        ("setuptools_git_versioning.dynamic_metadata", "setuptools-git-versioning"),
    ],
)
def test_a_provider_that_asks_the_tag_needs_no_edit(provider: str, tool: str) -> None:
    tree = {"pyproject.toml": DYNAMIC + README + f"[[tool.dynamic-metadata]]\nprovider = '{provider}'\n"}
    assert read_tree(tree).derived_by == tool
