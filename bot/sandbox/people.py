"""What people do on GitHub's pages and with git, each with the webhooks that follow.

A `Person` acts as one account in one repository, and may do only what the account's role allows: a reader who tries to
merge gets `NotAllowedError`, as the page would not even show the button.
"""

from collections.abc import Mapping

from bot.sandbox.actions import starting
from bot.sandbox.actions.gates import Decision, decide_about_everything, decide_as_reviewer
from bot.sandbox.actions.live import LiveRun
from bot.sandbox.acts import checks, comments, merging, pulls, queue, refs, releases, reviews
from bot.sandbox.acts.commits import commit_files
from bot.sandbox.state.accounts import User
from bot.sandbox.state.checks import CheckRun
from bot.sandbox.state.conversation import Comment, Issue, PullRequest, Review
from bot.sandbox.state.releases import Release
from bot.sandbox.state.repository import ROLES, Repository, Role
from bot.sandbox.state.runs import WorkflowRun
from bot.sandbox.world import World


class NotAllowedError(PermissionError):
    """The account's role is too weak for this."""


class Person:
    """An account that acts in a repository of a world."""

    def __init__(self, world: World, repository: Repository, user: User) -> None:
        self.world, self.repository, self.user = world, repository, user

    # Conversation

    def comment(self, number: int, body: str) -> Comment:
        """Write into the conversation of an issue or pull request."""
        self._needs("read")
        return comments.create_comment(self.world, self.repository, self._thread(number), self.user, body)

    def edit_comment(self, number: int, comment: Comment, body: str) -> None:
        """Change a comment: one's own, or with write access anybody's."""
        self._needs("read" if comment.user is self.user else "write")
        thread = self._thread(number)
        comments.edit_comment(self.world, self.repository, thread, comment, self.user, body=body)

    def delete_comment(self, number: int, comment: Comment) -> None:
        """Take a comment away: one's own, or with write access anybody's."""
        self._needs("read" if comment.user is self.user else "write")
        comments.delete_comment(self.world, self.repository, self._thread(number), comment, self.user)

    def react(self, comment: Comment, content: str) -> None:
        """React to a comment."""
        self._needs("read")
        comments.add_reaction(self.world, comment, self.user, content)

    def label(self, number: int, *names: str) -> None:
        """Let an issue or pull request have exactly these labels."""
        self._needs("triage")
        comments.set_labels(self.world, self.repository, self._thread(number), list(names), self.user)

    def lock(self, number: int) -> None:
        """Lock a conversation."""
        self._needs("write")
        comments.lock(self.world, self.repository, self._thread(number), self.user)

    def unlock(self, number: int) -> None:
        """Unlock a conversation."""
        self._needs("write")
        comments.unlock(self.world, self.repository, self._thread(number), self.user)

    def submit_review(self, number: int, body: str, event: reviews.ReviewEvent = "COMMENT") -> Review:
        """Review a pull request."""
        self._needs("read")
        pull = self._pull(number)
        return reviews.create_review(self.world, self.repository, pull, self.user, body=body, event=event)

    # Git

    def push_commit(
        self, branch: str, files: Mapping[str, str | bytes | None], message: str = "Update", *, onto: str | None = None
    ) -> str:
        """Commit whole files (None removes one) on a branch and push it; a new branch starts at ``onto``.

        ``onto`` is any revision, by default the head of the default branch. Answers the commit's SHA.
        """
        self._needs("write")
        store, name = self.repository.store, f"refs/heads/{branch}"
        tip = store.find_ref(name)
        base = store.find_commit(onto or self.repository.default_branch)
        parent = tip if tip and onto is None else (base.sha if base else None)
        sha = commit_files(
            self.world, self.repository, parent=parent, files=files, message=message, author=self.user
        )  # fmt: skip
        if tip is None:
            refs.create_ref(self.world, self.repository, name, sha, self.user)
        else:
            refs.move_ref(self.world, self.repository, name, sha, self.user, force=True)
        return sha

    def push_branch(self, branch: str, revision: str, *, force: bool = False) -> None:
        """Let a branch point at a commit, making it when it is not there."""
        self._needs("write")
        name, sha = f"refs/heads/{branch}", self._sha(revision)
        if self.repository.store.find_ref(name) is None:
            refs.create_ref(self.world, self.repository, name, sha, self.user)
        else:
            refs.move_ref(self.world, self.repository, name, sha, self.user, force=force)

    def delete_branch(self, branch: str) -> None:
        """Delete a branch; open pull requests from it are closed."""
        self._needs("write")
        refs.delete_ref(self.world, self.repository, f"refs/heads/{branch}", self.user)

    def push_tag(self, tag: str, revision: str) -> None:
        """Push a lightweight tag."""
        self._needs("write")
        refs.create_ref(self.world, self.repository, f"refs/tags/{tag}", self._sha(revision), self.user)

    def push_tags(self, *tags: str, revision: str) -> None:
        """Push several lightweight tags in one go."""
        self._needs("write")
        refs.push_tags(self.world, self.repository, dict.fromkeys(tags, self._sha(revision)), self.user)

    def move_tag(self, tag: str, revision: str) -> None:
        """Force a tag onto another commit."""
        self._needs("write")
        name, sha = f"refs/tags/{tag}", self._sha(revision)
        refs.move_ref(self.world, self.repository, name, sha, self.user, force=True)

    def delete_tag(self, tag: str) -> None:
        """Delete a tag; a release of it turns into a draft, as on GitHub."""
        self._needs("write")
        refs.delete_ref(self.world, self.repository, f"refs/tags/{tag}", self.user)

    # Pull requests

    def open_pull(self, branch: str, title: str, body: str | None = None, *, base: str | None = None) -> PullRequest:
        """Open a pull request from a branch (``owner:branch`` for one in a fork)."""
        self._needs("read")
        return pulls.open_pull(
            self.world,
            self.repository,
            self.user,
            head=branch,
            base=base or self.repository.default_branch,
            title=title,
            body=body,
        )

    def edit_pull(self, number: int, *, title: str | None = None, body: str | None = None) -> None:
        """Change title or text of a pull request."""
        pull = self._pull(number)
        self._needs("read" if pull.user is self.user else "write")
        pulls.edit_pull(self.world, self.repository, pull, self.user, title=title, body=body)

    def close_pull(self, number: int) -> None:
        """Close a pull request."""
        pull = self._pull(number)
        self._needs("read" if pull.user is self.user else "triage")
        pulls.close_pull(self.world, self.repository, pull, self.user)

    def reopen_pull(self, number: int) -> None:
        """Open a closed pull request again."""
        pull = self._pull(number)
        self._needs("read" if pull.user is self.user else "triage")
        pulls.reopen_pull(self.world, self.repository, pull, self.user)

    def update_branch(self, number: int) -> None:
        """Press *Update branch*: merge the base into the head of a pull request."""
        self._needs("write")
        merging.bring_base_into_head(self.world, self.repository, self._pull(number), self.user)

    def merge_pull(self, number: int, method: merging.MergeMethod = "merge") -> str:
        """Merge a pull request; answers the commit the base branch now points at."""
        self._needs("write")
        return merging.merge_pull(self.world, self.repository, self._pull(number), self.user, method)

    def enqueue_pull(self, number: int) -> None:
        """Press *Merge when ready*: put a pull request into the merge queue."""
        self._needs("write")
        queue.enqueue(self.world, self.repository, self._pull(number), self.user)

    def dequeue_pull(self, number: int) -> None:
        """Press *Remove from queue*."""
        self._needs("write")
        queue.dequeue(self.world, self.repository, self._pull(number), self.user)

    # Releases and checks

    def publish_release(self, tag: str, *, name: str | None = None, body: str | None = None, draft: bool = False,
                        prerelease: bool = False) -> Release:  # fmt: skip
        """Publish (or draft) a release."""
        self._needs("write")
        change = releases.ReleaseChange(tag_name=tag, name=name, body=body, draft=draft, prerelease=prerelease)
        return releases.create_release(self.world, self.repository, self.user, change)

    def delete_release(self, release: Release) -> None:
        """Take a release away; its tag stays."""
        self._needs("write")
        releases.delete_release(self.world, self.repository, release, self.user)

    def press_button(self, run: CheckRun, identifier: str) -> None:
        """Press a button of a check run."""
        self._needs("read")
        checks.press_button(self.world, self.repository, run, identifier, self.user)

    def rerequest_check(self, run: CheckRun) -> None:
        """Press *Re-run* beside a check run."""
        self._needs("write")
        checks.rerequest_check_run(self.world, self.repository, run, self.user)

    # Workflow runs

    def review_deployment(self, run: WorkflowRun, environment: str, decision: Decision, comment: str = "") -> None:
        """Approve or reject, as a required reviewer, what a run wants to deploy to an environment."""
        self._needs("read")
        named = self.repository.environments[environment]
        live = LiveRun(self.world, self.repository, run)
        decide_as_reviewer(live, self.user, [named], decision, comment)

    def bypass_gates(self, run: WorkflowRun, comment: str = "") -> None:
        """Press *Start all waiting jobs*, past every protection rule."""
        self._needs("admin")
        decide_about_everything(LiveRun(self.world, self.repository, run), self.user, comment)

    def dispatch_workflow(self, file: str, ref: str, inputs: Mapping[str, str] | None = None) -> WorkflowRun:
        """Press *Run workflow*."""
        self._needs("write")
        return starting.dispatch(
            self.world, self.repository, file, ref=ref, inputs=inputs or {}, actor=self.user
        )  # fmt: skip

    def rerun(self, run: WorkflowRun, *, failed_only: bool = False) -> None:
        """Press *Re-run jobs*."""
        self._needs("write")
        starting.rerun(self.world, self.repository, run, self.user, failed_only=failed_only)

    def cancel_run(self, run: WorkflowRun) -> None:
        """Press *Cancel workflow*."""
        self._needs("write")
        starting.cancel(self.world, run)

    # Inside

    def _needs(self, role: Role) -> None:
        grant = self.repository.grant_of(self.user)
        if grant is None or ROLES.index(grant.role) < ROLES.index(role):
            raise NotAllowedError(f"{self.user.login} may not do this in {self.repository.full_name}: needs {role}")

    def _thread(self, number: int) -> Issue:
        return self.repository.issues[number]

    def _pull(self, number: int) -> PullRequest:
        pull = self.repository.find_pull(number)
        if pull is None:
            raise KeyError(number)
        return pull

    def _sha(self, revision: str) -> str:
        commit = self.repository.store.find_commit(revision)
        if commit is None:
            raise KeyError(revision)
        return commit.sha
