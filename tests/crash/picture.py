"""The whole world as text: everything people and machines can see of it, without what differs from run to run.

Two worlds are alike when their pictures are equal. Names of objects (SHAs) stand as what they name, ids as the thing
they belong to, moments as "«time»". What no ref and no pull request leads to is no part of the picture: commits that were
made and never pointed to, and what was said about those. Neither is the test merge of an open pull request, which is
made whenever somebody asks whether it can be merged.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from bot.release.record import find_record
from bot.sandbox.git.objects import Signature
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.state.checks import CheckRun
from bot.sandbox.state.conversation import Comment, Issue, PullRequest, Reaction
from bot.sandbox.state.releases import Asset, Release
from bot.sandbox.state.runs import Deployment, WorkflowRun

BOT = "aweigh[bot]"
_MARK = re.compile(r"<!-- aweigh:(?P<name>[^>]+?) -->")
_DIGEST = re.compile(r"(<!-- aweigh:[\w-]+) [0-9a-f]{12} -->")
"""Of a text that names commits, which are called otherwise in each world."""

_SHA = re.compile(r"(?<![\w«])[0-9a-f]{7,40}(?!\w)")
_ID = re.compile(r"(?<![\w.])\d{3,9}(?![\w.]\d|\w)")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)|(?<!\w)1[6-9]\d{8}(?!\w)")


@dataclass
class Picture:
    """Draws one world.

    ``aside`` are comments that were made beside the story: they and their answers are left out. Of comments in ``late``
    a single kind of answer is: "already done", as whoever is heard late may be told.
    """

    sandbox: Sandbox
    aside: frozenset[int] = frozenset()
    late: frozenset[int] = frozenset()
    _labels: dict[str, str] = field(default_factory=dict)

    def draw(self) -> str:
        """The picture, one fact to a line."""
        parts = {
            "git": self._git(),
            "activity": self._activity(),
            "threads": self._threads(),
            "checks": self._checks(),
            "releases": self._releases(),
            "runs": self._runs(),
            "deployments": self._deployments(),
            "environments": self._environments(),
            "index": self._index(),
        }
        return "\n".join(line for name, lines in parts.items() for line in (f"== {name}", *lines)) + "\n"

    @staticmethod
    def without(picture: str, parts: frozenset[str]) -> str:
        """A picture without some of its parts."""
        kept = [part for part in re.split(r"(?m)^== ", picture) if part.partition("\n")[0] not in parts]
        return "== ".join(kept)

    @staticmethod
    def unordered(picture: str) -> str:
        """A picture in which the comments of a thread stand in an order of their own: who was faster does not count."""
        blocks = re.split(r"\n(?=  comment by |\S)", picture)
        return "\n".join(line for _, group in groupby(blocks, _is_comment) for line in _in_order(group))

    # Names

    @cached_property
    def _refs(self) -> dict[str, str]:
        """Every ref, without the test merges."""
        refs = self.sandbox.acme.repository.store.refs("refs/")
        return {name: sha for name, sha in refs.items() if not re.fullmatch(r"refs/pull/\d+/merge", name)}

    @cached_property
    def _reachable(self) -> list[str]:
        """Every commit a ref or a pull request leads to."""
        repository = self.sandbox.acme.repository
        store = repository.store
        waiting = [store.peel(sha) for sha in self._refs.values()]
        waiting += [pull.head_sha for pull in repository.pulls]
        found: dict[str, None] = {}
        while waiting:
            sha = waiting.pop()
            if sha not in found:
                found[sha] = None
                waiting += store.commit(sha).parents
        return list(found)

    def _commit(self, sha: str) -> str:
        """A commit by what it is: its headline, and a digest of its tree, its words, its makers and its history."""
        if sha not in self._labels:
            store = self.sandbox.acme.repository.store
            commit = store.commit(sha)
            facts = [commit.tree, self._neutral(commit.message), _maker(commit.author), _maker(commit.committer)]
            facts += [self._commit(parent) for parent in commit.parents]
            facts.append(str(sha in store.signed))
            digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:6]
            self._labels[sha] = f"«{commit.headline} #{digest}»"
        return self._labels[sha]

    @cached_property
    def _ids(self) -> dict[int, str]:
        repository = self.sandbox.acme.repository
        names: dict[int, str] = {user.id: f"«{user.login}»" for user in self.sandbox.world.users.values()}
        for issue in repository.issues.values():
            spoken: Counter[str] = Counter()
            for one in self._told(issue):
                spoken[one.user.login] += 1
                names[one.id] = f"«comment {spoken[one.user.login]} of {one.user.login} on #{issue.number}»"
        for n, run in enumerate(repository.runs.values(), 1):
            names[run.id] = f"«run {n}»"
            names |= {job.id: f"«job {n}.{job.key}.{job.run_attempt}»" for job in run.jobs}
        return names

    def _neutral(self, text: str | None) -> str:
        """``text`` without what differs from run to run."""
        plain = _DIGEST.sub(r"\1 «digest» -->", _TIME.sub("«time»", text or ""))
        plain = _SHA.sub(lambda match: self._name_sha(match[0]), plain)
        return _ID.sub(lambda match: self._ids.get(int(match[0]), match[0]), plain)

    def _name_sha(self, sha: str) -> str:
        found = next((commit for commit in self._reachable if commit.startswith(sha)), None)
        return sha if found is None else self._commit(found)

    # Parts

    def _git(self) -> Iterator[str]:
        store = self.sandbox.acme.repository.store
        for name, sha in self._refs.items():
            if store.kind(sha) == "tag":
                tag = store.tag(sha)
                yield f"{name}: annotated by {_maker(tag.tagger)} {tag.message!r} on {self._commit(tag.target)}"
            else:
                yield f"{name}: {self._commit(sha)}"
        for sha in sorted(self._reachable, key=self._commit):
            commit = store.commit(sha)
            yield f"{self._commit(sha)} by {_maker(commit.author)} after {[self._commit(p) for p in commit.parents]}"

    def _activity(self) -> Iterator[str]:
        for entry in self.sandbox.acme.repository.activity:
            yield f"{entry.actor.login}: {entry.kind} {entry.ref}"

    def _threads(self) -> Iterator[str]:
        for issue in self.sandbox.acme.repository.issues.values():
            yield from self._thread(issue)

    def _thread(self, issue: Issue) -> Iterator[str]:
        kind = "pull" if isinstance(issue, PullRequest) else "issue"
        labels = sorted(label.name for label in issue.labels)
        edited = " (edited)" if issue.last_edited_at else ""
        locked = " (locked)" if issue.locked else ""
        yield f"{kind} {issue.number} {issue.state} {issue.title!r} by {issue.user.login} {labels}{edited}{locked}"
        if isinstance(issue, PullRequest):
            merged_by = issue.merged_by.login if issue.merged_by else None
            merge = self._commit(issue.merge_commit_sha) if issue.merged and issue.merge_commit_sha else None
            yield f"  {issue.head_ref} {self._commit(issue.head_sha)} -> {issue.base_ref}, merged by {merged_by} {merge}"
            for one in issue.reviews:
                yield f"  review {one.state} by {one.user.login} {_signs(one.reactions)}: {one.body!r}"
        yield from self._indented(issue.body)
        for comment in self._told(issue):
            yield from self._comment(comment)

    def _told(self, issue: Issue) -> list[Comment]:
        return [comment for comment in issue.comments if not self._is_aside(comment)]

    def _is_aside(self, comment: Comment) -> bool:
        mark = _MARK.match(comment.body)
        name = mark["name"].removeprefix("reply ") if mark and comment.user.login == BOT else ""
        answered = int(name) if name.isdigit() else 0
        too_late = answered in self.late and "\nAlready done: " in comment.body
        return comment.id in self.aside or answered in self.aside or too_late

    def _comment(self, comment: Comment) -> Iterator[str]:
        edited = f" (edited by {comment.edited_by.login})" if comment.edited_by else ""
        yield f"  comment by {comment.user.login}{edited} {_signs(comment.reactions)}"
        yield from self._indented(comment.body)

    def _indented(self, text: str | None) -> Iterator[str]:
        yield from (f"    | {line}" for line in self._neutral(text).splitlines())

    def _checks(self) -> Iterator[str]:
        """What each check says in the end: of several runs of one name the newest."""
        newest: dict[tuple[str, str, str], CheckRun] = {}
        for run in self.sandbox.acme.repository.check_runs.values():
            newest[run.head_sha, run.app.slug, run.name] = run
        for (sha, app, name), run in sorted(newest.items(), key=lambda item: (item[0][1:], item[1].id)):
            if sha in self._reachable:
                yield f"{app} {name!r} on {self._commit(sha)}: {run.status} {run.conclusion}"
                yield f"  {self._record(run.external_id)} {self._neutral(run.output.title)!r}"
                yield from self._indented(run.output.summary)

    def _record(self, line: str) -> str:
        """What our check run remembers, member by member; a moment only says that it was written down."""
        record = find_record(line)
        if record is None:
            return self._neutral(line)
        told = {name: getattr(record, name) for name in record.__dataclass_fields__}
        told["milestones"] = "".join(sorted(record.milestones))
        told["since"] = record.since is not None
        told["asked"] = record.asked.key if record.asked else None
        return self._neutral(" ".join(f"{name}={value}" for name, value in told.items()))

    def _releases(self) -> Iterator[str]:
        latest = self.sandbox.acme.repository.latest_release_id
        for release in self.sandbox.acme.repository.releases.values():
            yield from self._release(release, is_latest=release.id == latest)

    def _release(self, release: Release, *, is_latest: bool) -> Iterator[str]:
        flags = [name for name in ("draft", "prerelease", "immutable") if getattr(release, name)]
        flags += ["latest"] if is_latest else []
        yield f"release {release.tag_name} {release.name!r} by {release.author.login} {flags}"
        yield from self._indented(release.body)
        for asset in sorted(release.assets, key=lambda one: one.name):
            yield f"  {asset.name} ({asset.content_type}, {asset.state}) by {asset.uploader.login}: {self._asset(asset)}"

    def _asset(self, asset: Asset) -> str:
        """A provenance is signed anew in every world: what counts is that it is the one the index serves."""
        project = self.sandbox.index.state.find_project(self.sandbox.acme.repository.name)
        file = project.files.get(asset.name.removesuffix(".provenance.json")) if project else None
        if file is not None and asset.name.endswith(".provenance.json"):
            bundles = json.loads(asset.content)["attestation_bundles"]
            same = [bundle["attestations"] for bundle in bundles] == [file.attestations]
            return "the provenance on the index" if same else "another provenance than the one on the index"
        return repr(asset.content.decode(errors="replace"))

    def _runs(self) -> Iterator[str]:
        for run in self.sandbox.acme.repository.runs.values():
            yield from self._run(run)

    def _run(self, run: WorkflowRun) -> Iterator[str]:
        yield (
            f"{run.workflow.path} for {run.event} of {run.ref} at {self._commit(run.head_sha)} by {run.actor.login}"
            f" {run.inputs}: attempt {run.run_attempt} {run.status} {run.conclusion}"
        )
        for job in run.jobs:
            steps = " ".join(f"{step.name}={step.conclusion}" for step in job.steps)
            yield f"  job {job.key} of attempt {job.run_attempt}: {job.status} {job.conclusion} [{steps}]"
        for gate in run.gates:
            yield f"  gate {gate.environment.name} of attempt {gate.run_attempt}: {gate.state}"
        for one in run.approvals:
            yield f"  review {one.state} by {one.user.login}: {self._neutral(one.comment)}"

    def _deployments(self) -> Iterator[str]:
        for one in self.sandbox.acme.repository.deployments.values():
            yield self._deployment(one)

    def _deployment(self, one: Deployment) -> str:
        states = " ".join(status.state for status in one.statuses)
        return f"{one.environment} of {one.ref} at {self._commit(one.sha)} by {one.creator.login}: {states}"

    def _environments(self) -> Iterator[str]:
        for one in self.sandbox.acme.repository.environments.values():
            rules = [f"{rule.app.slug}={rule.enabled}" for rule in one.rules]
            yield f"{one.name} rules {rules} reviewers {[user.login for user in one.reviewers]}"

    def _index(self) -> Iterator[str]:
        for project in self.sandbox.index.state.projects.values():
            for file in sorted(project.files.values(), key=lambda one: one.filename):
                claims = {name: file.claims[name] for name in ("ref", "sha", "run_attempt")} if file.claims else None
                told = self._neutral(json.dumps(claims))
                yield f"{file.filename} {file.sha256} yanked={file.yanked} by {file.publisher} {told}"


def list_repeats(sandbox: Sandbox) -> list[str]:
    """What the bot said more than once, deleted or not: every one of its marked comments may be posted once."""
    posted: list[tuple[int, str]] = []
    for delivery in sandbox.world.deliveries:
        if (delivery.event, delivery.action) == ("issue_comment", "created") and not delivery.redelivery:
            payload = json.loads(delivery.body)
            mark = _MARK.match(payload["comment"]["body"])
            if payload["comment"]["user"]["login"] == BOT:
                posted.append((payload["issue"]["number"], mark["name"] if mark else payload["comment"]["body"][:60]))
    return sorted({f"#{number}: {mark}" for number, mark in _repeated(posted)})


def _repeated(posted: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    seen: set[tuple[int, str]] = set()
    for one in posted:
        if one in seen:
            yield one
        seen.add(one)


def _is_comment(block: str) -> bool:
    return block.startswith("  comment by ")


def _in_order(blocks: Iterable[str]) -> list[str]:
    kept = list(blocks)
    return sorted(kept) if _is_comment(kept[0]) else kept


def _maker(signature: Signature) -> str:
    return f"{signature.name} <{signature.email}>"


def _signs(reactions: list[Reaction]) -> list[str]:
    return sorted(f"{reaction.user.login}:{reaction.content}" for reaction in reactions)
