// The two sides: a text, a file, a folder, or what the command line named.

class Side {
  constructor(name) {
    this.name = name;
    this.kind = "text";
    const root = byId("side").content.cloneNode(true).firstElementChild;
    this.root = root;
    root.id = name;
    root.setAttribute("aria-label", name === "left" ? "Left, the old one" : "Right, the new one");
    root.querySelector("h2").textContent = name === "left" ? "Left" : "Right";
    this.text = root.querySelector("textarea");
    this.label = root.querySelector(".name");
    this.card = root.querySelector(".card");
    this.text.setAttribute("aria-label", `${name} text`);
    this.text.placeholder = `Paste the ${name === "left" ? "old" : "new"} code, or drop a file or a folder here`;
    this.label.setAttribute("aria-label", `Name of the ${name} text`);
    this.listen();
    document.querySelector(".sides").append(root);
  }

  listen() {
    const pick = (kind) => {
      const input = this.root.querySelector(`input.${kind}`);
      const opener = this.root.querySelector(`.pick-${kind}`);
      opener.setAttribute("aria-label", `Pick a ${kind} for the ${this.name} side`);
      opener.addEventListener("click", () => input.click());
      return input;
    };
    const file = pick("file");
    file.setAttribute("aria-label", `${this.name} file`);
    file.addEventListener("change", () => {
      if (file.files.length) this.take(file.files[0]);
      file.value = "";
    });
    const folder = pick("folder");
    folder.setAttribute("aria-label", `${this.name} folder`);
    folder.addEventListener("change", () => {
      guarded(async () => {
        if (folder.files.length) this.takeFolder(listingOfPicked(folder.files));
        folder.value = "";
      });
    });
    const clear = this.root.querySelector(".clear");
    clear.setAttribute("aria-label", `Clear the ${this.name} side`);
    clear.addEventListener("click", () => {
      this.set("text", "", "");
      this.text.focus();
    });
    this.root.addEventListener("dragover", (event) => {
      event.preventDefault();
      this.root.classList.add("over");
    });
    this.root.addEventListener("dragleave", (event) => {
      if (!this.root.contains(event.relatedTarget)) this.root.classList.remove("over");
    });
    this.root.addEventListener("drop", (event) => {
      this.root.classList.remove("over");
      if (event.dataTransfer.files.length) {
        event.preventDefault();
        drop(this, event.dataTransfer);
      }
    });
  }

  /** What the side holds, as `set` takes it. */
  get held() {
    return [this.kind, this.label.value, this.kind === "text" ? this.text.value : this.content];
  }

  set(kind, name, content) {
    this.kind = kind;
    this.content = content;
    this.label.value = name;
    this.label.disabled = kind !== "text";
    this.text.value = kind === "text" ? content : "";
    this.text.hidden = kind !== "text";
    this.card.hidden = kind === "text";
    if (kind === "text") return;
    this.card.querySelector(".what").textContent = kind === "folder" ? `${name}/` : name;
    this.card.querySelector(".about").textContent = {
      file: () => `A file, ${size(content.size)}`,
      folder: () => `A folder, ${count(content.files.length, "file")}, ${size(content.bytes)}`,
      given: () => `A ${data.given.folders ? "folder" : "file"} on this machine, read anew each time`,
    }[kind]();
  }

  take(file) {
    say("");
    this.set("file", file.name, file);
  }

  takeFolder(listing) {
    say("");
    this.set("folder", listing.name, listing);
  }

  get isEmpty() {
    return this.kind === "text" && !this.text.value;
  }

  /** What to send: the words about it, and the contents in their order. */
  sent() {
    const name = this.label.value.trim();
    const given = data.given && this.kind === "given";
    if (given) return [{ kind: "given", side: this.content }, []];
    if (this.kind === "folder") {
      const files = this.content.files;
      const blobs = files.map(([, file]) => file).filter((file) => file.size <= data.limits.logic);
      return [{ kind: "folder", name, files: files.map(([path, file]) => [path, file.size]) }, blobs];
    }
    if (this.kind === "text" && this.text.value.isWellFormed?.() === false) {
      throw new Trouble(`the ${this.name} text holds half a character, which cannot be sent; pick the file instead`);
    }
    const blob = this.kind === "text" ? new Blob([this.text.value]) : this.content;
    if (blob.size > data.limits.file) {
      const shown = name || `the ${this.name} text`;
      throw new Trouble(`${shown} has ${size(blob.size)}, over the ${size(data.limits.file)} that the page takes; \`prediff diff\` takes more`);
    }
    return [{ kind: this.kind, name, size: blob.size }, [blob]];
  }
}

const sides = [new Side("left"), new Side("right")];

/** Take what was dropped on a side; of two things one for each side. */
function drop(side, transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const files = [...transfer.files];
  guarded(async () => {
    const into = Math.max(entries.length, files.length) === 2 ? sides : [side];
    for (const [at, one] of into.entries()) {
      if (entries[at]?.isDirectory) one.takeFolder(await listingOfDropped(entries[at]));
      else if (files[at]) one.take(files[at]);
    }
  });
}

function swapSides() {
  const [left, right] = sides.map((side) => side.held);
  sides[0].set(...right);
  sides[1].set(...left);
}

async function body() {
  const found = sides.map((side) => side.sent());
  const head = new TextEncoder().encode(JSON.stringify({ choices: choices(), sides: found.map(([words]) => words) }));
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, head.length);
  const made = new Blob([length.buffer, head, ...found.flatMap(([, blobs]) => blobs)]);
  if (made.size > data.limits.body) {
    throw new Trouble(`both sides have ${size(made.size)}, over the ${size(data.limits.body)} that can be sent; \`prediff web LEFT RIGHT\` compares folders where they are`);
  }
  return made;
}

const EXAMPLE = [
  `import os


def load(path, limit):
    rows = []
    with open(path) as file:
        for line in file:
            fields = line.strip().split(",")
            if len(fields) > limit:
                raise ValueError("line too long: {}".format(line))
            rows.append(fields)
    return rows


def newest(folder):
    best = None
    for name in os.listdir(folder):
        if not name.startswith("."):
            if best is None or name > best:
                best = name
    return best
`,
  `import os


def newest(folder: str) -> str | None:
    """The last name in the order of the alphabet."""
    latest = None
    for name in os.listdir(folder):
        if name.startswith("."):
            continue
        if latest is None or name > latest:
            latest = name
    return latest


def load(path: str, limit: int) -> list[list[str]]:
    """The fields of each line."""
    rows: list[list[str]] = []
    with open(path) as handle:
        for line in handle:
            fields = line.strip().split(",")
            if len(fields) >= limit:
                raise ValueError(f"line too long: {line}")
            rows.append(fields)
    return rows
`,
];

function fillExample() {
  sides.forEach((side, at) => side.set("text", "", EXAMPLE[at]));
}
