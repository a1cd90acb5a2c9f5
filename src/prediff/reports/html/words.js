// The words beside the diff: what each unit does and what changed in it. A click on a change shows its lines.

const words = document.getElementById("words");

function quoted(label, text, kind) {
  const line = make("p", kind);
  line.append(make("span", "tag", label), text);
  return line;
}

/** Show the lines that a change is about on both sides, and mark them. */
function goToChange(ranges) {
  const places = ranges.map((own, side) => (own.length ? panes[side].lineAt(own[0][0]) : -1));
  panes.forEach((pane, side) => {
    if (places[side] < 0) return;
    const slot = pane.text.slots[places[side]];
    opened.fill(1, Math.max(0, slot - data.context), slot + data.context + 1);
  });
  const first = places.findIndex((at) => at >= 0);
  if (first < 0) return;
  const pane = panes[first];
  show([pane.text.slots[places[first]], pane.code.clientHeight / 3], pane);
  panes.forEach((one, side) => {
    one.text.numbers.forEach((number, at) => {
      const inside = ranges[side].some(([start, end]) => start <= number && number <= end);
      if (number && inside && one.lines[at]) flash(one.lines[at]);
    });
  });
}

function flash(line) {
  line.classList.remove("flash");
  void line.offsetTop;
  line.classList.add("flash");
}

function change({ kind, text, where, lines }) {
  const item = make("li");
  const button = make(lines.some((own) => own.length) ? "button" : "span", "change");
  button.append(make("span", "kind", kind), make("span", "says", text));
  if (where) button.append(make("span", "where", where));
  if (button.localName === "button") button.addEventListener("click", () => goToChange(lines));
  item.append(button);
  return item;
}

function unitWords(unit) {
  const made = make("article", "unit-words");
  const head = make("h3");
  head.append(make("span", "name", unit.name), make("span", data.words.verified ? "by" : "by unverified", data.words.by));
  if (unit.where) head.append(make("span", "where", unit.where));
  made.append(head);
  if (unit.left && unit.left === unit.right) made.append(quoted("does", unit.left, "does"));
  else {
    if (unit.left) made.append(quoted("was", unit.left, "was"));
    if (unit.right) made.append(quoted("now", unit.right, "now"));
  }
  if (unit.changes.length) {
    const list = make("ul");
    list.append(...unit.changes.map(change));
    made.append(list);
  }
  return made;
}

function suggestion({ by, checked, text }) {
  const line = make("p", "suggestion");
  line.append(make("span", checked ? "by" : "by unverified", by), text);
  return line;
}

function toggleWords() {
  if (!data.words) return;
  words.hidden = !words.hidden;
  wordsButton.setAttribute("aria-pressed", String(!words.hidden));
}

const wordsButton = document.getElementById("words-button");
if (data.words) {
  const { units, suggestions, rest } = data.words;
  words.append(...units.map(unitWords), ...suggestions.map(suggestion), ...rest.map((text) => make("p", "rest", text)));
  words.hidden = false;
  wordsButton.addEventListener("click", toggleWords);
} else wordsButton.remove();
