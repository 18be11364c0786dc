from __future__ import annotations

import time
from dataclasses import replace

import pytest

from bot.index.addresses import PYPI, TESTPYPI, Index, define_index
from bot.publishing.occasions import ReleaseFacts
from bot.publishing.route import NoRoute, Order, PublishSettings, Refusal, Route, choose_route
from bot.publishing.uploads import may_sign_in, may_upload_unseen
from tests.publishing.workflows import FACTS, PATH, PYPA, REPOSITORY, workflow

TAGS = "{push: {tags: ['v*']}}"
RELEASE = "{release: {types: [published]}}"
DISPATCH = "workflow_dispatch"
CI = "{pull_request: {}, push: {branches: [main], tags: ['*']}}"
EVERY_PUSH = "[push, pull_request]"
CI_AND_RELEASE = "{pull_request: {}, push: {branches: [main]}, release: {types: [published]}}"
BOTH = "{push: {tags: ['v*']}, release: {types: [published]}}"


def choose(text: str, facts: ReleaseFacts = FACTS, **settings: object) -> Route | NoRoute:
    return choose_route({PATH: text}, facts, PublishSettings(**settings))  # type: ignore[arg-type]


def route(text: str, facts: ReleaseFacts = FACTS, **settings: object) -> Route:
    chosen = choose(text, facts, **settings)
    assert isinstance(chosen, Route), chosen
    return chosen


def refusal(text: str, facts: ReleaseFacts = FACTS, **settings: object) -> NoRoute:
    chosen = choose(text, facts, **settings)
    assert isinstance(chosen, NoRoute), chosen
    return chosen


SURE, UNSURE = True, False

# Trigger, condition of the publishing job, and then the order that must come out and whether it is certain. The
# conditions are those met in the workflows of well-known projects.
FORMS = [
    (TAGS, "", Order.TAG_PUSH, SURE),
    ("{push: {tags: ['v*']}, workflow_dispatch: {}}", "", Order.TAG_PUSH, SURE),
    (RELEASE, "", Order.RELEASE_PUBLISHED, SURE),
    ("{release: {types: [published]}, workflow_dispatch: {}}", "", Order.RELEASE_PUBLISHED, SURE),
    ("{release: {types: [released]}}", "", Order.RELEASE_PUBLISHED, SURE),
    ("{release: {types: [created]}}", "", Order.RELEASE_PUBLISHED, SURE),
    ("{release: {types: published}}", "", Order.RELEASE_PUBLISHED, SURE),
    (DISPATCH, "", Order.DISPATCH, SURE),
    ("[workflow_dispatch, pull_request]", "", Order.DISPATCH, SURE),
    ("{workflow_dispatch: {}, schedule: [{cron: '0 0 * * *'}]}", "", Order.DISPATCH, SURE),
    ("push", "if: startsWith(github.ref, 'refs/tags/')", Order.TAG_PUSH, SURE),
    (CI, "if: startsWith(github.ref, 'refs/tags/')", Order.TAG_PUSH, SURE),
    (CI, "if: startsWith(github.ref, 'refs/tags/v')", Order.TAG_PUSH, SURE),
    (CI, "if: startsWith(github.event.ref, 'refs/tags')", Order.TAG_PUSH, SURE),
    (CI, "if: github.ref_type == 'tag'", Order.TAG_PUSH, SURE),
    (CI, "if: github.event_name == 'push' && github.ref_type == 'tag'", Order.TAG_PUSH, SURE),
    (CI, "if: github.event_name == 'push' && startsWith(github.ref, 'refs/tags/v')", Order.TAG_PUSH, SURE),
    (CI, "if: ${{ github.repository == 'acme/widget' && github.ref_type == 'tag' }}", Order.TAG_PUSH, SURE),
    (CI, "if: success() && startsWith(github.ref, 'refs/tags/')", Order.TAG_PUSH, SURE),
    (CI, "if: always() && startsWith(github.ref, 'refs/tags/')", Order.TAG_PUSH, SURE),
    (CI, "if: github.repository_owner == 'acme' && github.ref_name == 'v1.2.0'", Order.TAG_PUSH, SURE),
    (CI, "if: contains(github.ref, 'tags') && !contains(github.ref, 'rc')", Order.TAG_PUSH, SURE),
    (CI, "if: contains(fromJSON('[\"push\", \"release\"]'), github.event_name)", Order.TAG_PUSH, SURE),
    (TAGS, "if: github.event.repository.fork == false", Order.TAG_PUSH, SURE),
    (TAGS, "if: '!github.event.repository.fork'", Order.TAG_PUSH, SURE),
    (TAGS, "if: github.repository == 'Acme/Widget'", Order.TAG_PUSH, SURE),  # GitHub compares without case
    (TAGS, "if: needs.build.result == 'success'", Order.TAG_PUSH, SURE),
    (TAGS, "if: ${{ !cancelled() && needs.build.result != 'failure' }}", Order.TAG_PUSH, SURE),
    (TAGS, "if: needs.build.outputs.result == 'success'", Order.TAG_PUSH, UNSURE),
    (TAGS, "if: fromJSON(needs.build.outputs.publish)", Order.TAG_PUSH, UNSURE),
    (TAGS, "if: vars.PUBLISH == 'true'", Order.TAG_PUSH, UNSURE),
    (CI, "if: startsWith(github.ref, 'refs/tags/') && needs.build.outputs.x == 'y'", Order.TAG_PUSH, UNSURE),
    (CI, "if: github.ref_type == 'tag' || needs.build.outputs.x == 'y'", Order.TAG_PUSH, SURE),
    (CI_AND_RELEASE, "if: github.event_name == 'release'", Order.RELEASE_PUBLISHED, SURE),
    (CI_AND_RELEASE, "if: github.event.action == 'published'", Order.RELEASE_PUBLISHED, SURE),
    (CI_AND_RELEASE, "if: github.event_name == 'release' && github.event.action == 'published'", Order.RELEASE_PUBLISHED, SURE),
    (CI_AND_RELEASE, "if: ${{ github.event.release.tag_name == github.ref_name && github.event.action }}", Order.RELEASE_PUBLISHED, SURE),
    (CI_AND_RELEASE, "if: startsWith(github.ref, 'refs/tags/')", Order.RELEASE_PUBLISHED, SURE),
    ("{release: {types: [published]}}", "if: '!github.event.release.prerelease'", Order.RELEASE_PUBLISHED, SURE),
    ("{release: {types: [published]}}", "if: github.event.release.body != ''", Order.RELEASE_PUBLISHED, UNSURE),
    ("release", "if: github.event.action == 'published'", Order.RELEASE_PUBLISHED, SURE),
    (BOTH, "if: github.event_name == 'release'", Order.RELEASE_PUBLISHED, SURE),
    (BOTH, "if: github.event_name == 'push'", Order.TAG_PUSH, SURE),
    (BOTH, "if: github.event_name == 'release' || needs.build.outputs.x", Order.RELEASE_PUBLISHED, SURE),
    ("create", "if: github.ref_type == 'tag'", Order.TAG_PUSH, SURE),
    # A multi-line block scalar without ${{ }} is an expression; its line breaks mean nothing.
    (CI, "if: |\n  github.event_name == 'push'\n  && startsWith(github.ref, 'refs/tags/')", Order.TAG_PUSH, SURE),
    (CI, "if: >-\n  ${{ github.event_name == 'push'\n  && startsWith(github.ref, 'refs/tags/') }}", Order.TAG_PUSH, SURE),
    # With ${{ }} the newline at the end of `|` makes it a text, and a text that is not empty is true.
    (TAGS, "if: |\n  ${{ github.ref == 'refs/heads/main' }}", Order.TAG_PUSH, SURE),
]  # fmt: skip


@pytest.mark.parametrize(("on", "condition", "order", "sure"), FORMS)
def test_each_form_leads_to_its_order(on: str, condition: str, order: Order, sure: bool) -> None:
    chosen = route(workflow(on, condition=condition))
    assert (chosen.order, chosen.uncertain == ()) == (order, sure)
    assert (chosen.workflow, chosen.environment) == (PATH, "pypi")
    assert [str(job.name) for job in chosen.jobs] == ["publish"]


NOWHERE = [
    (TAGS, "if: github.ref == 'refs/heads/main'", "is false"),
    (TAGS, "if: github.event_name == 'release'", "is false"),
    (TAGS, "if: github.repository == 'somebody/else'", "is false"),
    (TAGS, "if: github.repository_owner == 'somebody'", "is false"),
    (TAGS, "if: github.event.repository.fork", "is false"),
    (TAGS, "if: false", "is false"),
    (TAGS, "if: failure()", "is false"),
    (TAGS, "if: github.actor == 'jane'", "is false"),
    (TAGS, "if: needs.build.result == 'skipped'", "is false"),
    (TAGS, "if: inputs.publish", "is false"),
    (RELEASE, "if: startsWith(github.event.ref, 'refs/tags')", "is false"),  # a release event has no such member
    (RELEASE, "if: github.event.action == 'created'", "is false"),
    (RELEASE, "if: github.event.release.draft", "is false"),
    (RELEASE, "if: github.event.release.prerelease", "is false"),
    (CI_AND_RELEASE, "if: github.event_name == 'push' && github.ref_type == 'tag'", "is false"),
    ("{push: {tags: ['[0-9]+.[0-9]+.[0-9]+']}}", "", "leaves out `v1.2.0`"),
    ("{push: {tags: ['v*', '!v1.*']}}", "", "leaves out"),
    ("{push: {tags-ignore: ['v1.*']}}", "", "leaves out"),
    ("{push: {branches: ['**']}}", "", "branches only"),
    ("{release: {types: [edited]}}", "", "leaves out `published`"),
    ("{release: {types: [prereleased]}}", "", "leaves out"),
    ("pull_request", "", "does not name"),
    ("{workflow_run: {workflows: [CI], types: [completed]}}", "", "does not name"),
    ("{schedule: [{cron: '0 0 * * *'}]}", "", "does not name"),
]


@pytest.mark.parametrize(("on", "condition", "why"), NOWHERE)
def test_what_nothing_of_ours_starts_is_refused_with_the_reason_of_each_event(
    on: str, condition: str, why: str
) -> None:
    refused = refusal(workflow(on, condition=condition))
    assert refused.code in {Refusal.NOTHING_STARTS_IT, Refusal.PUBLISHES_ON_MERGE}
    assert any(why in reason for reason in refused.reasons), refused.reasons
    assert PATH in refused.sentence


def test_a_workflow_that_publishes_on_the_merge_is_told_apart() -> None:
    refused = refusal(workflow("{push: {branches: [main]}}"))
    assert refused.code is Refusal.PUBLISHES_ON_MERGE
    assert "on: push: tags" in refused.fix


def test_a_job_that_needs_a_skipped_job_is_skipped_too() -> None:
    refused = refusal(workflow(TAGS, build_condition="if: github.event_name == 'pull_request'"))
    assert any("job `build`" in reason for reason in refused.reasons)


def test_a_skipped_job_stops_those_behind_it_even_through_one_that_always_runs() -> None:
    text = workflow(
        TAGS,
        build_condition="needs: tests\nif: always()",
        extra_jobs="""
            tests:
              runs-on: ubuntu-latest
              if: github.event_name == 'pull_request'
              steps: [{run: pytest}]
            """,
    )
    assert isinstance(choose(text), NoRoute)
    assert route(text.replace("    needs: build\n", "    needs: build\n    if: always()\n")).order is Order.TAG_PUSH


def test_the_first_of_several_possible_events_is_ours_and_the_others_are_named() -> None:
    chosen = route(workflow(BOTH))
    assert chosen.order is Order.TAG_PUSH
    assert [str(twin) for twin in chosen.twins] == ["publish.yml on release: published"]


def test_an_untyped_release_trigger_has_twins_in_itself() -> None:
    chosen = route(workflow("release"))
    assert (chosen.order, chosen.trigger.activity) == (Order.RELEASE_PUBLISHED, "created")
    assert [twin.trigger.activity for twin in chosen.twins] == ["published", "released"]


def test_a_prerelease_fires_other_activities() -> None:
    rc = replace(FACTS, tag="v1.2.0rc1", prerelease=True)
    assert isinstance(choose(workflow("{release: {types: [released]}}"), rc), NoRoute)
    assert route(workflow("{release: {types: [prereleased]}}"), rc).order is Order.RELEASE_PUBLISHED
    assert isinstance(choose(workflow(RELEASE, condition="if: '!github.event.release.prerelease'"), rc), NoRoute)


def test_a_release_that_comes_last_is_a_draft_first_and_fires_no_created() -> None:
    chosen = route(workflow("{push: {tags: ['v*']}, release: {types: [created]}}"))
    assert (chosen.order, chosen.twins) == (Order.TAG_PUSH, ())


def test_pushes_of_every_branch_publish_on_the_merge_already() -> None:
    assert [str(twin) for twin in route(workflow(EVERY_PUSH)).twins] == ["publish.yml on merge"]


def test_another_workflow_that_publishes_on_the_same_release_is_a_twin() -> None:
    files = {PATH: workflow(TAGS), ".github/workflows/old.yml": workflow(RELEASE, condition="if: vars.OLD")}
    chosen = choose_route(files, FACTS, PublishSettings(workflow="publish.yml"))
    assert isinstance(chosen, Route)
    assert [str(twin) for twin in chosen.twins] == ["old.yml on release: published, perhaps"]


CORE_FILE, CLI_FILE = ".github/workflows/core.yml", ".github/workflows/cli.yml"


@pytest.mark.parametrize(
    ("tag", "chosen"), [("core-v1.0", CORE_FILE), ("cli-v1.0", CLI_FILE), ("v1.0", None), ("core-cli-v1.0", CORE_FILE)]
)
@pytest.mark.parametrize("more", ["", ", workflow_dispatch: {}"])
def test_of_several_publish_workflows_the_one_that_the_tag_starts_is_meant(
    tag: str, chosen: str | None, more: str
) -> None:
    files = {
        CORE_FILE: workflow(f"{{push: {{tags: ['core-*']}}{more}}}"),
        CLI_FILE: workflow(f"{{push: {{tags: ['cli-*']}}{more}}}"),
    }
    found = choose_route(files, replace(FACTS, tag=tag), PublishSettings())
    if chosen is None:
        assert isinstance(found, NoRoute)
        assert found.code is Refusal.SEVERAL_WORKFLOWS
    else:
        assert isinstance(found, Route)
        assert (found.workflow, found.order, found.twins) == (chosen, Order.TAG_PUSH, ())


def test_of_several_publish_workflows_the_settings_name_one() -> None:
    files = {PATH: workflow(TAGS), ".github/workflows/wheels.yaml": workflow(RELEASE)}
    refused = choose_route(files, FACTS, PublishSettings())
    assert isinstance(refused, NoRoute)
    assert refused.code is Refusal.SEVERAL_WORKFLOWS
    assert refused.candidates == (PATH, ".github/workflows/wheels.yaml")
    chosen = choose_route(files, FACTS, PublishSettings(workflow="wheels.yaml"))
    assert isinstance(chosen, Route)
    assert chosen.order is Order.RELEASE_PUBLISHED


def test_a_workflow_that_no_event_of_ours_can_start_is_no_candidate_beside_one_that_can() -> None:
    nightly = workflow("{schedule: [{cron: '0 0 * * *'}]}")
    chosen = choose_route({PATH: workflow(TAGS), ".github/workflows/nightly.yml": nightly}, FACTS, PublishSettings())
    assert isinstance(chosen, Route)


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({}, Refusal.NO_WORKFLOW),
        (
            {".github/workflows/ci.yml": "on: push\njobs: {test: {runs-on: x, steps: [{run: pytest}]}}"},
            Refusal.NO_WORKFLOW,
        ),
        ({".github/workflows/sub/publish.yml": workflow(TAGS)}, Refusal.NO_WORKFLOW),
        ({".github/workflows/publish.yml.txt": workflow(TAGS)}, Refusal.NO_WORKFLOW),
    ],
)
def test_no_publish_workflow(files: dict[str, str], code: Refusal) -> None:
    refused = choose_route(files, FACTS, PublishSettings())
    assert isinstance(refused, NoRoute)
    assert refused.code is code


def test_the_named_workflow_must_be_there_be_readable_and_publish() -> None:
    files = {
        PATH: workflow(TAGS),
        ".github/workflows/ci.yml": "on: push\njobs: {a: {steps: []}}",
        ".github/workflows/x.yml": "{",
    }
    found = {name: choose_route(files, FACTS, PublishSettings(workflow=name)) for name in ("no.yml", "ci.yml", "x.yml")}
    assert [getattr(one, "code", None) for one in found.values()] == [
        Refusal.NAMED_MISSING,
        Refusal.NAMED_DOES_NOT_PUBLISH,
        Refusal.UNREADABLE,
    ]


def test_an_unreadable_file_beside_the_publish_workflow_is_mentioned() -> None:
    chosen = choose_route({PATH: workflow(TAGS), ".github/workflows/x.yml": "a: [b"}, FACTS, PublishSettings())
    assert isinstance(chosen, Route)
    assert any("x.yml" in doubt for doubt in chosen.uncertain)


# --- Which index -----------------------------------------------------------------------------------------------------

TO_TEST = f"""
    - uses: pypa/gh-action-pypi-publish@release/v1
      with: {{repository-url: {TESTPYPI.upload_url}}}
    """


def test_the_index_decides_which_job_counts() -> None:
    extra = f"""
        publish-test:
          needs: build
          runs-on: ubuntu-latest
          environment: testpypi
          permissions: {{id-token: write}}
          steps:
            - uses: pypa/gh-action-pypi-publish@release/v1
              with:
                repository-url: {TESTPYPI.upload_url}
        """
    text = workflow(TAGS, extra_jobs=extra)
    assert route(text).environment == "pypi"
    assert route(text, index=TESTPYPI).environment == "testpypi"
    assert refusal(workflow(TAGS, step=TO_TEST)).code is Refusal.NO_WORKFLOW


def test_an_operators_pypi_is_where_tools_upload_by_default() -> None:
    local = define_index("pypi", "http://127.0.0.1:9000/")
    internal = define_index("internal", "https://index.example.org/team/")
    step = PYPA + "\n  with: {repository-url: https://index.example.org/team/legacy/}"
    assert route(workflow(TAGS), index=local).index is local
    assert route(workflow(TAGS, step=step), index=internal).order is Order.TAG_PUSH
    assert isinstance(choose(workflow(TAGS, step=step), index=local), NoRoute)


def test_the_address_may_depend_on_the_event() -> None:
    address = f"github.event_name == 'release' && '{PYPI.upload_url}' || '{TESTPYPI.upload_url}'"
    step = PYPA + "\n  with:\n    repository-url: ${{ " + address + " }}"
    text = workflow(BOTH, step=step)
    assert route(text).order is Order.RELEASE_PUBLISHED
    assert route(text, index=TESTPYPI).order is Order.TAG_PUSH


def test_an_address_only_the_run_knows_is_a_doubt() -> None:
    chosen = route(workflow(TAGS, step=PYPA + "\n  with: {repository-url: '${{ vars.INDEX }}'}"))
    assert any("only the run knows whether" in doubt for doubt in chosen.uncertain)


def test_a_steps_own_condition_counts() -> None:
    text = workflow(
        "push",
        step=f"""
            - uses: pypa/gh-action-pypi-publish@release/v1
              if: github.ref == 'refs/heads/main'
              with: {{repository-url: {TESTPYPI.upload_url}}}
            - uses: pypa/gh-action-pypi-publish@release/v1
              if: startsWith(github.ref, 'refs/tags')
            """,
    )
    chosen = route(text)
    assert (chosen.order, chosen.uncertain, chosen.twins) == (Order.TAG_PUSH, (), ())
    assert refusal(text, index=TESTPYPI).code is Refusal.PUBLISHES_ON_MERGE


def test_a_script_that_decides_by_itself_is_a_doubt() -> None:
    step = """
        - run: |
            if [ "$GITHUB_REF_TYPE" = tag ]; then
              twine upload dist/*
            fi
        """
    chosen = route(workflow(TAGS, step=step))
    assert chosen.uncertain == ("the script that calls `twine upload` decides by itself whether it does",)


# --- Environment, permission, shape of the job ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "name", "known"),
    [
        ("environment: pypi", "pypi", True),
        ("environment: {name: release, url: 'https://x.example/'}", "release", True),
        ("environment: ${{ github.ref_type == 'tag' && 'pypi' || 'testpypi' }}", "pypi", True),
        ("environment: {name: '${{ vars.ENV }}'}", None, False),
        ("strategy: {matrix: {env: [a, b]}}\nenvironment: ${{ matrix.env }}", None, False),
        ("environment: ''", None, True),
        ("", None, True),
    ],
)
def test_environment(written: str, name: str | None, known: bool) -> None:
    chosen = route(workflow(TAGS, environment=written))
    assert (chosen.environment, chosen.environment_known) == (name, known)
    assert bool(chosen.uncertain) is not known


def test_the_settings_name_the_environment_the_files_do_not_tell() -> None:
    chosen = route(workflow(TAGS, environment="environment: ${{ vars.ENV }}"), environment="pypi")
    assert (chosen.environment, chosen.environment_known, chosen.uncertain) == ("pypi", True, ())


def test_an_environment_other_than_the_settings_say_is_refused() -> None:
    assert refusal(workflow(TAGS, environment=""), environment="pypi").code is Refusal.OTHER_ENVIRONMENT
    assert refusal(workflow(TAGS), environment="release").code is Refusal.OTHER_ENVIRONMENT
    assert route(workflow(TAGS), environment="PyPI").environment == "pypi"


def test_deployment_false_leaves_no_room_for_our_gate() -> None:
    assert not route(workflow(TAGS, environment="environment: {name: pypi, deployment: false}")).jobs[0].deployment
    assert route(workflow(TAGS)).jobs[0].deployment


@pytest.mark.parametrize(
    ("permissions", "granted"),
    [
        ("permissions: {id-token: write}", True),
        ("permissions: write-all", True),
        ("permissions: {contents: read}", False),
        ("permissions: {id-token: none}", False),
        ("permissions: {}", False),
        ("", False),
    ],
)
def test_id_token(permissions: str, granted: bool) -> None:
    assert route(workflow(TAGS, permissions=permissions)).jobs[0].id_token is granted


def test_building_in_the_publishing_job_is_seen() -> None:
    assert route(workflow(TAGS, step="- run: python -m build\n" + PYPA)).jobs[0].builds
    assert not route(workflow(TAGS)).jobs[0].builds


def test_names_as_a_run_shows_them() -> None:
    named = route(
        workflow(TAGS, condition="name: Publish ${{ matrix.package }} to PyPI\nstrategy: {matrix: {package: [a]}}")
    )
    assert named.publishes_in("Publish core to PyPI")
    assert not named.publishes_in("Publish core to TestPyPI")
    matrix = route(workflow(TAGS, condition="strategy: {matrix: {package: [a]}}"))
    assert matrix.publishes_in("publish (a)")
    assert not matrix.publishes_in("build")
    assert route(workflow(TAGS)).publishes_in("publish")
    assert not route(workflow(TAGS)).publishes_in("publish (a)")


# --- Dispatch -------------------------------------------------------------------------------------------------------

INPUTS = """
    workflow_dispatch:
      inputs:
        version: {required: true, type: string}
        target: {type: choice, options: [pypi, testpypi], default: pypi}
        really: {type: boolean, default: false}
    """


def test_inputs_are_known_at_a_dispatch() -> None:
    text = workflow(
        INPUTS, condition="if: inputs.really && github.event.inputs.target == 'pypi' && inputs.version != ''"
    )
    chosen = route(text, inputs={"version": "1.2.0", "target": "pypi", "really": "true"})
    assert (chosen.order, chosen.uncertain) == (Order.DISPATCH, ())
    assert chosen.inputs == {"version": "1.2.0", "target": "pypi", "really": "true"}
    assert refusal(text, inputs={"version": "1.2.0", "target": "pypi"}).code is Refusal.NOTHING_STARTS_IT


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({}, "`version` is required"),
        ({"version": "1", "nonsense": "x"}, "does not know the input `nonsense`"),
        ({"version": "1", "target": "elsewhere"}, "no option `elsewhere`"),
        ({"version": "1", "really": "yes"}, "`really` is true or false"),
    ],
)
def test_inputs_that_github_would_refuse(inputs: dict[str, str], why: str) -> None:
    refused = refusal(workflow(INPUTS), inputs=inputs)
    assert refused.code is Refusal.INPUTS_REFUSED
    assert why in refused.cause


def test_inputs_of_a_dispatch_do_not_exist_for_a_tag_push() -> None:
    text = workflow(
        "push:\n  tags: ['v*']\nworkflow_dispatch:\n  inputs: {go: {type: boolean, default: true}}",
        condition="if: inputs.go",
    )
    assert route(text).order is Order.DISPATCH


# --- Reusable workflows -----------------------------------------------------------------------------------------------

CALLER = """
on: {push: {tags: ['v*']}}
permissions: {}
jobs:
  tests:
    runs-on: ubuntu-latest
    steps: [{run: pytest}]
  release:
    needs: tests
    permissions: {id-token: write}
    uses: ./.github/workflows/upload.yml
    with: {index: pypi}
"""
CALLED = """
on:
  workflow_call:
    inputs:
      index: {type: string, required: true}
      dry: {type: boolean, default: false}
jobs:
  upload:
    name: Upload
    runs-on: ubuntu-latest
    if: inputs.index == 'pypi' && !inputs.dry
    environment: pypi
    steps: [{uses: pypa/gh-action-pypi-publish@release/v1}]
"""
RELEASE_YML, UPLOAD_YML = ".github/workflows/release.yml", ".github/workflows/upload.yml"


def test_a_reusable_workflow_is_followed_and_counts_through_its_caller() -> None:
    chosen = choose_route({RELEASE_YML: CALLER, UPLOAD_YML: CALLED}, FACTS, PublishSettings())
    assert isinstance(chosen, Route)
    assert (chosen.workflow, chosen.signer_workflow, chosen.uncertain) == (RELEASE_YML, UPLOAD_YML, ())
    assert chosen.publishes_in("release / Upload")
    assert chosen.jobs[0].id_token  # the called job inherits what its caller may do


def test_the_callers_arguments_decide() -> None:
    files = {RELEASE_YML: CALLER.replace("index: pypi", "index: elsewhere"), UPLOAD_YML: CALLED}
    assert isinstance(choose_route(files, FACTS, PublishSettings()), NoRoute)


def test_a_reusable_workflow_with_a_trigger_of_its_own_still_counts_once() -> None:
    called = CALLED.replace("on:\n", "on:\n  workflow_dispatch: {inputs: {index: {default: pypi}}}\n")
    chosen = choose_route({RELEASE_YML: CALLER, UPLOAD_YML: called}, FACTS, PublishSettings())
    assert isinstance(chosen, Route)
    assert chosen.workflow == RELEASE_YML


def test_a_callers_permissions_cap_those_of_the_called_job() -> None:
    called = CALLED.replace("    name: Upload\n", "    name: Upload\n    permissions: {id-token: write}\n")
    for caller, granted in (
        (CALLER, True),
        (CALLER.replace("permissions: {id-token: write}", "permissions: {}"), False),
    ):
        chosen = choose_route({RELEASE_YML: caller, UPLOAD_YML: called}, FACTS, PublishSettings())
        assert isinstance(chosen, Route)
        assert chosen.jobs[0].id_token is granted


@pytest.mark.parametrize("missing", [{RELEASE_YML: CALLER}, {RELEASE_YML: CALLER, UPLOAD_YML: "not: [a workflow"}])
def test_a_call_that_leads_nowhere_makes_the_caller_unusable(missing: dict[str, str]) -> None:
    refused = choose_route(missing, FACTS, PublishSettings(workflow="release.yml"))
    assert isinstance(refused, NoRoute)
    assert refused.code is Refusal.UNREADABLE


def test_workflows_that_call_each_other_end() -> None:
    files = {RELEASE_YML: CALLER, UPLOAD_YML: CALLED.replace("steps: [{uses: pypa/gh-action-pypi-publish@release/v1}]", "uses: ./.github/workflows/upload.yml")}  # fmt: skip
    refused = choose_route(files, FACTS, PublishSettings(workflow="release.yml"))
    assert isinstance(refused, NoRoute)
    assert "nest deeper" in refused.cause


def test_calls_that_multiply_end() -> None:
    calls = "\n".join(f"  j{n}: {{uses: ./.github/workflows/x{{}}.yml}}" for n in range(30))
    files = {
        f".github/workflows/x{n}.yml": f"on: [push, workflow_call]\njobs:\n{calls}".replace("{}", str(n + 1))
        for n in range(9)
    }
    files[".github/workflows/x9.yml"] = CALLED
    refused = choose_route(files, FACTS, PublishSettings(workflow="x0.yml"))
    assert isinstance(refused, NoRoute)
    assert refused.code is Refusal.UNREADABLE


def test_scripts_that_aliases_multiply_end_and_spare_the_named_workflow() -> None:
    script = "twine upload a;" * 1000
    steps = ", ".join(["*s"] * 40)
    hostile = f"x: &s {{run: '{script}'}}\non: push\njobs:\n" + "".join(
        f"  j{n}: {{steps: [{steps}]}}\n" for n in range(3)
    )
    files = {f".github/workflows/a{n}.yml": hostile for n in range(5)} | {PATH: workflow(TAGS)}
    started = time.process_time()
    chosen = choose_route(files, FACTS, PublishSettings(workflow="publish.yml"))
    assert isinstance(chosen, Route)
    assert any("too much" in doubt for doubt in chosen.uncertain)
    assert time.process_time() - started < 10


def test_a_workflow_of_another_repository_cannot_be_seen_into() -> None:
    text = CALLER.replace("./.github/workflows/upload.yml", "acme/shared/.github/workflows/upload.yml@v1")
    chosen = choose_route({RELEASE_YML: text}, FACTS, PublishSettings())
    assert isinstance(chosen, Route)
    assert any("cannot be seen" in doubt for doubt in chosen.uncertain)
    assert not chosen.environment_known


def test_code_that_cannot_be_seen_into_is_no_twin_of_code_that_can() -> None:
    docs = workflow(EVERY_PUSH, step="- uses: ./.github/actions/deploy-docs")
    chosen = choose_route({PATH: workflow(TAGS), ".github/workflows/docs.yml": docs}, FACTS, PublishSettings())
    assert isinstance(chosen, Route)
    assert (chosen.workflow, chosen.twins, chosen.uncertain) == (PATH, (), ())
    both = workflow(TAGS, condition="if: false", extra_jobs=docs[docs.index("  publish:") :].replace("publish", "docs"))
    assert isinstance(choose(both), NoRoute)


def test_a_composite_action_with_an_identity_may_publish() -> None:
    chosen = route(workflow(TAGS, step="- uses: ./.github/actions/publish"))
    assert chosen.uncertain
    assert refusal(workflow(TAGS, step="- uses: ./.github/actions/publish", permissions="")).code is Refusal.NO_WORKFLOW


# --- Hostile files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "- a\n- b",
        "on: push",
        "on: 5\njobs: {a: {}}",
        "on: push\njobs: []",
        "on: push\njobs: {a: b}",
        "on: push\njobs: {a: {needs: zzz}}",
        "on: push\njobs: {a: {needs: b}, b: {needs: a}}",
        "on: push\njobs: {a: {needs: a}}",
        "on: push\non: pull_request\njobs: {a: {}}",
        "on: [push\njobs",
        "\x00",
        "%YAML 9.9\n---\nx",
        "&a [*a]",
        "x" * 600_000,
        "[" * 5000,
        "a: &a [1,1,1,1,1,1,1,1]\n" + "\n".join(f"{c}: &{c} [{','.join(['*' + p] * 9)}]" for p, c in zip("abcdefgh", "bcdefghi", strict=True)),
        "on: push\njobs: !!python/object/apply:os.system [id]",
    ],
)  # fmt: skip
def test_hostile_files_are_refused_with_a_reason(text: str) -> None:
    refused = choose_route({PATH: text}, FACTS, PublishSettings(workflow="publish.yml"))
    assert isinstance(refused, NoRoute)
    assert refused.code in {Refusal.UNREADABLE, Refusal.NAMED_DOES_NOT_PUBLISH}
    assert len(refused.sentence) < 1000


def test_sentences_never_let_foreign_text_out_of_its_code_span() -> None:
    evil = "x`@everyone <!-- --> [l](u)\n/release 9"
    text = workflow(TAGS, condition="if: |-\n  github.ref == '" + evil.replace("\n", " ") + "'")
    refused = refusal(text)
    for sentence in (*refused.reasons, refused.sentence):
        outside = "".join(part for at, part in enumerate(sentence.split("`")) if at % 2 == 0)
        assert "everyone" not in outside
        assert "\n" not in sentence


def test_private_and_forked_repositories_are_known() -> None:
    fork = replace(FACTS, repository=replace(REPOSITORY, fork=True, private=True))
    assert isinstance(choose(workflow(TAGS, condition="if: '!github.event.repository.fork'"), fork), NoRoute)
    assert route(workflow(TAGS, condition="if: github.event.repository.private"), fork).order is Order.TAG_PUSH


def test_the_default_index_is_pypi() -> None:
    assert route(workflow(TAGS)).index is PYPI


TOKEN = "{TWINE_USERNAME: __token__, TWINE_PASSWORD: '${{ secrets.TOKEN }}'}"


@pytest.mark.parametrize(
    ("step", "more"),
    [
        (f"- {{run: scripts/publish, env: {TOKEN}}}", ""),
        (f"- {{run: python tools/go.py, env: {TOKEN}}}", ""),
        (f"- {{uses: somebody/some-action@v1, env: {TOKEN}}}", ""),
        ("- run: tox -e release", f"env: {TOKEN}"),
        ("- run: bin/release.sh", f"env: {TOKEN}"),
        (f"- {{run: echo now && python -m tools.go, env: {TOKEN}}}", ""),
        ("- run: python -m tools.publish", f"env: {TOKEN}"),
        ("- {run: ./go, env: {UV_PUBLISH_TOKEN: '${{ secrets.TOKEN }}'}}", ""),
    ],
)
def test_a_job_with_what_signs_in_to_an_index_may_publish_by_code_that_is_not_read(step: str, more: str) -> None:
    chosen = route(workflow(TAGS, step=step, environment=f"environment: pypi\n{more}", permissions=""))
    assert (chosen.order, chosen.environment, chosen.environment_known) == (Order.TAG_PUSH, "pypi", True)
    assert chosen.uncertain == ("job `publish` runs code that may publish, with what signs in to an index",)


@pytest.mark.parametrize(
    ("step", "more"),
    [
        ("- run: python -m build", f"env: {TOKEN}"),
        ("- {run: scripts/publish, env: {PASSWORD: '${{ secrets.TOKEN }}'}}", ""),
        ("- run: scripts/publish", ""),
        ("- run: tox -e tests", f"env: {TOKEN}"),
        ("- run: make docs", f"env: {TOKEN}"),
        (f"- {{run: scripts/publish, if: false, env: {TOKEN}}}", ""),
        (f"- {{run: echo hi, env: {TOKEN}}}", ""),
        (f"- {{run: twine check dist/*, env: {TOKEN}}}", ""),
        (f"- {{run: python -m build, env: {TOKEN}}}", ""),
        (f"- {{run: uv publish --dry-run, env: {TOKEN}}}", ""),
        (f"- {{run: 'python --version # make release', env: {TOKEN}}}", ""),
        (f"- {{uses: actions/checkout@v7, env: {TOKEN}}}", ""),
        ("- {run: scripts/publish, env: {UV_PUBLISH_TOKEN: ''}}", ""),
        (f"- {{run: scripts/publish, env: {{TWINE_PASSWORD: x, TWINE_REPOSITORY_URL: '{TESTPYPI.upload_url}'}}}}", ""),
        ("- run: |\n    gh release create x \\\n      dist/* --title release", "permissions: {id-token: write}"),
    ],
)
def test_other_code_and_other_secrets_publish_nothing(step: str, more: str) -> None:
    refused = refusal(workflow(TAGS, step=step, environment=more or "environment: pypi", permissions=""))
    assert refused.code is Refusal.NO_WORKFLOW


@pytest.mark.parametrize("script", ["\n" * 20_000, " \n" * 10_000, "./a" * 6_000, "make " * 4_000, "a/ " * 6_000])
def test_long_scripts_take_no_time(script: str) -> None:
    started = time.process_time()
    assert not may_upload_unseen({"run": script})
    assert not may_sign_in({"run": script}, {}, {"TWINE_PASSWORD": "x"})
    assert time.process_time() - started < 1


def test_what_is_seen_to_upload_goes_before_what_may() -> None:
    chosen = route(workflow(TAGS, step=f"- {{run: scripts/publish, env: {TOKEN}}}\n{PYPA}"))
    assert chosen.uncertain == ()
    other = f"- {{run: twine upload -r testpypi dist/*, env: {TOKEN}}}"
    assert refusal(workflow(TAGS, step=other, permissions="")).code is Refusal.NO_WORKFLOW


@pytest.mark.parametrize(
    ("settings", "index"),
    [("{pypi_token: x}", PYPI), (f"{{repository_name: t, repository_url: '{TESTPYPI.upload_url}'}}", TESTPYPI)],
)
def test_the_action_of_poetrys_uploads_where_it_is_told(settings: str, index: Index) -> None:
    text = workflow(TAGS, step=f"- {{uses: JRubics/poetry-publish@v2.0, with: {settings}}}", permissions="")
    assert route(text, index=index).uncertain == ()
    assert refusal(text, index=TESTPYPI if index is PYPI else PYPI).code is Refusal.NO_WORKFLOW
