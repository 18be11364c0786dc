"""News fragments become the section that towncrier and scriv write themselves; what is expected here was written by them."""

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Template

from bot.changelog import (
    Changelog,
    FileChange,
    Level,
    Listed,
    Naming,
    NoChangelog,
    Outcome,
    Refused,
    Released,
    Source,
    Style,
    Unchanged,
    Wish,
    find_book,
    find_notes,
    list_wanted,
    release_changelog,
    weigh_written,
)
from bot.changelog.template_values import TemplateRefused
from bot.changelog.templates import render_template

Files = dict[str, str]


def naming(version: str = "1.2.0", base: str | None = "v1.1.0") -> Naming:
    return Naming(version, date(2026, 11, 26), f"v{version}", base, "https://git.example/acme/widget", "widget")


def open_book(files: Files, wish: Wish | None = None) -> Changelog | NoChangelog:
    """The changelog of a commit with ``files``, after as many rounds of reading as the bot would take."""
    tree, read = list(files), dict[str, bytes]()
    for _ in range(4):
        wanted = list_wanted(tree, read, wish)
        assert set(wanted) <= set(tree)
        if not wanted:
            break
        read |= {path: files[path].encode() for path in wanted}
    return find_book(tree, read, wish)


def release(files: Files, wish: Wish | None = None) -> Outcome:
    book = open_book(files, wish)
    assert isinstance(book, Changelog), book
    return release_changelog(book, naming())


def apply(files: Files, changes: tuple[FileChange, ...]) -> Files:
    """The files after a release; what is changed must be there, and what is made must not."""
    after = dict(files)
    for change in changes:
        assert (change.path in after) == (change.old is not None)
        assert change.old is None or after[change.path].encode() == change.old
        after.pop(change.path, None)
        if change.new is not None:
            after[change.path] = change.new.decode()
    return after


def released(files: Files, wish: Wish | None = None) -> Files:
    """The files after a release; a second one changes nothing, and the notes can be read from them."""
    outcome = release(files, wish)
    assert isinstance(outcome, Released), outcome
    after = apply(files, outcome.changes)
    again = open_book(after, wish)
    assert isinstance(again, Changelog)
    assert isinstance(release_changelog(again, naming()), Unchanged)
    assert find_notes(again, "1.2.0") == outcome.notes
    return after


NEWS = """\
Release notes
#############

.. towncrier release notes start

widget 1.1.0 (2026-01-02)
=========================

- All.
"""
PYPROJECT = '[project]\nname = "widget"\n[tool.towncrier]\ndirectory = "newsfragments"\n'
FRAGMENTS: Files = {
    "newsfragments/12.feature.rst": "Wheels can be turned.\n",
    "newsfragments/3.feature.rst": "Wheels can be turned.\n",
    "newsfragments/4.bugfix.rst": "Doors close.\n\nAll of them::\n\n    close()\n",
    "newsfragments/+odd.removal.rst": "Bars are gone.\n",
    "newsfragments/5.misc.rst": "Nobody reads this.\n",
    "newsfragments/gh-6.doc.rst": "A guide.\n",
    "newsfragments/README.rst": "How to.\n",
}
RST: Files = {"pyproject.toml": PYPROJECT, "NEWS.rst": NEWS, **FRAGMENTS}


def test_towncrier_should_be_followed_in_restructured_text() -> None:
    after = released(RST)
    assert after["NEWS.rst"] == NEWS.replace(
        "widget 1.1.0",
        """\
widget 1.2.0 (2026-11-26)
=========================

Features
--------

- Wheels can be turned. (#3, #12)


Bugfixes
--------

- Doors close.

  All of them::

      close()

  (#4)


Improved Documentation
----------------------

- A guide. (gh-6)


Deprecations and Removals
-------------------------

- Bars are gone.


Misc
----

- #5


widget 1.1.0""",
    )
    assert set(after) == {"pyproject.toml", "NEWS.rst", "newsfragments/README.rst"}


@pytest.mark.parametrize(
    ("earlier", "now"),
    [
        ("Widget v1.1.0 (2026-01-02)", "Widget v1.2.0 (2026-11-26)"),
        ("widget 1.1.0 (2026-01-02)", "widget 1.2.0 (2026-11-26)"),
        ("gadget 1.1.0 (2026-01-02)", "widget 1.2.0 (2026-11-26)"),
    ],
)
def test_the_name_and_the_v_of_the_newest_section_should_be_kept(earlier: str, now: str) -> None:
    news = f"{earlier}\n{'=' * len(earlier)}\n\n- Old.\n"
    after = released({"pyproject.toml": PYPROJECT, "NEWS.rst": news, **FRAGMENTS})
    assert after["NEWS.rst"].startswith(f"{now}\n{'=' * len(now)}\n\nFeatures\n")
    spelled = released({"pyproject.toml": PYPROJECT + 'title_format = "v{version}"\n', "NEWS.rst": news, **FRAGMENTS})
    assert spelled["NEWS.rst"].startswith("v1.2.0\n======\n")


@pytest.mark.parametrize(
    ("more", "news", "heading"),
    [
        (
            'filename = "NEWS.md"\ntitle_format = "## [{version}](https://x.example/tree/v{version})"\n',
            "## [v1.1.0](https://x.example/tree/v1.1.0)\n\n- Old.\n",
            "## [1.2.0](https://x.example/tree/v1.2.0)\n",
        ),
        (
            'title_format = "{version} ({project_date})"\n',
            (
                "v0.9.0 (2020-01-01)\n===================\n\nOld.\n\n.. towncrier release notes start\n\n"
                "1.1.0 (2026-01-02)\n==================\n\n- Old.\n"
            ),
            "\n1.2.0 (2026-11-26)\n==================\n",
        ),
    ],
)
def test_a_v_should_neither_be_doubled_nor_taken_from_above_the_mark(more: str, news: str, heading: str) -> None:
    path = "NEWS.md" if "NEWS.md" in more else "NEWS.rst"
    after = released({"pyproject.toml": PYPROJECT + more, path: news, **FRAGMENTS})
    assert heading in after[path]
    assert "vv1" not in after[path]


def test_towncrier_should_be_followed_in_markdown() -> None:
    options = (
        'filename = "CHANGELOG.md"\ntitle_format = "## [{version}] - {project_date}"\n'
        'issue_format = "[#{issue}](https://x.example/{issue})"\n'
    )
    old = "# Changelog\n\n<!-- towncrier release notes start -->\n\n## [1.1.0] - 2026-01-02\n\n- All.\n"
    files = {path.replace(".rst", ".md"): text for path, text in FRAGMENTS.items()}
    after = released({"pyproject.toml": PYPROJECT + options, "CHANGELOG.md": old, **files})
    new = """\
## [1.2.0] - 2026-11-26

### Features

- Wheels can be turned. ([#3](https://x.example/3), [#12](https://x.example/12))

### Bugfixes

- Doors close.

  All of them::

      close()

  ([#4](https://x.example/4))

### Improved Documentation

- A guide. ([#gh-6](https://x.example/gh-6))

### Deprecations and Removals

- Bars are gone.

### Misc

- [#5](https://x.example/5)


## [1.1.0]"""
    assert after["CHANGELOG.md"] == old.replace("## [1.1.0]", new)


def test_what_has_no_fragment_should_be_told() -> None:
    book = open_book(RST)
    assert isinstance(book, Changelog)
    listed = (Listed(None, "Turn", 12), Listed(None, "By its issue", 40, closes=(4,)), Listed(None, "Forgotten", 41))
    outcome = release_changelog(book, naming(), listed)
    assert isinstance(outcome, Released)
    assert outcome.unmentioned == listed[2:]


def test_the_next_release_by_hand_should_find_the_file_as_the_tool_leaves_it() -> None:
    after = released(RST) | {"newsfragments/7.feature.rst": "More.\n"}
    book = open_book(after)
    assert isinstance(book, Changelog)
    outcome = release_changelog(book, naming("1.3.0", "v1.2.0"))
    assert isinstance(outcome, Released)
    assert outcome.notes == "### Features\n\n- More. (#7)"


def test_line_ends_and_what_stands_above_should_be_kept() -> None:
    after = released(RST | {"NEWS.rst": NEWS.replace("\n", "\r\n")})
    assert after["NEWS.rst"].count("\n") == after["NEWS.rst"].count("\r\n")
    without = NEWS.replace(".. towncrier release notes start\n\n", "")
    new = released(RST | {"NEWS.rst": without})["NEWS.rst"]
    assert new.startswith("Release notes\n#############\n\nwidget 1.2.0 (2026-11-26)\n")
    assert new.endswith("\n\nwidget 1.1.0 (2026-01-02)\n=========================\n\n- All.\n")


def test_each_version_may_have_a_file_of_its_own() -> None:
    options = 'single_file = false\nfilename = "docs/news/{version}.rst"\n'
    after = released({**RST, "pyproject.toml": PYPROJECT + options, "docs/news/1.1.0.rst": "1.1.0\n=====\n"})
    assert after["docs/news/1.2.0.rst"].startswith("widget 1.2.0 (2026-11-26)\n====")
    assert after["NEWS.rst"] == NEWS


def test_fragments_should_be_weighed_by_their_type() -> None:
    book = open_book(RST)
    assert isinstance(book, Changelog)
    weighed = weigh_written(book)
    assert {entry.why.source for entry in weighed} == {Source.FRAGMENT}
    levels = {entry.why.word.rpartition("/")[2].split(".")[1]: entry.level for entry in weighed}
    assert levels == {
        "feature": Level.MINOR,
        "bugfix": Level.PATCH,
        "removal": Level.MAJOR,
        "misc": Level.PATCH,
        "doc": Level.PATCH,
    }


def test_what_people_wrote_should_be_weighed_by_its_group() -> None:
    def levels(section: str) -> list[Level]:
        book = open_book({"CHANGELOG.md": f"# C\n\n## Unreleased\n\n{section}\n"})
        assert isinstance(book, Changelog)
        return [entry.level for entry in weigh_written(book)]

    assert levels("### Added\n\n- a\n\n### Fixed\n\n- b\n\n### Removed\n\n- c") == [
        Level.MINOR,
        Level.PATCH,
        Level.MAJOR,
    ]
    assert levels("- **Breaking**: a\n- b") == [Level.MAJOR, Level.PATCH]


@pytest.mark.parametrize(
    ("changes", "path", "why"),
    [
        (
            {"pyproject.toml": PYPROJECT + 'issue_format = "{issue.__class__}"\n'},
            "pyproject.toml",
            "settings of a kind",
        ),
        (
            {"pyproject.toml": PYPROJECT + 'title_format = "{version:>99999999}"\n'},
            "pyproject.toml",
            "settings of a kind",
        ),
        ({"pyproject.toml": PYPROJECT + 'filename = "../x.rst"\n'}, "pyproject.toml", "settings of a kind"),
        ({"newsfragments/12.feature.md": "Twice.\n"}, "newsfragments/12.feature.rst", "twice"),
        ({f"newsfragments/{n}.misc": "x" for n in range(300)}, "newsfragments/", "more news fragments"),
        (
            {"pyproject.toml": PYPROJECT + 'template = "towncrier:hr-between-versions"\n'},
            "pyproject.toml",
            "more than I work out",
        ),
    ],
)
def test_what_is_not_certain_should_be_refused_by_name(changes: Files, path: str, why: str) -> None:
    outcome = release(RST | changes)
    assert isinstance(outcome, Refused)
    assert outcome.path.startswith(path)
    assert why in outcome.why


@pytest.mark.parametrize(
    "pyproject",
    [
        PYPROJECT.replace('"newsfragments"', '"../news"'),
        PYPROJECT + "wrap = 'x'\n",
        PYPROJECT + "type = 7\n",
        PYPROJECT + "template = 'my_package:template'\n",
        PYPROJECT + "[[tool.towncrier.section]]\npath = 7\n",
        "[tool.towncrier\n",
        "a = " + "[" * 5000 + "# towncrier",
    ],
)
def test_settings_that_cannot_be_read_should_be_named(pyproject: str) -> None:
    book = open_book(RST | {"pyproject.toml": pyproject})
    assert isinstance(book, NoChangelog)
    assert (book.path, bool(book.reason)) == ("pyproject.toml", True)


SCRIV: Files = {
    "changelog.d/scriv.ini": "[scriv]\n",
    "CHANGELOG.rst": (
        "Changelog\n=========\n\n.. scriv-insert-here\n\n.. _changelog-1.1.0:\n\n1.1.0 — 2026-01-02\n==================\n\n- All.\n"
    ),
    "changelog.d/1_a.rst": "Added\n-----\n\n- Wheels.\n\nFixed\n-----\n\n- Doors.\n",
    "changelog.d/2_b.rst": ".. Removed\n.. -------\n..\n.. - A bullet.\n\nFixed\n.....\n\n- Bars.\n",
    "changelog.d/README.rst": "How to.\n",
}


def test_scriv_should_be_followed() -> None:
    after = released(SCRIV)
    new = """\
.. scriv-insert-here

.. _changelog-1.2.0:

1.2.0 — 2026-11-26
==================

Added
-----

- Wheels.

Fixed
-----

- Doors.

- Bars.

.. _changelog-1.1.0:"""
    assert after["CHANGELOG.rst"] == SCRIV["CHANGELOG.rst"].replace(".. scriv-insert-here\n\n.. _changelog-1.1.0:", new)
    assert set(after) == {"changelog.d/scriv.ini", "CHANGELOG.rst", "changelog.d/README.rst"}


def test_scriv_without_fragments_should_change_nothing() -> None:
    assert isinstance(release({path: text for path, text in SCRIV.items() if "_" not in path}), Unchanged)


@pytest.mark.parametrize("setting", ["changelog = command: ls", "entry_title_template = file: x.j2", "format = html"])
def test_settings_of_scriv_that_lead_elsewhere_should_be_named(setting: str) -> None:
    book = open_book(SCRIV | {"changelog.d/scriv.ini": f"[scriv]\n{setting}\n"})
    assert isinstance(book, NoChangelog)
    assert book.path == "changelog.d/scriv.ini"


FOLDER: Files = {
    "docs/changelog/1.0.0.md": "# 1.0.0 (2025-01-02)\n\n- All (#1).\n",
    "docs/changelog/1.1.0.md": "# 1.1.0 (2026-01-02)\n\n## Features\n\n- Doors (#3).\n\n## Bug fixes\n\n- Bars (#4).\n",
    "docs/changelog/index.md": "# Releases\n\n- [1.1.0](1.1.0.md)\n- [1.0.0](1.0.0.md)\n",
}


def test_a_folder_with_a_file_for_each_should_get_another_like_the_newest() -> None:
    book = open_book(FOLDER)
    assert isinstance(book, Changelog)
    outcome = release_changelog(book, naming(), (Listed("Added", "Wheels", 41), Listed("Fixed", "A squeak", 42)))
    assert isinstance(outcome, Released)
    after = apply(FOLDER, outcome.changes)
    assert after["docs/changelog/1.2.0.md"] == (
        "# 1.2.0 (2026-11-26)\n\n## Features\n\n- Wheels (#41)\n\n## Bug fixes\n\n- A squeak (#42)\n"
    )
    assert after["docs/changelog/index.md"] == FOLDER["docs/changelog/index.md"].replace(
        "- [1.1.0]", "- [1.2.0](1.2.0.md)\n- [1.1.0]"
    )
    assert isinstance(release_changelog(book, naming()), Unchanged)
    assert isinstance(release(after), Unchanged)


def test_the_form_should_be_the_one_that_people_read() -> None:
    keep = "# C\n\n## Unreleased\n\n- a\n"
    assert open_book({}) == NoChangelog()
    for files, path in [
        ({"CHANGELOG.md": keep, **FOLDER}, "CHANGELOG.md"),
        ({"CHANGELOG.md": "See docs.", **FOLDER}, "docs/changelog"),
        ({"CHANGELOG.md": "See HISTORY.", "HISTORY.md": keep}, "HISTORY.md"),
        ({"CHANGELOG.md": keep, **RST}, "NEWS.rst"),
        ({"docs/whatever/1.0.md": "x", "docs/whatever/1.1.md": "x"}, None),
    ]:
        book = open_book(files)
        assert book.path == path
    assert open_book(RST, Wish(style=Style.NONE)) == NoChangelog()
    assert open_book({"a.md": keep}, Wish("a.md")).path == "a.md"
    assert open_book({"CHANGELOG.md": keep}, Wish("b.md")) == NoChangelog("b.md", "is not there")


def test_what_was_merged_should_be_added_where_that_is_wanted() -> None:
    text = "# C\n\n## Unreleased\n\n### Added\n\n- a (#1)\n\n### Fixed\n\n- b\n\n## 1.1.0 - 2026-01-02\n\n### Added\n\n- c\n"
    listed = (Listed("Added", "Wheels", 41), Listed("Added", "a", 1), Listed("Security", "Locks", 42))
    book = open_book({"CHANGELOG.md": text}, Wish(style=Style.GENERATE))
    assert isinstance(book, Changelog)
    outcome = release_changelog(book, naming(), listed)
    assert isinstance(outcome, Released)
    assert outcome.notes == "### Added\n\n- a (#1)\n- Wheels (#41)\n\n### Fixed\n\n- b\n\n### Security\n\n- Locks (#42)"
    by_hand = open_book({"CHANGELOG.md": text}, Wish(style=Style.BY_HAND))
    assert isinstance(by_hand, Changelog)
    assert isinstance(stamped := release_changelog(by_hand, naming(), listed), Released)
    assert "Wheels" not in stamped.notes


def test_on_first_adoption_nothing_should_be_dumped() -> None:
    book = open_book({"CHANGELOG.md": "# C\n\n## Unreleased\n"})
    assert isinstance(book, Changelog)
    assert isinstance(release_changelog(book, naming(base=None), (Listed(None, "x", 1),)), Unchanged)
    assert isinstance(release_changelog(book, naming(), (Listed(None, "x", 1),)), Released)


def test_a_template_should_say_what_jinja_makes_of_it() -> None:
    source = """\
{% macro link(n, mark='#') %}{{ mark }}{{ n }}{% endmacro %}
{% for name, texts in all|dictsort %}
{{ name|upper }} {{ '-' * name|length }}
{% for text, numbers in texts.items() if text %}
- {{ text[:20] }}{% for n in numbers|sort %} {{ link(n) }}{% if not loop.last %},{% endif %}{% endfor %}

{% else %}
none
{% endfor %}
{% endfor %}
{% set count = all|length + 1 %}{{ count }} {{ 'yes' if count > 2 and 'a' in all else 'no' }} {{ missing|default('x') }}
"""
    names = {"all": {"b": {"two": ["2", "1"], "": ["3"]}, "a": {}}}
    assert render_template(source, names) == Template(source, trim_blocks=True).render(names)


@pytest.mark.parametrize(
    "source",
    [
        "{{ refs|map('lower')|map('replace', 'e', 'f')|map('int', default=None)|select('integer')|map('string')|join(' ') }}",
        "{% for r in refs|reject('in', ['7', 'x']) %}{{ r|int }} {{ r|int(default=none, base=16) is not none }} {% endfor %}",
        "{% if refs|select('==', 'nothing') %}even a stream of nothing is true{% endif %}",
        "{% if refs|select('==', 'nothing')|list %}a list is not{% endif %}",
        "{{ refs|select|reverse|first }} {{ 'abc'|reverse }} {{ refs|map('upper')|unique|list|length }}",
        "{% with a = 1, b = refs %}{{ a }}{% set c = b|length %}{{ c }}{% endwith %}{{ a }}{{ c }}",
        "{% set comma = joiner(', ') %}{% for r in refs %}{{ comma() }}{{ r }}{% endfor %}{% set bar = joiner() %}{{ bar() }}x{{ bar() }}",
        "{% set ns = namespace(n=0) %}{% for r in refs %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}",
        "{{ rows|map(attribute='name')|join }} {{ rows|map(attribute='other', default='-')|join }}",
        "{% for n in rows|map(attribute='n') if n is odd %}{{ n }}{{ n is number }}{{ n is eq(1) }}{{ n is gt 0 }}{% endfor %}",
        "{% set words = {'7': 'seven', 'a' ~ 1: {}} %}{{ words['7'] }}{{ words.a1|length }}{{ '8' in words }}",
        "{{ deep|map(attribute='a.b')|join }} {{ deep|map(attribute='l.1')|join }}",
        "{% set s = refs|select('eq', '7') %}{% if s|list %}{{ s|join }}{% endif %}{{ s|list|length }}",
        "{{ \"don't (stop) the-show\"|title }} {{ refs|map(attribute='0')|join }} {% for i in refs %}{{ loop.index }}{% endfor %}",
        "{% if []|reverse %}r{% endif %}{% if []|unique %}u{% endif %}{{ refs|map('lower') == refs }}",
        "{{ ['A', 'a', 'b']|unique|join }} {% set s = refs|map('upper') %}{{ s|first }}{{ s|join(',') }}",
        "{{ '1e3'|int }} {{ '1e999'|int }} {{ ''|int(7) }} {{ 'ff'|int(0, 16) }} {{ 'zz'|int }}",
    ],
)
def test_lists_should_be_sifted_as_jinja_does_it(source: str) -> None:
    names = {"refs": ["7", "12", "abcdef1", "gh-3", "7"], "rows": [{"name": "a", "n": 1}, {"name": "b", "n": 2}]}
    names["deep"] = [{"a": {"b": "x"}, "l": ["m", "n"]}]
    assert render_template(source, names) == Template(source, trim_blocks=True).render(names)


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ cycler }}",
        "{{ range(9) }}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{{ 'x' * 99999999 }}",
        "{% for a in t %}{% for b in t %}{% for c in t %}{% for d in t %}{% for e in t %}x{% endfor %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set s = 'xxxxxxxx' %}{% for a in t %}{% set s = s ~ s %}{{ s.replace('x', 'xxxxxxxx' * 9999) }}{% endfor %}",
        "{{ ('x' * 600000) ~ ('x' * 600000) }}",
        "{{ t|batch(3) }}",
        "{{ t|map('batch', 3)|join }}",
        "{{ t|map(attribute='__class__')|join }}",
        "{{ t|select('callable')|join }}",
        "{{ t|map('replace', 'a', 'x' * 90000)|map('replace', 'x', 'y' * 90)|join }}",
        "{% set a.b = 1 %}",
        "{% set ns = namespace({'a': 1}) %}",
        "{{ '%99999999999d' is odd }}",
        "{{ t|select('odd')|join }}",
        "{{ ('9' * 90000)|int }}",
        "{% set big = ('a ' * 30000).split() %}{{ big|select('in', big)|list|length }}",
        "{% set big = ('a ' * 400000).split() %}{{ [big" + ", big" * 600 + "]|map('list')|list|length }}",
        "{% set one = '1' * 900000 %}{{ [one" + ", one" * 9000 + "]|map('int', 0, 2)|join }}",
        "{% set a = [1] %}" + "{% set a = [a, a] %}" * 28 + "{{ a == a|list }}",
        "{% set a = [1] %}"
        + "{% set b = [] %}{{ b.append(a) }}{{ b.append(a) }}{% set a = b %}" * 22
        + "{{ [a]|sort }}",
        "{{ t|map('lower')|length }}",
        "{% set a = [1] %}" + "{% set a = [a, a]|list %}" * 24 + "{{ [a]|sort|length }}",
        "{% set a = [1] %}" + "{% set a = [a, a][0:2] %}" * 24 + "{{ [a]|sort|length }}",
        "{% set a = [1] %}" + "{% set a = {'x': [a, a]} %}" * 24 + "{{ a|dictsort(by='value')|length }}",
        "{% set a = {} %}{% set b = {} %}"
        + "{% set a = {'l': a, 'r': a} %}{% set b = {'l': b, 'r': b} %}" * 26
        + "{{ a == b }}",
        "{% set a = namespace(x=1) %}"
        + "{% set b = namespace(x=1) %}{% set b.x = a %}{% set b.y = a %}{% set a = b %}" * 24,
        "{% set a = [1] %}" + "{% set a = ({'x': a, 'y': a}|dictsort(by='value')) %}" * 24 + "{{ [a]|sort|length }}",
        "{{ t|map(attribute='" + "a." * 2000 + "a')|join }}",
        "{{ ('y' * 2000)|join('x' * 500000) }}",
        "{% for i in t %}{{ loop.previtem }}{% endfor %}",
        "{{ t|map('map', 'lower')|join }}",
        "{{ joiner }}",
        "{% set j = joiner() %}{{ j }}",
        "{% set j = joiner() %}{{ j('x') }}",
        "{{ d.strftime('%9999999Y') }}",
        "{{ t.append }}{{ t.pop() }}",
        "{% if %}",
        "{" * 60_000,
        "{{" + "(" * 2000 + ")" * 2000 + "}}",
        "{{ 9 ** 9 ** 9 }}",
    ],
)
def test_a_template_that_wants_more_should_be_refused_soon(source: str) -> None:
    start = time.perf_counter()
    with pytest.raises(TemplateRefused):
        render_template(source, {"t": ["a"] * 100, "d": date(2026, 1, 2), "x": {}})
    assert time.perf_counter() - start < 5


TEXTS = st.text(st.sampled_from("ab-*#`_=:.\n \r{}%<>[]()"), max_size=80)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(["1.feature", "+a.misc", "2.bugfix.1.rst", "x.y.removal.md"]), TEXTS))
def test_whatever_fragments_say_should_stay_within_the_section(found: dict[str, str]) -> None:
    files = {"pyproject.toml": PYPROJECT, "NEWS.rst": NEWS} | {
        f"newsfragments/{name}": text for name, text in found.items()
    }
    outcome = release(files)
    assert isinstance(outcome, Released)
    after = apply(files, outcome.changes)
    head, _, tail = NEWS.partition("widget 1.1.0")
    assert after["NEWS.rst"].startswith(head)
    assert after["NEWS.rst"].endswith("widget 1.1.0" + tail)
    assert set(after) == {"pyproject.toml", "NEWS.rst"}
