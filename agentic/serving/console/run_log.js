// Everything that happened in a run, in order: the lanes in words.

import { el } from "./dom.js";
import { address, span, statusOf } from "./format.js";
import { toneOf } from "./run_lanes.js";

const WORDS = {
  queued: "Taken in",
  generating: "The generator writes the script",
  generated: "The script is written",
  validating: "The executor has the script checked",
  validated: "Checked",
  executing: "The script runs in the sandbox",
  paused: "A write waits for you",
  approved: "Approved",
  ended: "The script has stopped",
  given_up: "The script is given up; another one is written",
};
const TONES = { completed: "good", failed: "bad", refused: "bad", given_up: "wait", paused: "wait", asks: "wait" };

export function logView({ steps, calls }) {
  if (!steps.length) return null;
  const began = steps[0].at;
  const rows = [
    ...steps.filter((step) => !toldByAnother(step)).map((step) => ({ at: step.at, tone: toneOfStep(step), text: WORDS[step.name] ?? statusOf(step.name).words, more: moreOf(step) })),
    ...calls.filter(({ at }) => at).map((call) => ({ at: call.at, tone: toneOf(call), text: `${call.method} ${address(call.url)}`, more: call.refused || (call.status ?? call.state), call: true })),
  ].sort((one, other) => one.at - other.at);
  return el(
    "details",
    { class: "card log" },
    el("summary", {}, `Log, ${rows.length} lines`),
    el("ol", {}, rows.map((row) => el("li", { class: row.call ? "of-call" : null }, el("span", { class: "num muted" }, span(row.at - began)), el("span", { class: `log-dot tone-${row.tone}` }), el("span", {}, row.text, row.more !== "" && el("span", { class: "muted" }, ` – ${row.more}`))))),
  );
}

// An attempt that ended where the run paused or was stopped: that is a step of its own.
function toldByAnother({ name, facts }) {
  return name === "ended" && facts.reason && !["timeout", "killed", "memory", "output"].includes(facts.reason);
}

function toneOfStep({ name, facts }) {
  if (name === "validated") return facts.valid ? "good" : "bad";
  return TONES[name] ?? "none";
}

function moreOf({ name, facts }) {
  if (name === "validated") return facts.valid ? "valid" : facts.message ?? "not valid";
  if (name === "approved") return `by ${facts.by ?? "?"}${facts.all ? ", and every write of this script" : ""}`;
  if (name === "paused") return `${facts.method ?? ""} ${address(facts.url ?? "")}`;
  const parts = [facts.attempt > 1 && `attempt ${facts.attempt}`, facts.reason && `stopped: ${facts.reason}`, "exit" in facts && `exit ${facts.exit}`, facts.message];
  return parts.filter(Boolean).join(", ");
}
