// The two panes: which lines are seen, and how they scroll together. All text goes into text nodes.

const data = JSON.parse(document.getElementById("data").textContent);
const SHORT = 4; // Fewer equal lines than this are not worth a bar.
const SMALL = 80; // With no hunk, a text of at most so many lines is shown whole.
const state = { kinds: new Set(), everything: false, hunk: -1 };
const opened = new Uint8Array(data.slots + 1);
const slotChange = new Int32Array(data.slots + 1).fill(-1);
data.changes.forEach(([start, end], change) => slotChange.fill(change, start, end));
const slotHunk = new Int32Array(data.slots + 1).fill(-1);
const slotArea = new Int32Array(data.slots + 1).fill(-1); // The lines before and between changes too.
data.hunks.forEach(({ from, slots: [start, end] }, hunk) => {
  slotArea.fill(hunk, from, end);
  for (let slot = start; slot < end; slot++) if (slotChange[slot] >= 0) slotHunk[slot] = hunk;
});

function make(tag, kind, text) {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  if (text !== undefined) made.textContent = text;
  if (tag === "button") made.type = "button";
  return made;
}

function count(number, thing) {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}

function span([first, last]) {
  if (!first) return "nothing here";
  return first === last ? `line ${first}` : `lines ${first}\u2013${last}`;
}

/** How many columns of space a line starts with: what of it is wrapped hangs below its first word. */
function indent(pieces) {
  const space = /^[ \t]*/.exec(pieces[1] ?? "")[0];
  return space.length + 3 * (space.split("\t").length - 1);
}

class Pane {
  constructor(side) {
    this.side = side;
    this.name = side ? "right" : "left";
    this.root = document.getElementById(this.name);
    this.code = this.root.querySelector(".code");
    this.button = this.root.querySelector(".mode");
    this.original = false;
    this.driven = -1;
  }

  get text() {
    return data[this.name][this.original ? "original" : "shown"];
  }

  /** The place in the text of the first line of the source with this number or a greater one. */
  lineAt(number) {
    return this.text.numbers.findIndex((one) => one >= number);
  }

  render(seen) {
    const { rows, slots, what } = this.text;
    const made = document.createDocumentFragment();
    const heads = this.heads();
    const moved = this.moved();
    this.movedAt = data.moved.map(() => -1);
    for (const [at, index] of moved) this.movedAt[index] = at;
    this.lines = new Array(rows.length).fill(null);
    for (let at = 0; at < rows.length; ) {
      let end = at;
      while (end < rows.length && !seen[slots[end]]) end++;
      if (end > at) made.append(this.bar(at, end));
      if (end === rows.length) break;
      for (const hunk of heads.get(end) ?? []) made.append(this.head(hunk));
      made.append((this.lines[end] = this.line(end, what[end], moved.get(end))));
      at = end + 1;
    }
    for (const hunk of heads.get(rows.length) ?? []) made.append(this.head(hunk));
    if (!rows.length) made.append(make("p", "nothing", this.original ? "An empty file." : "Nothing but docs, comments and blank lines."));
    this.code.replaceChildren(made);
    this.button.textContent = this.original ? "original" : data.called[this.side];
    this.button.setAttribute("aria-pressed", String(this.original));
    this.button.setAttribute("aria-label", `${this.name}: ${this.button.textContent}; press for the other`);
  }

  /** For each line before which hunks start their numbers. */
  heads() {
    const { slots } = this.text;
    const found = new Map();
    const first = new Array(data.hunks.length).fill(-1);
    slots.forEach((slot, at) => {
      const hunk = slotArea[slot];
      if (hunk >= 0 && first[hunk] < 0) first[hunk] = at;
    });
    data.hunks.forEach(({ slots: [, end] }, hunk) => {
      let at = first[hunk];
      if (at < 0) at = slots.findIndex((slot) => slot >= end);
      if (at < 0) at = slots.length;
      found.set(at, [...(found.get(at) ?? []), hunk]);
    });
    return found;
  }

  moved() {
    const found = new Map();
    data.moved.forEach((unit, index) => {
      const at = this.lineAt(unit[this.name]);
      if (at >= 0) found.set(at, index);
    });
    return found;
  }

  line(at, what, moved) {
    const { rows, numbers } = this.text;
    const kind = what === "c" ? (this.side ? "new" : "old") : state.kinds.has(what) ? "kept" : "";
    const made = make("div", kind ? `line ${kind}` : "line");
    made.dataset.at = at;
    made.append(make("span", "no", numbers[at] || ""));
    const text = make("span", "text");
    const pieces = data.lines[rows[at]];
    text.style.setProperty("--indent", indent(pieces));
    for (let i = 0; i < pieces.length; i += 2) {
      text.append(pieces[i] ? make("span", [...pieces[i]].join(" "), pieces[i + 1]) : pieces[i + 1]);
    }
    if (moved !== undefined) {
      const other = this.side ? "left" : "right";
      const chip = make("button", "moved", `moved: ${other} ${data.moved[moved][other]}`);
      chip.dataset.moved = moved;
      text.append(chip);
    }
    made.append(text);
    return made;
  }

  bar(at, end) {
    const made = make("button", "bar");
    made.dataset.from = at;
    made.dataset.to = end;
    made.append(make("span", "", "\u22ef"), make("span", "", count(end - at, this.original ? "line" : "equal line")));
    made.setAttribute("aria-expanded", "false");
    return made;
  }

  head(hunk) {
    const made = make("button", hunk === state.hunk ? "hunk current" : "hunk");
    const found = data.hunks[hunk];
    made.dataset.hunk = hunk;
    made.append(make("b", "", hunk + 1));
    if (found.unit) made.append(make("span", "unit", found.unit));
    made.append(make("span", "lines", span(found[this.name])), make("span", "why", "why?"));
    made.setAttribute("aria-label", `Hunk ${hunk + 1}${found.unit ? ` in ${found.unit}` : ""}, ${this.name} ${span(found[this.name])}`);
    return made;
  }

  /** Where each slot and each change is, in pixels of the scrolled content. */
  measure() {
    const { slots, what } = this.text;
    this.tops = new Map();
    this.ranges = data.changes.map(() => null);
    this.lines.forEach((line, at) => {
      if (!line) return;
      const top = line.offsetTop;
      if (!this.tops.has(slots[at])) this.tops.set(slots[at], top);
      const change = slotChange[slots[at]];
      if (change < 0 || what[at] !== "c") return;
      const range = (this.ranges[change] ??= [top, top]);
      range[1] = top + line.offsetHeight;
    });
    this.ranges.forEach((range, change) => (this.ranges[change] = range ?? this.gap(change)));
  }

  /** Where lines that this side has not would be. */
  gap(change) {
    const hunk = slotHunk[data.changes[change][0]];
    for (let slot = data.changes[change][1]; slot < data.slots; slot++) {
      if (this.tops.has(slot)) return [this.tops.get(slot), this.tops.get(slot)];
    }
    const head = this.code.querySelector(`.hunk[data-hunk="${hunk}"]`);
    const y = head ? head.offsetTop + head.offsetHeight : 0;
    return [y, y];
  }
}

const panes = [new Pane(0), new Pane(1)];

function seenSlots() {
  const seen = new Uint8Array(data.slots + 1);
  const mark = (start, end, around) => seen.fill(1, Math.max(0, start - around), Math.min(seen.length, end + around));
  if (state.everything || (!data.changes.length && data.slots <= SMALL)) return seen.fill(1);
  for (const [start, end] of data.changes) mark(start, end, data.context);
  for (const pane of panes) {
    const { slots, what } = pane.text;
    slots.forEach((slot, at) => {
      if (state.kinds.has(what[at])) mark(slot, slot + 1, 1);
    });
    for (const at of pane.moved().keys()) mark(slots[at], slots[at] + 1, 0);
  }
  for (let slot = 0, start = 0; slot <= data.slots; slot++) {
    if (opened[slot]) seen[slot] = 1;
    if (slot < data.slots && !seen[slot] && !opened[slot]) continue;
    if (slot - start < SHORT) seen.fill(1, start, slot);
    start = slot + 1;
  }
  return seen;
}

/** The slot that is at the upper third of a pane, and how far below its top edge; the first one where it is at its top. */
function held(pane) {
  if (!pane.code.scrollTop) return [0, Infinity];
  const y = pane.code.scrollTop + pane.code.clientHeight / 3;
  let best = [0, 0];
  for (const [slot, top] of pane.tops ?? []) if (top <= y && top >= best[1]) best = [slot, top];
  return [best[0], best[1] - pane.code.scrollTop];
}

function show([slot, y] = held(panes[0]), by = panes[0]) {
  const seen = seenSlots();
  for (const pane of panes) pane.render(seen);
  measure();
  scrollTo(by, slot, y);
}

function measure() {
  for (const pane of panes) pane.measure();
  anchors = joined();
  drawLinks();
}

function scrollTo(pane, slot, y) {
  let at = slot;
  while (at > 0 && !pane.tops.has(at)) at--;
  pane.code.scrollTop = Math.max(0, (pane.tops.get(at) ?? 0) - y);
  follow(pane);
}

let anchors = [[], []];

/** Heights of the left and those of the right that belong together, both rising: the longest chain, so that what moved
    does not make a pane jump. */
function joined() {
  const pairs = [];
  for (const [slot, top] of panes[0].tops) if (panes[1].tops.has(slot)) pairs.push([top, panes[1].tops.get(slot)]);
  pairs.sort((one, two) => one[0] - two[0]);
  const tails = [];
  const before = new Int32Array(pairs.length);
  pairs.forEach(([, y], index) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[tails[middle]][1] < y) low = middle + 1;
      else high = middle;
    }
    before[index] = low ? tails[low - 1] : -1;
    tails[low] = index;
  });
  const chain = [];
  for (let index = tails.length ? tails[tails.length - 1] : -1; index >= 0; index = before[index]) chain.push(pairs[index]);
  chain.push([0, 0]);
  chain.reverse();
  chain.push(panes.map((pane) => pane.code.scrollHeight));
  return [chain.map((pair) => pair[0]), chain.map((pair) => pair[1])];
}

function across(side, y) {
  const own = anchors[side];
  const other = anchors[1 - side];
  let low = 0;
  let high = own.length - 1;
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if (own[middle] <= y) low = middle;
    else high = middle;
  }
  const part = own[high] > own[low] ? (y - own[low]) / (own[high] - own[low]) : 0;
  return other[low] + part * (other[high] - other[low]);
}

/** Scroll the other pane so that what belongs together is at one height: at the top edge when scrolled to the top, at
    the bottom edge when scrolled to the bottom. */
function follow(pane) {
  const other = panes[1 - pane.side];
  const room = pane.code.scrollHeight - pane.code.clientHeight;
  const part = room > 0 ? pane.code.scrollTop / room : 0;
  const y = across(pane.side, pane.code.scrollTop + part * pane.code.clientHeight);
  other.code.scrollTop = y - part * other.code.clientHeight;
  other.driven = other.code.scrollTop;
  drawLinks();
}

for (const pane of panes) {
  pane.code.addEventListener("scroll", () => {
    const own = Math.abs(pane.code.scrollTop - pane.driven) > 1;
    pane.driven = -1;
    if (own) follow(pane);
  }, { passive: true });
}
new ResizeObserver(() => panes[0].lines && measure()).observe(document.querySelector("main"));
