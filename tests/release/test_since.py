"""A history becomes changes: each pull request once, whatever way it was merged in."""

from __future__ import annotations

from dataclasses import replace

from bot.changelog.changes import Change, Rules
from bot.github.facts import Person, TagRef
from bot.github.landed import History, Landed, LandedPull
from bot.release.packages import Share
from bot.release.since import Since, foresee_change, gather_since, with_change

TAG = TagRef("v1.0.0", "f" * 40, annotated=True)
PULL = LandedPull(7, "Float", "Why.", Person(1, "mona"), ("bug",), "feature", "c" * 40)


def gather(*commits: Landed, complete: bool = True) -> tuple[Change, ...]:
    found = gather_since(TAG, History(commits[-1].sha, commits, complete), Rules())
    assert (found.tag, found.complete) == (TAG, complete)
    return found.changes


def commit(sha: str, message: str, pull: LandedPull | None = None, *, is_merge: bool = False) -> Landed:
    return Landed(sha * 40, message, "wanda", is_merge, pull)


def test_a_commit_without_a_pull_request_stands_for_itself() -> None:
    (change,) = gather(commit("a", "Sink\n\nDeep.\n"))
    assert change == Change("a" * 40, None, "Sink", "Deep.", author="wanda")


def test_the_newest_comes_first() -> None:
    assert [one.title for one in gather(commit("a", "One"), commit("b", "Two"))] == ["Two", "One"]


def test_a_squash_is_one_change_of_its_pull_request() -> None:
    (change,) = gather(commit("c", "Float (#7)\n\n* one\n* two", PULL))
    assert (change.number, change.title, change.body, change.description) == (7, "Float", "* one\n* two", "Why.")
    assert (change.author, change.labels, change.is_bot) == ("mona", ("bug",), False)


def test_a_squash_is_worded_by_the_title_unless_it_alone_keeps_the_convention() -> None:
    (change,) = gather(commit("c", "flot (#7)", PULL))
    assert change.title == "Float"
    (change,) = gather(commit("c", "feat(sea)!: float (#7)", PULL))
    assert change.title == "feat(sea)!: float"


def test_below_a_merge_stands_the_title_of_the_moment() -> None:
    merge = commit("c", "Merge pull request #7 from acme/feature\n\nfix: float", PULL, is_merge=True)
    (change,) = gather(commit("a", "One", PULL), merge)
    assert change.title == "fix: float"


def test_a_merge_is_one_change_with_the_messages_of_its_commits() -> None:
    (change,) = gather(
        commit("a", "feat: one\n\nMore.", PULL),
        commit("b", "fix: two", PULL),
        commit("c", "Merge pull request #7 from acme/feature\n\nFloat", PULL, is_merge=True),
    )
    assert (change.sha, change.title, change.body) == ("c" * 40, "Float", "feat: one\n\nMore.\n\nfix: two")


def test_a_rebase_is_one_change() -> None:
    (change,) = gather(commit("a", "feat: one", PULL), commit("c", "fix: two", PULL))
    assert (change.sha, change.body) == ("c" * 40, "feat: one\n\nfix: two")


def test_a_merge_of_a_mere_branch_is_none() -> None:
    changes = gather(commit("a", "One"), commit("b", "Merge branch 'x'", is_merge=True))
    assert [one.title for one in changes] == ["One"]


def test_a_bot_and_a_deleted_account_are_told() -> None:
    (by_bot,) = gather(commit("c", "Float (#7)", replace(PULL, author=Person(2, "robot[bot]", is_bot=True))))
    (by_ghost,) = gather(commit("c", "Float (#7)", replace(PULL, author=None)), complete=False)
    assert (by_bot.is_bot, by_ghost.author) == (True, None)


def test_what_landed_after_a_commit_is_left_out() -> None:
    one, two, three = commit("a", "One"), commit("b", "Two"), commit("c", "Three")
    since = gather_since(TAG, History("c" * 40, (one, two, three), complete=True), Rules())
    until = since.up_to("b" * 40)
    assert [change.title for change in until.changes] == ["Two", "One"]
    assert [entry.text for entry in until.weighed] == ["Two", "One"]


OPEN = replace(PULL, merge_commit=None)


def test_a_change_to_come_is_what_its_squash_will_be() -> None:
    one, two = commit("a", "feat: one\n\nMore."), commit("b", "fix: two")
    change = foresee_change(OPEN, (one, two), "b" * 40, squashed=True)
    assert (change.sha, change.number, change.title, change.description) == ("b" * 40, 7, "Float", "Why.")
    assert change.body == "* feat: one\n\nMore.\n\n* fix: two"
    # Of one commit GitHub takes the message.
    change = foresee_change(OPEN, (one,), "a" * 40, squashed=True)
    assert (change.title, change.body) == ("feat: one", "More.")


def test_a_change_to_come_is_what_its_merge_will_be_where_nothing_is_squashed() -> None:
    one, merge = commit("a", "feat: one\n\nMore."), commit("b", "Merge branch 'main'", is_merge=True)
    change = foresee_change(OPEN, (one, merge), "b" * 40, squashed=False)
    assert (change.sha, change.title, change.body) == ("b" * 40, "Float", "feat: one\n\nMore.")
    assert foresee_change(OPEN, (), "b" * 40, squashed=True).title == "Float"


def test_what_is_to_come_counts_with_what_has_landed() -> None:
    landed = commit("a", "Sink")
    since = gather_since(TAG, History("a" * 40, (landed,), complete=True), Rules())
    revert = Change("d" * 40, 8, 'Revert "Sink"', "This reverts commit " + "a" * 40 + ".")
    after = with_change(since, revert, Rules())
    assert after.changes == (revert, *since.changes)
    # It takes away what has landed before.
    assert [one.level for one in after.weighed if one.change is since.changes[0]] == [0]


ASKS = "chore: round\n\nRelease-As: 3.0.0"


def find_asked(*commits: Landed, share: Share | None = None) -> str | None:
    found = read_since(*commits, share=share).release_as
    return found.version if found is not None else None


def read_since(*commits: Landed, share: Share | None = None) -> Since:
    return gather_since(TAG, History(commits[-1].sha, commits, complete=True), Rules(), share)


def follow(commit: Landed, parent: str) -> Landed:
    return replace(commit, parents=(parent * 40,))


def test_what_the_base_itself_went_through_asks_for_a_version() -> None:
    assert find_asked(follow(commit("a", ASKS), "f"), follow(commit("b", "fix: x"), "a")) == "3.0.0"
    assert find_asked(follow(commit("c", f"Float (#7)\n\n{ASKS}", PULL), "f")) == "3.0.0"
    rebased = follow(commit("a", ASKS, PULL), "f"), follow(commit("c", "fix: two", PULL), "a")
    assert find_asked(*rebased) == "3.0.0"


def test_a_merge_asks_by_its_own_message_and_not_by_those_of_the_commits_it_brings() -> None:
    brought = follow(commit("a", ASKS, PULL), "f")
    merge = follow(commit("c", "Merge pull request #7 from acme/feature\n\nfix: float", PULL, is_merge=True), "f")
    assert find_asked(brought, merge) is None
    assert find_asked(brought, replace(merge, message=f"{merge.message}\n\nRelease-As: 4.0.0")) == "4.0.0"
    bare = follow(commit("b", "Merge branch '1.x'", is_merge=True), "f")
    assert find_asked(follow(commit("a", ASKS), "e"), bare) is None


def test_of_several_packages_a_version_is_asked_of_one_that_is_concerned_alone() -> None:
    share = Share("libs/core", ("libs/cli",))
    one = replace(commit("a", ASKS), paths=("libs/core/a.py",))
    assert find_asked(one, share=share) == "3.0.0"
    assert find_asked(replace(one, paths=("libs/core/a.py", "README.md")), share=share) == "3.0.0"
    for paths in (("libs/core/a.py", "libs/cli/b.py"), (), None):
        assert find_asked(replace(one, paths=paths), share=share) is None
    before = read_since(replace(one, paths=()), share=share)
    assert with_change(before, Change("b" * 40, 8, "fix: x"), Rules()).release_as is None


def test_nobody_asks_by_a_commit_of_a_branch_that_is_to_be_merged() -> None:
    asks = [commit("a", ASKS)]
    before = read_since(commit("f", "fix: x"))
    merged, squashed = (foresee_change(OPEN, asks, "a" * 40, squashed=squashed) for squashed in (False, True))
    assert with_change(before, merged, Rules()).release_as is None
    assert with_change(before, squashed, Rules()).release_as is not None
