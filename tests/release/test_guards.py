"""Which ruleset is about the tag of a release, and what is said of it before anybody merges."""

from __future__ import annotations

from typing import Any

import pytest

from bot.github.facts import TagRuleset
from bot.release.decide import next_step
from bot.release.guards import find_guard, list_next_tags
from bot.release.reasons import Reason, because
from bot.release.steps import AwaitMerge, RefreshPull
from bot.settings.reading import SettingsProblem
from tests.release import making as m
from tests.release.test_decide import asks, asks_tag, open_pull

ANOTHER = m.request("1.3.0", on_release_pull=True)


@pytest.mark.parametrize(
    ("changes", "tags"),
    [
        (open_pull(), ("v1.2.0",)),
        (m.tagging(), ("v1.2.0",)),
        (asks(), ("v1.2.0",)),
        (asks("minor"), ("v1.2.0",)),
        (asks_tag(), ("v1.2.0",)),
        (asks(request=ANOTHER, pull=m.pull(merged=False), record=m.record()), ("v1.2.0", "v1.3.0")),
        (asks("banana"), ()),
        (asks(candidate=None), ()),
        (asks(settings=SettingsProblem("pyproject.toml", "odd")), ()),
        ({"pull": None, "record": None}, ()),
    ],
)
def test_the_tags_that_may_be_next(changes: dict[str, Any], tags: tuple[str, ...]) -> None:
    assert list_next_tags(m.snapshot(**changes)) == tags


def test_the_tag_that_was_promised_stands_whatever_the_settings_say_by_now() -> None:
    settings = m.settings('tag = "w{version}"')
    moved = open_pull(base_candidate=m.candidate(m.BASE, "1.1.0"), record=m.record(version="1.2"), settings=settings)
    snapshot = m.snapshot(**moved, guards=(m.guard(),))
    assert isinstance(next_step(snapshot), RefreshPull)
    assert list_next_tags(snapshot) == ("v1.2.0",)


@pytest.mark.parametrize(
    ("guards", "named"),
    [
        ((), None),
        ((m.guard("Guard", "refs/tags/x*"),), None),
        ((m.guard(),), "Guard"),
        ((m.guard("A", "refs/tags/x*"), m.guard("B"), m.guard("C", "refs/tags/v*")), "B\nC"),
    ],
)
def test_whoever_merges_is_warned_of_what_is_about_its_tag(guards: tuple[TagRuleset, ...], named: str | None) -> None:
    step = next_step(m.snapshot(**open_pull(guards=guards)))
    assert isinstance(step, AwaitMerge)
    found = [(one.code, one.get("tag"), one.get("rulesets"), one.get("commit")) for one in step.warnings]
    assert found == ([] if named is None else [(Reason.TAG_GUARDED, "v1.2.0", named, "")])


def test_a_line_of_a_name_is_no_other_ruleset() -> None:
    guards = (m.guard("A\nB\u2028C", number=1), m.guard("D", number=2))
    pages = "https://github.test/acme/widget/rules/1\nhttps://github.test/acme/widget/rules/2"
    said = because(Reason.TAG_GUARDED, tag="v1.2.0", commit="", rulesets="A B C\nD", pages=pages)
    assert find_guard(m.snapshot(guards=guards), "v1.2.0") == said
