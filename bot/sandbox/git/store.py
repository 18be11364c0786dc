"""One repository's objects and refs."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dulwich.objects import Blob, ObjectID, ShaFile, Tree
from dulwich.objects import Commit as RawCommit
from dulwich.objects import Tag as RawTag
from dulwich.refs import Ref
from dulwich.repo import MemoryRepo

from bot.sandbox.git.objects import MODES, Commit, Entry, Kind, Signature, Tag, UnknownObjectError

_KINDS: dict[bytes, Kind] = {b"blob": "blob", b"tree": "tree", b"commit": "commit", b"tag": "tag"}
_SIGNATURE = b"-----BEGIN PGP SIGNATURE-----\n\nbWFkZSBieSB0aGUgc2FuZGJveA==\n-----END PGP SIGNATURE-----"


class GitStore:
    """Objects by their SHA, refs by their full name (``refs/heads/main``); SHAs are 40 lower-case hex digits.

    Methods that read raise `UnknownObjectError` when the object is missing or of another kind.
    """

    def __init__(self) -> None:
        self.repo = MemoryRepo()
        self.signed: set[str] = set()
        """Commits that GitHub signed with its own key, and so shows as verified."""
        self.landed: dict[str, frozenset[str]] = {}
        """What each merge brought to its base, as far as somebody asked."""
        # Objects never change, and reading one from its bytes takes longer than most requests.
        self._raw: dict[str, ShaFile] = {}
        self._commits: dict[str, Commit] = {}
        self._tags: dict[str, Tag] = {}
        self._trees: dict[str, tuple[Entry, ...]] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> "GitStore":
        """A copy with its own refs. Objects never change, so both read the same ones."""
        twin = GitStore()
        memo[id(self)] = twin
        twin.repo.object_store = self.repo.object_store
        twin._raw, twin._commits, twin._tags, twin._trees = self._raw, self._commits, self._tags, self._trees
        for name in self.repo.refs.allkeys():
            value = self.repo.refs.read_ref(name)
            if value is not None:
                twin.repo.refs.set_if_equals(name, None, ObjectID(value))
        twin.signed, twin.landed = set(self.signed), self.landed
        return twin

    # Refs

    def set_head(self, branch: str) -> None:
        """Say which branch a clone checks out."""
        self.repo.refs.set_symbolic_ref(Ref(b"HEAD"), Ref(f"refs/heads/{branch}".encode()))

    def find_ref(self, name: str) -> str | None:
        """The SHA a ref points at (for an annotated tag that of the tag object)."""
        value = self.repo.refs.read_loose_ref(Ref(name.encode()))
        return value.decode() if value else None

    def refs(self, prefix: str) -> dict[str, str]:
        """All refs whose full name starts with ``prefix``, sorted by name."""
        names = sorted(name.decode() for name in self.repo.refs.allkeys() if name.startswith(prefix.encode()))
        return {name: sha for name in names if (sha := self.find_ref(name)) and not sha.startswith("ref:")}

    def set_ref(self, name: str, sha: str) -> None:
        """Create a ref or move it, whatever it pointed at before."""
        self.repo.refs.set_if_equals(Ref(name.encode()), None, ObjectID(sha.encode()))

    def delete_ref(self, name: str) -> None:
        """Remove a ref, if it is there."""
        self.repo.refs.remove_if_equals(Ref(name.encode()), None)

    # Reading objects

    def kind(self, sha: str) -> Kind:
        """What kind of object this is."""
        return _KINDS[self._object(sha).type_name]

    def has(self, sha: str, kind: Kind | None = None) -> bool:
        """Whether there is such an object (of this kind)."""
        try:
            found = self.kind(sha)
        except UnknownObjectError:
            return False
        return kind in (None, found)

    def blob(self, sha: str) -> bytes:
        """The content of a file."""
        found = self._object(sha)
        if not isinstance(found, Blob):
            raise UnknownObjectError(sha)
        return found.data

    def commit(self, sha: str) -> Commit:
        """A commit."""
        if sha not in self._commits:
            raw = self._object(sha)
            if not isinstance(raw, RawCommit):
                raise UnknownObjectError(sha)
            self._commits[sha] = _read_commit(sha, raw)
        return self._commits[sha]

    def tag(self, sha: str) -> Tag:
        """An annotated tag object."""
        if sha not in self._tags:
            raw = self._object(sha)
            if not isinstance(raw, RawTag):
                raise UnknownObjectError(sha)
            self._tags[sha] = _read_tag(sha, raw)
        return self._tags[sha]

    def tree(self, sha: str) -> list[Entry]:
        """The entries of one tree, as git orders them."""
        if sha not in self._trees:
            raw = self._object(sha)
            if not isinstance(raw, Tree):
                raise UnknownObjectError(sha)
            self._trees[sha] = tuple(_read_entries(raw))
        return list(self._trees[sha])

    def walk_tree(self, sha: str, prefix: str = "") -> list[Entry]:
        """All entries below a tree, each tree before what it holds, with paths from the top."""
        entries = []
        for entry in self.tree(sha):
            path = prefix + entry.path
            entries.append(Entry(path, entry.mode, entry.kind, entry.sha))
            if entry.kind == "tree":
                entries += self.walk_tree(entry.sha, path + "/")
        return entries

    def files(self, commit_sha: str) -> dict[str, Entry]:
        """Every file (link, submodule) of a commit by its path."""
        tree = self.walk_tree(self.commit(commit_sha).tree)
        return {entry.path: entry for entry in tree if entry.kind != "tree"}

    def find_path(self, tree_sha: str, path: str) -> Entry | None:
        """What lies at ``path`` below a tree, with its whole path; the top is ``""``."""
        here = Entry("", "040000", "tree", tree_sha)
        for part in path.split("/") if path else ():
            if here.kind != "tree":
                return None
            found = next((entry for entry in self.tree(here.sha) if entry.path == part), None)
            if found is None:
                return None
            here = Entry(f"{here.path}/{part}".lstrip("/"), found.mode, found.kind, found.sha)
        return here

    def read(self, revision: str, path: str) -> bytes | None:
        """The content of a file at a revision, or None when it is not there."""
        commit = self.find_commit(revision)
        entry = self.find_path(commit.tree, path) if commit else None
        return self.blob(entry.sha) if entry and entry.kind == "blob" else None

    def peel(self, sha: str) -> str:
        """The object behind an annotated tag, however many tags stand in between."""
        while self.kind(sha) == "tag":
            sha = self.tag(sha).target
        return sha

    def find_commit(self, revision: str) -> Commit | None:
        """The commit a branch, tag, full ref name, ``HEAD`` or (abbreviated) SHA names."""
        for name in (f"refs/heads/{revision}", f"refs/tags/{revision}", f"refs/{revision}", revision):
            sha = self.find_ref(name)
            if sha and sha.startswith("ref: "):
                sha = self.find_ref(sha.removeprefix("ref: "))
            if sha and self.has(self.peel(sha), "commit"):
                return self.commit(self.peel(sha))
        return self._find_commit_by_prefix(revision.lower())

    # Writing objects

    def add_blob(self, content: bytes) -> str:
        """Store a file's content."""
        return self._add(Blob.from_string(content))

    def add_tree(self, base: str | None, changes: Mapping[str, tuple[str, str] | None]) -> str:
        """Store a tree made from ``base`` with paths set to (mode, SHA) or, with None, taken out.

        Directories in between appear as needed and vanish when they become empty, as in git.
        """
        tree = Tree() if base is None else self._object(base).copy()
        if not isinstance(tree, Tree):
            raise UnknownObjectError(str(base))
        below: dict[str, dict[str, tuple[str, str] | None]] = {}
        for path, change in changes.items():
            name, slash, rest = path.partition("/")
            if slash:
                below.setdefault(name, {})[rest] = change
            elif change is None:
                _remove(tree, name)
            else:
                tree.add(name.encode(), int(change[0], 8), ObjectID(change[1].encode()))
        for name, inner in below.items():
            self._change_directory(tree, name, inner)
        return self._add(tree)

    def add_commit(
        self,
        tree: str,
        parents: Iterable[str],
        message: str,
        *,
        author: Signature,
        committer: Signature | None = None,
        signed: bool = False,
    ) -> str:
        """Store a commit; ``signed`` lets GitHub vouch for it."""
        committer = committer or author
        raw = RawCommit()
        raw.tree = ObjectID(tree.encode())
        raw.parents = [ObjectID(parent.encode()) for parent in parents]
        raw.author, raw.committer = author.encode(), committer.encode()
        raw.author_time, raw.commit_time = int(author.at.timestamp()), int(committer.at.timestamp())
        raw.author_timezone = raw.commit_timezone = 0
        raw.encoding = b"UTF-8"
        raw.message = message.encode()
        if signed:
            raw.gpgsig = _SIGNATURE
        sha = self._add(raw)
        if signed:
            self.signed.add(sha)
        return sha

    def add_tag(self, name: str, target: str, message: str, tagger: Signature) -> str:
        """Store an annotated tag object; no ref is made."""
        raw = RawTag()
        raw.name = name.encode()
        raw.object = (type(self._object(target)), ObjectID(target.encode()))
        raw.tagger = tagger.encode()
        raw.tag_time = int(tagger.at.timestamp())
        raw.tag_timezone = 0
        raw.message = message.encode()
        return self._add(raw)

    def take_objects(self, other: "GitStore") -> None:
        """Make every object of another repository readable here, as GitHub's forks share theirs."""
        mine, theirs = self.repo.object_store, other.repo.object_store
        for sha in theirs:
            if sha not in mine:
                mine.add_object(theirs[sha])
        self.signed |= other.signed

    # Inside

    def _object(self, sha: str) -> ShaFile:
        """An object as dulwich has it; whoever changes it copies it first."""
        found = self._raw.get(sha)
        if found is not None:
            return found
        if len(sha) != 40:
            raise UnknownObjectError(sha)
        try:
            found = self._raw[sha] = self.repo.object_store[ObjectID(sha.encode())]
        except (KeyError, ValueError):
            raise UnknownObjectError(sha) from None
        return found

    def _add(self, raw: ShaFile) -> str:
        self.repo.object_store.add_object(raw)
        return raw.id.decode()

    def _change_directory(self, tree: Tree, name: str, inner: Mapping[str, tuple[str, str] | None]) -> None:
        key = name.encode()
        old = tree[key][1].decode() if key in tree and tree[key][0] == 0o040000 else None
        changed = self.add_tree(old, inner)
        if self.tree(changed):
            tree.add(key, 0o040000, ObjectID(changed.encode()))
        else:
            _remove(tree, name)

    def _find_commit_by_prefix(self, prefix: str) -> Commit | None:
        if not 7 <= len(prefix) <= 40 or set(prefix) - set("0123456789abcdef"):
            return None
        if len(prefix) == 40:
            return self.commit(prefix) if self.has(prefix, "commit") else None
        found = [sha.decode() for sha in self.repo.object_store if sha.startswith(prefix.encode())]
        commits = [sha for sha in found if self.has(sha, "commit")]
        return self.commit(commits[0]) if len(commits) == 1 else None


def _read_commit(sha: str, raw: RawCommit) -> Commit:
    return Commit(
        sha,
        raw.tree.decode(),
        tuple(parent.decode() for parent in raw.parents),
        Signature.decode(raw.author, int(raw.author_time)),
        Signature.decode(raw.committer, int(raw.commit_time)),
        raw.message.decode(errors="replace"),
    )


def _read_tag(sha: str, raw: RawTag) -> Tag:
    target_type, target = raw.object
    tagger = Signature.decode(raw.tagger or b"", int(raw.tag_time or 0))
    message = (raw.message or b"").decode(errors="replace")
    return Tag(sha, raw.name.decode(), target.decode(), _KINDS[target_type.type_name], tagger, message)


def _read_entries(raw: Tree) -> Iterator[Entry]:
    for name, mode, child in raw.iteritems():
        spelled = f"{mode:06o}"
        yield Entry(name.decode(errors="replace"), spelled, MODES.get(spelled, "blob"), child.decode())


def _remove(tree: Tree, name: str) -> None:
    if name.encode() in tree:
        del tree[name.encode()]
