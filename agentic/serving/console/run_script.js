// A script with colours, line numbers, and what was found of it at its lines.

import { el, icon, marked } from "./dom.js";
import { lines } from "./python.js";

/** `verdict` is {valid, findings}, or null while nobody has judged it. */
export function scriptView(code, verdict) {
  const findings = Map.groupBy(verdict?.findings ?? [], ({ line }) => line);
  const source = lines(code);
  const rows = source.flatMap((pieces, index) => {
    const [number, found] = [index + 1, findings.get(index + 1) ?? []];
    const text = pieces.map(([kind, text]) => (kind ? el("span", { class: `code-${kind}` }, text) : text));
    const line = el("div", { class: `line${found.length ? " found" : ""}` }, el("span", { class: "number", "data-number": number }), el("code", {}, text.length ? text : "\n"));
    return [line, ...found.map(finding)];
  });
  const elsewhere = [...findings].filter(([line]) => line < 1 || line > source.length).flatMap(([, found]) => found);
  return el("div", { class: "script", tabindex: 0, role: "region", "aria-label": "The script" }, elsewhere.map(finding), rows);
}

function finding({ rule, line, message, fix }) {
  const where = el("span", { class: "unseen" }, line ? `Line ${line}: ` : "The whole script: ");
  return el("div", { class: "finding" }, icon("warning", 14), el("div", {}, where, el("strong", {}, marked(message)), " ", el("span", { class: "tag" }, rule), fix && el("p", {}, marked(fix))));
}
