"""Changes become entries: labels first, then the convention of commits, then what every merge is worth."""

import time
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.changelog import (
    Change,
    Level,
    Rules,
    Skipped,
    Source,
    Weighed,
    find_level,
    find_release_as,
    is_noted,
    list_touching,
    weigh,
)

SHAS = [f"{number:040x}" for number in range(0x1000000, 0x1000100)]


def change(title: str, number: int | None = 41, **more: Any) -> Change:
    sha = SHAS[number or 0]
    return replace(Change(sha=sha, number=number, title=title, author="ada"), **more)


def weigh_one(title: str, **more: Any) -> Weighed:
    (entry,) = weigh([change(title, **more)])
    return entry


@pytest.mark.parametrize(
    ("title", "level", "word", "group", "text"),
    [
        ("feat: add wheels", Level.MINOR, "feat", "Added", "Add wheels"),
        ("fix(gears): grease them (#41)", Level.PATCH, "fix", "Fixed", "gears: grease them"),
        ("feat!: drop doors", Level.MAJOR, "feat!", "Added", "Drop doors"),
        ("refactor(api)!: one call", Level.MAJOR, "refactor!", "Changed", "api: one call"),
        ("perf: roll faster", Level.PATCH, "perf", "Changed", "Roll faster"),
        ("numpy!: follow the new casts", Level.MAJOR, "numpy!", "Changed", "Follow the new casts"),
    ],
)
def test_a_conventional_title_should_tell_level_group_and_text(
    title: str, level: Level, word: str, group: str, text: str
) -> None:
    entry = weigh_one(title)
    assert (entry.level, entry.why.source, entry.why.word) == (level, Source.COMMIT, word)
    assert (entry.group, entry.text, entry.skipped) == (group, text, None)


@pytest.mark.parametrize("kind", ["build", "chore", "chore(deps)", "ci", "docs", "refactor", "style", "test"])
def test_what_changes_nothing_for_users_should_neither_be_listed_nor_make_a_release(kind: str) -> None:
    entry = weigh_one(f"{kind}: tidy up")
    assert (entry.level, entry.skipped) == (Level.NONE, Skipped.KIND)


@pytest.mark.parametrize("title", ["Wheels are round", "numpy: follow 2.0", "Note: nothing", "fix:no blank", "feat:"])
def test_a_title_outside_the_convention_should_be_a_patch_that_is_listed(title: str) -> None:
    entry = weigh_one(title)
    assert (entry.level, entry.why.source, entry.text, entry.skipped) == (Level.PATCH, Source.DEFAULT, title, None)


@pytest.mark.parametrize(
    ("labels", "level", "group"),
    [
        (("feature",), Level.MINOR, "Added"),
        (("kind/Feature",), Level.MINOR, "Added"),
        (("Type: Enhancement ✨",), Level.MINOR, "Added"),
        (("bug",), Level.PATCH, "Fixed"),
        (("semver:minor",), Level.MINOR, None),
        (("semver-major", "bug"), Level.MAJOR, "Fixed"),
        (("tagpr:minor",), Level.MINOR, None),
        (("breaking-change",), Level.MAJOR, "Changed"),
        (("good first issue", "release", "type"), Level.PATCH, None),
    ],
)
def test_labels_should_tell_what_a_project_without_convention_keeps_to_itself(
    labels: tuple[str, ...], level: Level, group: str | None
) -> None:
    entry = weigh_one("Wheels are round", labels=labels)
    assert (entry.level, entry.group) == (level, group)


def test_a_label_that_names_the_version_should_decide_against_the_convention() -> None:
    assert weigh_one("feat!: drop doors", labels=("minor",)).level is Level.MINOR
    assert weigh_one("docs: explain", labels=("patch",)).skipped is None


def test_a_label_that_names_a_kind_should_not_weaken_the_convention() -> None:
    entry = weigh_one("feat!: drop doors", labels=("bug",))
    assert (entry.level, entry.why.word) == (Level.MAJOR, "feat!")
    assert weigh_one("fix: doors", labels=("enhancement",)).level is Level.MINOR


@pytest.mark.parametrize(
    "footer", ["BREAKING CHANGE: no doors", "BREAKING-CHANGE: no doors", "* BREAKING CHANGE: none"]
)
def test_a_footer_should_break_whatever_the_title_says(footer: str) -> None:
    for title in ("fix: doors", "Doors", "docs: doors"):
        entry = weigh_one(title, body=f"Text.\n\n{footer}\nCloses #4")
        assert (entry.level, entry.why.source, entry.skipped) == (Level.MAJOR, Source.FOOTER, None)


def test_a_title_in_the_convention_should_speak_for_the_commits_of_its_squash() -> None:
    (entry,) = weigh([change("fix: doors", body="* feat: try wheels\n\n* fix typo\n\n* fix: review")])
    assert (entry.level, entry.text) == (Level.PATCH, "Doors")


def test_what_breaks_in_a_commit_of_a_squash_should_break_the_release() -> None:
    assert weigh_one("fix: doors", body="* feat!: other doors\n\n* fix: review").level is Level.MAJOR


def test_several_commits_in_a_squash_should_be_entries_of_their_own_when_the_title_is_none() -> None:
    entries = weigh(
        [change("Doors and wheels", body="* feat: wheels\n\n* fix(doors): hinge\n\n* chore: tidy\n\n* wip")]
    )
    assert [(entry.level, entry.text) for entry in entries] == [
        (Level.MINOR, "Wheels"),
        (Level.PATCH, "doors: hinge"),
        (Level.NONE, "Tidy"),
    ]


def test_further_paragraphs_in_the_convention_should_count_below_a_title_in_it() -> None:
    entries = weigh([change("feat: wheels", body="They are round.\n\nfix(doors): hinge\n  More words.\n\nfeat: gears")])
    assert [entry.text for entry in entries] == ["Wheels", "doors: hinge", "Gears"]


def test_a_label_should_speak_for_all_commits_of_a_squash() -> None:
    entries = weigh([change("Both", body="* feat: wheels\n\n* fix: doors", labels=("patch",))])
    assert [entry.level for entry in entries] == [Level.PATCH, Level.PATCH]


@pytest.mark.parametrize(
    ("title", "more"),
    [
        ('Revert "feat: wheels (#1)" (#2)', {}),
        ('Revert "feat: wheels"', {"body": f"This reverts commit {SHAS[1]}."}),
        ("revert: wheels", {"body": f"Refs: {SHAS[1][:10]}"}),
        ("Revert the wheels", {"description": "Reverts acme/widget#1"}),
    ],
)
def test_a_revert_should_cancel_what_it_reverts(title: str, more: dict[str, Any]) -> None:
    entries = weigh([change(title, 2, **more), change("feat: wheels", 1)])
    assert [entry.skipped for entry in entries] == [Skipped.REVERTED, Skipped.REVERTED]
    assert find_level(entries) == (Level.NONE, None)


def test_a_revert_of_a_revert_should_leave_the_change() -> None:
    again = change('Revert "Revert "feat: wheels""', 3, body=f"This reverts commit {SHAS[2]}.")
    back = change('Revert "feat: wheels"', 2, body=f"This reverts commit {SHAS[1]}.")
    entries = weigh([again, back, change("feat: wheels", 1)])
    assert [entry.skipped for entry in entries] == [Skipped.REVERTED, Skipped.REVERTED, None]


def test_a_revert_of_what_was_released_should_be_a_change() -> None:
    entry = weigh_one('Revert "feat: wheels" (#41)', body=f"This reverts commit {'a' * 40}.")
    assert (entry.level, entry.group, entry.skipped) == (Level.PATCH, "Changed", None)


@pytest.mark.parametrize(
    "title",
    [
        "Release widget 1.2.0 (#41)",
        "chore(main): release 1.2.0",
        "Bump version: 1.1.0 → 1.2.0",
        "Bump version to 1.3.0.dev0",
        "v1.2.0",
        "Prepare release 1.2.0",
        "Update CHANGELOG",
        "Back to development",
    ],
)
def test_what_only_makes_a_release_should_be_no_change(title: str) -> None:
    assert weigh_one(title).skipped is Skipped.OWN


@pytest.mark.parametrize(
    "title", ["Bump mypy from 1.0 to 1.1", "Support Python 3.14", "Release the brakes", "Version 3 of X"]
)
def test_what_only_sounds_like_a_release_should_be_a_change(title: str) -> None:
    assert weigh_one(title).skipped is None


def test_our_own_release_should_be_no_change_whatever_its_title() -> None:
    assert weigh_one("Anything", body="Release-Tag: v1.2.0").skipped is Skipped.OWN
    (entry,) = weigh([change("Anything", author="aweigh[bot]", is_bot=True)], Rules(own_login="Aweigh[bot]"))
    assert entry.skipped is Skipped.OWN


def test_bots_that_keep_up_the_workshop_should_not_make_a_release() -> None:
    bot: dict[str, Any] = {"author": "dependabot[bot]", "is_bot": True, "labels": ("dependencies", "major")}
    assert weigh_one("Bump ruff from 1 to 2", **bot).skipped is Skipped.KIND
    assert weigh_one("build(deps): bump ruff", **bot).level is Level.NONE
    assert weigh_one("fix(deps): floor of aiohttp", **bot).level is Level.PATCH
    # Anybody may call themselves so; only GitHub says who is a bot.
    assert weigh_one("Bump ruff from 1 to 2", author="dependabot").level is Level.PATCH


@pytest.mark.parametrize("label", ["skip-changelog", "Skip News", "no-changelog", "skip news ⏭"])
def test_a_label_should_keep_a_change_out_of_the_changelog(label: str) -> None:
    entry = weigh_one("Wheels", labels=(label,))
    assert (entry.skipped, entry.level) == (Skipped.LABEL, Level.NONE)
    assert weigh_one("feat!: doors", labels=(label,)).level is Level.MAJOR
    (kept,) = weigh([change("Wheels", labels=(label,))], Rules(skip_labels=("internal",)))
    assert is_noted(kept)


def test_merges_of_branches_should_not_be_listed_beside_their_commits() -> None:
    assert weigh_one("Merge branch 'main' into wheels", number=None).skipped is Skipped.MERGE
    assert weigh_one("Merge branch 'main' into wheels").skipped is None


NOTE = "Hello.\n\n```release-note\n%s\n```\n\nMore."


@pytest.mark.parametrize(
    "description",
    [
        NOTE % "Wheels are **round**.",
        "```release-note\r\nWheels are **round**.\r\n```",
        "~~~ release-notes\nWheels are **round**.\n~~~",
        "```\ncode\n```\n```release-note\nWheels are **round**.\n<!-- hint -->\n```",
        "## Changelog Entry\n\n- Wheels are **round**.\n\n## Tests\n\n- none",
        "text\n\n### Changelog\n<!-- one line -->\nWheels are **round**.\n",
        "BEGIN_COMMIT_OVERRIDE\nfix: Wheels are **round**.\nEND_COMMIT_OVERRIDE",
    ],
)
def test_the_description_should_put_its_own_words_in_the_place_of_the_title(description: str) -> None:
    (entry,) = weigh([change("Things (#41)", description=description)])
    assert entry.text.removesuffix(".") == "Wheels are **round**"
    assert entry.level is Level.PATCH


@pytest.mark.parametrize(
    "description",
    [
        NOTE % "NONE",
        NOTE % "None.",
        NOTE % "n/a",
        "## Changelog\n\nnone",
        "## Changelog\n\n- N/A <!-- really -->\n",
        "Text #skip-changelog",
    ],
)
def test_the_description_should_be_able_to_say_that_there_is_nothing_to_note(description: str) -> None:
    entry = weigh_one("Wheels", description=description)
    assert (entry.skipped, entry.level) == (Skipped.TEXT, Level.NONE)
    assert weigh_one("feat: wheels", description=description).level is Level.MINOR


@pytest.mark.parametrize(
    "description",
    [
        "",
        NOTE % "",
        NOTE % "<!-- write here -->",
        "```release-note\nnever closed",
        "<!--\n```release-note\nhidden\n```\n-->",
        "```md\n## Changelog\n\n- Not me\n```",
        "    ```release-note\n    indented\n    ```",
        "## Changelog\n\n<!-- write here -->\n\n## Tests\n\nYes.",
        "The word changelog alone.",
        "BEGIN_COMMIT_OVERRIDE\nfix: never ended",
        "#skip-changelogs",
    ],
)
def test_a_description_without_an_entry_should_leave_the_title(description: str) -> None:
    (entry,) = weigh([change("Wheels", description=description)])
    assert (entry.text, entry.level, entry.skipped) == ("Wheels", Level.PATCH, None)


def test_several_blocks_and_bullets_should_be_several_entries() -> None:
    blocks = '```release-note {label="feature"}\nWheels\n```\n\n```release-note {label="bug"}\nDoors\n```'
    entries = weigh([change("Both", description=blocks)])
    assert [(entry.text, entry.level, entry.group) for entry in entries] == [
        ("Wheels", Level.MINOR, "Added"),
        ("Doors", Level.PATCH, "Fixed"),
    ]
    section = "### Changelog Entry\n\n- Wheels\n  - round\n- feat: doors"
    entries = weigh([change("Both", description=section)])
    assert [(entry.text, entry.level) for entry in entries] == [
        ("Wheels\n- round", Level.PATCH),
        ("Doors", Level.MINOR),
    ]
    nested = (
        "BEGIN_COMMIT_OVERRIDE\nfeat: wheels\nEND_NESTED_COMMIT\nBEGIN_NESTED_COMMIT\nfix: doors\n\n"
        "BREAKING CHANGE: hinges\nEND_COMMIT_OVERRIDE"
    )
    entries = weigh([change("chore: both", description=nested)])
    assert [(entry.text, entry.level) for entry in entries] == [("Wheels", Level.MINOR), ("Doors", Level.MAJOR)]


def test_an_entry_that_was_written_should_be_listed_whatever_its_kind() -> None:
    entry = weigh_one("docs: explain", description=NOTE % "There is a guide now")
    assert (entry.text, entry.level, entry.skipped) == ("There is a guide now", Level.PATCH, None)


def test_the_level_should_be_that_of_the_strongest_and_its_oldest_the_reason() -> None:
    entries = weigh([change("fix: a", 5), change("feat: b", 4), change("feat: c", 3), change("chore: d", 2)])
    level, entry = find_level(entries)
    assert level is Level.MINOR
    assert entry is not None
    assert entry.change is not None
    assert entry.change.name == "#3"
    assert find_level(()) == (Level.NONE, None)


def test_release_as_should_count_from_the_message_that_introduces_it_alone() -> None:
    newest = change("chore: next", 3, body="Text.\n\nRelease-As: 2.0.0rc1\n")
    older = change("chore: next", 2, body="release-as: 1.9.0")
    found = find_release_as([change("fix: x", 4), newest, older])
    assert found is not None
    assert (found.version, found.change.number) == ("2.0.0rc1", 3)
    assert find_release_as([change("a", 5, description="Release-As: 3.0")]) is None
    assert find_release_as([change("a", 5, body="Release-As: next\n Release-As: 3.0")]) is None
    assert find_release_as([change("a", 5, body="Release-As: 1." + "0" * 100)]) is None
    gone = change("Revert", 4, body=f"This reverts commit {SHAS[3]}.")
    assert find_release_as([gone, newest]) is None


def test_changes_of_other_packages_should_not_count_for_this_one() -> None:
    ours = change("a", 1, paths=("packages/gear/x.py", "README.md"))
    theirs = change("b", 2, paths=("packages/wheel/x.py",))
    both = change("c", 3, paths=("packages/gear/x.py", "packages/wheel/x.py"))
    top = change("d", 4, paths=("ci/x.yml",))
    unknown = change("e", 5)
    changes = (ours, theirs, both, top, unknown)
    assert list_touching(changes, "packages/gear", ("packages/wheel",)) == (ours, both, unknown)
    assert list_touching(changes, ".", ("packages/wheel", "packages/gear")) == (ours, top, unknown)
    assert list_touching(changes, "packages/gear", ("packages/wheel",), shared=True) == (ours, both, top, unknown)


WORDS = st.text(st.sampled_from("ab \n`~#*-:!()<>@\r\t\"'é"), max_size=200)


@given(WORDS, WORDS, WORDS, st.lists(WORDS, max_size=3))
def test_whatever_strangers_write_should_give_entries_and_no_error(
    title: str, body: str, description: str, labels: list[str]
) -> None:
    for start in ("", "feat: ", "Revert "):
        text = f"{description}\n```release-note\n{body}\n```\n## Changelog\n{title}"
        entries = weigh([change(start + title, body=body, description=text, labels=tuple(labels))])
        assert entries
        find_level(entries)
        assert all(len(entry.text) <= 2_100 for entry in entries)


@pytest.mark.parametrize(
    "piece",
    [
        "```release-note\n",
        "<!--",
        "* feat: x\n",
        "BREAKING CHANGE",
        "Refs: abcdef1,",
        "feat(",
        "## Changelog\n",
        "- \n",
        "> ",
    ],
)
def test_huge_texts_should_take_time_in_proportion(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    start = time.process_time()
    weigh([change(text, body=text, description=text, labels=(text,) * 1000)] * 3)
    assert time.process_time() - start < 5
