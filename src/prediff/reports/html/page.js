// Buttons and keys.

const byId = (id) => document.getElementById(id);
const help = byId("help");
let fading = 0;

function say(text) {
  byId("status").textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => (byId("status").textContent = ""), 4000);
}

function setHunk(hunk) {
  state.hunk = hunk;
  for (const head of document.querySelectorAll(".hunk")) head.classList.toggle("current", Number(head.dataset.hunk) === hunk);
  const total = data.hunks.length;
  byId("place").textContent = !total ? "no hunks" : hunk < 0 ? count(total, "hunk") : `${hunk + 1} of ${total}`;
  byId("previous").disabled = byId("next").disabled = !total;
  drawLinks();
}

function goTo(hunk) {
  if (!data.hunks.length) return;
  const total = data.hunks.length;
  setHunk((hunk + total) % total);
  const heads = panes.map((pane) => pane.code.querySelector(`.hunk[data-hunk="${state.hunk}"]`));
  panes.forEach((pane, side) => {
    pane.code.scrollTop = heads[side].offsetTop - pane.code.clientHeight / 4;
    pane.driven = pane.code.scrollTop;
  });
  drawLinks();
  heads[data.hunks[state.hunk].left[0] ? 0 : 1].focus({ preventScroll: true });
  if (!details.hidden) openHunk(state.hunk);
}

function step(by) {
  goTo(state.hunk < 0 ? (by > 0 ? 0 : -1) : state.hunk + by);
}

function setOriginal(on, which = panes) {
  const place = held(panes[0]);
  for (const pane of which) pane.original = on;
  show(place);
  byId("original").setAttribute("aria-pressed", String(panes.every((pane) => pane.original)));
}

function toggleKind(kind) {
  const button = document.querySelector(`[data-kind="${kind}"]`);
  if (button.disabled) return;
  const on = !state.kinds.delete(kind);
  if (on) state.kinds.add(kind);
  button.setAttribute("aria-pressed", String(on));
  if (on && !panes.some((pane) => pane.text.what.includes(kind))) {
    setOriginal(true);
    say("What is folded here stands in the original files only.");
  } else show();
}

function toggleEverything() {
  state.everything = !state.everything;
  byId("everything").setAttribute("aria-pressed", String(state.everything));
  opened.fill(0);
  show();
}

/** Show a line of one side's file, opening what hides it. */
function goToLine(pane, number) {
  const at = pane.lineAt(number);
  if (at < 0) return;
  const slot = pane.text.slots[at];
  opened.fill(1, Math.max(0, slot - data.context), slot + data.context + 1);
  show([slot, pane.code.clientHeight / 3], pane);
  const line = pane.lines[at];
  if (!line) return;
  line.classList.add("flash");
  line.scrollIntoView({ block: "nearest" });
}

function openBar(pane, bar) {
  const { from, to } = bar.dataset;
  const slots = pane.text.slots.slice(Number(from), Number(to));
  for (const slot of slots) opened[slot] = 1;
  show([slots[0], bar.offsetTop - pane.code.scrollTop], pane);
  pane.code.focus({ preventScroll: true });
}

function goToMoved(index) {
  for (const pane of panes) {
    const line = pane.lines[pane.movedAt[index]];
    if (!line) continue;
    pane.code.scrollTop = line.offsetTop - pane.code.clientHeight / 3;
    pane.driven = pane.code.scrollTop;
    line.classList.remove("flash");
    void line.offsetTop;
    line.classList.add("flash");
  }
  drawLinks();
}

function onPane(pane, event) {
  const target = event.target;
  const bar = target.closest(".bar");
  const head = target.closest(".hunk");
  const chip = target.closest(".moved");
  const line = target.closest(".line");
  if (bar) openBar(pane, bar);
  else if (head) openHunk(Number(head.dataset.hunk));
  else if (chip) goToMoved(Number(chip.dataset.moved));
  else if (line && getSelection().isCollapsed) {
    const at = Number(line.dataset.at);
    const hunk = slotHunk[pane.text.slots[at]];
    if (pane.text.what[at] === "c" && hunk >= 0) openHunk(hunk);
    else if (line.classList.contains("kept")) openLine(pane, at);
  }
}

const KEYS = {
  n: () => step(1),
  p: () => step(-1),
  j: () => step(1),
  k: () => step(-1),
  o: () => setOriginal(!panes.every((pane) => pane.original)),
  d: () => toggleKind("d"),
  m: () => toggleKind("m"),
  a: () => toggleKind("a"),
  f: () => toggleKind("f"),
  x: toggleEverything,
  w: toggleWords,
  "?": () => help.showModal(),
  Escape: closeDetails,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (event.key === "Enter" && state.hunk >= 0 && !event.target.closest("button, summary")) openHunk(state.hunk);
  else if (Object.hasOwn(KEYS, event.key)) KEYS[event.key]();
  else return;
  event.preventDefault();
});

function start() {
  byId("app").hidden = false;
  for (const pane of panes) {
    pane.code.addEventListener("click", (event) => onPane(pane, event));
    pane.button.addEventListener("click", () => setOriginal(!pane.original, [pane]));
  }
  for (const button of document.querySelectorAll("[data-kind]")) {
    const total = panes.reduce((sum, pane) => sum + [...data[pane.name].original.what].filter((one) => one === button.dataset.kind).length, 0);
    button.append(make("span", "count", total));
    button.disabled = !total;
    button.addEventListener("click", () => toggleKind(button.dataset.kind));
  }
  for (const button of document.querySelectorAll("[data-line]")) {
    button.addEventListener("click", () => goToLine(panes[1], Number(button.dataset.line)));
  }
  byId("next").addEventListener("click", () => step(1));
  byId("previous").addEventListener("click", () => step(-1));
  byId("original").addEventListener("click", () => setOriginal(!panes.every((pane) => pane.original)));
  byId("everything").addEventListener("click", toggleEverything);
  byId("help-button").addEventListener("click", () => help.showModal());
  show([0, Infinity]); // from above the first head
  setHunk(-1);
}

start();
