"""What a crash, a cough of the index or an old replica must not change. The crash matrix finds such cases; these name them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import VirtualClock
from bot.engine.memory_store import MemoryIntents, MemoryStore
from bot.engine.protocol import Backoff
from bot.github import checks
from bot.github.access import Access
from bot.github.client import Session
from bot.github.facts import CheckContent, CheckRun, RepositoryRef
from bot.release.approvals import is_given
from bot.release.decide import next_step
from bot.release.development import DevelopmentPlan, plan_development
from bot.release.own_check import OwnCheck
from bot.release.perform_development import DEVELOPMENT_INTENT, DevelopmentPerformer
from bot.release.record import Milestone
from bot.release.remember import remember
from bot.release.runs import approval_key, attempt_key
from bot.release.speech import STALENESS
from bot.release.steps import AwaitIndex, OpenDevelopment, PublishRelease
from tests.release import making as m

TAGS = (m.TAG, m.OLD_TAG)
UNANSWERED = m.published(unanswered=("widget-1.2.0-py3-none-any.whl",))


def test_a_provenance_that_the_index_did_not_give_this_time_is_asked_for_again() -> None:
    step = next_step(m.snapshot(tags=TAGS, runs=(m.over(),), published=UNANSWERED))
    assert isinstance(step, AwaitIndex)


def test_but_not_for_ever() -> None:
    at = m.NOW + timedelta(minutes=16)
    step = next_step(m.snapshot(at=at, tags=TAGS, runs=(m.over(),), published=UNANSWERED))
    assert isinstance(step, PublishRelease)


def test_the_run_of_a_dispatch_tells_that_it_was_sent() -> None:
    by_dispatch = m.candidate(on="dispatch")
    seen = m.snapshot(tags=TAGS, candidate=by_dispatch, runs=(m.running(event="workflow_dispatch"),))
    assert remember(seen, m.record()).reached(Milestone.DISPATCHED)
    assert not remember(m.snapshot(tags=TAGS, candidate=by_dispatch), m.record()).reached(Milestone.DISPATCHED)


def test_a_prompt_is_looked_for_as_long_as_the_record_does_not_know_it() -> None:
    route, past = m.route_of(m.candidate()), m.over()
    assert approval_key((past,), route, m.TAG, m.record(), m.MERGE, m.BOT.id) == attempt_key(past)
    assert approval_key((past,), route, m.TAG, m.record(asked=m.asked()), m.MERGE, m.BOT.id) is None


def test_an_approval_that_is_heard_late_was_given() -> None:
    seen = m.snapshot(tags=TAGS, runs=(m.over(),), published=m.published(), record=m.record(asked=m.asked()))
    assert is_given(seen, next_step(seen), "1.2.0")
    assert not is_given(seen, next_step(seen), "1.3.0")


class Checks:
    """GitHub's check runs of one commit, as one of its replicas shows them."""

    def __init__(self) -> None:
        self.shown: CheckRun | None = None
        self.written = 0

    async def find_check(self, _session: Session, _sha: str, _app_id: int, _name: str) -> CheckRun | None:
        return self.shown

    async def ensure_check(
        self, _session: Session, _sha: str, content: CheckContent, seen: CheckRun | None, *, anew: bool, name: str
    ) -> CheckRun:
        self.written += 1
        known = seen is not None and seen.conclusion == content.conclusion and not anew
        return replace(RUN, id=seen.id if seen is not None and known else self.written, external_id=content.external_id)


class Nobody:
    """Access that is not used: the check runs are our own."""

    read = speak = None


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Checks:
    made = Checks()
    monkeypatch.setattr(checks, "find_check", made.find_check)
    monkeypatch.setattr(checks, "ensure_check", made.ensure_check)
    return made


CONTENT = CheckContent(conclusion="neutral", external_id="aweigh/1 v=1 u=1 c=1 m=t", title="Tagged", summary="")
RUN = CheckRun(1, "completed", "neutral", CONTENT.external_id, "Tagged", "", "")


def open_own_check(clock: VirtualClock) -> OwnCheck:
    intents = MemoryIntents(MemoryStore(), RepositoryRef(1, 2, "acme/widget"), clock)
    access: Access = Nobody()  # type: ignore[assignment]
    return OwnCheck(access, intents, clock, m.APP.id)


@pytest.mark.parametrize("shown", [None, replace(RUN, external_id="aweigh/1 v=1 u=1 c=1")])
async def test_an_older_record_than_the_one_we_wrote_is_not_believed(github: Checks, shown: CheckRun | None) -> None:
    clock = VirtualClock()
    own_check = open_own_check(clock)
    await own_check.keep("abc", CONTENT, github.shown)
    github.shown = shown
    with pytest.raises(Backoff) as backoff:
        await own_check.find("abc")
    assert backoff.value.after == STALENESS
    await clock.advance(STALENESS)
    assert await own_check.find("abc") is shown


async def test_what_we_wrote_and_what_is_newer_are_believed(github: Checks) -> None:
    own_check = open_own_check(VirtualClock())
    await own_check.keep("abc", CONTENT, github.shown)
    for shown in (RUN, replace(RUN, id=7, external_id="aweigh/1 v=1 u=1 c=1 m=rt")):
        github.shown = shown
        assert await own_check.find("abc") == shown


async def test_what_is_said_already_is_not_written_again(github: Checks) -> None:
    own_check = open_own_check(VirtualClock())
    github.shown = RUN
    await own_check.keep("abc", CONTENT, github.shown)
    assert github.written == 0


async def test_the_way_back_to_development_that_may_be_there_already_is_not_opened_again() -> None:
    clock, store = VirtualClock(m.NOW), MemoryStore()
    intents = MemoryIntents(store, RepositoryRef(1, 2, "acme/widget"), clock)
    snapshot = m.snapshot(settings=m.settings("development = true"), development=m.development())
    plan = plan_development(snapshot, m.settings("development = true"))
    assert isinstance(plan, DevelopmentPlan)
    performer = DevelopmentPerformer(Untouched(), intents, clock)  # type: ignore[arg-type]
    await intents.record(f"{DEVELOPMENT_INTENT}{m.pull().number}", {})
    with pytest.raises(Backoff):
        await performer.perform(snapshot, OpenDevelopment(plan))
    await clock.advance(STALENESS)
    with pytest.raises(AssertionError, match="asked"):
        await performer.perform(snapshot, OpenDevelopment(plan))


class Untouched:
    """An access with which nothing may be asked."""

    def __getattr__(self, _name: str) -> None:
        raise AssertionError("something was asked")
