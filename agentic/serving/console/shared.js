// Parts that several pages show.

import { announce, el, icon, marked } from "./dom.js";
import { statusOf } from "./format.js";

export function status(name) {
  const { words, tone, sign } = statusOf(name);
  const mark = sign === "dot" ? el("span", { class: "dot" }) : icon(sign, 13);
  return el("span", { class: `status ${tone}`, "data-status": name }, mark, words);
}

export function card(title, ...children) {
  return el("section", { class: "card" }, title && el("header", {}, el("h2", {}, title)), children);
}

/** Facts by name; what is empty is left out. */
export function facts(rows, kind = "") {
  const shown = Object.entries(rows).filter(([, value]) => value !== "" && value !== null && value !== undefined && value !== false);
  return el("dl", { class: `facts ${kind}` }, shown.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

/** Something said to the person: what happened, and what to do next. */
export function said(tone, text, hint = "") {
  const sign = { bad: "warning", wait: "note", good: "check" }[tone] ?? "note";
  return el("div", { class: `said ${tone}`, role: tone === "bad" ? "alert" : null }, icon(sign), el("div", {}, el("p", {}, marked(text)), hint && el("p", { class: "hint" }, marked(hint))));
}

export function failure(error) {
  return said("bad", error.message, error.hint);
}

export function empty(sign, title, text) {
  return el("div", { class: "empty" }, icon(sign, 28), el("strong", {}, title), text && el("p", {}, text));
}

export function loading() {
  return el("div", { class: "loading", "aria-label": "Loading", role: "status" }, el("div"), el("div"), el("div"));
}

export function pageHead(title, text) {
  return el("header", { class: "page-head" }, el("h1", {}, title), text && el("p", {}, text));
}

export function copyButton(text, what) {
  const words = el("span", {}, "Copy");
  const copied = async () => {
    try {
      await navigator.clipboard.writeText(text());
      words.textContent = "Copied";
      announce(`${what} copied`);
    } catch {
      words.textContent = "Not allowed";
    }
    setTimeout(() => (words.textContent = "Copy"), 1500);
  };
  return el("button", { type: "button", class: "button bare", "aria-label": `Copy the ${what}`, on: { click: copied } }, icon("copy", 14), words);
}

/** One of several, as radio buttons with a line of explanation each: [value, title, text]. */
export function choices(name, legend, options, chosen, changed) {
  return el(
    "fieldset",
    { class: "field" },
    el("legend", { class: "label" }, legend),
    el(
      "div",
      { class: "choices" },
      options.map(([value, title, text]) =>
        el(
          "label",
          { class: "choice" },
          el("input", { type: "radio", name, value, checked: value === chosen, on: { change: () => changed?.(value) } }),
          el("span", {}, el("strong", {}, title), text && el("small", {}, text)),
        ),
      ),
    ),
  );
}

export function field(label, input, hint = "", more = null) {
  if (hint) input.setAttribute("aria-describedby", `${input.id}-hint`);
  return el("div", { class: "field" }, el("label", { for: input.id }, label), input, hint && el("span", { class: "hint", id: `${input.id}-hint` }, hint), more);
}
