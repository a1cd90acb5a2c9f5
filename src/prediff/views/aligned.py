"""The aligned view: the left file as it is, and the new logic in its clothes.

The left output is the left file, byte for byte. The right output is the left file's text with the edits that the two
normal forms differ by, and it is verified: read again, its logic is the right file's (`candidate`). What cannot be said
finely is said coarsely (`coarsening`), innermost block first: a statement, a block, a unit, the file.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from prediff.align import Alignment, common_items
from prediff.languages import get_language
from prediff.languages.language import Comment
from prediff.lean_dataclasses import dataclass
from prediff.model import ParsedFile, Settings
from prediff.normalizer import assumptions_of, assumptions_on_comments
from prediff.reconcile import Reconciled, reconcile
from prediff.rules.assumptions import COMMENTS_UNREAD
from prediff.transport.edits import Transport
from prediff.transport.layout import Layout
from prediff.transport.plan import CoarserError, Edit
from prediff.transport.script import Comparison, Script
from prediff.transport.spelling import respelled
from prediff.tree import Node
from prediff.views.bound import idle_imports
from prediff.views.candidate import Check, Finding
from prediff.views.canonical import shown_comments
from prediff.views.coarsening import Coarse, Coarsening
from prediff.views.comments import recommented
from prediff.views.counterparts import by_node, likely_pairs, named
from prediff.views.fewer_rules import is_restructured, less_normal
from prediff.views.line_map import Lines, own_lines, right_lines

MAX_ROUNDS = 40
MISLEADING = 5
"""To how many changed lines a comment amounts that is shown twice, or not at all though both files have it."""
FORGIVEN: tuple[type[Exception], ...] = (AssertionError, IndexError, KeyError, TypeError, ValueError)
"""What a mistake in the view may raise; the right file is then shown as it is."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """The right output, the right file's lines that each of its lines stands for (0, 0 for none), what is coarse.

    comments: all that stand in it. whole: why the file is shown as it is, where it is. merged: whether statements that
    rules merged or moved, or what was said coarsely, stand among what is shown as changed. idle: names that imports of
    the text bind for code of the right that is folded.
    """

    text: str
    sources: Lines
    comments: tuple[Comment, ...] = ()
    coarse: tuple[Coarse, ...] = ()
    whole: str = ""
    merged: bool = False
    idle: tuple[str, ...] = ()


def aligned(alignment: Alignment, joined: Reconciled, settings: Settings) -> Aligned:
    """The right file of an alignment in the left one's clothes."""
    language = get_language(alignment.left.parsed.source.language or "")
    allowed, unread = assumptions_of(settings), assumptions_on_comments(settings)
    if joined.renamed:
        # The left is shown as it is: each place that names a renamed definition differs.
        joined = reconcile(alignment, language.traits, allowed, follow=False)
    left, right = alignment.left.parsed, alignment.right.parsed
    try:
        check = Check(left, right, language, allowed, settings.reader, unread)
        found = _made(check, joined)
        if found.merged:
            second = _made(check, less_normal(alignment, language.traits, allowed))
            found = min(found, second, key=lambda made: _noise(left, right, made))
    except FORGIVEN as error:
        # The view is a courtesy: a mistake in it must not cost the diff.
        if os.environ.get("PREDIFF_DEBUG"):
            raise
        return _as_it_is(right, f"an internal error ({type(error).__name__}), which is worth a report")
    if found.text == left.source.text:
        # Only pairs that differ come here: two equal texts would hide it.
        return _as_it_is(right, "its merged text would be the left file")
    if 0 < changed_lines(left, right.source.text) < changed_lines(left, found.text):
        return _as_it_is(right, "so fewer lines differ")
    return found


def _noise(left: ParsedFile, right: ParsedFile, made: Aligned) -> tuple[bool, int, int, int]:
    """What to choose between views by, the least first."""
    one, two, own = (_words(comments) for comments in (left.comments, right.comments, made.comments))
    wrong = (own - (one | two)).total() + ((one & two) - own).total()
    return bool(made.whole), changed_lines(left, made.text) + MISLEADING * wrong, len(made.coarse), wrong


def _words(comments: Sequence[Comment]) -> Counter[str]:
    return Counter([comment.text for comment in comments])


def changed_lines(left: ParsedFile, text: str) -> int:
    """How many lines a diff of the left file and a text has, both sides together."""
    one, two = left.source.text.split("\n"), text.split("\n")
    return len(one) + len(two) - 2 * common_items(one, two)


def _made(check: Check, joined: Reconciled) -> Aligned:
    """The view of a pair. Where comments count they are put in last, into the text that the code alone gives."""
    without = check.unread | COMMENTS_UNREAD
    left, right = check.left, check.right
    if without == check.unread or not any(shown_comments(f.comments, check.unread) for f in (left, right)):
        return _View(check, joined).made()
    view = _View(replace(check, unread=without), joined)
    found = view.made()
    if found.whole or view.finding.joined is None:  # as it is: all comments of the right stand in it
        return found
    again = view.finding.joined
    comments = _as_written(found.comments, check.unread), _as_written(right.comments, check.unread)
    trees = again.left, again.right
    made = recommented(found.text, found.sources, right.source.text, trees, comments, check.language)
    finding = check.again(made[0]) if made else Finding()
    if made is None or finding.read is None:
        return _View(check, joined).made()
    return replace(found, text=made[0], sources=made[1], comments=finding.read.comments)


def _as_written(comments: Sequence[Comment], unread: frozenset[str]) -> list[Comment]:
    """The comments that count, with the white space that they have."""
    counted = {(c.line, c.column) for c in shown_comments(comments, unread)}
    return [c for c in comments if (c.line, c.column) in counted]


class _View:
    """Makes candidates from a pair's two layouts, each more coarsely said than the last, until one is right."""

    def __init__(self, check: Check, joined: Reconciled) -> None:
        left, right = check.left, check.right
        assert left.tree is not None
        assert right.tree is not None
        traits = check.language.traits
        self.check, self.finding = check, Finding()
        pairs = likely_pairs(joined, traits)
        self.joined = joined = named(joined, pairs, traits) if "locals-unread" in check.allowed else joined
        counted = [shown_comments(file.comments, check.unread) for file in (left, right)]
        self.left = Layout(left.source.text, left.tree, left.comments, counted[0])
        self.right = Layout(right.source.text, right.tree, right.comments, counted[1])
        self.spelling = respelled(right.tree, joined.right, self.right, traits, traits.keyword_parameters)
        self.comparison = Comparison(
            counted=self.other_comments if any(counted) else None, alike=by_node(joined, pairs)
        )
        self.coarsening = Coarsening()

    def made(self) -> Aligned:
        reason = ""
        for _ in range(MAX_ROUNDS):
            script = self.script()
            self.coarsening.of(script)
            transport = Transport(self.left, self.right, self.spelling, self.comparison, self.coarsening.plan)
            try:
                edits = transport.edits(script)
            except CoarserError as error:
                reason = "its lines cannot be told from those around it"
                if not self.coarsening.coarser(error.key, reason):
                    break
                continue
            text, sources = applied(self.left, edits)
            self.finding = self.check.of(text, edits, script, self.coarsening)
            reason = self.finding.reason
            if not reason:
                right = self.check.right.source.text
                lines = own_lines(text) if text == right else right_lines(script, transport, sources)
                read, plan = self.finding.read, self.coarsening.plan
                coarser = plan.plain or plan.runs or plan.whole
                merged = bool(coarser) or transport.tangled or is_restructured(script)
                comments = read.comments if read else ()
                coarse = self.coarsening.coarse(script)
                return Aligned(text, lines, comments, coarse, merged=merged, idle=self.idle(read))
            planned = [self.coarsening.coarser(key, reason) for key in self.finding.wrong]
            if not all(planned):
                break
        return replace(_as_it_is(self.check.right, reason), merged=True)

    def idle(self, read: ParsedFile | None) -> tuple[str, ...]:
        if read is None or read.tree is None:
            return ()
        return idle_imports(read.tree, self.left.tree, self.right.tree, self.check.language.traits)

    def script(self) -> Script:
        plan = self.coarsening.plan
        self.comparison.whole = frozenset(plan.whole)
        self.comparison.opened = frozenset(plan.opened)
        self.comparison.forced = frozenset(plan.forced)
        joined = self.joined
        return self.comparison.module(joined.left, joined.right, joined.pairs, plan.imports)

    def other_comments(self, left: Node, right: Node) -> bool:
        return self.left.counted_at(left) != self.right.counted_at(right)


def _as_it_is(right: ParsedFile, reason: str) -> Aligned:
    return Aligned(right.source.text, own_lines(right.source.text), right.comments, whole=reason)


def applied(left: Layout, edits: Sequence[Edit]) -> tuple[str, list[tuple[int, int]]]:
    """The left file's text after some edits, and of each line the left's line and the right's, 0 for none."""
    lines: list[str] = []
    sources: list[tuple[int, int]] = []
    at = 1
    for edit in [*edits, Edit(len(left.lines) + 1, len(left.lines), (), (), ())]:
        kept = range(at, min(edit.first, len(left.lines) + 1))
        lines += [left.lines[n - 1] for n in kept]
        sources += [(n, 0) for n in kept]
        lines += edit.lines
        sources += [(0, n) for n in edit.sources]
        at = max(at, edit.last + 1)
    if lines and lines[-1] != "" and left.lines[-1] == "":
        lines.append("")
        sources.append((0, 0))
    return "\n".join(lines), sources
