// One run: live while it goes on, and what became of it.

import { add, announce, el, icon, region } from "./dom.js";
import { approvalView } from "./run_approval.js";
import { callsView } from "./run_calls.js";
import { card, copyButton, facts, failure, said, status } from "./shared.js";
import { FINAL, count, moment, span, statusOf, usd } from "./format.js";
import { follow } from "./follow.js";
import { get, post } from "./api.js";
import { lanesView } from "./run_lanes.js";
import { logView } from "./run_log.js";
import { scriptView } from "./run_script.js";

const TICK = 200;
// Between two readings: so long, or as long as one takes.
const AT_LEAST = 100;

export async function runPage(page, { groups: [runId], about, signal, failed }) {
  const path = `runs/${encodeURIComponent(runId)}`;
  let run = await get(path, signal);
  const calls = callsView(runId, signal);
  const lanes = lanesView(calls.pick);
  const [head, approval, result, script, log] = ["div", "div", "div", "div", "div"].map((tag) => el(tag));
  const liveness = el("span", { class: "status live", hidden: true });
  const callsCount = el("span", { class: "muted small" });
  const callsCard = el("section", { class: "card" }, el("header", {}, el("h2", {}, "Calls"), callsCount), calls.element);
  const lanesCard = el("section", { class: "card" }, el("header", {}, el("h2", {}, "Timeline"), el("span", { class: "push" }, liveness)), lanes.element);
  const act = (action) => async (event) => {
    event.target.disabled = true;
    await post(`${path}/${action}`).catch((error) => add(head, [failure(error)]));
    refresh();
  };

  const shows = [
    [region(head, (facts) => headView(facts, act)), ({ task, status, position, steps, code, run_id, api, target, writes, model, session, created_at, usage, error }) => ({ task, status: conditionOf({ status, steps }), position, run_id, api, target, writes, model: usage.model || model, session, created_at, usage, error: error?.code, script: FINAL.has(status) && !steps.some(({ name }) => name === "generating") ? code : "" })],
    [region(approval, (pending) => (pending ? approvalView({ pending, run_id: runId }, refresh) : null)), (run) => (conditionOf(run) === "paused" ? run.pending : null)],
    [region(result, resultView), ({ status, task, answer, error, outcome, earlier }) => ({ status, task, answer, error, outcome, earlier })],
    [region(script, scriptCard), ({ code, verdict, status }) => ({ code, verdict, going: !FINAL.has(status) })],
    [region(log, logView), ({ steps, calls }) => ({ steps, calls })],
  ];
  const draw = () => {
    for (const [show, of] of shows) show(of(run));
    calls.show(run.calls);
    callsCount.textContent = run.calls.length ? count(run.calls.length, "call") : FINAL.has(run.status) ? "none was made" : "none yet";
    callsCard.classList.toggle("has-none", !run.calls.length);
    lanes.show(run);
    lanesCard.hidden = !run.steps.length;
    document.title = `${statusOf(conditionOf(run)).words}: ${run.task.slice(0, 60)} – Agentic`;
  };
  add(page, [head, approval, result, lanesCard, el("div", { class: "pair" }, script, el("div", { class: "stack" }, callsCard, log))]);
  draw();

  // Events say that something has happened; what is shown is always the whole record, so that nothing can be missed or doubled.
  const reading = { now: false, again: false };
  async function refresh() {
    if (reading.now) return void (reading.again = true);
    reading.now = true;
    try {
      do {
        reading.again = false;
        const [before, asked] = [conditionOf(run), performance.now()];
        run = await get(path, signal);
        draw();
        if (conditionOf(run) !== before) announce(`The run is now: ${statusOf(conditionOf(run)).words}`);
        await new Promise((resolve) => setTimeout(resolve, Math.max(AT_LEAST, performance.now() - asked)));
      } while (reading.again && !signal.aborted);
    } catch (error) {
      if (!signal.aborted && error.status === 401) failed(error);
    } finally {
      reading.now = false;
    }
  }
  if (FINAL.has(run.status)) return;
  const timer = setInterval(() => lanes.redraw(), TICK);
  const state = (word) => {
    liveness.hidden = false;
    liveness.className = `status ${word === "away" ? "wait" : "live"}`;
    liveness.replaceChildren(el("span", { class: "dot" }), word === "away" ? "Connecting again…" : "Live");
  };
  signal.addEventListener("abort", () => clearInterval(timer));
  follow(runId, { told: refresh, state, signal, stream: about?.local !== false })
    .then(refresh, (error) => (signal.aborted ? null : failed(error)))
    .finally(() => {
      clearInterval(timer);
      liveness.hidden = true;
    });
}

// A run that was approved stays paused until a worker has taken it up: nobody is asked anything then.
function conditionOf({ status, steps }) {
  const last = steps.findLast(({ name }) => name === "paused" || name === "approved");
  return status === "paused" && last?.name === "approved" ? "approved" : status;
}

function headView(run, act) {
  const { usage } = run;
  const again = new URLSearchParams(Object.entries({ task: run.task, api: run.api, session: run.session }).filter(([, value]) => value));
  const tokens = usage.model_calls ? `${count(usage.input_tokens + usage.output_tokens, "token")} in ${count(usage.model_calls, "model call")}` : "no model was asked";
  const writes = { allow: "allowed", approve: "ask first", refuse: "refused" }[run.writes] ?? "";
  return el(
    "header",
    { class: "run-head" },
    el("div", { class: "run-status" }, status(run.status), run.position ? el("span", { class: "muted small" }, `${count(run.position, "run")} before it`) : "", el("code", { class: "muted" }, run.run_id), copyButton(() => run.run_id, "run’s id")),
    el("h1", {}, run.task),
    facts({
      API: run.api,
      Target: run.target === "real" ? "the real API" : run.target ? "local fake" : "",
      Writes: writes,
      Session: run.session,
      Model: usage.model_calls ? usage.model : "",
      Used: tokens,
      Cost: !usage.model_calls || usage.cost_usd === null ? "" : usd(usage.cost_usd),
      Begun: moment(run.created_at),
    }),
    el(
      "div",
      { class: "buttons" },
      el("a", { class: "button", href: `#/?${again}`, on: { click: () => run.script && sessionStorage.setItem("script", run.script) } }, icon("again", 15), "Run it again"),
      !FINAL.has(run.status) && el("button", { type: "button", class: "button danger", on: { click: act("cancel") } }, icon("stop", 15), "Cancel"),
    ),
  );
}

function resultView({ status: state, task, answer, error, outcome, earlier }) {
  const final = FINAL.has(state);
  if (!final && !outcome?.stdout && !earlier.length) return null;
  const done = state === "completed";
  const tone = done ? "good" : state === "asks" ? "wait" : "bad";
  const output = (words, text) => text && [el("h3", {}, words), el("pre", { class: "output", tabindex: 0, "aria-label": words }, text)];
  const ended = outcome && (outcome.reason ? `stopped: ${outcome.reason}` : `exit ${outcome.exit}`);
  return el(
    "section",
    { class: `card result ${final ? tone : ""}`, "aria-label": "Result" },
    el("header", {}, el("h2", {}, "Result"), outcome && el("span", { class: "muted small num" }, `${ended}, ${span(outcome.duration_ms / 1000)} in the sandbox`)),
    el(
      "div",
      { class: "in" },
      done && el("p", { class: "answer" }, answer || "Done."),
      final && !done && said(tone, error?.message || answer || statusOf(state).words, state === "asks" ? "" : error?.hint),
      state === "asks" && el("div", { class: "buttons" }, el("a", { class: "button main", href: `#/?${new URLSearchParams({ task })}` }, "Choose the API")),
      outcome?.stdout && !(done && outcome.stdout.trim() === answer.trim()) && output("Output", outcome.stdout),
      output("Errors", outcome?.stderr),
      earlier.length > 0 && el("details", {}, el("summary", {}, `${count(earlier.length, "earlier script")} ${earlier.length === 1 ? "was" : "were"} given up`), el("ol", { class: "earlier" }, earlier.map(({ error: why }) => el("li", {}, why.message)))),
    ),
  );
}

function scriptCard({ code, verdict, going }) {
  const judged = verdict && el("span", { class: `status ${verdict.valid ? "good" : "bad"}` }, icon(verdict.valid ? "check" : "cross", 13), verdict.valid ? "Valid" : count(verdict.findings.length, "finding"));
  return el(
    "section",
    { class: "card" },
    el("header", {}, el("h2", {}, "Script"), judged, code && el("span", { class: "push" }, copyButton(() => code, "script"))),
    code ? scriptView(code, verdict) : el("p", { class: "in muted small" }, going ? "The generator is writing it." : "None was written."),
  );
}
