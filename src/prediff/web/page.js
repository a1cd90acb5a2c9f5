// Comparing: ask the server, tell how far it is, show what comes.

let running = null;

/** Run something, and tell whether it went well; what goes wrong becomes one line. */
async function guarded(action) {
  try {
    await action();
    return true;
  } catch (error) {
    if (error.name === "AbortError") return false;
    if (error instanceof Trouble) say(error.message);
    else if (error.name === "NotReadableError" || error.name === "NotFoundError") say("A file has changed since it was picked, or cannot be read: pick it again.");
    else if (error instanceof TypeError) say("prediff does not answer: it has ended, or a file has changed since it was picked.");
    else say(`The page has failed: ${error.message}`);
    return false;
  }
}

async function compare() {
  running?.abort();
  const own = (running = new AbortController());
  const shown = setTimeout(() => working("Comparing"), 250);
  say("");
  byId("result").classList.add("stale");
  const went = await guarded(async () => {
    if (sides.every((side) => side.isEmpty)) throw new Trouble("There is nothing to compare yet: paste two texts, or pick two files or two folders.");
    const answer = await fetch("/api/compare", {
      method: "POST",
      headers: { [data.header]: token, "Content-Type": "application/octet-stream" },
      body: await body(),
      signal: own.signal,
    });
    const found = await lastLine(answer);
    if (found.error) throw new Trouble(found.error);
    const focused = document.activeElement;
    showResult(found.result);
    // So that the report's keys work at once.
    current.takesFocus = !focused || focused === document.body || Boolean(focused.closest("#inputs"));
  });
  clearTimeout(shown);
  if (running !== own) return;
  running = null;
  working("");
  // Else what is shown is not what the controls say, and must not look so.
  if (went) byId("result").classList.remove("stale");
  else if (own.signal.aborted && !byId("result").hidden) say("Cancelled. What is shown is the result of before.", "note");
}

/** The last of the lines that come; those before it tell how far the comparison is. */
async function lastLine(answer) {
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let found = null;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      found = JSON.parse(line);
      if (found.total) working(`${found.done.toLocaleString("en")} of ${count(found.total, "file")}`);
    }
  }
  if (!found || found.total) throw new Trouble("prediff ended before it had an answer");
  return found;
}

function working(text) {
  byId("progress").textContent = text;
  byId("working").hidden = !text;
}

function start() {
  startControls();
  startResult();
  changed = () => {
    if (!byId("result").hidden || running) compare();
  };
  byId("compare").addEventListener("click", compare);
  byId("cancel").addEventListener("click", () => running?.abort());
  byId("swap").addEventListener("click", swapSides);
  byId("swap-result").addEventListener("click", () => {
    swapSides();
    compare();
  });
  byId("example").addEventListener("click", () => {
    fillExample();
    compare();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) compare();
  });
  // A file that is dropped beside a side must not take the place of the page.
  for (const kind of ["dragover", "drop"]) document.addEventListener(kind, (event) => event.preventDefault());
  if (data.given) {
    sides.forEach((side, at) => side.set("given", data.given.names[at], side.name));
    compare();
  } else {
    sides[0].text.focus();
  }
}

start();
