// The result: the report in a frame of its own origin, and what stands beside it.

let frame = byId("report");
let current = null; // name, folders, what stands beside the page that is shown, and at which pair it is to be

function urlOf(pair) {
  return `/result/${current.name}/${pair === undefined ? "" : `pair/${pair}`}`;
}

function showResult(result) {
  // Where the same folders are compared in another way, the pair that is looked at stays.
  const path = current?.folders && !byId("result").hidden ? current.index.pairs[current.about.pair] : undefined;
  const pair = result.folders && path !== undefined ? result.about.pairs.indexOf(path) : -1;
  current = { ...result, index: result.about };
  byId("inputs").hidden = true;
  byId("result").hidden = false;
  byId("back").hidden = false;
  byId("pairs").hidden = !result.folders;
  newFrame();
  go(pair < 0 ? undefined : pair);
}

/** A frame for each result: one that was hidden may stay blank in Chromium, and the browser's history would keep the
    results before. */
function newFrame() {
  const made = frame.cloneNode();
  made.removeAttribute("src");
  frame.replaceWith(made);
  frame = made;
  made.addEventListener("load", () => made === frame && guarded(onLoad));
}

function go(pair) {
  current.at = pair;
  frame.src = urlOf(pair);
}

/** The pair before or after, also where the one that was asked for last is still to come. */
function step(by) {
  const total = current.index.pairs.length;
  const from = current.at ?? (by < 0 ? total : -1);
  go(Math.min(total - 1, Math.max(0, from + by)));
}

async function onLoad() {
  if (!frame.src) return;
  const asked = current;
  const at = asked.at;
  if (asked.takesFocus) frame.focus();
  asked.takesFocus = false;
  if (asked.folders) {
    const answer = await fetch(`/api/result/${asked.name}`, { headers: { [data.header]: token } });
    if (!answer.ok || asked !== current) return;
    current.about = await answer.json();
    if (current.at === at) current.at = current.about.pair; // a link in the page may have led there
  }
  showBeside();
}

function showBeside() {
  const { about, folders, index } = current;
  const isIndex = folders && about.pair === undefined;
  byId("alone").href = urlOf(about.pair);
  byId("guess").textContent = about.guessed ? `read as ${about.guessed}: guessed from the texts` : "";
  if (folders) {
    const total = index.pairs.length;
    byId("all").disabled = isIndex;
    byId("previous").disabled = !total || (!isIndex && about.pair === 0);
    byId("next").disabled = !total || about.pair === total - 1;
    byId("pair").textContent = isIndex ? count(total, "pair") : `${about.pair + 1} of ${total}: ${index.pairs[about.pair]}`;
    byId("pair").title = byId("pair").textContent;
  }
  say(about.notes.join(" \u00b7 "), "note");
  byId("beside").replaceChildren(...(isIndex ? [] : besideParts(about)));
  byId("beside-button").disabled = isIndex;
  openBeside();
}

function besideParts(about) {
  const parts = [];
  if (about.hints.length) parts.push(make("h3", "", "Would be the same"), make("ul", "", ...hintItems(about.hints)));
  if (about.assumptions.length) {
    parts.push(make("h3", "", "Rests on"), make("ul", "", ...about.assumptions.map(assumptionItem)));
  }
  if (about.rules.length) {
    parts.push(make("h3", "", `Rules, ${count(about.rules.reduce((sum, rule) => sum + rule.count, 0), "fold")}`));
    parts.push(make("ul", "", ...about.rules.map(ruleItem)));
  }
  if (!parts.length) parts.push(make("p", "", "No rule was applied, and nothing assumed."));
  return parts;
}

/** An item for each set of assumptions that would help, with the units that it would help. */
function hintItems(hints) {
  const groups = new Map();
  for (const hint of hints) {
    const key = hint.under.join(", ");
    groups.set(key, [...(groups.get(key) ?? []), hint]);
  }
  return [...groups].map(([key, some]) => {
    const units = some.map((hint) => (hint.lines ? `${hint.unit} (${count(hint.lines, "line")} fewer)` : hint.unit));
    const act = button("Assume", () => setAssumptions(some[0].under, "assume"), `Assume ${key}`);
    return make("li", "", make("b", "", units.join(", ")), act, make("small", "", `under ${key}`));
  });
}

function assumptionItem({ id, grants, by }) {
  const act = button("Refuse", () => setAssumptions([id], "refuse"), `Refuse ${id}`);
  return make("li", "", make("code", "", id), act, make("small", "", `${grants} (${by})`));
}

function ruleItem({ id, count: times, summary }) {
  return make("li", "", make("code", "", id), make("span", "number", times), make("small", "", summary));
}

async function save() {
  const answer = await fetch(byId("alone").href);
  if (!answer.ok) throw new Trouble("this result is gone: compare again");
  const link = make("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = "prediff.html";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function startResult() {
  byId("all").addEventListener("click", () => go());
  byId("previous").addEventListener("click", () => step(-1));
  byId("next").addEventListener("click", () => step(1));
  byId("save").addEventListener("click", () => guarded(save));
  byId("edit").addEventListener("click", showInputs);
  byId("back").addEventListener("click", () => {
    byId("inputs").hidden = true;
    byId("result").hidden = false;
  });
  byId("beside-button").addEventListener("click", () => {
    wantsBeside = !wantsBeside;
    openBeside();
  });
}

let wantsBeside = matchMedia("(min-width: 861px)").matches;

function openBeside() {
  const open = wantsBeside && !byId("beside-button").disabled;
  byId("beside").hidden = !open;
  byId("beside-button").setAttribute("aria-expanded", String(open));
}

function showInputs() {
  byId("result").hidden = true;
  byId("inputs").hidden = false;
}
