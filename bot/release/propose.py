"""What to answer to ``/release VERSION``: refuse with a reason, or plan the release PR. Pure."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from bot.index.facts import ProjectFiles
from bot.publishing.route import NoRoute, Route
from bot.release.automatic import find_following
from bot.release.branch import confirm, is_turned_back
from bot.release.naming import name_tag, tag_pattern
from bot.release.plan import Plan, plan_release
from bot.release.propose_tag import (
    beside_reason,
    is_asked_as_tag,
    is_tagged_already,
    plan_tag,
    same_tag_reason,
    unsaid_reason,
)
from bot.release.reasons import Because, Reason, because
from bot.release.record import Milestone, fits
from bot.release.snapshot import Request, Snapshot
from bot.release.steps import BeginRelease, Blocked, OpenPull, Refused, Step
from bot.release.wanted import find_line, find_word, get_wanted
from bot.settings.reading import SettingsProblem
from bot.settings.repository import RepositorySettings
from bot.versions import (
    Project,
    ProjectProblem,
    ProjectRefused,
    SpelledVersion,
    VersionProblem,
    check_newer,
    find_newest,
    find_tag,
    find_version,
    parse_version,
    propose_next,
    released_versions,
    same_version,
)

_SOON, _HOURLY = timedelta(minutes=1), timedelta(hours=1)
_PUSHED = frozenset({Reason.FOREIGN_FILES, Reason.PUSHED_BY_UNKNOWN, Reason.BRANCH_TURNED_BACK})


def propose(snapshot: Snapshot, request: Request) -> Step | None:
    """The step that answers ``request``; None when the open release PR already is for that version, and may be merged."""
    try:
        version = find_wanted(snapshot, request)
    except VersionProblem as problem:
        code = Reason.VERSION_INVALID if find_word(request.version) is None else Reason.VERSION_NOT_NEWER
        return Refused(_version_reason(code, problem, _newest_next(snapshot)))
    is_there = version is not None and _is_open_for(snapshot, request, version) and not _is_due_anew(snapshot, request)
    if is_there and not _is_half_done(snapshot, request):
        return confirm(snapshot, request)
    answer = _plan_or_refusal(snapshot, request, version)
    if not isinstance(answer, Plan):
        return Refused(answer)
    return OpenPull(answer) if answer.origin is None else BeginRelease(answer)


def find_wanted(snapshot: Snapshot, request: Request) -> SpelledVersion | None:
    """The version that is asked for; None when a word asks for one and the project cannot be read, or nothing was merged.

    Raises:
        VersionProblem: it is no version, or the word leads nowhere from here.
    """
    is_version = find_word(request.version) is None and not request.follows
    project, settings = snapshot.project, snapshot.settings
    if project is None or isinstance(settings, SettingsProblem):
        return parse_version(request.version) if is_version else None
    line = find_line(snapshot.line.base, snapshot.repository.default_branch)
    if request.follows:
        return find_following(snapshot, project, settings, line, request.at.date())
    # The day of the command, not of its execution: the same comment read again tomorrow asks for the same version.
    return get_wanted(request.version, project, settings, snapshot.tags, line, request.at.date())


def settings_reason(problem: SettingsProblem, *, under_way: bool = False) -> Because:
    """Why settings that cannot be read stop everything; a release that is ``under_way`` waits for them to be mended."""
    waits = "yes" if under_way else ""
    return because(Reason.SETTINGS_INVALID, path=problem.path, detail=problem.detail, under_way=waits)


def project_reason(problem: ProjectProblem) -> Because:
    """Why a project whose version cannot be read stops everything."""
    return because(Reason.PROJECT_UNREADABLE, parts=problem.parts)


def route_reason(route: NoRoute | None, project: Project | None) -> Because:
    """Why nothing we can do would publish ``project``; no route at all stands for a tag that git would refuse."""
    of = _own_settings(project)
    if route is None:
        return because(
            Reason.NO_PUBLISH_ROUTE,
            cause="The version cannot be the name of a tag.",
            fix="Change `tag` in the settings.",
            of=of,
        )
    events = "\n".join(route.reasons)
    files = "\n".join(path.rpartition("/")[2] for path in route.candidates)
    return because(
        Reason.NO_PUBLISH_ROUTE, code=route.code, cause=route.cause, fix=route.fix, events=events, files=files, of=of
    )


def _own_settings(project: Project | None) -> str:
    """The package whose settings are to be changed, where it has some of its own; empty where those of all count."""
    return project.name if project is not None and project.siblings and project.root != "." else ""


def obstacle(snapshot: Snapshot, route: Route) -> Because | None:
    """What the publish run would fail at, whoever starts and approves it; None when nothing is known of."""
    # A job that asks for no identity uploads with a token, which every index takes from anywhere.
    if not snapshot.publisher_trusted and route.jobs[0].id_token:
        host = urlsplit(snapshot.repository.web_url).netloc
        return because(Reason.PUBLISHER_UNTRUSTED, index=snapshot.target.title, host=host)
    environment = snapshot.environment
    if environment is None:
        return None
    if snapshot.gate.ours and not all(job.deployment for job in route.jobs):
        return because(Reason.GATE_IMPOSSIBLE, environment=environment.name, workflow=route.workflow)
    if environment.protected_branches_only:
        return because(Reason.TAGS_NOT_ADMITTED, environment=environment.name)
    return None


def stands(reason: Because) -> Blocked:
    """What waits for a person, or, when it is only that GitHub does not show something yet, for GitHub.

    What others pushed may be what an old replica still shows of a branch that we have made anew meanwhile.
    """
    if reason.code is Reason.PUSH_NOT_SHOWN:
        return Blocked(reason, look_again=_SOON)
    return Blocked(reason, look_again=_HOURLY if reason.code in _PUSHED else None)


def _nothing_follows(snapshot: Snapshot) -> Because:
    since = snapshot.since
    if since is None:
        return because(Reason.NO_RELEASE_YET, next=_newest_next(snapshot) or "1.0.0")
    count = len(since.list_by_others())
    return because(Reason.NOTHING_TO_RELEASE, tag=since.tag.name, count=count, next=_newest_next(snapshot) or "")


def _is_open_for(snapshot: Snapshot, request: Request, version: SpelledVersion) -> bool:
    pull, record = snapshot.pull, snapshot.record
    if pull is None or record is None or not pull.is_open or record.reached(Milestone.CLOSED):
        return False
    if is_turned_back(snapshot):
        return False
    if record.follows is not request.follows and record.is_bump(pull.head_sha):
        # Naming the version that it has come to by itself makes it stay there.
        return False
    return same_version(record.version, version.spelling)


def _is_due_anew(snapshot: Snapshot, request: Request) -> bool:
    """Whether the branch is to be made once more: once for each command."""
    # The record tells it as well, once others have pushed onto what was made: that is kept when it is all done again after
    # a crash.
    made_for = (snapshot.branch_record, snapshot.record)
    done = any(record is not None and record.comment_id == request.comment_id for record in made_for)
    return request.anew and not done


def _is_half_done(snapshot: Snapshot, request: Request) -> bool:
    """Whether the branch was moved for this very command, and its pull request may still say what it said before.

    Its title tells that of another version; of a branch that was made anew nothing tells.
    """
    pull, record = snapshot.pull, snapshot.record
    if pull is None or record is None or record.comment_id != request.comment_id or not record.is_bump(pull.head_sha):
        return False
    return request.anew or record.version not in pull.title.split()


def _plan_or_refusal(snapshot: Snapshot, request: Request, version: SpelledVersion | None) -> Plan | Because:
    if snapshot.repository.archived:
        return because(Reason.ARCHIVED)
    settings, candidate = snapshot.settings, snapshot.candidate
    if isinstance(settings, SettingsProblem):
        return settings_reason(settings)
    standing = _standing_in_the_way(snapshot, settings, request)
    if standing is not None:
        return standing
    if candidate is None:
        return because(
            Reason.BASE_GONE, base=snapshot.line.base, default=snapshot.repository.default_branch, given=version
        )
    if request.base_commit is not None and not candidate.commit.startswith(request.base_commit):
        base = snapshot.line.base
        wanted, given = request.base_commit, request.version
        return because(Reason.BASE_MOVED, base=base, wanted=wanted, found=candidate.commit, given=given)
    project = candidate.project
    if isinstance(project, ProjectProblem):
        return project_reason(project)
    if version is None:
        return _nothing_follows(snapshot)
    refusal = version_refusal(snapshot, settings, project, version)
    if refusal is not None:
        return refusal
    route = candidate.route
    if not isinstance(route, Route):
        return route_reason(route, project)
    in_the_way = obstacle(snapshot, route)
    if in_the_way is not None:
        return in_the_way
    return _plan(snapshot, request, settings, project, version, route)


def _plan(
    snapshot: Snapshot,
    request: Request,
    settings: RepositorySettings,
    project: Project,
    version: SpelledVersion,
    route: Route,
) -> Plan | Because:
    """The release of a version that can be released."""
    as_tag = is_asked_as_tag(settings, request)
    if as_tag and is_tagged_already(snapshot, request):
        return _nothing_follows(snapshot)
    if as_tag and (unsaid := _unsaid(snapshot, settings, project, version)) is not None:
        return unsaid
    try:
        plan = plan_release(snapshot, request, version, project=project, settings=settings, route=route)
    except ProjectRefused as refused:
        return project_reason(refused.problem)
    if as_tag:
        plan = plan_tag(snapshot, request, plan)
        taken = same_tag_reason(snapshot, plan.tag)
        if taken is not None:
            return taken
    if not fits(plan.version, plan.tag, plan.origin):
        return because(Reason.TAG_TOO_LONG, tag=plan.tag, of=_own_settings(project))
    return plan


def _unsaid(
    snapshot: Snapshot, settings: RepositorySettings, project: Project, version: SpelledVersion
) -> Because | None:
    stated = parse_version(project.spelling) if find_version(project.spelling) is not None else None
    is_free = stated is not None and version_refusal(snapshot, settings, project, stated) is None
    return unsaid_reason(project, version, is_free=is_free)


def _standing_in_the_way(snapshot: Snapshot, settings: RepositorySettings, request: Request) -> Because | None:
    base, default = snapshot.line.base, snapshot.repository.default_branch
    as_tag = is_asked_as_tag(settings, request)
    if not (settings.names_line(base, default) if as_tag else settings.has_line(base, default)):
        # Anybody with write access can make a branch and merge into it.
        others = "\n".join(settings.branches) if settings.branches is not None else ""
        to_name = base if settings.has_line(base, default) else ""
        return because(
            Reason.NOT_A_LINE, base=base, default=default, given=request.version, others=others, to_name=to_name
        )
    pull = snapshot.pull
    # One that nobody asked for is there for whoever asks first; without pull requests it is one of another time.
    unasked = snapshot.record is not None and snapshot.record.is_unasked and not as_tag
    if pull is not None and pull.is_open and not request.on_release_pull and not unasked:
        known = snapshot.record.version if snapshot.record else pull.title
        return because(Reason.RELEASE_OPEN, version=known, number=pull.number, given=request.version)
    if as_tag:
        return beside_reason(snapshot, request)
    if snapshot.branch_head is not None and not snapshot.branch_is_ours and not request.anew:
        return because(Reason.BRANCH_TAKEN, branch=snapshot.line.branch, given=request.version)
    return None


def version_refusal(
    snapshot: Snapshot, settings: RepositorySettings, project: Project, version: SpelledVersion
) -> Because | None:
    """Why ``version`` cannot be released: its tag or files are there, or it is not newer; None when it can."""
    pattern = tag_pattern(settings, snapshot.tags, project)
    names = [tag.name for tag in snapshot.tags]
    released = released_versions(names, pattern)
    following = _next_after(snapshot, settings, project)
    try:
        tag = find_tag(names, version.spelling, pattern) or name_tag(settings, snapshot.tags, project, version.spelling)
    except VersionProblem as problem:
        return _version_reason(Reason.VERSION_INVALID, problem, following)
    if tag in names:
        return because(Reason.TAG_EXISTS, tag=tag, version=version, next=following)
    if isinstance(snapshot.index, ProjectFiles) and snapshot.index.files_of(version.spelling):
        return because(Reason.VERSION_TAKEN, version=version, index=snapshot.target.title, next=following)
    if project.is_past(version.version):
        return because(Reason.VERSION_NOT_NEWER, version=version, newest=project.spelling, next=following)
    line = find_line(snapshot.line.base, snapshot.repository.default_branch)
    try:
        check_newer(version, released, line)
    except VersionProblem as problem:
        return _version_reason(Reason.VERSION_NOT_NEWER, problem, following)
    return None


def _version_reason(code: Reason, problem: VersionProblem, following: str | None) -> Because:
    return because(code, parts=problem.parts, next=problem.suggestion or following or "")


def _newest_next(snapshot: Snapshot) -> str | None:
    project, settings = snapshot.project, snapshot.settings
    if project is None or isinstance(settings, SettingsProblem):
        return None
    return _next_after(snapshot, settings, project)


def _next_after(snapshot: Snapshot, settings: RepositorySettings, project: Project) -> str:
    """A version that would not be refused: after the files, the tags and what the index has."""
    released = released_versions((tag.name for tag in snapshot.tags), tag_pattern(settings, snapshot.tags, project))
    known = snapshot.index.versions if isinstance(snapshot.index, ProjectFiles) else ()
    newest = find_newest([*released, *known, project.spelling])
    return propose_next(newest or project.version)
