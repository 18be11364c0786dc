"""Manifests of another build of the same package, and the tables of its own tools."""

import pytest

from tests.versions.trees import bump_tree, read_tree

STATIC = '[project]\nname = "my.widget"\nversion = "1.1.0"\n'
CFG = "[metadata]\nname = {}\nversion = {}\n\n[options]\nversion = 1.1.0\n"


@pytest.mark.parametrize("name", ["my-widget-mini", "my.widget", "My_Widget_full"])
def test_another_build_of_the_package_says_the_same_version(name: str) -> None:
    toml = f'[project]\nname = "{name}"\nversion = "1.1.0"\n[tool.x]\nversion = "1.1.0"\n'
    tree = {"pyproject.toml": STATIC, "setup-mini.cfg": CFG.format(name, "1.1.0"), "pyproject-light.toml": toml}
    tree["pyproject_latest.toml"] = toml
    after = bump_tree(tree, "1.2.0rc1")
    assert after.keys() == tree.keys()
    for path in ("setup-mini.cfg", "pyproject-light.toml", "pyproject_latest.toml"):
        assert after[path] == tree[path].replace("1.1.0", "1.2.0rc1", 1)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("setup-mini.cfg", CFG.format("other", "1.1.0")),
        ("setup-mini.cfg", CFG.format("my-widgetry", "1.1.0")),
        ("setup-mini.cfg", CFG.format("my-widget-mini", "1.0.9")),
        ("setup-mini.cfg", "[metadata]\nversion = 1.1.0\n"),
        ("etc/setup-mini.cfg", CFG.format("my-widget", "1.1.0")),
        ("tox-mini.cfg", CFG.format("my-widget", "1.1.0")),
        ("setup_old.cfg", CFG.format("my-widget", "1.1.0")),
        ("pyproject-plugin.toml", '[project]\nname = "my-widget-plugin"\nversion = "1.1.0"\n'),
        ("pyproject-light.toml", '[project]\nname = "other"\nversion = "1.1.0"\n'),
        ("pyproject-light.toml", '[project]\nname = 3\nversion = "1.1.0"\n'),
        ("pyproject-light.toml", "["),
    ],
)
def test_a_manifest_of_something_else_stays(path: str, content: str) -> None:
    assert bump_tree({"pyproject.toml": STATIC, path: content}, "1.2.0").keys() == {"pyproject.toml"}


def test_what_every_package_begins_with_says_nothing() -> None:
    table = '[tool.my-widget]\nversion = "0.1.0"\n'
    tree = {
        "pyproject.toml": STATIC.replace("1.1.0", "0.1.0") + table,
        "setup-mini.cfg": CFG.format("my.widget", "0.1.0"),
    }
    assert bump_tree(tree, "0.2.0") == {"pyproject.toml": STATIC.replace("1.1.0", "0.2.0") + table}


def test_the_table_of_a_tool_called_after_the_package_follows() -> None:
    tables = '[tool.my_widget_docs]\nstable_version = "1.1.0"\nrelease = "1.1.0"\nVersion = "v1.1.0"\n'
    tree = {"pyproject.toml": STATIC + tables}
    assert bump_tree(tree, "1.2.0")["pyproject.toml"] == (STATIC + tables).replace("1.1.0", "1.2.0")


@pytest.mark.parametrize(
    "table",
    [
        "[tool.other]\nversion = {}",
        "[tool.my-widgetry]\nversion = {}",
        "[tool.my-widget.site]\nversion = {}",
        "[tool.my-widget.dependencies]\nfoo = {{version = {}}}",
        "[[tool.my-widget]]\nversion = {}",
        *(
            f"[tool.my-widget]\n{key} = {{}}"
            for key in (
                "min_version",
                "required-version",
                "schema_version",
                "fallback_version",
                "version_scheme",
                "conversion",
            )
        ),
    ],
)
def test_what_is_no_version_of_the_package_in_a_table_is_offered(table: str) -> None:
    tree = {"pyproject.toml": STATIC + table.format('"1.1.0"') + "\n"}
    assert bump_tree(tree, "1.2.0")["pyproject.toml"].endswith(table.format('"1.1.0"') + "\n")
    assert [item.line for item in read_tree(tree).lookalikes] == [5]


def test_a_table_that_says_another_version_is_left() -> None:
    tree = {"pyproject.toml": STATIC + '[tool.my-widget]\nversion = "1.0.9"\n'}
    assert bump_tree(tree, "1.2.0")["pyproject.toml"].endswith('version = "1.0.9"\n')
