// What is drawn between the panes: a band for each change, a line for each unit that moved.

const links = document.getElementById("links");

function shape(tag, kind, attributes, title) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  made.setAttribute("class", kind);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (title) {
    const text = document.createElementNS("http://www.w3.org/2000/svg", "title");
    text.textContent = title;
    made.append(text);
  }
  return made;
}

function drawLinks() {
  const { width, height } = links.getBoundingClientRect();
  if (!width || !panes[0].ranges) return;
  const top = panes[0].code.getBoundingClientRect().top - links.getBoundingClientRect().top;
  // From heights in a pane to heights in the drawing.
  const shifts = panes.map((pane) => top - pane.code.scrollTop);
  // What has both its ends out of sight is not drawn, even where it would pass by.
  const seen = (from, to) => to >= top && from <= height;
  const made = [];
  data.changes.forEach((_, change) => {
    const [[a, b], [c, d]] = panes.map((pane, side) => pane.ranges[change].map((y) => y + shifts[side]));
    if (!seen(a, b) && !seen(c, d)) return;
    const hunk = slotHunk[data.changes[change][0]];
    const middle = width / 2;
    const path = `M0,${a} C${middle},${a} ${middle},${c} ${width},${c} V${d} C${middle},${d} ${middle},${b} 0,${b} Z`;
    const band = shape("path", hunk === state.hunk ? "band current" : "band", { d: path });
    band.dataset.hunk = hunk;
    made.push(band);
  });
  data.moved.forEach((unit, index) => {
    const [one, two] = panes.map((pane, side) => {
      const line = pane.lines[pane.movedAt[index]];
      return line ? line.offsetTop + 10 + shifts[side] : null;
    });
    if (one === null || two === null || !(seen(one, one) || seen(two, two))) return;
    const middle = width / 2;
    const path = `M4,${one} C${middle},${one} ${middle},${two} ${width - 4},${two}`;
    made.push(shape("path", "move", { d: path }, `${unit.name} moved`));
    made.push(shape("circle", "end", { cx: 4, cy: one, r: 2.5 }), shape("circle", "end", { cx: width - 4, cy: two, r: 2.5 }));
  });
  const clip = shape("svg", "", { y: top, height: Math.max(0, height - top), width, viewBox: `0 ${top} ${width} ${Math.max(0, height - top)}` });
  clip.append(...made);
  links.replaceChildren(clip);
}

links.addEventListener("click", (event) => {
  const hunk = event.target.dataset?.hunk;
  if (hunk !== undefined) openHunk(Number(hunk));
});
