// The question whether a write may be sent. Everything here was made from the request that waits: no words of an agent's or a script's.

import { announce, el, fill, icon } from "./dom.js";
import { failure } from "./shared.js";
import { fieldsTable } from "./run_calls.js";
import { post } from "./api.js";
import { span } from "./format.js";

/** The card for `run.pending`; `answered(state)` is told once the answer has been taken. */
export function approvalView(run, answered) {
  const { pending, run_id: runId } = run;
  const problem = el("div");
  const expired = pending.expires * 1000 < Date.now();
  const buttons = [];
  const answer = async (action, body, words) => {
    buttons.forEach((button) => (button.disabled = true));
    fill(problem);
    try {
      const state = await post(`runs/${encodeURIComponent(runId)}/${action}`, body);
      announce(words);
      answered(state);
    } catch (error) {
      buttons.forEach((button) => (button.disabled = false));
      fill(problem, failure(error));
      // Perhaps it was answered elsewhere.
      answered(null);
    }
  };
  const asked = { digest: pending.digest, lane: pending.lane, asked_at: pending.asked_at };
  const button = (kind, words, act) => {
    const made = el("button", { type: "button", class: `button ${kind}`, on: { click: act }, disabled: expired && kind !== "danger" }, words);
    buttons.push(made);
    return made;
  };
  const fake = pending.target === "fake";
  const fields = fieldsOf(pending);
  return el(
    "section",
    { class: "card approval", "aria-labelledby": "approval-title" },
    el(
      "header",
      {},
      icon("pause", 18),
      el("h2", { id: "approval-title" }, "This write waits for your approval"),
      el("span", { class: `status push ${fake ? "" : "bad"}` }, fake ? "Goes to the fake on this machine" : "Goes to the real API"),
    ),
    el(
      "div",
      { class: "in" },
      el("p", { class: "ask mono" }, el("span", { class: "method write" }, pending.method), " ", pending.url),
      el("p", { class: "small muted" }, pending.what, ` · asked ${span(Math.max(0, Date.now() / 1000 - pending.asked_at))} ago`, expired ? " · too long ago: it can no longer be approved" : ` · open for ${span(pending.expires - Date.now() / 1000)}`),
      pending.done_before && el("p", { class: "tone-bad" }, pending.done_before),
      fields.length ? fieldsTable(fields) : el("p", { class: "small muted" }, "No fields"),
      el("details", {}, el("summary", {}, "Exactly what is sent, but the key"), el("pre", { class: "output", tabindex: 0 }, `${pending.method} ${pending.url}\n${pending.headers.map(([name, value]) => `${name}: ${value}`).join("\n")}\n\n${pending.body}`)),
      problem,
      el(
        "div",
        { class: "buttons" },
        button("good", "Send this call", () => answer("approve", asked, "Approved; the run goes on")),
        button("", "Send it and every further write of this script", () => answer("approve", { ...asked, every: true }, "Approved with every further write; the run goes on")),
        button("danger", "Do not send it", () => answer("reject", {}, "Not sent; the run has ended")),
      ),
    ),
  );
}

/** The request's fields as far as its body and its query are plain ones; what is not stands in the whole request. */
function fieldsOf({ url, body, headers }) {
  const query = url.includes("?") ? [...new URLSearchParams(url.slice(url.indexOf("?") + 1))] : [];
  const type = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  if (!body) return query;
  if (type.startsWith("application/x-www-form-urlencoded")) return [...query, ...new URLSearchParams(body)];
  try {
    const json = JSON.parse(body);
    if (json && typeof json === "object" && !Array.isArray(json)) return [...query, ...Object.entries(json)];
  } catch {
    // Shown as it is.
  }
  return [...query, ["body", body]];
}
