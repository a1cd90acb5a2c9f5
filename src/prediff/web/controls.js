// How to compare: the controls, and what they say.

let changed = () => {};
const assumptionSelects = new Map();

function radios(id, words, start) {
  for (const word of words) {
    const input = make("input");
    Object.assign(input, { type: "radio", name: id, value: word, checked: word === start });
    input.addEventListener("change", () => {
      describe();
      changed();
    });
    byId(id).append(make("label", "", input, make("span", "", word)));
  }
}

function chosen(id) {
  return document.querySelector(`input[name="${id}"]:checked`).value;
}

function startControls() {
  const { start } = data;
  byId("language").append(new Option("automatic", ""), ...Object.keys(data.languages).map((name) => new Option(name, name)));
  radios("level", data.levels, start.level);
  radios("view", [...data.views].sort(), start.view);
  for (const word of data.shown) {
    const input = make("input");
    Object.assign(input, { type: "checkbox", value: word, checked: start.show.includes(word) });
    byId("show").append(make("label", "check", input, make("span", "", word === "docs" ? "docstrings" : word)));
  }
  for (const { id, grants } of data.assumptions) {
    const select = make("select");
    select.append(new Option("", ""), new Option("assume", "assume"), new Option("refuse", "refuse"));
    select.value = start.assume.includes(id) ? "assume" : start.refuse.includes(id) ? "refuse" : "";
    select.setAttribute("aria-label", id);
    assumptionSelects.set(id, select);
    byId("assumptions").append(make("tr", "", make("td", "", id, make("small", "", grants)), make("td", "", select)));
  }
  byId("as-level").addEventListener("click", () => {
    for (const select of assumptionSelects.values()) select.value = "";
    byId("implementations").checked = false;
    describe();
    changed();
  });
  byId("words").append(new Option("none", ""), new Option("outline", "outline"));
  if (data.model) byId("words").append(new Option(`${data.model}, unverified`, "model"));
  byId("words").value = start.words;
  byId("controls").addEventListener("change", (event) => {
    if (event.target.type === "radio") return;
    describe();
    changed();
  });
  for (const menu of document.querySelectorAll(".menu")) menu.addEventListener("keydown", (event) => closeBy(menu, event));
  document.addEventListener("pointerdown", (event) => closeMenus(event.target));
  window.addEventListener("blur", () => document.activeElement?.tagName === "IFRAME" && closeMenus(null));
  describe();
}

function closeBy(menu, event) {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
  event.stopPropagation();
}

function closeMenus(but) {
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(but)) menu.open = false;
}

/** Say beside each choice what the level makes of it, and how many are set. */
function describe() {
  const level = chosen("level");
  const granted = data.levels.slice(0, data.levels.indexOf(level) + 1);
  for (const { id, level: lowest } of data.assumptions) {
    const select = assumptionSelects.get(id);
    select.options[0].text = granted.includes(lowest) ? "granted" : "not granted";
    select.classList.toggle("changed", select.value !== "");
  }
  const set = [...assumptionSelects.values()].filter((select) => select.value).length + Number(byId("implementations").checked);
  byId("assumptions-count").textContent = set || "";
  byId("show-count").textContent = choices().show.length || "";
}

function choices() {
  const named = (word) => [...assumptionSelects].filter(([, select]) => select.value === word).map(([id]) => id);
  return {
    language: byId("language").value,
    level: chosen("level"),
    view: chosen("view"),
    show: [...byId("show").querySelectorAll("input:checked")].map((input) => input.value),
    assume: named("assume"),
    refuse: named("refuse"),
    implementations: byId("implementations").checked,
    words: byId("words").value,
  };
}

/** Set some assumptions to "assume", "refuse" or "" (as the level says). */
function setAssumptions(ids, word) {
  for (const id of ids) {
    const select = assumptionSelects.get(id);
    const { level } = data.assumptions.find((one) => one.id === id);
    const granted = level && data.levels.indexOf(level) <= data.levels.indexOf(chosen("level"));
    const needless = word === (granted ? "assume" : "refuse");
    select.value = needless ? "" : word;
  }
  describe();
  changed();
}
