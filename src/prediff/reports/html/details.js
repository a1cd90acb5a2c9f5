// Why a hunk is shown, or a line folded: the rules that were applied there, and the assumptions they rest on.

const details = document.getElementById("details");
let opener = null;

function foldsOn(ranges) {
  return data.folds.filter(({ side, lines }) => {
    const [first, last] = ranges[side];
    return first && lines.some(([start, end]) => start <= last && first <= end);
  });
}

function places(folds) {
  const found = folds.flatMap(({ side, lines }) => lines.map(([first, last]) => [side, first, last]));
  found.sort((one, two) => one[0] - two[0] || one[1] - two[1]);
  const shown = [...new Set(found.map(([side, first, last]) => `${side ? "right" : "left"} ${span([first, last])}`))];
  return shown.slice(0, 4).join(", ") + (shown.length > 4 ? ` and ${shown.length - 4} more` : "");
}

function section(title, items) {
  if (!items.length) return [];
  const list = make("ul", items.some(([, text]) => text) ? "" : "short");
  for (const [name, text, more] of items) {
    const item = make("li");
    item.append(make("code", "", name));
    if (more) item.append(" ", make("span", "where", more));
    if (text) item.append(make("br"), text);
    list.append(item);
  }
  return [make("h3", "", title), list];
}

function explain(title, ranges, unit, shown) {
  const folds = foldsOn(ranges);
  const rules = byRule(folds);
  const assumptions = [...new Set(folds.flatMap((fold) => fold.under))].sort();
  const units = new Set([unit, ...folds.map((fold) => fold.unit)]);
  const renames = data.renames.filter((rename) => units.has(rename.unit));
  const hints = shown ? data.hints.filter((hint) => hint.unit === unit || (!unit && hint.unit === "(module)")) : [];
  const close = make("button", "close", "\u00d7");
  close.setAttribute("aria-label", "Close");
  close.addEventListener("click", closeDetails);
  const found = [close, make("h2", "", title)];
  if (!folds.length) found.push(make("p", "", shown ? "No rule was applied here." : "Only layout, comments or the spelling of literals changed: no rule was needed."));
  for (const hint of hints) {
    const gain = hint.lines ? `show ${count(hint.lines, "line")} less` : "be the same";
    found.push(make("p", "", `${hint.unit || "The module"} would ${gain} under ${hint.under.join(", ")}.`));
  }
  found.push(...section("Rules applied around here", [...rules].map(([rule, own]) => [rule, data.rules[rule], places(own)])));
  found.push(...section("Names shown as on the left", renames.map(({ left, right }) => [`${right} \u2192 ${left}`, ""])));
  found.push(...section("Assumptions", assumptions.map((name) => [name, "", `granted by ${data.granted[name]}`])));
  if (details.hidden) opener = document.activeElement;
  details.replaceChildren(...found);
  details.hidden = false;
  details.scrollTop = 0;
}

function byRule(folds) {
  const found = new Map();
  for (const fold of folds) found.set(fold.rule, [...(found.get(fold.rule) ?? []), fold]);
  return found;
}

function openHunk(hunk) {
  const { unit, left, right, around } = data.hunks[hunk];
  setHunk(hunk);
  explain(`Hunk ${hunk + 1}${unit ? ` in ${unit}` : ""}: left ${span(left)}, right ${span(right)}`, around, unit, true);
}

/** A line that changed and is folded: what was done with it. */
function openLine(pane, at) {
  const { slots, numbers } = pane.text;
  const ranges = panes.map((one) => {
    const own = one.text.slots.flatMap((slot, line) => (slot === slots[at] ? [one.text.numbers[line]] : []));
    const found = own.filter((number) => number);
    return found.length ? [Math.min(...found), Math.max(...found)] : [0, 0];
  });
  if (numbers[at]) ranges[pane.side] = [numbers[at], numbers[at]];
  explain(`Folded: ${pane.name} ${span(ranges[pane.side])}`, ranges, "", false);
}

function closeDetails() {
  if (details.hidden) return false;
  const inside = details.contains(document.activeElement);
  details.hidden = true;
  if (inside) opener?.focus({ preventScroll: true });
  return true;
}
