"""What the steps of a job really do, and what they leave in the log when they cannot."""

import pytest

from bot.sandbox.acme_files import project_files
from bot.sandbox.actions.steps.artifacts import select_files
from bot.sandbox.index import Publisher

from .conftest import Stage


def workflow(steps: str, permissions: str = "{id-token: write}") -> str:
    indented = "\n".join(f"      {line}" for line in steps.strip("\n").splitlines())
    return (
        "on: {push: {tags: ['v*']}}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    environment: pypi\n"
        f"    permissions: {permissions}\n    steps:\n{indented}\n"
    )


async def run_steps(stage: Stage, steps: str, permissions: str = "{id-token: write}") -> str:
    """Run one job with these steps on a new tag; its log without time stamps."""
    stage.write_workflow(workflow(steps, permissions))
    stage.tag()
    await stage.actions.settle()
    return "\n".join(line.partition(" ")[2] for line in stage.job("a").log.splitlines())


# Commands


async def test_echo_outputs_and_environment(stage: Stage) -> None:
    log = await run_steps(
        stage,
        """
- run: echo "tag $GITHUB_REF_NAME of ${GITHUB_REPOSITORY}"
- id: one
  run: |
    # a comment
    echo "version=1.2.0" >> "$GITHUB_OUTPUT"
    echo 'NAME=it is $HOME' >> $GITHUB_ENV
- run: echo ${{ steps.one.outputs.version }} $NAME
- env: {WHO: "${{ github.actor }}"}
  run: echo $WHO
- run: echo "[$WHO]"
""",
    )
    assert "\ntag v1.2.0 of acme/widget\n" in log
    assert "\n1.2.0 it is $HOME\n" in log
    assert "\nhugo\n" in log
    assert "\n[]\n" in log


@pytest.mark.parametrize(
    "command",
    [
        "curl https://example.org | sh",
        "python -m build && rm -rf /",
        "echo $(whoami)",
        'echo "I am $(whoami)"',
        "echo `whoami`",
        "echo hello > /etc/passwd",
        "python -m build; exit 0",
        "pip install requests",
        "make release",
        "python -c 'print(1)'",
    ],
)
async def test_anything_else_fails_clearly_instead_of_running(stage: Stage, command: str) -> None:
    log = await run_steps(stage, f"- run: |\n    {command}")
    assert "##[error]The sandbox has no shell and cannot run this command:" in log
    assert stage.run.conclusion == "failure"


@pytest.mark.parametrize(
    "command",
    [
        "python -m build",
        "python3 -m build --outdir dist",
        "python -m build --sdist --wheel --outdir dist/ .",
        "pip install -U build && true".replace(" && true", ""),
        "python -m pip install --upgrade pip build",
        "python -m pip install 'build==1.2.2' twine",
        "uv build",
        "pyproject-build",
        "hatch build",
        "set -euo pipefail",
    ],
)
async def test_commands_it_knows(stage: Stage, command: str) -> None:
    await run_steps(stage, f"- uses: actions/checkout@v5\n- run: {command}")
    assert stage.run.conclusion == "success"


@pytest.mark.parametrize(
    ("command", "folder"),
    [
        ("python -m build --outdir dist libs/core", "dist"),
        ("python -m build libs/core", "libs/core/dist"),
        ("uv build -o out ./libs/core/", "out"),
    ],
)
async def test_a_package_is_built_in_its_folder(stage: Stage, command: str, folder: str) -> None:
    files: dict[str, str | bytes | None] = {
        f"libs/core/{path}": text for path, text in project_files("tag-push").items()
    }
    stage.acme.hugo.push_commit("main", files)
    log = await run_steps(stage, f"- uses: actions/checkout@v5\n- run: {command}\n- run: ls {folder}")
    assert "widget-1.1.0-py3-none-any.whl\nwidget-1.1.0.tar.gz\n" in log
    assert stage.run.conclusion == "success"


@pytest.mark.parametrize("command", ["python -m build libs", "python -m build ../libs", "python -m build --config x"])
async def test_what_is_no_folder_is_not_built(stage: Stage, command: str) -> None:
    await run_steps(stage, f"- uses: actions/checkout@v5\n- run: {command}")
    assert stage.run.conclusion == "failure"


async def test_only_the_wheel(stage: Stage) -> None:
    log = await run_steps(stage, "- uses: actions/checkout@v5\n- run: python -m build --wheel\n- run: ls dist")
    assert "widget-1.2.0-py3-none-any.whl\nCleaning up" in log


async def test_steps_after_a_failure(stage: Stage) -> None:
    log = await run_steps(
        stage,
        """
- id: bad
  run: "false"
- run: echo not shown
- if: failure() && steps.bad.conclusion == 'failure'
  run: echo cleaning
- if: always()
  run: echo always
""",
    )
    assert "not shown" not in log
    assert "\ncleaning\n" in log
    assert "\nalways\n" in log
    assert [step.conclusion for step in stage.job("a").steps] == [
        "success",
        "failure",
        "skipped",
        "success",
        "success",
        "success",
    ]


async def test_a_step_may_fail_without_failing_the_job(stage: Stage) -> None:
    await run_steps(stage, "- run: exit 1\n  continue-on-error: true\n- run: echo on")
    assert stage.run.conclusion == "success"


@pytest.mark.parametrize("uses", ["acme/secret-action@v1", "./.github/actions/local", "docker://alpine:3"])
async def test_an_unknown_action_fails_clearly(stage: Stage, uses: str) -> None:
    log = await run_steps(stage, f"- uses: {uses}")
    assert f"##[error]The sandbox cannot run the action '{uses}'." in log


async def test_a_matrix_fails_clearly(stage: Stage) -> None:
    stage.write_workflow(
        workflow("- run: 'true'").replace("    steps:", "    strategy: {matrix: {a: [1]}}\n    steps:")
    )
    stage.tag()
    await stage.actions.settle()
    assert "##[error]The sandbox does not run a matrix." in stage.job("a").log


async def test_logs_look_like_githubs(stage: Stage) -> None:
    await run_steps(stage, "- uses: actions/checkout@v5")
    lines = stage.job("a").log.splitlines()
    assert all(line.startswith("2026-11-02T09:00:00.0000000Z ") for line in lines)
    assert any(line.endswith("##[group]Run actions/checkout@v5") for line in lines)


# Building


async def test_a_broken_build_shows_what_the_backend_said(stage: Stage) -> None:
    stage.acme.hugo.push_commit("main", {"README.md": None})
    log = await run_steps(stage, "- uses: actions/checkout@v5\n- run: python -m build")
    assert "README.md" in log
    assert "##[error]Process completed with exit code 1." in log
    assert stage.run.conclusion == "failure"


async def test_without_a_checkout_there_is_nothing_to_build(stage: Stage) -> None:
    await run_steps(stage, "- run: python -m build")
    assert stage.run.conclusion == "failure"


async def test_build_and_inspect(stage: Stage) -> None:
    await run_steps(
        stage,
        """
- uses: actions/checkout@v5
- uses: hynek/build-and-inspect-python-package@v2
- uses: actions/download-artifact@v6
  with: {name: Packages, path: dist}
- uses: pypa/gh-action-pypi-publish@release/v1
""",
    )
    assert stage.index.state.projects["widget"].versions == ["1.2.0"]


# Artifacts


async def test_artifacts_go_from_job_to_job(stage: Stage) -> None:
    await run_steps(
        stage,
        """
- uses: actions/checkout@v5
- uses: actions/upload-artifact@v5
  with: {name: one, path: widget/*.py}
- uses: actions/upload-artifact@v5
  with:
    name: two
    path: |
      README.md
      LICENSE
- uses: actions/download-artifact@v6
  with: {path: all}
- run: ls all
""",
    )
    assert {kept.name: sorted(kept.files) for kept in stage.run.artifacts} == {
        "one": ["__init__.py"],
        "two": ["LICENSE", "README.md"],
    }
    listed = await stage.get(f"/actions/runs/{stage.run.id}/artifacts")
    assert [one["name"] for one in listed["artifacts"]] == ["two", "one"]


async def test_a_missing_artifact(stage: Stage) -> None:
    log = await run_steps(stage, "- uses: actions/download-artifact@v6\n  with: {name: dist}")
    assert "##[error]Unable to download artifact(s): Artifact not found for name: dist" in log


async def test_the_same_artifact_twice(stage: Stage) -> None:
    once = "- uses: actions/upload-artifact@v5\n  with: {path: README.md}\n"
    log = await run_steps(stage, f"- uses: actions/checkout@v5\n{once}{once}")
    assert "Conflict: an artifact with this name already exists on the workflow run" in log


async def test_nothing_to_keep(stage: Stage) -> None:
    step = "- uses: actions/upload-artifact@v5\n  with: {path: dist/, if-no-files-found: %s}"
    assert "##[warning]No files were found with the provided path: dist/." in await run_steps(stage, step % "warn")
    assert stage.run.conclusion == "success"


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [
        (["dist/"], ["a.whl", "b.tar.gz"]),
        (["dist"], ["a.whl", "b.tar.gz"]),
        (["./dist/*"], ["a.whl", "b.tar.gz"]),
        (["dist/*.whl"], ["a.whl"]),
        (["dist/*", "!dist/*.whl"], ["b.tar.gz"]),
        (["dist/a.whl"], ["a.whl"]),
        (["nothing"], []),
        (["dist", "docs"], ["dist/a.whl", "dist/b.tar.gz", "docs/x/y.md"]),
    ],
)
def test_patterns_of_artifacts(patterns: list[str], chosen: list[str]) -> None:
    files = {"dist/a.whl": b"", "dist/b.tar.gz": b"", "docs/x/y.md": b""}
    assert list(select_files(files, patterns)) == chosen


# Publishing

PUBLISH = """
- uses: actions/checkout@v5
- run: python -m build
- uses: pypa/gh-action-pypi-publish@release/v1
"""


async def test_every_file_is_attested(stage: Stage) -> None:
    log = await run_steps(stage, PUBLISH)
    files = stage.index.state.projects["widget"].files
    assert [len(file.attestations) for file in files.values()] == [1, 1]
    assert log.index("Uploading widget-1.2.0-py3-none-any.whl") < log.index("Uploading widget-1.2.0.tar.gz")
    assert f"View at:\n{stage.index.base}/project/widget/1.2.0/" in log


async def test_attestations_can_be_left_out(stage: Stage) -> None:
    await run_steps(stage, PUBLISH + "  with: {attestations: false}")
    assert [file.attestations for file in stage.index.state.projects["widget"].files.values()] == [[], []]


async def test_without_the_permission_there_is_no_token(stage: Stage) -> None:
    log = await run_steps(stage, PUBLISH, permissions="{contents: read}")
    assert (
        "missing or insufficient OIDC token permissions, the ACTIONS_ID_TOKEN_REQUEST_TOKEN environment variable was unset"
        in log
    )
    assert "##[error]Trusted publishing exchange failure: " in log


async def test_a_publisher_that_is_not_registered(stage: Stage) -> None:
    project = stage.index.state.projects["widget"]
    project.publishers = [Publisher("acme/widget", stage.acme.organization.id, "release.yml", "pypi")]
    log = await run_steps(stage, PUBLISH)
    assert "* `invalid-publisher`: valid token, but no corresponding publisher" in log
    assert "* `job_workflow_ref`: `acme/widget/.github/workflows/publish.yml@refs/tags/v1.2.0`" in log
    assert "* `environment`: `pypi`" in log


async def test_a_version_that_is_taken(stage: Stage) -> None:
    name = "widget-1.2.0-py3-none-any.whl"
    stage.index.state.add_file("widget", "1.2.0", name, b"somebody else's", stage.clock.now())
    log = await run_steps(stage, PUBLISH)
    assert f"File already exists ('{name}', with blake2_256 hash '" in log
    assert list(stage.index.state.projects["widget"].files) == [name]


async def test_existing_files_can_be_skipped(stage: Stage) -> None:
    name = "widget-1.2.0-py3-none-any.whl"
    stage.index.state.add_file("widget", "1.2.0", name, b"somebody else's", stage.clock.now())
    log = await run_steps(stage, PUBLISH + "  with: {skip-existing: true}")
    assert f"Skipping {name} because it appears to already exist" in log
    assert stage.run.conclusion == "success"
    assert len(stage.index.state.projects["widget"].files) == 2


async def test_a_local_version_is_refused(stage: Stage) -> None:
    stage.write_workflow(workflow(PUBLISH))
    stage.bump("1.2.0+local")
    stage.acme.hugo.push_tag("v1.2.0", "main")
    await stage.actions.settle()
    assert "The use of local versions in '1.2.0+local' is not allowed" in stage.job("a").log


async def test_an_index_that_is_away(stage: Stage) -> None:
    stage.index.faults.unreachable = "connection"
    log = await run_steps(stage, PUBLISH)
    assert "ConnectionError: ('Connection aborted.'" in log
    assert stage.run.conclusion == "failure"


async def test_an_index_without_trusted_publishing(stage: Stage) -> None:
    stage.index.faults.trusted_publishing_disabled = True
    log = await run_steps(stage, PUBLISH)
    assert "audience retrieval failed: repository at index.sandbox.invalid has trusted publishing disabled" in log


async def test_an_upload_whose_answer_is_lost(stage: Stage) -> None:
    stage.index.faults.lost_upload_answers = 1
    log = await run_steps(stage, PUBLISH)
    assert "HTTPError: 502" in log
    assert len(stage.index.state.projects["widget"].files) == 1


async def test_nothing_to_publish(stage: Stage) -> None:
    log = await run_steps(stage, "- uses: pypa/gh-action-pypi-publish@release/v1")
    assert "It looks like there are no Python distribution packages to publish in the directory 'dist'" in log


async def test_a_foreign_file_among_the_distributions(stage: Stage) -> None:
    log = await run_steps(
        stage,
        "- uses: actions/checkout@v5\n- uses: pypa/gh-action-pypi-publish@release/v1\n  with: {packages-dir: widget}",
    )
    assert "InvalidDistribution: Unknown distribution format: '__init__.py'" in log


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ("{user: alice}", "Password-based uploads disabled"),
        ("{repository-url: 'https://upload.example.org/legacy/'}", "The sandbox uploads to its own index only"),
        ("{password: pypi-wrong}", "Invalid or non-existent authentication information"),
    ],
)
async def test_other_ways_of_uploading(stage: Stage, inputs: str, message: str) -> None:
    assert message in await run_steps(stage, f"{PUBLISH}  with: {inputs}")


async def test_an_upload_with_a_token_is_not_attested(stage: Stage) -> None:
    token = stage.index.state.add_token("widget")
    stage.actions.services.secrets["INDEX_TOKEN"] = token
    log = await run_steps(stage, PUBLISH + "  with: {password: '${{ secrets.INDEX_TOKEN }}'}")
    assert stage.run.conclusion == "success"
    assert token not in log
    assert "  password: ***" in log
    assert "an explicit password was also set, disabling Trusted Publishing" in log
    assert [file.attestations for file in stage.index.state.projects["widget"].files.values()] == [[], []]


async def test_a_secret_that_is_not_there_means_trusted_publishing(stage: Stage) -> None:
    await run_steps(stage, PUBLISH + "  with: {password: '${{ secrets.NOTHING }}'}")
    assert all(file.attestations for file in stage.index.state.projects["widget"].files.values())


async def test_switches(stage: Stage) -> None:
    stage.actions.switches.oidc_unavailable = True
    assert "GitHub: OIDC token request failed (code=503)" in await run_steps(stage, PUBLISH)
    stage.actions.switches.oidc_unavailable = False
    stage.actions.switches.fail_steps["python -m build"] = "The runner has received a shutdown signal."
    stage.acme.hugo.rerun(stage.run)
    await stage.actions.settle()
    assert "##[error]The runner has received a shutdown signal." in stage.job("a").log
