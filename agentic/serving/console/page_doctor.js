// What works on this machine and what does not.

import { add, el, fill, icon, marked } from "./dom.js";
import { loading, pageHead, said } from "./shared.js";
import { get } from "./api.js";

const SIGNS = { ok: ["check", "good", "good"], note: ["note", "none", "a note"], warning: ["warning", "wait", "a warning"] };
const GROUPS = [
  ["Sandbox", (name) => name.startsWith("layer ")],
  ["Plugins", (name) => name.startsWith("plugin ")],
  ["Machine", () => true],
];

export async function doctorPage(page, { signal }) {
  const list = el("div", { class: "options" }, loading());
  add(page, [pageHead("Doctor", "What works here, and what does not."), list]);
  const { healthy, items } = await get("doctor", signal);
  const left = [...items];
  const groups = GROUPS.map(([title, fits]) => [title, left.filter(({ name }) => fits(name)).map((item) => (left.splice(left.indexOf(item), 1), item))]);
  const bad = items.filter(({ state }) => !(state in SIGNS)).length;
  fill(
    list,
    healthy ? said("good", "Everything that runs need works here.") : said("bad", `${bad} of ${items.length} checks failed.`, "What to do stands beside each."),
    groups.filter(([, rows]) => rows.length).reverse().map(([title, rows]) => el("section", { class: "card" }, el("header", {}, el("h2", {}, title)), el("ul", { class: "checks" }, rows.map(check)))),
  );
}

function check({ name, state, text, next }) {
  const [sign, tone, words] = SIGNS[state] ?? ["cross", "bad", "failed"];
  return el(
    "li",
    {},
    el("span", { class: `tone-${tone}` }, icon(sign), el("span", { class: "unseen" }, words)),
    el("span", { class: "name" }, name.replace(/^(layer|plugin) /, "")),
    el("span", { class: "text" }, marked(text)),
    next && el("span", { class: "next" }, marked(next)),
  );
}
