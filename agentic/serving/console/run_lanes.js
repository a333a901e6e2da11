// The lanes: who worked when. A step of the record opens or closes bars; the calls stand where they were made. Whoever does not see
// them has the same in the log and in the list of calls.

import { el } from "./dom.js";
import { FINAL, span } from "./format.js";

const LANES = [
  ["queue", "Queue"],
  ["orchestrator", "Orchestrator"],
  ["generator", "Generator"],
  ["executor", "Executor"],
  ["sandbox", "Sandbox"],
  ["calls", "API calls"],
  ["person", "You"],
];
// While somebody waits (for a person, for a worker) nothing happens: so much of the whole is enough for it.
const WAITING = { person: 0.14, queue: 0.08 };
// Steps that show that the orchestrator is at work.
const DRIVEN = new Set(["generating", "generated", "given_up", "validating", "validated", "executing"]);
const ENDED = new Set([...FINAL, "given_up"]);

/** The bars of a run by lane: {from, to (null while it goes on), tone, words}. Times are in epoch seconds. */
export function barsOf(run) {
  const bars = Object.fromEntries(LANES.map(([name]) => [name, []]));
  const open = {};
  const begin = (lane, at, words, tone = lane) => {
    end(lane, at);
    open[lane] = { from: at, to: null, tone, words };
    bars[lane].push(open[lane]);
  };
  const end = (lane, at) => {
    if (open[lane]) open[lane].to = at;
    delete open[lane];
  };
  const steps = run.steps ?? [];
  // A person's own script is checked and run without the agents.
  const agents = steps.some(({ name }) => ["generating", "generated"].includes(name)) || !steps.some(({ name }) => name === "validating");
  let script = 1;
  for (const { at, name, facts } of steps) {
    if (name === "queued") begin("queue", at, "waits for its turn");
    else end("queue", at);
    if (agents && DRIVEN.has(name) && !open.orchestrator) begin("orchestrator", at, "delegates and answers");
    if (facts.round) script = facts.round + 1;
    if (name === "generating" || name === "given_up") {
      for (const lane of ["executor", "sandbox"]) end(lane, at);
      if (name === "given_up") bars.executor.at(-1) && (bars.executor.at(-1).tone = "bad");
      if (agents) begin("generator", at, name === "given_up" ? "writes the script anew" : `generate_code: script ${script}`);
    } else if (name === "generated") {
      end("generator", at);
    } else if (name === "validating") {
      end("generator", at);
      begin("executor", at, "validate_code: checks the script");
    } else if (name === "validated") {
      if (open.executor) open.executor.words += facts.valid ? " – valid" : " – not valid";
      if (!facts.valid && open.executor) open.executor.tone = "bad";
      if (facts.valid) begin("executor", at, "execute_code");
      else end("executor", at);
    } else if (name === "executing") {
      end("person", at);
      if (!open.executor) begin("executor", at, "execute_code");
      begin("sandbox", at, `run_code${facts.attempt > 1 ? `: attempt ${facts.attempt}` : ""}`);
    } else if (name === "paused") {
      for (const lane of ["sandbox", "executor", "orchestrator"]) end(lane, at);
      begin("person", at, "a write waits for you", "person");
    } else if (name === "approved") {
      end("person", at);
      if (agents) begin("orchestrator", at, "goes on");
    } else if (name === "ended") {
      end("sandbox", at);
    }
    if (ENDED.has(name) && name !== "given_up") {
      for (const lane of Object.keys(open)) end(lane, at);
      if (name === "failed" || name === "refused") for (const lane of ["sandbox", "executor"]) if (bars[lane].at(-1)?.to === at) bars[lane].at(-1).tone = "bad";
    }
  }
  if (!agents) bars.orchestrator = bars.generator = null;
  if (!bars.person.length) bars.person = null;
  if (bars.queue.every(({ from, to }) => to !== null && to - from < 0.05)) bars.queue = null;
  bars.calls = (run.calls ?? [])
    .filter(({ at }) => at)
    .map((call) => ({ from: call.at, to: call.state === "executing" ? null : call.at + call.duration_ms / 1000, tone: toneOf(call), words: `${call.method} ${call.url}`, call }));
  return bars;
}

export function toneOf(call) {
  if (call.state === "refused" || call.state === "unknown") return "bad";
  if (call.status === null || call.status === undefined) return "none";
  return call.status < 400 ? "good" : "wait";
}

/** A function from epoch seconds to 0..1. What is waited for takes a fixed part, so that the work stays to be seen. */
export function scaleOf(bars, from, to) {
  const waits = Object.keys(WAITING).flatMap((lane) => (bars[lane] ?? []).map((bar) => ({ from: bar.from, to: bar.to ?? to, most: WAITING[lane] })));
  const worked = Math.max(to - from - waits.reduce((sum, wait) => sum + wait.to - wait.from, 0), 0.05);
  const cuts = waits.map((wait) => ({ ...wait, length: wait.to - wait.from, given: Math.min(wait.to - wait.from, Math.max(worked * wait.most * 2, 1)) }));
  const place = (at) => at - from - cuts.reduce((sum, cut) => sum + (1 - cut.given / (cut.length || 1)) * Math.min(Math.max(at - cut.from, 0), cut.length), 0);
  const whole = Math.max(place(to), 0.05);
  return { at: (at) => Math.min(1, Math.max(0, place(at) / whole)), cut: cuts.some(({ given, length }) => given < length) };
}

/** The lanes as a figure. `pick(call)` is told which call somebody chose. `redraw()` lets what goes on grow. */
export function lanesView(pick) {
  const rows = el("div", { class: "lanes" });
  const foot = el("div", { class: "lanes-foot small muted num" });
  const figure = el("figure", { class: "lanes-figure", "aria-label": "Who worked when" }, rows, foot);
  let run = null;
  let kept = [];

  function redraw() {
    if (!run?.steps?.length) return;
    const bars = barsOf(run);
    const from = run.steps[0].at;
    const last = Math.max(run.steps.at(-1).at, ...bars.calls.map((bar) => bar.to ?? bar.from));
    const now = FINAL.has(run.status) ? last : Math.max(last, Date.now() / 1000);
    const scale = scaleOf(bars, from, now);
    const lanes = LANES.filter(([name]) => bars[name]);
    const shape = JSON.stringify(lanes.map(([name]) => [name, bars[name].map(({ tone, words, to }) => [tone, words, to === null])]));
    if (rows.dataset.shape !== shape) {
      rows.dataset.shape = shape;
      kept = [];
      rows.replaceChildren(...lanes.map(([name, words]) => lane(name, words, bars[name], kept, pick)));
    }
    const drawn = lanes.flatMap(([name]) => bars[name]);
    kept.forEach((element, index) => place(element, drawn[index], scale, now));
    foot.replaceChildren(el("span", {}, "0 s"), scale.cut ? el("span", {}, "waiting is drawn shorter") : "", el("span", {}, span(now - from)));
  }
  return { element: figure, show: (shown) => ((run = shown), redraw()), redraw };
}

function lane(name, words, bars, kept, pick) {
  const track = el("div", { class: "track" });
  for (const bar of bars) {
    const facts = { class: `bar tone-bar-${bar.tone}${bar.to === null ? " open" : ""}` };
    const element = bar.call
      ? el("button", { ...facts, type: "button", class: `${facts.class} call-bar`, tabindex: -1, "aria-hidden": "true", on: { click: () => pick(bar.call) } })
      : el("span", facts, el("span", { class: "bar-words" }, bar.words));
    kept.push(element);
    track.append(element);
  }
  return el("div", { class: "lane" }, el("span", { class: `lane-name lane-${name}` }, words), track);
}

function place(element, bar, scale, now) {
  const [left, right] = [scale.at(bar.from), scale.at(bar.to ?? now)];
  element.style.setProperty("left", `${(left * 100).toFixed(3)}%`);
  element.style.setProperty("width", `${((right - left) * 100).toFixed(3)}%`);
  const took = bar.to === null ? "goes on" : span(bar.to - bar.from);
  element.title = `${bar.words} – ${took}`;
}
