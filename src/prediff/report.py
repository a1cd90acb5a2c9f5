"""Puts together what comparing gave: verdicts, folds, what was only counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from prediff.align import Alignment, definition
from prediff.languages.language import Comment, Printed
from prediff.linemaps import carried, retraced
from prediff.model import (
    MODULE,
    NEWLINE_NAMES,
    CommentCount,
    Comments,
    Fold,
    LineMap,
    Normalized,
    ParsedFile,
    Report,
    Settings,
    Side,
    SourceFile,
    UnitPair,
    Verdict,
)
from prediff.normalizer import assumptions_on_comments
from prediff.read import as_it_is
from prediff.reconcile import Reconciled
from prediff.stepdown import Steps
from prediff.tree import Block, Node, Opaque, trees_equal, walk
from prediff.views.aligned import Aligned
from prediff.views.canonical import folded_comments, respaced


def same_bytes(left: SourceFile, right: SourceFile) -> bool:
    """Whether two files are the same bytes, as far as those are known."""
    return left.data is None or right.data is None or left.data == right.data


def same_spelling(left: SourceFile, right: SourceFile) -> bool:
    """Whether equal text of two files has equal bytes: the same encoding and the same line ends throughout."""
    return left.encoding == right.encoding and left.newline == right.newline != "mixed"


def identical(left: SourceFile, right: SourceFile, settings: Settings) -> Report:
    lines = _numbered(left)
    return Report(left, right, left.text, right.text, "identical", settings, line_maps=(lines, lines))


def as_text(
    left: SourceFile, right: SourceFile, settings: Settings, reason: str, language: str | None = None
) -> Report:
    """Both texts as they are, of files whose bytes differ: unknown."""
    maps = _numbered(left), _numbered(right)
    one, two, notes = as_it_is(left), as_it_is(right), left.notes + right.notes
    return Report(left, right, one, two, "unknown", settings, reason, language, maps, notes=notes)


def plain(source: SourceFile, reason: str) -> Normalized:
    """A file's text as it is."""
    return Normalized(source, as_it_is(source), _numbered(source), reason=reason)


def compared(
    alignment: Alignment,
    joined: Reconciled,
    printed: tuple[Printed, Printed],
    settings: Settings,
    steps: Steps,
) -> Report:
    """The report of two files that were both read."""
    left, right = alignment.left.parsed, alignment.right.parsed
    one, two = printed
    units = _units(joined, printed)
    same = one.text == two.text
    unread = left.unread or right.unread or steps.second
    verdict: Verdict = "same" if same else "unknown" if unread and _only_unread_differs(joined) else "differs"
    reason = next((r for side in (left, right) for _, r in side.unread), "") if verdict == "unknown" else ""
    folds = _sided(alignment.left.folds, "left") + _sided(alignment.right.folds, "right") + joined.folds
    used = {a for f in folds for a in f.assumptions}
    comments = _count_comments(left, right, settings)
    if comments.ordinary:
        used.add("docs-unread")
    if comments.tool:
        used.add("tool-comments-unread")
    return Report(
        left.source, right.source, one.text, two.text, verdict, settings, reason,
        settings.language or left.source.language,
        (LineMap(one.sources), LineMap(two.sources)), folds, tuple(sorted(used)), units, joined.renames,
        joined.renamed, (), steps.taken, comments, _notes(left, right),
    )  # fmt: skip


def shown_as_left(found: Report, left: ParsedFile, right: ParsedFile) -> Report:
    """The report of two files that are the same, with the left file's text on both sides."""
    text, lines = found.left.text, _numbered(found.left)
    known = carried(found.line_maps[0].lines, found.line_maps[1].lines, len(lines.lines))
    maps = lines, LineMap(retraced(known, text, found.right.text))
    comments = _count_shown(found, left.comments, right)
    return replace(found, left_text=text, right_text=text, line_maps=maps, comments=comments)


def aligned(found: Report, view: Aligned, right: ParsedFile) -> Report:
    """The report with the left file as it is and the right one in its clothes."""
    notes = [f"{coarse.unit} is shown in its own text: {coarse.reason}" for coarse in view.coarse]
    if view.whole:
        notes.append(f"the right file is shown in its own text: {view.whole}")
    notes += [f"the import of {name} is only for code of the right file that is folded" for name in view.idle]
    maps = _numbered(found.left), LineMap(retraced(view.sources, view.text, found.right.text))
    return replace(
        found,
        left_text=found.left.text,
        right_text=view.text,
        line_maps=maps,
        comments=_count_shown(found, view.comments, right),
        notes=(*found.notes, *notes),
    )


def _numbered(source: SourceFile) -> LineMap:
    return LineMap(tuple((i, i) for i in range(1, source.text.count("\n") + 2)))


def _sided(folds: tuple[Fold, ...], side: Side) -> tuple[Fold, ...]:
    return tuple([Fold(f.rule, f.span, f.assumptions, side, f.unit, f.places) for f in folds])


def _units(joined: Reconciled, printed: tuple[Printed, Printed]) -> tuple[UnitPair, ...]:
    """A row for each definition of the top level, and one for the rest of the file.

    What a unit is printed as tells the comments in it and above it that count.
    """
    found: list[UnitPair] = []
    left, right = joined.left.body, joined.right.body
    texts = _by_statement(printed[0]), _by_statement(printed[1])
    for i, j in joined.pairs:
        same = trees_equal(left[i], right[j]) and texts[0][i] == texts[1][j]
        verdict: Verdict = "same" if same else "differs"
        one, two = _name(left[i]), _name(right[j])
        reason = f"renamed to {two}" if one != two else ""
        found.append(UnitPair(one, left[i].span, right[j].span, verdict, one in joined.moved, reason))
    paired = {a for a, _ in joined.pairs}, {b for _, b in joined.pairs}
    for i, node in enumerate(left):
        if i not in paired[0] and definition(node) is not None:
            found.append(UnitPair(_name(node), node.span, None, "differs", reason="only on the left"))
    for j, node in enumerate(right):
        if j not in paired[1] and definition(node) is not None:
            found.append(UnitPair(_name(node), None, node.span, "differs", reason="only on the right"))
    rest = [Block(tuple(n for n in side if definition(n) is None)) for side in (left, right)]
    own = [
        [text for text, node in zip(rows, side, strict=True) if definition(node) is None]
        for rows, side in zip(texts, (left, right), strict=True)
    ]
    if rest[0].body or rest[1].body:
        verdict = "same" if trees_equal(*rest) and own[0] == own[1] else "differs"
        found.append(UnitPair(MODULE, joined.left.span, joined.right.span, verdict))
    return tuple(found)


def _by_statement(printed: Printed) -> list[str]:
    """The printed text of each statement of the top level."""
    lines = printed.text.split("\n")
    ends = [*printed.starts[1:], len(lines)][: len(printed.starts)]
    return ["\n".join(lines[a:b]).rstrip() for a, b in zip(printed.starts, ends, strict=True)]


def _name(node: Node) -> str:
    found = definition(node)
    return found.name if found is not None else ""


def _only_unread_differs(joined: Reconciled) -> bool:
    """Whether the two trees differ in nothing but regions that could not be read."""
    sides = []
    for tree in (joined.left, joined.right):
        if not any(isinstance(n, Opaque) and n.kind == "unread" for n in walk(tree)):
            continue
        sides.append(tree)
    if not sides:
        return False
    read = [
        Block(tuple(n for n in t.body if not (isinstance(n, Opaque) and n.kind == "unread")))
        for t in (joined.left, joined.right)
    ]
    return trees_equal(*read)


def _count_comments(left: ParsedFile, right: ParsedFile, settings: Settings) -> CommentCount:
    """How many of the comments that take no part in the comparison differ."""
    allowed = assumptions_on_comments(settings)
    one, two = (folded_comments(side.comments, allowed) for side in (left, right))
    gone, new = _only_in(one, two), _only_in(two, one)
    return CommentCount(max(gone.ordinary, new.ordinary), max(gone.tool, new.tool))


def _count_shown(found: Report, shown: Sequence[Comment], right: ParsedFile) -> CommentCount:
    """The count, with what tells the comments that the right text shows from those of the right file."""
    allowed = assumptions_on_comments(found.settings)
    here, there = folded_comments(shown, allowed), folded_comments(right.comments, allowed)
    return replace(found.comments, hidden=_only_in(there, here), stale=_only_in(here, there))


def _only_in(comments: Sequence[Comment], others: Sequence[Comment]) -> Comments:
    """How many comments are none of some others by their words."""
    counts = []
    for kind in ("ordinary", "tool"):
        one, two = (Counter([c.text for c in side if c.kind == kind]) for side in (comments, others))
        one, two = _respaced(one - two), _respaced(two - one)
        counts.append((one - two).total())
    return Comments(*counts)


def _respaced(texts: Counter[str]) -> Counter[str]:
    """The same comments, told apart by their words alone."""
    return Counter([" ".join(respaced(text).split()) for text in texts.elements()])


def _notes(left: ParsedFile, right: ParsedFile) -> tuple[str, ...]:
    one, two = left.source, right.source
    notes = [*one.notes, *two.notes]
    if one.newline != two.newline and "\n" in one.text and "\n" in two.text:
        names = NEWLINE_NAMES[one.newline], NEWLINE_NAMES[two.newline]
        notes.append(f"newlines differ: {names[0]} on the left, {names[1]} on the right")
    if one.encoding != two.encoding:
        notes.append(f"encodings differ: {one.encoding} on the left, {two.encoding} on the right")
    if one.bom != two.bom:
        notes.append(f"only the {'left' if one.bom else 'right'} file starts with a byte order mark")
    for side in (left, right):
        for span, reason in side.unread:
            lines = f"line {span[0]}" if span[0] == span[2] else f"lines {span[0]}-{span[2]}"
            notes.append(f"{side.source.path}: {lines} could not be read: {reason}")
    return tuple(notes)
