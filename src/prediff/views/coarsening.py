"""What cannot be said finely is said more coarsely: the whole lines, the block, the statement around it, the unit."""

from __future__ import annotations

from dataclasses import field

from prediff.align import definition
from prediff.lean_dataclasses import dataclass
from prediff.transport.plan import Plan
from prediff.transport.script import Entry, Key, Script
from prediff.tree import Import, ImportFrom, Match, Node, inner_blocks


@dataclass(frozen=True, slots=True)
class Coarse:
    """A unit that is shown in its own text, not in the left's clothes, with the reason."""

    unit: str
    reason: str


@dataclass(slots=True)
class Coarsening:
    """A plan that grows coarser, round by round.

    import_keys: the entries of the script that are imports. given_up: names whose imports of the left are not kept any
    more. reasons: why a unit is said coarsely, by its entry.
    """

    plan: Plan = field(default_factory=Plan)
    import_keys: frozenset[Key] = frozenset()
    given_up: set[str] = field(default_factory=set)
    reasons: dict[Key, str] = field(default_factory=dict)

    def of(self, script: Script) -> None:
        """Take up the script that is made anew for each round."""
        imports = [e.key for e in script.entries if isinstance(e.left or e.right, (Import, ImportFrom))]
        self.import_keys = frozenset(imports)

    def coarser(self, key: Key, reason: str) -> bool:
        """Plan to say an entry (a key of odd length) or a block more coarsely; False if that means the whole file."""
        plan = self.plan
        if not key:
            # An import that the left still names counts: what names it is shown as it is on the right.
            self.given_up |= plan.retained
            given_up = bool(plan.retained)
            plan.retained.clear()
            return given_up
        if len(key) % 2 == 0:
            if key not in plan.runs:
                plan.runs.add(key)
                return True
            key = key[:-1]
        elif key in self.import_keys and plan.retained:
            # An import that annotations of the left still name counts: they are shown as they are on the right.
            self.given_up |= plan.retained
            plan.retained.clear()
            return True
        elif key not in plan.plain:
            plan.plain.add(key)
            return True
        elif len(key) == 1 and () not in plan.runs and key in self.import_keys:
            plan.runs.add(())
            return True
        elif key in plan.whole and key not in plan.bare:
            plan.bare.add(key)
            return True
        elif key in plan.whole:
            return self.coarser(key[:-1], reason) if len(key) > 1 else False
        plan.whole.add(key)
        plan.plain.add(key)
        self.reasons[key[:1]] = reason
        return True

    def opened(self, line: int, script: Script) -> bool:
        """Plan to show the header or statement on a line of the left as the right has it; False if that is planned."""
        for entry in script.entries:
            if entry.left is None or not entry.left.span[0] <= line <= entry.left.span[2]:
                continue
            blocks = inner_blocks(entry.left)
            inner = [block.body for block in blocks]
            if entry.kind == "descend" and isinstance(entry.left, Match):
                inner = [entry.left.clauses]
            inside = any(n.span[0] <= line <= n.span[2] for body in inner for n in body)
            if inside and entry.kind == "descend":
                opened = [self.opened(line, inner) for inner in entry.scripts]
                return any(opened)
            if entry.kind not in ("keep", "descend"):
                known = entry.key in self.plan.plain
                self.plan.plain.add(entry.key)
                return not known
            before = len(self.plan.opened) + len(self.plan.forced)
            self.plan.opened.add(entry.key)
            if not inside:
                self.plan.forced.add(entry.key)
                self.plan.plain.add(entry.key)
            return len(self.plan.opened) + len(self.plan.forced) > before
        return False

    def coarse(self, script: Script) -> tuple[Coarse, ...]:
        """The units that are shown in their own text."""
        return tuple(
            [
                Coarse(_name(entry), self.reasons.get(entry.key, ""))
                for entry in script.entries
                if entry.key in self.plan.whole and entry.kind == "change"
            ]
        )


def _name(entry: Entry) -> str:
    node: Node | None = entry.right or entry.left
    found = definition(node) if node is not None else None
    return found.name if found is not None else f"line {node.span[0] if node is not None else 0}"
