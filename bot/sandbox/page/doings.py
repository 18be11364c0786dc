"""What a visitor does, as the person who is speaking: each doing changes the world and says where to look next.

Doings raise `NotAllowedError` when the role is too weak and `HttpError` when GitHub would refuse.
"""

from collections.abc import Callable, Mapping

from aiohttp import web

from bot.sandbox.page.house import Choice
from bot.sandbox.page.switches import turn_switch
from bot.sandbox.page.views.lobby import GATES, TRIGGERS
from bot.sandbox.page.visit import Visit
from bot.sandbox.state.runs import WorkflowRun

Form = Mapping[str, str]
Doing = Callable[[Visit, Form], str]


def comment(visit: Visit, form: Form) -> str:
    """Write a comment."""
    number = visit.thread().number
    written = visit.speaker.comment(number, form.get("body", "").replace("\r\n", "\n"))
    return f"{visit.home}/pull/{number}#issuecomment-{written.id}"


def merge(visit: Visit, form: Form) -> str:
    """Merge a pull request in one of the three ways."""
    pull, method = visit.pull(), form.get("method")
    visit.speaker.merge_pull(pull.number, method if method in ("squash", "rebase") else "merge")  # type: ignore[arg-type]
    return f"{visit.home}/pull/{pull.number}"


def press(visit: Visit, form: Form) -> str:
    """Press a button of a check run."""
    run = visit.check()
    identifier = form.get("identifier", "")
    if identifier in [action["identifier"] for action in run.actions]:
        visit.speaker.press_button(run, identifier)
    pull = next((pull for pull in visit.repository.pulls if pull.head_sha == run.head_sha), None)
    return f"{visit.home}/pull/{pull.number}" if pull else f"{visit.home}/runs/{run.id}"


def label(visit: Visit, form: Form) -> str:
    """Put a label on a pull request, or take it off."""
    pull, name = visit.pull(), " ".join(form.get("label", "").split())[:50]
    others = [one.name for one in pull.labels if one.name.lower() != name.lower()]
    if name:
        visit.speaker.label(pull.number, *others, *([name] if form.get("on") == "yes" else []))
    return f"{visit.home}/pull/{pull.number}"


def close(visit: Visit, _form: Form) -> str:
    """Close a pull request without merging it."""
    pull = visit.pull()
    visit.speaker.close_pull(pull.number)
    return f"{visit.home}/pull/{pull.number}"


def reopen(visit: Visit, _form: Form) -> str:
    """Open a closed pull request again."""
    pull = visit.pull()
    visit.speaker.reopen_pull(pull.number)
    return f"{visit.home}/pull/{pull.number}"


def push(visit: Visit, form: Form) -> str:
    """Add a line to NOTES.md on the default branch, so that it moves on."""
    branch = visit.repository.default_branch
    notes = (visit.store.read(branch, "NOTES.md") or b"").decode(errors="replace")
    line = form.get("message", "").strip()[:72] or "Somebody was faster."
    visit.speaker.push_commit(branch, {"NOTES.md": f"{notes}{line}\n"}, line)
    return visit.home


def review(visit: Visit, form: Form) -> str:
    """Decide about a deployment as a required reviewer."""
    run, environment = visit.run(), form.get("environment", "")
    if environment in visit.repository.environments:
        decision = "rejected" if form.get("decision") == "rejected" else "approved"
        visit.speaker.review_deployment(run, environment, decision, form.get("comment", "").strip())  # type: ignore[arg-type]
    return _run_page(visit, run)


def bypass(visit: Visit, form: Form) -> str:
    """Start all waiting jobs past every rule."""
    run = visit.run()
    visit.speaker.bypass_gates(run, form.get("comment", "").strip())
    return _run_page(visit, run)


def rerun(visit: Visit, form: Form) -> str:
    """Run the jobs of a run again, all or those that failed."""
    run = visit.run()
    visit.speaker.rerun(run, failed_only=form.get("failed") == "yes")
    return _run_page(visit, run)


def cancel(visit: Visit, _form: Form) -> str:
    """Call a run off."""
    run = visit.run()
    visit.speaker.cancel_run(run)
    return _run_page(visit, run)


def turn(visit: Visit, form: Form) -> str:
    """Turn a fault on or off."""
    try:
        turn_switch(visit.showing.sandbox, form.get("switch", ""), on=form.get("on") == "yes")
    except KeyError:
        raise web.HTTPBadRequest(text="There is no such switch.") from None
    return "/"


def choose_world(visit: Visit, form: Form) -> str:
    """Ask for another world."""
    trigger, gate, method = form.get("trigger", ""), form.get("gate", ""), form.get("method", "merge")
    if trigger not in TRIGGERS or gate not in GATES or method not in ("merge", "squash", "rebase"):
        raise web.HTTPBadRequest(text="There is no such world.")
    play = form.get("play") == "yes"
    visit.house.wish(Choice(trigger, gate, method, play))  # type: ignore[arg-type]
    return "/"


def tell(visit: Visit, form: Form) -> str:
    """Play, pause or step through the story; in a world that was touched it begins again in a fresh one."""
    player, order = visit.showing.player, form.get("order", "")
    fresh = player.state == "ready" and not visit.showing.touched
    if order == "again" or (player.state == "ready" and not fresh):
        choice = visit.showing.choice
        visit.house.wish(Choice(choice.trigger, choice.gate, choice.method, play=True))
    elif order == "pause":
        player.pause()
    elif order == "step":
        player.step()
    else:
        player.play()
    return _back(visit, form)


def speak(visit: Visit, form: Form) -> str:
    """Go on as somebody else; the server remembers who."""
    return _back(visit, form)


def _run_page(visit: Visit, run: WorkflowRun) -> str:
    return f"{visit.home}/actions/runs/{run.id}"


def _back(visit: Visit, form: Form) -> str:
    """The page the form stood on, if it is one of ours."""
    back = form.get("back", "")
    is_own = back.startswith("/") and not back.startswith(("//", "/\\"))
    return back if is_own and "\r" not in back and "\n" not in back else "/"


_REPOSITORY = "/{owner}/{repo}"
_THREAD = _REPOSITORY + r"/pull/{number:\d{1,9}}"
_RUN = _REPOSITORY + r"/actions/runs/{run:\d{1,12}}"

DOINGS: dict[str, Doing] = {
    "/_/speak": speak,
    "/_/story": tell,
    "/_/switch": turn,
    "/_/world": choose_world,
    _REPOSITORY + "/push": push,
    _THREAD + "/comment": comment,
    _THREAD + "/merge": merge,
    _THREAD + "/close": close,
    _THREAD + "/label": label,
    _REPOSITORY + r"/runs/{check:\d{1,12}}/button": press,
    _THREAD + "/reopen": reopen,
    _RUN + "/review": review,
    _RUN + "/bypass": bypass,
    _RUN + "/rerun": rerun,
    _RUN + "/cancel": cancel,
}
"""Every doing by the address its form is sent to."""

UNTOUCHING = (speak, tell, choose_world)
"""The doings after which the story can still begin in this world."""
