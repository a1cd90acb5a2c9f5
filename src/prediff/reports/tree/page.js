const rows = [...document.querySelectorAll("#rows tr")];
const buttons = [...document.querySelectorAll(".kinds button")];
const search = document.getElementById("search");
const shown = document.getElementById("shown");
const nothing = document.getElementById("nothing");
let kind = "";

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const row of rows) {
    const path = row.querySelector(".path").textContent.toLowerCase();
    const fits = (!kind || row.className === kind) && words.every(word => path.includes(word));
    row.hidden = !fits;
    count += fits;
  }
  for (const button of buttons) {
    button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
  }
  shown.textContent = count === rows.length ? "" : `${count} of ${rows.length}`;
  nothing.hidden = count > 0;
}

for (const button of buttons) {
  button.addEventListener("click", () => {
    kind = kind === button.dataset.kind ? "" : button.dataset.kind;
    filter();
  });
}
search.addEventListener("input", filter);
document.addEventListener("keydown", event => {
  if (event.key === "/" && document.activeElement !== search) {
    event.preventDefault();
    search.focus();
  } else if (event.key === "Escape" && document.activeElement === search) {
    search.value = "";
    filter();
    search.blur();
  }
});
document.getElementById("toolbar").hidden = false;
