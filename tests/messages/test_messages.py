"""Every message is safe to post: none holds a command, forges a marker, or lets foreign text act."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot import messages
from bot.changelog import Change, Level, Listed, NoChangelog, ReleaseAs, Source, Weighed, Why
from bot.conversation.grammar import parse
from bot.conversation.registry import REGISTRY
from bot.conversation.understanding import Fault, Misunderstood
from bot.github.facts import Comment, DeploymentReview
from bot.messages import outcome, preview, prompts, pull, replies, status
from bot.messages.development import render_development_body
from bot.messages.forward import render_forward_body
from bot.messages.markers import STATUS, find_marked, marker
from bot.messages.merge_group import render_group_check
from bot.messages.notes import render_notes
from bot.messages.preview_check import render_preview_check
from bot.messages.reasons import say
from bot.messages.settings_check import render_settings_check
from bot.messages.text import MOST_CHARACTERS, block, code, finish, in_cell
from bot.publishing.diagnosis import Diagnosis
from bot.publishing.verdicts import AttestationState, FileVerdict
from bot.release.contributors import Contributions, Contributor
from bot.release.decide import next_step
from bot.release.development import FollowUp
from bot.release.preview import Preview
from bot.release.reasons import Because, Reason, because
from bot.release.since import Since
from bot.release.snapshot import Forward, Snapshot
from bot.release.steps import (
    Announce,
    AskApproval,
    Awaited,
    AwaitMerge,
    BeginRelease,
    CarryChangelog,
    OpenDevelopment,
    OpenGate,
    OpenPull,
    PublishRelease,
    RejectGate,
    RejectTwin,
    RejectUndone,
    ReportFailure,
)
from bot.settings.review import Remark
from bot.versions import Lookalike, Quoted
from tests.release import making as m
from tests.release.test_decide import ROWS, TAGGED, WAITS, WITH_SDIST

HOSTILE = st.text(st.sampled_from("`<>@!-#|[]()\\/release \n\r\t*_&;{}:\u202e\u200b") | st.characters(), max_size=60)
FORGED = f"{marker(STATUS)}\n/release approve 1.2.0 @acme/everyone &#64;all <!-- x --> ``` | [a](javascript:1)"


def commonmark(text: str) -> str:
    return str(MarkdownIt("commonmark").enable("table").render(text))


def outside_code(text: str) -> str:
    """What a reader sees as prose, and GitHub as mentions, links and HTML."""
    return re.sub(r"<code.*?</code>", "", commonmark(text), flags=re.DOTALL)


@pytest.mark.rule(17)
@given(HOSTILE)
@settings(deadline=None)
def test_a_code_span_shows_foreign_text_and_nothing_else(text: str) -> None:
    shown = commonmark(f"before {code(text)} after")
    assert shown.count("<code>") == 1
    assert shown.startswith("<p>before <code>")
    assert shown.endswith("</code> after</p>\n")


@given(st.lists(HOSTILE, max_size=5))
@settings(deadline=None)
def test_a_block_shows_foreign_lines_and_nothing_else(lines: list[str]) -> None:
    shown = commonmark(block(lines))
    assert shown.startswith('<pre><code class="language-text">')
    assert shown.count("</code></pre>") == 1
    assert shown.endswith("</code></pre>\n")


@given(HOSTILE)
@settings(deadline=None)
def test_a_table_cell_stays_a_cell(text: str) -> None:
    shown = commonmark(f"| a | b |\n| --- | --- |\n| {in_cell(code(text))} | x |")
    assert shown.count("<td>") == 2


@pytest.mark.rule(17)
def test_a_body_keeps_githubs_limit_and_says_what_was_cut() -> None:
    assert len(finish("x" * 70_000)) <= MOST_CHARACTERS
    assert "cut off" in finish("x" * 70_000)
    assert finish("x" * MOST_CHARACTERS) == "x" * MOST_CHARACTERS


@pytest.mark.rule(18)
def test_a_marker_counts_only_in_our_own_comment() -> None:
    forged = Comment(1, "IC", f"{marker(STATUS)}\nforged", "", m.MONA, m.NOW)
    ours = replace(forged, id=2, author=m.BOT)
    quoting = replace(ours, id=3, body=f"He wrote: {marker(STATUS)}")
    assert find_marked([forged, quoting], marker(STATUS), m.BOT.id) is None
    assert find_marked([forged, ours], marker(STATUS), m.BOT.id) is ours


def every_message() -> list[tuple[str, str]]:
    """What the bot can say, over every state of the decision table, with hostile text in every place for text."""
    made: list[tuple[str, str]] = []
    for name, changes, _, _ in ROWS:
        snapshot = m.snapshot(**changes)
        step = next_step(snapshot)
        made += [(f"status: {name}", status.render_status(snapshot, step)), *_of_step(name, snapshot)]
        if snapshot.record is not None:
            made.append((f"check: {name}", status.render_check(snapshot, step, snapshot.record).summary))
            made.append((f"group: {name}", render_group_check([(snapshot, step)]).summary))
    values = dict.fromkeys(("given", "detail", "version", "newest", "next", "index", "tag", "number", "path", "cause",
                            "fix", "events", "branch", "found", "wanted", "workflow", "run", "by", "needed", "actual", "commit",
                            "base", "default", "host", "line", "files", "why", "said", "label", "command", "lines", "packages", "this", "of"), "x")  # fmt: skip
    for reason in Reason:
        hostile = Because(
            reason,
            tuple((key, FORGED if key in _FOREIGN else value) for key, value in values.items()),
            (Quoted(FORGED), " is odd."),
        )
        made.append((f"reason: {reason}", replies.render_refusal(hostile, 1)))
    made.append(("together", replies.render_together((text for _, text in made[-3:]), 1)))
    made += _answers()
    made.append(("help", replies.render_help(REGISTRY, 1)))
    made.append(
        ("misunderstood", replies.render_misunderstood(Misunderstood(FORGED, Fault.UNKNOWN, "/release help"), 1))
    )
    made += [
        ("opened", replies.render_opened(m.pull(merged=False), "1.2.0", 1)),
        ("already", replies.render_already(m.pull(merged=False), "1.2.0", 1)),
        ("none", replies.render_no_release(1)),
        ("group", render_group_check([]).summary),
        ("preview", render_preview_check(_hostile_preview(), required=True).summary),
        ("preview, in groups", render_preview_check(_hostile_preview(grouped=True), required=True).summary),
        ("preview, kept out", render_preview_check(replace(_hostile_preview(), told=()), required=False).summary),
        (
            "preview, missing",
            render_preview_check(
                replace(_hostile_preview(), told=(), skip_label=None, is_missing=True), required=True
            ).summary,
        ),
        ("settings", render_settings_check([Remark(FORGED, 1, FORGED)], [FORGED]).summary),
        ("links", replies.render_status_links([(m.pull(), FORGED, "Working"), (m.pull(), None, "Working")], 1)),
        ("link", replies.render_status_links([(m.pull(), None, "Working")], 1)),
    ]
    return made


def _hostile_preview(*, grouped: bool = False) -> Preview:
    """What a stranger may make of a pull request, of its files and of its labels."""
    change = Change("c0ffee1" * 5 + "c0ffe", 7, FORGED, FORGED, FORGED, (FORGED,))
    entries = tuple(
        Weighed(change, Level.MINOR, Why(source, FORGED), group, FORGED)
        for source in Source
        for group in ((FORGED,) if grouped else (None, FORGED))
    )
    return Preview(
        FORGED,
        entries,
        entries,
        place=FORGED,
        skip_label=FORGED,
        skip_labels=(FORGED,),
        tag=FORGED,
        version=FORGED,
        without="1",
    )


def _answers() -> list[tuple[str, str]]:
    run = m.over("failure")
    failed = ReportFailure(run, "run:55/1", FORGED)
    review = DeploymentReview("rejected", FORGED, replace(m.HUGO, login=FORGED), ("pypi",))
    verdict = FileVerdict("widget-1.2.0.tar.gz", "ab" * 32, AttestationState.VERIFIED)
    return [
        ("approved", replies.render_approved(FORGED, run, 1)),
        ("confirmed", replies.render_confirmed(m.pull(merged=False, head_sha=FORGED), FORGED, 1)),
        ("held", replies.render_held(because(Reason.HELD, by=FORGED, why=FORGED), 1)),
        ("turned away by us", outcome.render_rejection(m.snapshot(), failed, review, ours=True)),
        ("notes shown", replies.render_notes_shown(FORGED, FORGED, 1)),
        ("remembered", replies.render_remembered(m.pull(merged=False), FORGED, FORGED + "1", 1)),
        ("given up", replies.render_given_up(FORGED, marker("reply", "1"))),
        ("misplaced", replies.render_misplaced(FORGED, 1)),
        ("passed over", replies.render_passed_over(FORGED, None, 1)),
        ("said and passed over", replies.render_passed_over(FORGED, replies.render_misplaced(FORGED, 1), 1)),
        ("pressed", replies.render_pressed(FORGED, "hold", replies.render_no_release(1), 1)),
        ("where", replies.render_where("Working", 1)),
        ("rejection", outcome.render_rejection(m.snapshot(), failed, review, ours=False)),
        ("twin", prompts.render_twin_comment(RejectTwin(run, "pypi", run))),
        ("digests", outcome.render_digests([verdict]).decode()),
    ]


_STRANGE = Change("f" * 40, None, FORGED, FORGED, FORGED, (FORGED,), FORGED)
MERGED = Since(
    m.OLD_TAG,
    (_STRANGE,),
    tuple(Weighed(_STRANGE, level, Why(source, FORGED), FORGED, FORGED) for level in Level for source in Source),
    ReleaseAs(FORGED, _STRANGE),
    complete=False,
)

_FOREIGN = {"given", "detail", "newest", "tag", "found", "branch", "by", "commit", "version", "index", "workflow", "base",
            "default", "host", "path", "next", "line", "run", "wanted", "files", "why", "said", "label", "command",
            "lines", "packages", "this", "of"}  # fmt: skip


def _of_step(name: str, snapshot: Snapshot) -> list[tuple[str, str]]:
    step = next_step(snapshot)
    match step:
        case OpenPull():
            seen = tuple(Lookalike(FORGED, line, FORGED, "It stays.", FORGED) for line in range(20))
            left, merged = (
                NoChangelog(FORGED, f"says: {FORGED}"),
                tuple(Listed(None, FORGED, n or None) for n in range(30)),
            )
            plan = replace(step.plan, entries=FORGED, project="widget", lookalikes=seen, left=left, unmentioned=merged)
            plan = replace(plan, since=MERGED, follows=True)
            written = [
                Weighed(None, Level.MAJOR, Why(source, FORGED), FORGED, FORGED)
                for source in (Source.FRAGMENT, Source.SECTION)
            ]
            decided = [replace(MERGED, weighed=(), release_as=None, written=(one,)) for one in written]
            return [
                *((f"written: {name}", pull.render_pull_body(replace(plan, since=one), None, 1)) for one in decided),
                (f"pull: {name}", pull.render_pull_body(plan, snapshot.environment, 1)),
                (f"preview: {name}", preview.render_preview(snapshot, replace(plan, version=FORGED), 1, 1)),
            ]
        case BeginRelease():
            plan = replace(step.plan, version=FORGED, entries=FORGED, since=MERGED)
            return [(f"preview: {name}", preview.render_preview(snapshot, plan, 1, 1))]
        case AwaitMerge():
            slipped = replace(snapshot, missed=MERGED.weighed, pull=m.pull())
            return [(f"missed: {name}", status.render_status(slipped, step))]
        case AskApproval():
            return [(f"prompt: {name}", prompts.render_prompt(snapshot, step))]
        case OpenGate():
            return [(f"gate: {name}", prompts.render_gate_comment(step))]
        case RejectGate():
            order = replace(step.order, version=FORGED, reason=FORGED, by=replace(m.HUGO, login=FORGED))
            return [(f"rejected: {name}", prompts.render_rejection_comment(replace(step, order=order)))]
        case PublishRelease():
            told = Contributions((Contributor(FORGED), Contributor(FORGED, 1)), FORGED)
            missed = replace(snapshot, missed=MERGED.weighed)
            return [
                (f"notes: {name}", render_notes(missed, step, FORGED, told)),
                (f"notes of a list: {name}", render_notes(missed, step, None, told)),
            ]
        case RejectUndone():
            undone = because(step.undone.code, tag=FORGED, version=FORGED)
            step = replace(step, undone=undone)
            comment = prompts.render_undone_comment(step)
            return [(f"undone: {name}", outcome.render_undone(snapshot, step)), (f"turned away: {name}", comment)]
        case ReportFailure():
            diagnosis = Diagnosis("publish", tuple(FORGED.splitlines()))
            return [(f"failure: {name}", outcome.render_failure(snapshot, step, diagnosis))]
        case OpenDevelopment():
            edits = tuple(replace(edit, path=FORGED, description=FORGED) for edit in step.plan.edits)
            shown = render_development_body(snapshot, replace(step.plan, version=FORGED, released=FORGED, edits=edits))
            failed = replace(snapshot.development, declined=because(Reason.REFUSED_BY_GITHUB, detail=FORGED))  # type: ignore[type-var]
            return [(f"development: {name}", shown), *_of_step("undeveloped", replace(snapshot, development=failed))]
        case CarryChangelog():
            edits = tuple(replace(edit, path=FORGED, description=FORGED) for edit in step.plan.edits)
            shown = render_forward_body(snapshot, replace(step.plan, version=FORGED, edits=edits))
            declined = because(Reason.REFUSED_BY_GITHUB, detail=FORGED)
            snapshot = replace(snapshot, forward=Forward(declined=declined))
            return [(f"forward: {name}", shown), *_of_step("uncarried", snapshot)]
        case Announce():
            if step.follow_up is None:
                step = replace(step, follow_up=FollowUp(detail=FORGED))
            verdicts = tuple(
                FileVerdict(f"w{i}-{FORGED}", FORGED, state, "it is odd") for i, state in enumerate(AttestationState)
            )
            return [(f"published: {name}", outcome.render_published(snapshot, replace(step, verdicts=verdicts)))]
        case _:
            return []


MESSAGES = every_message()


@pytest.mark.rule(16)
@pytest.mark.parametrize("message", [text for _, text in MESSAGES], ids=[name for name, _ in MESSAGES])
def test_no_message_is_a_command_or_forges_a_marker(message: str) -> None:
    assert parse(message) == ()
    assert not any(line.startswith("/") for line in message.splitlines())
    assert outside_code(message).count("<!--") <= 1
    assert "<!--" not in outside_code(message)[1:]
    assert len(message) <= MOST_CHARACTERS


@pytest.mark.rule(17)
@pytest.mark.parametrize("message", [text for name, text in MESSAGES if not name.startswith("prompt")])
def test_nobody_is_mentioned_by_foreign_text(message: str) -> None:
    assert "@acme" not in outside_code(message)


def test_every_message_is_among_them() -> None:
    called = set()
    sys.setprofile(lambda frame, event, _: called.add(frame.f_code) if event == "call" else None)
    try:
        every_message()
    finally:
        sys.setprofile(None)
    rooms = [
        importlib.import_module(f"bot.messages.{module.name}") for module in pkgutil.iter_modules(messages.__path__)
    ]
    makers = {name: found for room in rooms for name, found in vars(room).items() if name.startswith("render_")}
    assert len(makers) > 15
    assert not [name for name, maker in makers.items() if maker.__code__ not in called and name != "render_record"]


@pytest.mark.parametrize("message", [text for _, text in MESSAGES])
def test_definitions_of_others_do_not_reach_a_message(message: str) -> None:
    # The one link of the changelog in these messages is not ours.
    labels = dict.fromkeys(re.findall(r"\[([^\[\]\n]{1,80})\]", message.replace("[a](javascript:1)", "")))
    defined = "".join(f"\n\n[{label}]: https://evil.test" for label in labels)
    assert commonmark(message + defined) == commonmark(message)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_words(reason: Reason) -> None:
    assert say(because(reason, parts=("It is odd.",))).sentence


WITHOUT_A_LINE = {
    Reason.ARCHIVED: "whoever owns the repository takes it out of the archive, in its settings",
    Reason.SETTINGS_INVALID: "the sentence names the file and what is wrong in it; what was meant nobody knows",
    Reason.PROJECT_UNREADABLE: "the sentence names the place and what is wrong there; what was meant nobody knows",
    Reason.PUBLISHER_UNTRUSTED: "the operator names an index, whose address nobody here knows",
    Reason.TAGS_NOT_ADMITTED: "a choice on the page of the environment's settings",
    Reason.PERMISSION_MISSING: "an owner grants it on the page of the installation",
    Reason.REFUSED_BY_GITHUB: "GitHub's own words; the cause may be anything",
    Reason.TAG_ELSEWHERE: "a tag is moved or deleted with git, and only by somebody who has looked at it",
    Reason.RUN_NOT_STARTED: "Actions is switched on in the settings",
    Reason.PUBLISH_SKIPPED: "the condition stands in the project's own workflow",
    Reason.RUN_FAILED: "the run is started again on its page, which the sentence links to",
    Reason.FROZEN: "the window stands in the settings, and only its owners know what it is for",
    Reason.GATE_REJECTED: "the run is started again on its page, which the sentence links to",
    Reason.REVIEWERS_DECIDE: "reviewers decide on the page of the run, which the sentence links to",
    Reason.PUSH_NOT_SHOWN: "it goes on by itself as soon as GitHub shows it",
    Reason.THREAD_LOCKED: "no command is heard there, and who unlocks the thread lets it go on",
    Reason.PEOPLE_PUSHED: "a warning beside whose turn it is, never an answer",
    Reason.INDEX_UNREACHABLE: "a warning beside whose turn it is, never an answer",
}
"""Reasons that end with nothing to paste, and why there is nothing."""


@pytest.mark.parametrize("reason", list(Reason))
def test_every_refusal_ends_with_something_to_paste(reason: Reason) -> None:
    values = dict.fromkeys(("given", "version", "next", "number", "line", "commit"), "1.2.0")
    said = say(because(reason, parts=("It is odd.",), code="no-publish-workflow", **values))
    assert bool(said.paste or said.details) is (reason not in WITHOUT_A_LINE)


def test_the_attestation_states_are_told_apart() -> None:
    snapshot = m.snapshot(published=m.published())
    rows = []
    for state in AttestationState:
        verdict = FileVerdict("widget-1.2.0.tar.gz", "ab" * 32, state, "it is odd")
        shown = outcome.render_published(snapshot, Announce("1.2.0", "v1.2.0", (verdict,)))
        row = next(line for line in shown.splitlines() if "widget-1.2.0.tar.gz" in line)
        rows.append(row.split("|")[3].split(":")[0])
    assert len(set(rows)) == len(AttestationState)


@pytest.mark.parametrize(("changes", "what"), [row[1:3] for row in WAITS], ids=[row[0] for row in WAITS])
def test_whatever_a_run_is_waited_for_has_words_of_its_own(changes: dict[str, object], what: Awaited) -> None:
    snapshot = m.snapshot(**changes)
    said = status.render_status(snapshot, next_step(snapshot))
    for sentence, true_of in {
        "to start": {Awaited.START},
        "builds and uploads": {Awaited.END},
        "by itself": {Awaited.ONWARD},
        "as which commit": {Awaited.MERGE_COMMIT},
        "wait timer": {Awaited.TIMER},
        "`scanner`": {Awaited.RULES},
        "`testpypi`": {Awaited.ELSEWHERE},
        "Name it with `environment` in the settings": {Awaited.UNTOLD},
        "turn it away": {Awaited.TWIN},
        "would turn away": {Awaited.TWIN_START},
    }.items():
        assert (sentence in said) == (what in true_of), sentence


def test_an_index_that_answers_is_not_said_to_be_silent() -> None:
    over = {**TAGGED, "runs": (m.over(),)}
    snapshot = m.snapshot(**over, published=m.published(unanswered=("widget.whl",)))
    said = status.render_status(snapshot, next_step(snapshot))
    assert "does not answer" not in said
    assert "does not give the provenance of `widget.whl` yet" in said


def test_a_branch_with_a_bar_in_its_name_stays_in_its_cell() -> None:
    snapshot = m.snapshot(pull=m.pull(merged=False, base_branch="a|b"))
    assert "into <code>a|b</code></td>" in commonmark(status.render_status(snapshot, AwaitMerge(version="1.2.0")))


def test_files_that_are_late_are_named_and_then_given_up() -> None:
    def said(hours: float) -> str:
        facts = replace(m.over(), run=replace(m.over().run, updated_at=m.NOW - timedelta(hours=hours)))
        published = m.published(uploaded=WITH_SDIST)
        snapshot = m.snapshot(**TAGGED, runs=(facts,), published=published, release=m.release())
        step = next_step(snapshot)
        if isinstance(step, Announce):
            return outcome.render_published(snapshot, step)
        return status.render_status(snapshot, step)

    assert "should show on the index within minutes" in said(0.1)
    assert "over for more than a quarter of an hour, and the index does not show `widget-1.2.0.tar.gz`" in said(0.5)
    assert "over for 3 hours, and the index does not show `widget-1.2.0.tar.gz`" in said(3.5)
    final = said(25)
    assert "Not shown by the index, though the log of the run speaks of uploading it: `widget-1.2.0.tar.gz`" in final
    assert "Every file carries" not in final
