"""The workflow files of a commit, and the workflows GitHub knows a repository by."""

import hashlib
import re
from functools import lru_cache

from bot.sandbox.actions.workflow import WorkflowError, WorkflowFile, parse_workflow
from bot.sandbox.state.repository import Repository
from bot.sandbox.state.runs import Workflow
from bot.sandbox.world import World

_WORKFLOW_PATH = re.compile(r"\.github/workflows/[^/]+\.ya?ml")


def list_workflow_paths(repository: Repository, sha: str) -> list[str]:
    """The paths of the workflow files of a commit, sorted."""
    tree = repository.store.commit(sha).tree
    folder = repository.store.find_path(tree, ".github/workflows")
    if folder is None or folder.kind != "tree":
        return []
    paths = (f".github/workflows/{entry.path}" for entry in repository.store.tree(folder.sha) if entry.kind == "blob")
    return sorted(path for path in paths if _WORKFLOW_PATH.fullmatch(path))


def read_workflow(repository: Repository, sha: str, path: str) -> WorkflowFile:
    """The workflow file of a commit. Raises WorkflowError when it is missing or invalid."""
    content = repository.store.read(sha, path)
    if content is None:
        raise WorkflowError(f"workflow was not found: {path}")
    return _parse(path, content)


@lru_cache(maxsize=512)
def _parse(path: str, content: bytes) -> WorkflowFile:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise WorkflowError("The file is not valid UTF-8") from error
    return parse_workflow(path, text)


def ensure_workflow(world: World, repository: Repository, path: str, sha: str) -> Workflow:
    """The workflow with this path; seen for the first time it is named as the file of this commit says.

    Its id follows from repository and path, so that a copy of the world that meets it first gives it the same one.
    """
    number = int(hashlib.sha256(f"{repository.id}:{path}".encode()).hexdigest()[:7], 16)
    found = repository.workflows.get(number)
    name = _name(repository, path, sha)
    if found is None:
        now = world.now()
        found = repository.workflows[number] = Workflow(number, path, name, now, now)
    found.name = name
    return found


def _name(repository: Repository, path: str, sha: str) -> str:
    """An invalid file goes by its path."""
    try:
        return read_workflow(repository, sha, path).name
    except WorkflowError:
        return path


def known_workflows(world: World, repository: Repository) -> list[Workflow]:
    """The workflows of the default branch, and every other one that has run."""
    head = repository.store.find_ref(f"refs/heads/{repository.default_branch}")
    if head is not None:
        for path in list_workflow_paths(repository, head):
            ensure_workflow(world, repository, path, head)
    return sorted(repository.workflows.values(), key=lambda workflow: workflow.path)


def find_workflow(world: World, repository: Repository, key: str) -> Workflow | None:
    """A workflow by its id or its file name, as addresses name it."""
    for workflow in known_workflows(world, repository):
        if key in (str(workflow.id), workflow.path.rpartition("/")[2]):
            return workflow
    return None
