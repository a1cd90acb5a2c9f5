"""The frozen dataclasses that pass between the stages. This module imports no stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Literal

from prediff.lean_dataclasses import dataclass

if TYPE_CHECKING:
    # Types alone: the classes of the tree take a tenth of a second to make, which answers from the cache do not need.
    from prediff.languages.language import Comment
    from prediff.tree import Block, Span

Verdict = Literal["identical", "same", "differs", "unknown"]
LineVerdict = Literal["unchanged", "folded", "counted", "shown", "verbatim"]
"""Of a line: as it was; changed, but not in normal form; a comment or docstring; in the diff; in it as its own text."""
Side = Literal["left", "right"]
View = Literal["canonical", "aligned"]
ChangeKind = Literal["condition", "return", "call", "loop", "exception", "state", "other"]
Lines = tuple[int, int]
"""The first and last line of a source, (0, 0) for none."""
MODULE = "(module)"
"""What stands for the unit of all that is outside of definitions."""

NEWLINE_NAMES = {"\n": "LF", "\r\n": "CRLF", "\r": "CR", "mixed": "mixed"}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user asks for: level, assumptions added and refused, what to show, which reader.

    `show` holds words of docs (docstrings), comments, annotations, imports: what is then compared as code is.
    `implementations` grants public-names-unread: two implementations are compared, whatever their top-level names.
    `view` says what texts a report gives: `aligned` the left file and the right one in its clothes, `canonical` both in
    normal form.
    """

    level: str = "safe"
    assume: frozenset[str] = frozenset()
    refuse: frozenset[str] = frozenset()
    show: frozenset[str] = frozenset()
    implementations: bool = False
    language: str | None = None
    reader: str = "auto"
    view: View = "aligned"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A text to compare. Where `language` is known newlines are `\\n` and the byte order mark is gone; both are noted.
    Where it is None the text is as it is (`read.as_it_is`): two such texts are equal exactly when the bytes are.

    path: the name to show, and the one whose ending names the language.
    language: an id of `languages.LANGUAGES`, or None where none is known; the text is then compared as it is.
    newline: "\\n", "\\r\\n", "\\r" or "mixed". data: the bytes it was read from (of a text: its UTF-8).
    notes: what the user should know about the reading, such as why no language was taken.
    """

    path: str
    text: str
    language: str | None = None
    encoding: str = "utf-8"
    newline: str = "\n"
    bom: bool = False
    data: bytes | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A text and its logic tree; `tree` is None, with the reason, where it can only be compared as it is."""

    source: SourceFile
    tree: Block | None
    comments: tuple[Comment, ...] = ()
    reader: str = ""
    unread: tuple[tuple[Span, str], ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Fold:
    """One application of a rule: to which span of which side, and under which assumptions.

    places: the spans of the statements in it that were rewritten, where others stand between them.
    """

    rule: str
    span: Span
    assumptions: tuple[str, ...] = ()
    side: Side = "left"
    unit: str = ""
    places: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class StepDown:
    """A unit that is shown less far normalized than asked for, with the reason."""

    unit: str
    to: Literal["own layout", "verbatim"]
    reason: str


@dataclass(frozen=True, slots=True)
class NormalizedFile:
    """A file in normal form. `tree` keeps the source spans of its statements (see `tree.Statement`).

    done: spans of the units that were left as they are, since the other side has the same bytes.
    imports: what each name that is imported at the top level stands for, dotted.
    """

    parsed: ParsedFile
    tree: Block
    folds: tuple[Fold, ...] = ()
    steps: tuple[StepDown, ...] = ()
    done: frozenset[Span] = frozenset()
    imports: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnitPair:
    """A unit of the left and the unit of the right that it is compared with; None where there is none."""

    name: str
    left: Span | None
    right: Span | None
    verdict: Verdict
    moved: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Rename:
    """A local of the right file that is shown under its name on the left."""

    unit: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Astray:
    """A line of the right file that should name a renamed definition, and what it says instead."""

    line: int
    says: str


@dataclass(frozen=True, slots=True)
class RenamedDefinition:
    """A definition of the left that stands on the right under another name, equal but for that.

    places: how often the left names it, itself and strings such as those of `__all__` included. followed: how many of
    them have the new name. astray: those that say something else; what neither counts went with other changes.
    A method's names are dotted, and its places are the reads of an attribute of that name, whatever the object.
    """

    kind: Literal["function", "class", "method"]
    left: str
    right: str
    places: int
    followed: int
    astray: tuple[Astray, ...] = ()

    @property
    def alarm(self) -> bool:
        """Whether a place was left behind."""
        return bool(self.astray)

    @property
    def gone(self) -> int:
        """How many places of the left stand nowhere any more."""
        return self.places - self.followed - len(self.astray)


@dataclass(frozen=True, slots=True)
class Hint:
    """A unit that would be the same under assumptions that were not granted.

    lines: where it would still differ, how many lines fewer of the two normal forms would; else 0.
    """

    unit: str
    assumptions: tuple[str, ...]
    lines: int = 0


@dataclass(frozen=True, slots=True)
class LineMap:
    """For each output line the first and last line of the source that it came from; (0, 0) for none."""

    lines: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Comments:
    """A number of comments: ordinary ones and directives for tools."""

    ordinary: int = 0
    tool: int = 0

    @property
    def total(self) -> int:
        return self.ordinary + self.tool


@dataclass(frozen=True, slots=True)
class CommentCount:
    """How many of the comments that take no part in the comparison stand on one side only.

    hidden, stale: of the aligned view, those of the right file, new or changed there, that the right text does not
    show; and those of the left that it shows though the right file has them no more.
    """

    ordinary: int = 0
    tool: int = 0
    hidden: Comments = field(default_factory=Comments)
    stale: Comments = field(default_factory=Comments)


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """One thing that changed in a unit, in words.

    left, right: the statements that it is about, numbered by the lines of the unit's normal form from 1.
    left_lines, right_lines: the lines of the two sources that these came from, one pair for each.
    """

    kind: ChangeKind
    text: str
    left: tuple[int, ...] = ()
    right: tuple[int, ...] = ()
    left_lines: tuple[Lines, ...] = ()
    right_lines: tuple[Lines, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitSummary:
    """A unit that differs: what it does on either side and what changed, in words; nothing rests on them.

    left, right: qualified names, None where it stands on one side only. paired: how the two were found to belong
    together: name (or hash), likeness, model, or "" where there is one. left_text, right_text: "" for no answer.
    """

    left: str | None
    right: str | None
    left_span: Span | None = None
    right_span: Span | None = None
    left_text: str = ""
    right_text: str = ""
    changes: tuple[ChangeNote, ...] = ()
    paired: Literal["", "name", "likeness", "model"] = ""

    @property
    def name(self) -> str:
        """By which name it is listed."""
        return self.left if self.left is not None else self.right or ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a model proposed about a unit.

    kind: names (locals of the right by names of the left), steps (rules that would make it the same) or opinion.
    checked: whether prediff replayed it and found that it holds; an opinion is never checked.
    """

    kind: Literal["names", "steps", "opinion"]
    unit: str
    text: str
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Summaries:
    """The words beside a report. They never change what is the same or what is shown of a pair.

    by: "outline", or the name of a model, whose words are unverified. more: units that were not asked about, over the
    limit. notes: what went wrong. asked: how many questions a model was sent, those apart that were answered before.
    """

    by: str
    units: tuple[UnitSummary, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    more: int = 0
    asked: int = 0
    notes: tuple[str, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether the words follow from the code, as those of the outline do."""
        return self.by == "outline"


@dataclass(frozen=True, slots=True)
class Report:
    """What comparing two files gave. `left_text` and `right_text` are what a diff tool gets.

    They are equal exactly when `same` is true.
    """

    left: SourceFile
    right: SourceFile
    left_text: str
    right_text: str
    verdict: Verdict
    settings: Settings
    reason: str = ""
    language: str | None = None
    line_maps: tuple[LineMap, LineMap] = (LineMap(()), LineMap(()))
    folds: tuple[Fold, ...] = ()
    assumptions: tuple[str, ...] = ()
    units: tuple[UnitPair, ...] = ()
    renames: tuple[Rename, ...] = ()
    renamed: tuple[RenamedDefinition, ...] = ()
    hints: tuple[Hint, ...] = ()
    steps: tuple[StepDown, ...] = ()
    comments: CommentCount = field(default_factory=CommentCount)
    notes: tuple[str, ...] = ()
    summaries: Summaries | None = None

    @property
    def same(self) -> bool:
        """Whether nothing that counts differs: the verdict is identical or same."""
        return self.verdict in ("identical", "same")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a reader must look at, for reports that list such things.

    rule: an id of `reports.findings.RULES`. right, left: the first and last line of the file, (0, 0) for none.
    removed, added: the lines that differ, of the texts of the view. digest: follows from the rule, the unit and the
    text, not from the place.
    """

    rule: str
    text: str
    unit: str
    right: tuple[int, int]
    left: tuple[int, int] = (0, 0)
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    digest: str = ""
    folds: tuple[Fold, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Logic:
    """What comparing the contents of a changed file gave.

    units, differing: how many units there are and how many of them differ or are unknown. findings: the first of what
    differs; more: how many further ones there are. remarks: what else to know, in lines.
    """

    verdict: Verdict
    reason: str = ""
    language: str | None = None
    assumptions: tuple[str, ...] = ()
    units: int = 0
    differing: int = 0
    findings: tuple[Finding, ...] = ()
    more: int = 0
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """What `prediff check` says of a changed file.

    path, old_path: from the top of the repository. status: git's letter, A, D, M, R or T. reason: why it is not the
    same where that is not in its text, such as a new mode. logic: of its text, None where there are not two to compare.
    """

    path: str
    old_path: str
    status: str
    verdict: Verdict
    reason: str = ""
    logic: Logic | None = None

    @property
    def same(self) -> bool:
        return self.verdict in ("identical", "same")


@dataclass(frozen=True, slots=True)
class CommitVerdict:
    """A commit of a range, and what is said of each file that it changes against its parent."""

    id: str
    subject: str
    files: tuple[FileVerdict, ...]

    @property
    def same(self) -> bool:
        """Whether it changes files, and each of them is the same in logic."""
        return bool(self.files) and all(file.same for file in self.files)


@dataclass(frozen=True, slots=True)
class Checked:
    """What `prediff check` found. old, new: what was compared, in words. commits: where each was asked about."""

    old: str
    new: str
    settings: Settings
    files: tuple[FileVerdict, ...]
    commits: tuple[CommitVerdict, ...] = ()
    allow_renames: bool = False

    @property
    def same(self) -> bool:
        return all(file.same for file in self.files)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """All that the verdicts `same` rest on."""
        return assumptions_under(self.files)


def assumptions_under(files: Sequence[FileVerdict]) -> tuple[str, ...]:
    """The assumptions that the verdicts of those files rest on that are the same."""
    return tuple(
        sorted({name for file in files if file.same and file.logic for name in file.logic.assumptions})
    )


@dataclass(frozen=True, slots=True)
class Normalized:
    """One file's canonical text, with its line map and what was folded."""

    source: SourceFile
    text: str
    line_map: LineMap
    folds: tuple[Fold, ...] = ()
    steps: tuple[StepDown, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LineExplanation:
    """Why a line of one side is folded or shown.

    other_lines, other_texts: the lines of the other side that stand in its place. normal, other_normal: what both are
    in normal form. folds: those of both sides that concern it. differing: the first smallest parts that differ, the
    left's first. under: the fewest assumptions found under which a shown line would not be; None for other lines, and
    for those that the aligned view shows though their normal forms are equal.
    """

    side: Side
    line: int
    text: str
    verdict: LineVerdict
    reason: str = ""
    other_lines: tuple[int, ...] = ()
    other_texts: tuple[str, ...] = ()
    normal: tuple[str, ...] = ()
    other_normal: tuple[str, ...] = ()
    folds: tuple[Fold, ...] = ()
    renames: tuple[Rename, ...] = ()
    differing: tuple[str, str] | None = None
    under: tuple[str, ...] | None = None


FileStatus = Literal["same bytes", "same logic", "differs", "unknown", "only left", "only right"]


@dataclass(frozen=True, slots=True)
class PairFacts:
    """What comparing two files gave, without their paths: the same for all pairs of the same bytes and settings.

    units, differing: how many definitions there are, and how many of them differ. removed, added: lines of the texts
    that are shown. gone, come: top-level definitions of one side only, which may have moved to another file.
    """

    verdict: Verdict
    reason: str = ""
    language: str | None = None
    assumptions: tuple[str, ...] = ()
    folds: int = 0
    units: int = 0
    differing: int = 0
    removed: int = 0
    added: int = 0
    renamed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    come: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of either folder, or a pair of them; paths are relative, with slashes, None where there is none.

    likeness: from 0 to 1, of files under different paths. page: where the page of the pair is, below that of all.
    """

    status: FileStatus
    left: str | None
    right: str | None
    reason: str = ""
    likeness: float = 1.0
    facts: PairFacts | None = None
    page: str = ""

    @property
    def moved(self) -> bool:
        """Whether it has another path on the right."""
        return self.left is not None and self.right is not None and self.left != self.right

    @property
    def same(self) -> bool:
        """Whether nothing that counts differs, the path included."""
        return self.status in ("same bytes", "same logic") and not self.moved

    @property
    def path(self) -> str:
        """By which path it is listed."""
        return self.left if self.left is not None else self.right or ""


@dataclass(frozen=True, slots=True)
class MovedUnit:
    """A definition that went from one file to another. reads: names in it that may stand for something else there."""

    left_name: str
    right_name: str
    left_path: str
    right_path: str
    left_line: int
    right_line: int
    same: bool
    likeness: float = 1.0
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FolderReport:
    """What comparing two folders gave, a row for each file, in the order of their paths.

    ignored: how many files, and folders as a whole, ignore rules left out. left_out: paths with the reason, such as a
    pipe. trouble: what could not be read. notes: what else the user should know.
    """

    left: str
    right: str
    settings: Settings
    rows: tuple[FileRow, ...] = ()
    units: tuple[MovedUnit, ...] = ()
    ignored: int = 0
    left_out: tuple[tuple[str, str], ...] = ()
    trouble: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether nothing that counts differs in any file."""
        return all(row.same for row in self.rows)
