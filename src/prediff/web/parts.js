// What the other scripts share. All text goes into text nodes.

const data = JSON.parse(document.getElementById("data").textContent);
const token = new URLSearchParams(location.search).get("token") ?? "";
const byId = (id) => document.getElementById(id);

/** A mistake of the user's, or something that cannot be read: its message is shown as it is. */
class Trouble extends Error {}

function make(tag, kind, ...content) {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  if (tag === "button") made.type = "button";
  made.append(...content);
  return made;
}

function button(text, action, label) {
  const made = make("button", "", text);
  if (label) made.setAttribute("aria-label", label);
  made.addEventListener("click", action);
  return made;
}

function count(number, thing) {
  return `${number.toLocaleString("en")} ${thing}${number === 1 ? "" : "s"}`;
}

function size(bytes) {
  if (bytes < 1024) return count(bytes, "byte");
  const short = (number) => number.toFixed(1).replace(/\.0$/, "");
  return bytes < 1 << 20 ? `${short(bytes / 1024)} KiB` : `${short(bytes / (1 << 20))} MiB`;
}

/** One line: what went wrong, or, as a note, what to know of the result. */
function say(text, kind = "") {
  byId("message").textContent = text;
  byId("message").className = kind;
  byId("message").hidden = !text;
}
