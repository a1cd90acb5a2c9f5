// Folders as the browser hands them over: picked, or dropped.

const NEVER = new Set([".git", ".hg", ".svn", ".jj", ".bzr"]); // What belongs to version control is not compared.

/** Takes files by their path in the folder; refuses more than can be sent. */
class Listing {
  constructor(name) {
    this.name = name;
    this.files = [];
    this.bytes = 0;
  }

  add(path, file) {
    this.files.push([path, file]);
    if (file.size <= data.limits.logic) this.bytes += file.size;
    const where = "; `prediff web LEFT RIGHT` compares folders where they are";
    if (this.files.length > data.limits.files) {
      throw new Trouble(`${this.name} has more than ${count(data.limits.files, "file")}${where}`);
    }
    if (this.bytes > data.limits.body) {
      throw new Trouble(`${this.name} has more than ${size(data.limits.body)}${where}`);
    }
  }
}

function listingOfPicked(list) {
  const files = [...list];
  const found = new Listing(files[0]?.webkitRelativePath.split("/")[0] ?? "");
  for (const file of files) {
    const path = file.webkitRelativePath.split("/").slice(1);
    if (!path.some((part) => NEVER.has(part))) found.add(path.join("/"), file);
  }
  return found;
}

async function listingOfDropped(entry) {
  const found = new Listing(entry.name);
  const waiting = [[entry, ""]];
  while (waiting.length) {
    const [folder, above] = waiting.pop();
    for (const one of await entriesOf(folder)) {
      if (NEVER.has(one.name)) continue;
      const path = above + one.name;
      if (one.isDirectory) waiting.push([one, `${path}/`]);
      else found.add(path, await fileOf(one));
    }
  }
  return found;
}

async function entriesOf(folder) {
  const reader = folder.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((take, fail) => reader.readEntries(take, fail)); // At most a hundred at once.
    if (!some.length) return found;
    found.push(...some);
  }
}

function fileOf(entry) {
  return new Promise((take, fail) => entry.file(take, fail));
}
