// Makes elements. Text reaches the page only as text nodes: nothing here, and nothing that uses it, parses markup.

const SVG = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set(["value", "checked", "disabled", "open", "hidden", "selected", "required"]);

/** An element with attributes, listeners (`on: {click}`), numbers for CSS variables (`css: {"--from": 3}`) and children. */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "css") for (const [property, to] of Object.entries(value)) element.style.setProperty(property, to);
    else if (PROPERTIES.has(name)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  add(element, children);
  return element;
}

export function add(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false || child === "") continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Put `children` in the place of what `element` holds. */
export function fill(element, ...children) {
  element.replaceChildren();
  add(element, children);
}

/** A region that is made anew only where its facts have changed, so that focus and what is open stay. */
export function region(element, make) {
  let shown;
  return (facts) => {
    const now = JSON.stringify(facts) ?? "";
    if (now === shown) return;
    shown = now;
    fill(element, make(facts));
  };
}

const ICONS = {
  new: "M12 5v14M5 12h14",
  history: "M4 6h16M4 12h16M4 18h10",
  plugins: "M9 3v4M15 3v4M6 7h12v5a6 6 0 0 1-12 0zM12 18v3",
  doctor: "M3 12h4l3-7 4 14 3-7h4",
  check: "M5 12.5l4.5 4.5L19 7.5",
  cross: "M6 6l12 12M18 6L6 18",
  pause: "M9 6v12M15 6v12",
  note: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 11v5M12 8v.01",
  question: "M9 9a3 3 0 1 1 4.2 2.8c-.8.4-1.2 1-1.2 2.2M12 17.5v.01",
  stop: "M7 7h10v10H7z",
  copy: "M9 9h10v10H9zM5 15V5h10",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 3v1.5M12 19.5v1.5M4.5 12H3M21 12h-1.500M6.5 6.5l-1-1M18.5 18.5l-1-1M6.5 17.5l-1 1M18.5 5.5l-1 1",
  moon: "M19 14.5A7.5 7.5 0 0 1 9.5 5a7.5 7.5 0 1 0 9.5 9.5z",
  system: "M4 5h16v11H4zM9 20h6M12 16v4",
  again: "M4 12a8 8 0 1 0 2.5-5.8M4 4v4h4",
  warning: "M12 4l9 16H3zM12 10v4M12 17v.01",
  key: "M14 10a4 4 0 1 0-3 3.9L13 16h2v2h2v2h3v-3z",
};

/** A line icon that says nothing to screen readers: the words beside it do. */
export function icon(name, size = 16) {
  const svg = document.createElementNS(SVG, "svg");
  const facts = { viewBox: "0 0 24 24", width: size, height: size, fill: "none", stroke: "currentColor", "stroke-width": 2 };
  for (const [attribute, value] of Object.entries(facts)) svg.setAttribute(attribute, value);
  svg.setAttribute("stroke-linecap", "round");
  svg.setAttribute("stroke-linejoin", "round");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** Text whose parts in `backticks` are code, as our own messages have them; each part is a text node. */
export function marked(text) {
  return String(text ?? "").split("`").map((part, index, parts) => (index % 2 && index < parts.length - 1 ? el("code", {}, part) : index % 2 ? `\`${part}` : part));
}

/** Say something to screen readers without moving anybody. */
export function announce(text) {
  document.getElementById("announcements").textContent = text;
}
