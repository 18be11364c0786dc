"""Why a release is refused or stands still: a closed set, for logs, metrics and the sentences in ``messages``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from bot.versions import Parts


class Reason(StrEnum):
    """One code per cause. ``messages.reasons`` has a sentence and a fix for each."""

    # What was asked for.
    VERSION_INVALID = "version-invalid"
    VERSION_NOT_NEWER = "version-not-newer"
    VERSION_TAKEN = "version-taken"
    TAG_EXISTS = "tag-exists"
    RELEASE_OPEN = "release-open"
    FOREIGN_PULL = "foreign-pull"
    NOT_A_LINE = "not-a-line"
    BASE_GONE = "base-gone"
    BASE_MOVED = "base-moved"
    NOTHING_TO_WAIT_FOR = "nothing-to-wait-for"
    WAITS_IN_REVIEW = "waits-in-review"
    PACKAGE_UNNAMED = "package-unnamed"
    PACKAGE_UNKNOWN = "package-unknown"
    PACKAGE_ELSEWHERE = "package-elsewhere"
    NOTHING_TO_RELEASE = "nothing-to-release"
    NO_RELEASE_YET = "no-release-yet"
    FILES_SAY_OTHER = "files-say-other"
    TAG_UNDER_WAY = "tag-under-way"
    THREAD_TAKEN = "thread-taken"
    NO_PULL = "no-pull"
    # What the repository offers.
    ARCHIVED = "archived"
    SETTINGS_INVALID = "settings-invalid"
    PROJECT_UNREADABLE = "project-unreadable"
    NO_PUBLISH_ROUTE = "no-publish-route"
    PUBLISHER_UNTRUSTED = "publisher-untrusted"
    GATE_IMPOSSIBLE = "gate-impossible"
    TAGS_NOT_ADMITTED = "tags-not-admitted"
    BRANCH_TAKEN = "branch-taken"
    TAG_TOO_LONG = "tag-too-long"
    # What others made of the release pull request or its branch.
    POINTED_ELSEWHERE = "pointed-elsewhere"
    FOREIGN_FILES = "foreign-files"
    PUSHED_BY_UNKNOWN = "pushed-by-unknown"
    BRANCH_TURNED_BACK = "branch-turned-back"
    PUSH_NOT_SHOWN = "push-not-shown"
    BRANCH_MOVED_SINCE = "branch-moved-since"
    PEOPLE_PUSHED = "people-pushed"
    NOT_FOLLOWING = "not-following"
    # What people told a release under way.
    HELD = "held"
    LABELLED = "labelled"
    FROZEN = "frozen"
    TOO_LATE = "too-late"
    NOTHING_UNDER_WAY = "nothing-under-way"
    NOTHING_TO_REJECT = "nothing-to-reject"
    NOT_MERGED = "not-merged"
    NOTES_GONE = "notes-gone"
    # What happened after the merge.
    VERSION_MISMATCH = "version-mismatch"
    GATE_WEAKENED = "gate-weakened"
    MERGE_TAKEN_OUT = "merge-taken-out"
    TAG_ELSEWHERE = "tag-elsewhere"
    RECORD_LOST = "record-lost"
    UNDONE_PULL = "undone-pull"
    UNDONE_TAG = "undone-tag"
    UNDONE_RELEASE = "undone-release"
    RUN_NOT_STARTED = "run-not-started"
    PUBLISH_SKIPPED = "publish-skipped"
    RUN_FAILED = "run-failed"
    GATE_REJECTED = "gate-rejected"
    INDEX_UNREACHABLE = "index-unreachable"
    THREAD_LOCKED = "thread-locked"
    # What GitHub does not let us do.
    PERMISSION_MISSING = "permission-missing"
    REFUSED_BY_GITHUB = "refused-by-github"
    TAG_REFUSED = "tag-refused"
    TAG_GUARDED = "tag-guarded"
    # Who asked.
    ROLE_TOO_LOW = "role-too-low"
    OWN_APPROVAL = "own-approval"
    PUSHED_TO_BRANCH = "pushed-to-branch"
    WRONG_VERSION = "wrong-version"
    WRONG_COMMIT = "wrong-commit"
    NOTHING_TO_APPROVE = "nothing-to-approve"
    REVIEWERS_DECIDE = "reviewers-decide"
    APPROVED_IN_REVIEW = "approved-in-review"
    APPROVED_BEHIND = "approved-behind"
    NOTES_IN_REVIEW = "notes-in-review"
    EDITED = "edited"
    TAKEN_BACK = "taken-back"
    BUTTON_STALE = "button-stale"
    NOT_AN_ANSWER = "not-an-answer"
    NOT_A_RELEASE_PULL = "not-a-release-pull"


@dataclass(frozen=True, slots=True)
class Because:
    """A reason with the values its sentence needs (shown in code spans: they may come from anybody).

    ``parts`` is a sentence that the version engine made already, with foreign text marked in it.
    """

    code: Reason
    values: tuple[tuple[str, str], ...] = ()
    parts: Parts = ()

    def get(self, name: str, default: str = "") -> str:
        """The value called ``name``."""
        return dict(self.values).get(name, default)

    def about(self, package: str | None) -> Because:
        """This reason where it is said of one of several packages, which the line to paste has to name."""
        return self if package is None else replace(self, values=(*self.values, ("package", package)))


def because(code: Reason, /, *, parts: Parts = (), **values: object) -> Because:
    """``code`` with its values as text."""
    return Because(code, tuple((name, str(value)) for name, value in values.items()), parts)
