"""git, run so that nothing of a repository runs with it: no hook, no monitor, no driver of its attributes.

Two kinds of repository are told apart. `Repository` is the user's: it is only asked where things are, and nothing is
written to it. `Scratch` is an empty one in a folder of our own that borrows the user's objects, so that neither the
configuration nor the attributes of what is compared steer what comes out.
"""

from __future__ import annotations

import os
import posixpath
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeAlias

from prediff.errors import ToolError
from prediff.lean_dataclasses import dataclass
from prediff.programs import find_program

WITHOUT_HOOKS = (
    *("-c", "core.fsmonitor="),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "protocol.allow=never"),
)
_HARDENED = ("--no-pager", *WITHOUT_HOOKS, "-c", "core.quotePath=true")
_KEPT = frozenset({"GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM"})
"""Where git stops looking for a repository. All its other variables are dropped: they redirect it, or run programs."""

_PLAIN = ("--no-ext-diff", "--no-textconv", "--no-color")
_TREES = ("-r", "-M", "--ignore-submodules=none")
_PATHS_AT_ONCE = 500
"""Systems limit how long a command line is."""

REGULAR = frozenset({"100644", "100755", "100664"})
"""The modes of files that are neither links nor submodules."""

_RANGE = re.compile(r"(?P<old>.*?)(?P<dots>\.\.\.?)(?P<new>.*)", re.DOTALL)
_HEADER = re.compile(rb"([0-9a-f]{40,64}) (\w+) (\d+)\n")


@dataclass(frozen=True, slots=True)
class Change:
    """One row of `git diff-tree --raw`: modes and object ids of both sides, zeros for none, and both paths.

    status: A, D, M, R (renamed) or T (a file became a link, or the like).
    """

    status: str
    old_mode: str
    new_mode: str
    old_id: str
    new_id: str
    old_path: bytes
    new_path: bytes

    @property
    def regular(self) -> bool:
        """Whether both sides are files that have contents, neither links nor submodules."""
        return {self.old_mode, self.new_mode} <= REGULAR


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit with the ids of its parents and the first line of its message."""

    id: str
    parents: tuple[str, ...]
    subject: str


@dataclass(frozen=True, slots=True)
class File:
    """A file of a tree that is to be made: its mode as git writes it, and its bytes."""

    mode: str
    data: bytes


Files: TypeAlias = dict[bytes, File]


def run(arguments: Sequence[str], folder: str = ".", data: bytes = b"", alone: bool = False) -> bytes:
    """What a git command writes to standard output. `arguments` start with the command or options of git itself.

    alone: for a repository of our own, which not even the user's configuration may steer. Raises ToolError, with the
    first line that git says, where it is missing or fails.
    """
    try:
        done = subprocess.run(
            [_program(folder), *_HARDENED, *arguments],
            input=data,
            cwd=folder,
            env=_environment(alone),
            capture_output=True,
            check=False,
        )
    except (OSError, ValueError) as error:
        raise ToolError(f"git cannot be run: {error}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "surrogateescape").strip().partition("\n")[0]
        raise ToolError(f"git: {said or f'ended with code {done.returncode}'}")
    return done.stdout


def _program(folder: str) -> str:
    program = find_program("git", (folder,))
    if program is None:
        raise ToolError(
            "git is not installed, or not in a folder that PATH names: prediff asks it for the files"
        )
    return program


def _environment(alone: bool) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.upper().startswith("GIT_") or k in _KEPT}
    own = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_ATTR_NOSYSTEM": "1"}
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1"}
    return {**kept, **quiet, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C", **(own if alone else {})}


@dataclass(frozen=True, slots=True)
class Repository:
    """The user's repository around the current folder. prefix: that folder below its top, with a slash at its end."""

    objects: str
    format: str
    prefix: str
    top: str

    @classmethod
    def here(cls) -> Repository:
        """Raises ToolError outside of a repository."""
        objects = os.path.abspath(_asked("rev-parse", "--git-path", "objects"))
        named = _asked("rev-parse", "--show-object-format")
        found = cls(objects, named, "", os.path.dirname(objects))
        if not found.has_worktree():
            return found
        return cls(
            objects, named, _asked("rev-parse", "--show-prefix"), _asked("rev-parse", "--show-toplevel")
        )

    def tree(self, revision: str) -> str:
        """The id of the tree that a revision names. Raises ToolError where it names none."""
        return self._resolved(revision, "tree")

    def range(self, text: str) -> tuple[str, str]:
        """The ids of the two trees of `A..B`, or of `A...B`, which starts where B left A. An end left out is HEAD."""
        old, new = self.ends(text)
        return self.tree(old), self.tree(new)

    def ends(self, text: str) -> tuple[str, str]:
        """The two revisions of `A..B`; of `A...B` the commit where B left A, and B."""
        match = _RANGE.fullmatch(text)
        assert match is not None
        old, new = match["old"] or "HEAD", match["new"] or "HEAD"
        if match["dots"] == "...":
            ends = [self._resolved(end, "commit") for end in (old, new)]
            try:
                old = _asked("merge-base", *ends)
            except ToolError:
                raise ToolError(f"{text}: the two have no commit in common") from None
        return old, new

    def commits(self, old: str, new: str) -> list[Commit]:
        """The commits that `new` has and `old` has not, the oldest first. Merges are left out."""
        ids = [self._resolved(new, "commit"), "^" + self._resolved(old, "commit")]
        options = ("--reverse", "--topo-order", "--no-merges", "--encoding=UTF-8", "--format=%H%x00%P%x00%s")
        lines = [line.split(b"\0") for line in run(["rev-list", *options, *ids]).split(b"\n")]
        # Each commit has a line before it that only says its id.
        return [
            Commit(one[0].decode(), tuple(one[1].decode().split()), one[2].decode("utf-8", "surrogateescape"))
            for one in lines
            if len(one) == 3
        ]

    def index(self) -> str:
        """Where the index is; it need not be there."""
        return os.path.abspath(_asked("rev-parse", "--git-path", "index"))

    def shared_index(self) -> list[str]:
        """The file that a split index shares with others, if there is one."""
        named = _asked("rev-parse", "--shared-index-path")
        return [os.path.abspath(named)] if named else []

    def setting(self, name: str) -> str:
        """The value of a key of git's configuration; "" where it is not set. A key alone is a `true`."""
        try:
            found = run(["config", "--get", "-z", name]).removesuffix(b"\0")
        except ToolError:
            return ""
        return os.fsdecode(found) or "true"

    def has_worktree(self) -> bool:
        """Whether the current folder is in a worktree, and neither in a bare repository nor in git's own folder."""
        return _asked("rev-parse", "--is-inside-work-tree") == "true"

    def has_commits(self) -> bool:
        """Whether HEAD names a commit, and not a branch that none was made on yet."""
        try:
            self._resolved("HEAD", "commit")
        except ToolError:
            return False
        return True

    def _resolved(self, revision: str, kind: str) -> str:
        shown = f"{revision} names no {'commit' if kind == 'commit' else 'commit or tree'} of this repository"
        if revision.startswith("-"):
            raise ToolError(shown)
        try:
            return _asked("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{{kind}}}")
        except ToolError:
            raise ToolError(shown) from None

    def pathspecs(self, paths: Sequence[str]) -> list[str]:
        """Paths as the user gives them, from the top of the repository. Raises ToolError for one outside of it."""
        return [self._pathspec(path) for path in paths]

    def _pathspec(self, path: str) -> str:
        if path.startswith((":/", ":(top")) or (path.startswith(":") and not self.prefix):
            return path  # git's own syntax, which it reads from the top
        if path.startswith(":"):
            raise ToolError(f"{path} is read from the top of a repository only: run prediff in {self.top}")
        if os.path.isabs(path):
            found = os.path.relpath(os.path.realpath(path), os.path.realpath(self.top)).replace(os.sep, "/")
        else:
            found = posixpath.normpath(posixpath.join(self.prefix, path.replace(os.sep, "/")))
        if found == ".." or found.startswith("../"):
            raise ToolError(f"{path} is outside of the repository {self.top}")
        return ":/" if found == "." else found


@dataclass(frozen=True, slots=True)
class Scratch:
    """A bare repository of our own in a folder that is there and empty."""

    folder: str

    @classmethod
    def at(cls, folder: str, borrowed: Repository | None = None) -> Scratch:
        """Make it, with the objects of the user's repository to read."""
        for name in ("objects/info", "refs"):
            os.makedirs(os.path.join(folder, *name.split("/")))
        config = "[core]\n\tbare = true\n\trepositoryFormatVersion = 0\n"
        if borrowed is not None:
            if borrowed.format != "sha1":
                config = config.replace("= 0", "= 1") + f"[extensions]\n\tobjectFormat = {borrowed.format}\n"
            _write(folder, "objects/info/alternates", quoted(os.fsencode(borrowed.objects)) + b"\n")
        _write(folder, "config", config.encode())
        _write(folder, "HEAD", b"ref: refs/heads/none\n")
        return cls(folder)

    def run(self, *arguments: str, data: bytes = b"", folder: str = "") -> bytes:
        """What a command of git writes that is run in this repository. Raises ToolError."""
        return run([f"--git-dir={self.folder}", *arguments], folder or self.folder, data, alone=True)

    def changes(self, old: str, new: str, paths: Sequence[str] = ()) -> list[Change]:
        """What differs between two trees, renamed files as one row."""
        raw = self.run("diff-tree", *_TREES, "-z", "--raw", "--no-abbrev", old, new, "--", *paths)
        return [row for row in _rows(raw) if isinstance(row, Change)]

    def changes_of(self, commits: Sequence[Commit]) -> dict[str, list[Change]]:
        """What each of some commits changes against its one parent, by its id; those with no parent are left out."""
        asked = "".join(f"{one.id} {one.parents[0]}\n" for one in commits if len(one.parents) == 1)
        raw = self.run("diff-tree", *_TREES, "--stdin", "-z", "--raw", "--no-abbrev", data=asked.encode())
        found: dict[str, list[Change]] = {one.id: [] for one in commits if len(one.parents) == 1}
        of_one: list[Change] = []
        for row in _rows(raw):
            if isinstance(row, Change):
                of_one.append(row)
            else:
                of_one = found[row]
        return found

    def patch(self, old: str, new: str, paths: Sequence[str] = ()) -> bytes:
        """The difference of two trees as `git apply` takes it, binary files too."""
        options = (*_TREES, "-p", "--binary", "--full-index", "--src-prefix=a/", "--dst-prefix=b/")
        return self.run("diff-tree", *options, *_PLAIN, old, new, "--", *paths)

    def sizes(self, ids: Sequence[str]) -> dict[str, int]:
        """The sizes of objects in bytes. Raises ToolError for one that is not there."""
        asked = "".join(f"{one}\n" for one in ids).encode()
        output = self.run("cat-file", "--batch-check=%(objectname) %(objectsize)", data=asked)
        found = [line.split(" ") for line in output.decode().splitlines()]
        for name, size in found:
            if size == "missing":
                raise ToolError(f"the repository lacks the object {name}: is it a partial clone?")
        return {name: int(size) for name, size in found}

    def blobs(self, ids: Sequence[str]) -> list[bytes]:
        """The contents of some files."""
        output = self.run("cat-file", "--batch", data="".join(f"{one}\n" for one in ids).encode())
        found, at = [], 0
        for one in ids:
            header = _HEADER.match(output, at)
            if header is None:
                raise ToolError(f"the repository lacks the object {one}: is it a partial clone?")
            start, size = header.end(), int(header[3])
            found.append(output[start : start + size])
            at = start + size + 1
        return found

    @contextmanager
    def contents(self) -> Iterator[Callable[[str], bytes]]:
        """A function from the id of a file to its bytes, all read by one process of git, which ends with the block."""
        command = [_program(self.folder), *_HARDENED, f"--git-dir={self.folder}", "cat-file", "--batch"]
        pipe, nowhere, env = subprocess.PIPE, subprocess.DEVNULL, _environment(alone=True)
        try:
            process = subprocess.Popen(
                command, cwd=self.folder, env=env, stdin=pipe, stdout=pipe, stderr=nowhere
            )
        except OSError as error:
            raise ToolError(f"git cannot be run: {error}") from None
        assert process.stdin is not None
        assert process.stdout is not None
        asked, given = process.stdin, process.stdout

        def content(name: str) -> bytes:
            try:
                asked.write(f"{name}\n".encode())
                asked.flush()
            except OSError:
                raise ToolError("git: cat-file ended before all files were read") from None
            header = _HEADER.fullmatch(given.readline())
            if header is None:
                raise ToolError(f"the repository lacks the object {name}: is it a partial clone?")
            data = given.read(int(header[3]) + 1)
            if len(data) <= int(header[3]):
                raise ToolError("git: cat-file ended before all files were read")
            return data[:-1]

        try:
            yield content
        finally:
            with suppress(OSError):
                asked.close()
            given.close()
            process.kill()
            process.wait()

    def texts(self, tree: str, paths: Sequence[str]) -> dict[str, bytes]:
        """The contents of those of some paths that are files of a tree; neither links nor folders."""
        found: dict[str, str] = {}
        for start in range(0, len(paths), _PATHS_AT_ONCE):
            some = paths[start : start + _PATHS_AT_ONCE]
            raw = self.run("--literal-pathspecs", "ls-tree", "-z", tree, "--", *some)
            for entry in raw.split(b"\0")[:-1]:
                about, _, path = entry.partition(b"\t")
                mode, _, name = about.decode().split(" ")
                if mode.startswith("100"):
                    found[os.fsdecode(path)] = name
        return dict(zip(found, self.blobs(list(found.values())), strict=True))

    def empty_tree(self) -> str:
        """The id of the tree without files, which is there once this was asked."""
        return self.run("hash-object", "-t", "tree", "-w", "--stdin").decode().strip()

    def make_tree(self, name: str, files: Files, base: str = "") -> str:
        """Make a tree: that of `base`, with some files in place of its own. It is kept, and known, under `name`."""
        start = b'M 040000 %s ""\n' % base.encode() if base else b""
        stream = [b"feature done\n", b"commit refs/heads/%s\n" % name.encode()]
        stream += [b"committer prediff <> 0 +0000\ndata 0\n", start]
        for path, file in files.items():
            stream.append(b"M %s inline %s\n" % (file.mode.encode(), quoted(path)))
            stream.append(b"data %d\n%s\n" % (len(file.data), file.data))
        self.run("fast-import", "--quiet", "--done", data=b"".join([*stream, b"done\n"]))
        return f"refs/heads/{name}"


def is_range(text: str) -> bool:
    """Whether an argument looks like `A..B` or `A...B`, and not like a path with `..` in it."""
    match = _RANGE.fullmatch(text)
    if match is None or not (match["old"] or match["new"]):
        return False
    return not match["old"].endswith("/") and not match["new"].startswith(("/", "."))


def quoted(path: bytes) -> bytes:
    """A path in the double quotes of git's own formats, in which any byte can stand."""
    plain = re.sub(rb'["\\]', lambda found: b"\\" + found[0], path)
    return b'"' + re.sub(rb"[\0-\x1f\x7f]", lambda found: b"\\%03o" % found[0][0], plain) + b'"'


def _rows(raw: bytes) -> Iterator[Change | str]:
    """The rows of `--raw -z`; of several commits the id of each stands before its own."""
    fields = iter(raw.split(b"\0")[:-1])
    for header in fields:
        if not header.startswith(b":"):
            yield header.decode()
            continue
        old_mode, new_mode, old_id, new_id, status = header[1:].decode().split(" ")
        old_path = next(fields)
        new_path = next(fields) if status[0] in "RC" else old_path
        yield Change(status[0], old_mode, new_mode, old_id, new_id, old_path, new_path)


def _asked(*arguments: str) -> str:
    """The one line that a question to the user's repository gives; a path in it may hold anything."""
    return os.fsdecode(run(arguments)).removesuffix("\n")


def _write(folder: str, name: str, data: bytes) -> None:
    with open(os.path.join(folder, *name.split("/")), "wb") as file:
        file.write(data)


def listed_files(folder: str) -> list[str] | None:
    """The paths below `folder` that git tracks or does not ignore; a folder among them is another repository.

    None unless the folder lies in the repository around the current folder, which is taken to be the user's own.
    """
    try:
        own = os.fsdecode(run(["rev-parse", "--show-toplevel"]))
        if os.fsdecode(run(["rev-parse", "--show-toplevel"], folder)) != own:
            return None
        raw = run(["ls-files", "-z", "-c", "-o", "--exclude-standard"], folder)
    except ToolError:
        return None
    return [os.fsdecode(path).rstrip("/") for path in raw.split(b"\0")[:-1]]
