"""What the pages show of a world."""

import asyncio
import re
from datetime import timedelta
from typing import Any, Literal

import pytest

from bot.conversation.grammar import parse
from bot.conversation.registry import Command
from bot.conversation.understanding import understand
from bot.sandbox.acts.checks import CheckChange, create_check_run
from bot.sandbox.acts.comments import add_reaction, edit_comment
from bot.sandbox.acts.pulls import open_pull
from bot.sandbox.shapes.checks import check_run as check_shape
from bot.sandbox.shapes.conversation import comment as comment_shape
from bot.sandbox.shapes.conversation import issue as issue_shape
from bot.sandbox.shapes.releases import release as release_shape
from bot.sandbox.shapes.repositories import repository as repository_shape
from bot.sandbox.shapes.runs import job as job_shape
from bot.sandbox.shapes.runs import workflow_run as run_shape
from bot.sandbox.state.checks import CheckOutput
from bot.sandbox.state.runs import WorkflowRun
from tests.sandbox.page.conftest import HOME, Booth, OpenBooth


async def fail_a_run(booth: Booth) -> WorkflowRun:
    """A publish run that broke while it built: it has a log, and needs no real build."""
    booth.sandbox.actions.switches.fail_steps["python -m build"] = "no such <b>file</b>"
    booth.acme.mona.push_tag("v1.2.0", "main")
    await booth.sandbox.actions.settle()
    (run,) = booth.acme.repository.runs.values()
    return run


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", "Who you can be"),
        (HOME, "Widgets can be spun"),
        (f"{HOME}/tree/main/widget", "__init__.py"),
        (f"{HOME}/tree/turn-widgets/", "pyproject.toml"),
        (f"{HOME}/blob/main/pyproject.toml", "the one place where the version is written by hand"),
        (f"{HOME}/blob/main/CHANGELOG.md", "Keep a Changelog"),
        (f"{HOME}/blob/v1.1.0/widget/__init__.py", "1.1.0"),
        (f"{HOME}/commits", "Release 1.1.0"),
        (f"{HOME}/commits/turn-widgets", "Widgets can be turned"),
        (f"{HOME}/compare/v1.1.0...main", "1 commits, 2 files changed"),
        (f"{HOME}/branches", "turn-widgets"),
        (f"{HOME}/tags", "v1.1.0"),
        (f"{HOME}/pulls", "Widgets can be turned"),
        (f"{HOME}/pulls?state=closed", "No pull request is closed."),
        (f"{HOME}/pull/1", "They could only be spun before."),
        (f"{HOME}/issues/1", "They could only be spun before."),
        (f"{HOME}/pull/1/commits", "Widgets can be turned"),
        (f"{HOME}/pull/1/files", "widget/turning.py added"),
        (f"{HOME}/pull/1/checks", "Nobody has checked this commit."),
        (f"{HOME}/actions", "Nothing has run yet."),
        (f"{HOME}/releases", "1.1.0 Latest"),
        (f"{HOME}/releases/tag/v1.1.0", "1.1.0 Latest"),
        ("/_/traffic", "Webhooks to the bot"),
    ],
)
async def test_a_page_of_the_world_as_it_begins(booth: Booth, path: str, words: str) -> None:
    answer = await booth.get(path)
    assert answer.status == 200
    assert words in answer.words
    assert "Sandbox Nothing here is GitHub" in answer.words


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/acme/gadget",
        f"{HOME}/pull/7",
        f"{HOME}/pull/99999999999999",
        f"{HOME}/actions/runs/1",
        f"{HOME}/runs/1",
        f"{HOME}/releases/tag/v9",
        f"{HOME}/releases/download/v1.1.0/../../x",
        f"{HOME}/tree/main/../../etc",
        f"{HOME}/blob/main/nothing",
        f"{HOME}/blob/main/widget",
        f"{HOME}/commit/0000000",
        f"{HOME}/compare/a...b",
    ],
)
async def test_what_is_not_there_says_so_on_a_page_like_all_others(booth: Booth, path: str) -> None:
    answer = await booth.get(path)
    assert answer.status == 404
    assert "Back to the repository" in answer.words


async def test_a_conversation_in_the_order_in_which_it_happened(booth: Booth) -> None:
    acme = booth.acme
    first = acme.mona.comment(1, "first **word** <!-- hidden -->")
    add_reaction(booth.sandbox.world, first, acme.app.bot, "rocket")
    second = acme.hugo.comment(1, "second")
    edit_comment(booth.sandbox.world, acme.repository, acme.feature, second, acme.mona.user, body="changed")
    merged = acme.hugo.merge_pull(1, "squash")
    answer = await booth.get(f"{HOME}/pull/1")
    assert re.search(
        rf"opened .* They could .* Widgets can be turned .* mona commented .*"
        rf" first word 🚀 rocket 1 .* hugo commented .* edited by mona .* changed hugo merged commit {merged[:7]}",
        answer.words,
    ), answer.words
    assert "hidden -->" not in answer.text
    assert "Merged and closed." in answer.words


async def test_a_hostile_comment_title_and_branch_stay_text(booth: Booth) -> None:
    acme = booth.acme
    acme.wanda.push_commit("<script>x", {"<b>.txt": "<script>alert(1)</script>\n"}, "<script>commit</script>")
    pull = acme.wanda.open_pull("<script>x", "<script>title</script>", "<img src=x onerror=alert(1)>")
    acme.stan.comment(pull.number, "</textarea><script>alert(1)</script>")
    for page in ("", "/files", "/commits", "/checks"):
        text = (await booth.get(f"{HOME}/pull/{pull.number}{page}")).text
        assert "<script>" not in text
        assert "<img" not in text
        assert "<b>" not in text


async def test_who_speaks_sees_what_the_role_allows(booth: Booth) -> None:
    assert "Merge pull request" in (await booth.get(f"{HOME}/pull/1")).words
    await booth.speak_as("rosa")
    answer = await booth.get(f"{HOME}/pull/1")
    assert "Merge pull request" not in answer.words
    assert "rosa may not merge" in answer.words


async def test_checks_show_what_they_say(booth: Booth) -> None:
    acme = booth.acme
    output = CheckOutput("Ready: merging releases 1.2.0", "Somebody **merges** this.")
    change = CheckChange(name="Release", status="completed", conclusion="success", output=output)
    run = create_check_run(booth.sandbox.world, acme.repository, acme.app, acme.feature.head_sha, change)
    assert "All checks have passed" in (await booth.get(f"{HOME}/pull/1")).words
    for path in (f"{HOME}/pull/1/checks", f"{HOME}/runs/{run.id}"):
        text = (await booth.get(path)).text
        assert "Ready: merging releases 1.2.0" in text
        assert "<strong>merges</strong>" in text


async def test_a_run_that_failed_shows_its_log(booth: Booth) -> None:
    run = await fail_a_run(booth)
    page = await booth.get(f"{HOME}/actions/runs/{run.id}")
    assert "Re-run failed jobs" in page.words
    assert "failed build" in page.words
    log = await booth.get(f"{HOME}/actions/runs/{run.id}/job/{run.jobs[0].id}")
    assert "no such &lt;b&gt;file&lt;/b&gt;" in log.text
    assert "Run python -m build" in log.words


async def test_a_review_shows_as_what_it_is_with_its_reactions(booth: Booth) -> None:
    said = booth.acme.hugo.submit_review(1, "**Fine** with me.", "APPROVE")
    silent = booth.acme.mona.submit_review(1, "", "APPROVE")
    add_reaction(booth.sandbox.world, said, booth.acme.rosa.user, "heart")
    page = await booth.get(f"{HOME}/pull/1")
    assert "hugo approved these changes" in page.words
    assert "<strong>Fine</strong> with me." in page.text
    article = re.search(rf'(?s)<article[^>]*id="pullrequestreview-{said.id}".*?</article>', page.text)
    assert article is not None
    assert 'title="rosa"' in article[0]
    assert f'<p class="event" id="pullrequestreview-{silent.id}"' in page.text


async def test_a_run_says_how_long_it_and_its_jobs_took(booth: Booth) -> None:
    run = await fail_a_run(booth)
    path = f"{HOME}/actions/runs/{run.id}"
    (job,) = [job for job in run.jobs if job.name == "build"]
    assert job.started_at is not None
    job.completed_at = job.started_at + timedelta(seconds=75)
    page = await booth.get(path)
    assert page.words.count("1m 15s") == 2
    assert "Total duration 1m 15s" in page.words
    assert "succeeded 0s" not in page.words


async def test_a_gate_is_reviewed_on_the_page_of_the_run(booth: Booth) -> None:
    booth.acme.wanda.push_tag("v1.2.0", "main")
    await booth.sandbox.actions.settle()
    (run,) = booth.acme.repository.runs.values()
    page = f"{HOME}/actions/runs/{run.id}"
    await booth.speak_as("wanda")
    answer = await booth.get(page)
    assert "Review required from mona or hugo" in answer.words
    assert "wanda is not among the reviewers" in answer.words
    await booth.speak_as("hugo")
    assert "Approve and deploy" in (await booth.get(page)).words
    refused = await booth.post(
        f"{page}/review", {"environment": "pypi", "decision": "rejected", "comment": "Not today"}
    )
    assert refused.status == 303
    await booth.sandbox.actions.settle()
    answer = await booth.get(page)
    assert "hugo rejected pypi" in answer.words
    assert "Not today" in answer.words
    assert run.conclusion == "failure"


async def test_the_bots_own_gate_is_named(open_booth: OpenBooth) -> None:
    booth = await open_booth(gate="rule")
    booth.acme.wanda.push_tag("v1.2.0", "main")
    await booth.sandbox.actions.settle()
    (run,) = booth.acme.repository.runs.values()
    answer = await booth.get(f"{HOME}/actions/runs/{run.id}")
    assert "Aweigh , a deployment protection rule, has not decided yet" in answer.words
    assert "Approve and deploy" not in answer.words


async def test_from_a_gate_one_finds_the_thread_in_which_it_is_opened(open_booth: OpenBooth) -> None:
    booth = await open_booth(gate="rule")
    booth.acme.wanda.push_tag("v1.2.0", booth.acme.hugo.merge_pull(1, "squash"))
    await booth.sandbox.actions.settle()
    (run,) = booth.acme.repository.runs.values()
    assert (
        f'<a href="{HOME}/pull/1#merge">the thread of the release</a>'
        in (await booth.get(f"{HOME}/actions/runs/{run.id}")).text
    )


@pytest.mark.parametrize(
    ("status", "conclusion", "words"),
    [
        ("completed", "success", "All checks have passed"),
        ("completed", "neutral", "All checks have passed"),
        ("completed", "failure", "Some checks were not successful"),
        ("completed", "action_required", "A check needs somebody"),
        ("in_progress", None, "Some checks haven&#39;t completed yet"),
    ],
)
async def test_all_checks_together_in_githubs_words(
    booth: Booth, status: Literal["completed", "in_progress"], conclusion: Any, words: str
) -> None:
    acme = booth.acme
    change = CheckChange(name="Release", status=status, conclusion=conclusion)
    create_check_run(booth.sandbox.world, acme.repository, acme.app, acme.feature.head_sha, change)
    assert f"{words} 1 check on {acme.feature.head_sha[:7]}" in (await booth.get(f"{HOME}/pull/1")).words


async def test_the_box_for_comments_offers_everybody(booth: Booth) -> None:
    await booth.speak_as("hugo")
    text = (await booth.get(f"{HOME}/pull/1")).text
    box = text.split('<select id="as" name="speaker" form="become">')[1].split("</select>")[0]
    assert re.findall(r'value="(\w+)"', box) == ["mona", "hugo", "wanda", "tariq", "rosa", "stan"]
    assert re.findall(r'value="(\w+)" selected', box) == ["hugo"]


async def test_every_address_github_gives_out_opens_a_page(booth: Booth) -> None:
    """The bot links to what the API calls html_url."""
    run = await fail_a_run(booth)
    acme, links = booth.acme, booth.sandbox.world.links
    repository = acme.repository
    comment = acme.mona.comment(1, "hello")
    (release,) = repository.releases.values()
    shapes = [
        repository_shape(links, repository),
        issue_shape(links, repository, acme.feature),
        comment_shape(links, repository, acme.feature, comment),
        release_shape(links, repository, release),
        run_shape(links, repository, run),
        job_shape(links, repository, run, run.jobs[0]),
        *(check_shape(links, repository, one) for one in repository.check_runs.values()),
    ]
    for shape in shapes:
        for key in ("html_url", "details_url"):
            if shape.get(key):
                assert shape[key].startswith(booth.server.base)
                assert (await booth.get(shape[key])).status == 200, shape[key]


async def test_the_page_of_a_package(booth: Booth) -> None:
    await booth.sandbox.publish_history()
    base = booth.sandbox.index.base
    answer = await booth.get(f"{base}/project/widget/")
    assert answer.status == 200
    file = next(iter(booth.sandbox.index.state.projects["widget"].files.values()))
    assert file.sha256 in answer.words
    assert f"pip install --index-url {base}/simple/ widget==1.1.0" in answer.words
    assert answer.words.count("Carries a PEP 740 attestation") == 2
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert (await booth.get(f"{base}/project/widget/1.1.0/")).status == 200
    assert (await booth.get(f"{base}/project/widget/9/")).status == 404
    assert (await booth.get(f"{base}/project/widget/not-a-version/")).status == 404
    assert (await booth.get(f"{base}/_/page.css")).status == 200
    # The index itself still answers programs.
    assert (await booth.get(f"{base}/simple/widget/")).status == 200


async def test_a_page_that_did_not_change_is_not_sent_again(booth: Booth) -> None:
    first = await booth.get(f"{HOME}/pull/1")
    tag = first.headers["ETag"]
    again = await booth.get(f"{HOME}/pull/1", **{"If-None-Match": tag})
    assert (again.status, again.text) == (304, "")
    booth.acme.mona.comment(1, "something new")
    assert (await booth.get(f"{HOME}/pull/1", **{"If-None-Match": tag})).status == 200


async def test_attached_files_are_saved_and_never_shown(booth: Booth) -> None:
    from bot.sandbox.state.releases import Asset  # noqa: PLC0415

    (release,) = booth.acme.repository.releases.values()
    now = booth.sandbox.world.now()
    page = b"<script>alert(1)</script>"
    release.assets.append(Asset(1, "x.html", None, "text/html", page, booth.acme.mona.user, now, now))
    answer = await booth.get(f"{HOME}/releases/download/v1.1.0/x.html")
    assert answer.status == 200
    assert answer.headers["Content-Disposition"] == "attachment"
    assert answer.headers["Content-Type"] == "application/octet-stream"


async def test_git_clones_from_the_address_of_the_pages(booth: Booth) -> None:
    process = await asyncio.create_subprocess_exec(
        "git", "ls-remote", f"{booth.server.base}{HOME}.git", "refs/tags/v1.1.0",
        stdout=asyncio.subprocess.PIPE,
        env={"GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_GLOBAL": "/dev/null", "PATH": "/usr/bin:/bin:/usr/local/bin"},
    )  # fmt: skip
    out, _ = await process.communicate()
    assert out.decode().split()[1:2] == ["refs/tags/v1.1.0"]


async def test_while_a_world_is_made_the_pages_say_so(booth: Booth) -> None:
    booth.house.showing = None
    answer = await booth.get(f"{HOME}/pull/1")
    assert answer.status == 503
    assert "A new world is being made" in answer.words
    booth.house.problem = "it <b>broke</b>"
    assert "it &lt;b&gt;broke" in (await booth.get("/")).text


async def test_only_somebody_who_opens_a_page_is_an_audience(booth: Booth) -> None:
    await booth.get(f"{HOME}/pull/1", Accept="*/*")  # Our own script, and whoever only asks whether it is up.
    assert not booth.house.audience.is_set()
    booth.house.showing = None  # A window opened while the world is made counts: it stays open.
    await booth.get("/", Accept="text/html,application/xhtml+xml")
    assert booth.house.audience.is_set()


@pytest.mark.parametrize("role", ["contributor", "waiting", "open", "over"])
async def test_every_line_the_page_suggests_is_understood_by_the_bot(open_booth: OpenBooth, role: str) -> None:
    booth = await open_booth(gate="rule")
    acme, number = booth.acme, 1
    if role != "contributor":
        acme.wanda.push_commit("aweigh/main", {"x": "y\n"}, "Release widget 1.2.0")
        number = open_pull(
            booth.sandbox.world,
            acme.repository,
            acme.app.bot,
            head="aweigh/main",
            base="main",
            title="Release widget 1.2.0",
        ).number
    if role in ("waiting", "over"):
        acme.wanda.push_tag("v1.2.0", acme.hugo.merge_pull(number, "squash"))
        await booth.sandbox.actions.settle()
    if role == "over":
        (run,) = acme.repository.runs.values()
        acme.hugo.cancel_run(run)
        await booth.sandbox.actions.settle()
    page = await booth.get(f"{HOME}/pull/{number}")
    lines = re.findall(r'data-insert="([^"]+)"', page.text)
    assert len(lines) >= 3
    assert [line for line in lines if not isinstance(understand(*parse(line)), Command)] == []
    assert ("/release approve 1.2.0" in lines) == (role == "waiting")
    assert ("/release 1.3.0" in lines) == (role in ("waiting", "over"))
    assert ("hugo" in page.words.partition("Participants")[2].partition("Who may what")[0]) == (
        role in ("waiting", "over")
    )
