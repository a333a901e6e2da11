// The calls that a run's script made: one row each, which opens to what was sent and answered.

import { add, el, fill } from "./dom.js";
import { address, span } from "./format.js";
import { facts, failure, loading } from "./shared.js";
import { get } from "./api.js";
import { toneOf } from "./run_lanes.js";

/** Rows by the calls' numbers; a call that did not change keeps its row, with what is open and focused in it. */
export function callsView(runId, signal) {
  const list = el("ol", { class: "calls" });
  const rows = new Map();
  const show = (calls) => {
    for (const call of calls) {
      const now = JSON.stringify(call);
      const known = rows.get(call.seq);
      if (known?.now === now) continue;
      const row = callRow(runId, call, signal, known?.row.open ?? false);
      if (known) known.row.parentElement.replaceWith(el("li", {}, row));
      else list.append(el("li", {}, row));
      rows.set(call.seq, { now, row });
    }
  };
  const pick = (call) => {
    const row = rows.get(call.seq)?.row;
    if (!row) return;
    row.open = true;
    row.querySelector("summary").focus();
    row.scrollIntoView({ block: "center", behavior: "smooth" });
  };
  return { element: list, show, pick };
}

function callRow(runId, call, signal, open) {
  const body = el("div", { class: "call-body" });
  const summary = el(
    "summary",
    {},
    el("span", { class: `method ${call.write ? "write" : ""}` }, call.method),
    el("span", { class: "url" }, address(call.url)),
    el("span", { class: `code-status tone-${toneOf(call)}` }, wordsOf(call)),
    el("span", { class: "took num muted" }, call.replayed ? "replayed" : call.duration_ms ? span(call.duration_ms / 1000) : ""),
  );
  const row = el("details", { class: "call", "data-seq": call.seq }, summary, body);
  let filled = false;
  row.addEventListener("toggle", () => {
    if (!row.open || filled) return;
    filled = true;
    details(body, runId, call, signal);
  });
  row.open = open;
  return row;
}

function wordsOf(call) {
  if (call.state === "refused") return "refused";
  if (call.status !== null && call.status !== undefined) return String(call.status);
  return { executing: "sending…", unknown: "unknown" }[call.state] ?? "–";
}

async function details(body, runId, call, signal) {
  const answer = el("div", {}, loading());
  const sent = Object.entries(call.params ?? {});
  add(body, [
    call.refused && el("p", { class: "tone-bad" }, "Refused: ", call.refused),
    call.state === "unknown" && el("p", { class: "tone-bad" }, "Nobody knows whether it was done; nothing sends it again."),
    el("h3", {}, "Sent"),
    el("p", { class: "small mono whole-url" }, `${call.method} ${call.url}`),
    sent.length ? fieldsTable(sent) : el("p", { class: "small muted" }, "No fields"),
    call.state !== "refused" && [el("h3", {}, "Answered"), answer],
  ]);
  if (call.state === "refused") return;
  try {
    const bodies = await get(`runs/${encodeURIComponent(runId)}/calls/${call.seq}`, signal);
    const type = Object.entries(bodies.response_headers).find(([name]) => name.toLowerCase() === "content-type")?.[1];
    fill(answer, facts({ Status: bodies.response_status, Type: type }), bodies.response_body ? el("pre", { class: "output", tabindex: 0 }, pretty(bodies.response_body)) : el("p", { class: "small muted" }, bodies.response_status === null ? "No answer yet" : "No body"));
  } catch (error) {
    if (!signal.aborted) fill(answer, failure(error));
  }
}

/** Names and values, such as a request's fields. */
export function fieldsTable(rows) {
  return el("dl", { class: "fields" }, rows.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, typeof value === "string" ? value : JSON.stringify(value)))));
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

