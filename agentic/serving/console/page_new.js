// The page where a run begins: the task, and what it may do.

import { ApiError, get, post } from "./api.js";
import { add, announce, el, fill } from "./dom.js";
import { ago } from "./format.js";
import { choices, failure, field, loading, pageHead, said, status } from "./shared.js";
import { scriptView } from "./run_script.js";
import { sessionNote } from "./session_note.js";

const WRITES = [
  ["", "As the API says", "Fakes and test keys: allowed. Else you are asked."],
  ["approve", "Ask me first", "Each write waits until you have seen it."],
  ["allow", "Allow", "Writes are sent without asking."],
  ["refuse", "Read only", "Writes are refused."],
];
const LIMITS = [["writes", "Writes"], ["calls", "Calls"], ["seconds", "Seconds"], ["tokens", "Tokens"], ["usd", "US dollars"]];

export async function newRunPage(page, { query, about, signal }) {
  const form = { api: query.get("api") ?? "", writes: query.get("writes") ?? "", submitting: false };
  const task = el("textarea", { id: "task", "data-task": true, maxlength: 4000, required: true, placeholder: "What should be done? For example: Create a Stripe customer named Alice", value: query.get("task") ?? "" });
  const code = el("textarea", { id: "code", class: "mono", rows: 8, spellcheck: "false", placeholder: "import stripe …", value: sessionStorage.getItem("script") ?? "" });
  sessionStorage.removeItem("script");
  const session = el("input", { id: "session", type: "text", list: "sessions", maxlength: 100, autocomplete: "off", value: query.get("session") ?? "" });
  const model = el("input", { id: "model", type: "text", maxlength: 200, autocomplete: "off", placeholder: about?.model || "the stack’s own" });
  const limits = LIMITS.map(([name, words]) => [name, words, el("input", { id: `limit-${name}`, type: "number", min: 0, step: name === "usd" ? "any" : 1 })]);
  const [problem, verdict, examples, apiChoices] = [el("div"), el("div"), el("div"), el("div", {}, loading())];
  const submit = el("button", { type: "submit", class: "button main" }, "Start the run");
  const idempotency = { key: "", body: "" };

  const submitted = async (event) => {
    event.preventDefault();
    if (form.submitting) return;
    const script = code.value.trim() ? code.value : null;
    if (!task.value.trim() && !script) return void (fill(problem, said("bad", "The task is empty", "Say in your own words what should be done.")), task.focus());
    const budgets = Object.fromEntries(limits.filter(([, , input]) => input.value !== "").map(([name, , input]) => [name, Number(input.value)]));
    const body = { task: task.value.trim() || "Run my script", api: form.api, writes: form.writes || null, model: model.value.trim(), session: session.value.trim(), limits: budgets, code: script };
    // The same request again (a double click, an answer that was lost) makes no second run.
    const text = JSON.stringify(body);
    if (text !== idempotency.body) Object.assign(idempotency, { key: crypto.randomUUID(), body: text });
    form.submitting = submit.disabled = true;
    fill(problem);
    try {
      const { run_id: runId } = await post("runs", body, { "Idempotency-Key": idempotency.key });
      announce("The run has begun");
      location.hash = `#/runs/${runId}`;
    } catch (error) {
      const wait = error instanceof ApiError && error.retryAfter ? `Try again in ${error.retryAfter} s.` : "";
      fill(problem, failure(Object.assign(error, { hint: hintOf(error) || wait })));
      form.submitting = submit.disabled = false;
    }
  };
  const checked = async () => {
    try {
      const judged = await post("validate", { code: code.value, api: form.api });
      fill(verdict, said(judged.valid ? "good" : "bad", judged.valid ? "This script is valid" : "This script would be refused"), !judged.valid && scriptView(code.value, judged));
    } catch (error) {
      fill(verdict, failure(Object.assign(error, { hint: hintOf(error) })));
    }
  };

  add(page, [
    pageHead("New run", "Say what should be done. Three agents write a script, check it and run it in a sandbox; it never sees a key."),
    el(
      "form",
      { class: "options", novalidate: true, on: { submit: submitted, keydown: (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && submitted(event) } },
      el(
        "div",
        { class: "card composer" },
        el("label", { for: "task", class: "unseen" }, "Task"),
        task,
        el("div", { class: "composer-foot" }, examples, el("div", { class: "push" }, el("span", { class: "small muted wide-only" }, el("kbd", {}, "Ctrl"), " ", el("kbd", {}, "Enter")), submit)),
      ),
      problem,
      apiChoices,
      choices("writes", "Writes", WRITES, form.writes, (value) => (form.writes = value)),
      el("div", { class: "columns" }, field("Session", session, "Runs of a session know what the earlier ones did.", sessionNote(session, signal)), field("Model", model, "Empty: the one the stack has.")),
      el("datalist", { id: "sessions" }),
      el(
        "details",
        { class: "more", open: Boolean(code.value) },
        el("summary", {}, "Limits, or a script of your own"),
        el(
          "div",
          { class: "options" },
          el("fieldset", { class: "field" }, el("legend", { class: "label" }, "At most, below what the stack allows"), el("div", { class: "limits" }, limits.map(([, words, input]) => field(words, input)))),
          field("Script", code, "Python. It is checked and run in the sandbox as it is; no model takes part."),
          el("div", { class: "buttons" }, el("button", { type: "button", class: "button", on: { click: checked } }, "Check it only")),
          verdict,
        ),
      ),
    ),
    el("section", { class: "recent", "aria-labelledby": "recent-title" }, el("h2", { id: "recent-title" }, "Lately"), el("div", { id: "recent" }, loading())),
  ]);
  if (!matchMedia("(pointer: coarse)").matches) task.focus({ preventScroll: true });

  const drawn = get("apis", signal).then(({ apis }) => {
    const options = [["", "By the task", "The task’s words tell which one."], ...apis.map((api) => [api.name, api.title, api.hosts[0] ?? ""])];
    const chips = () => {
      const from = apis.filter((api) => !form.api || api.name === form.api);
      const some = from.flatMap((api) => api.examples.slice(0, form.api ? 4 : 1)).slice(0, 4);
      fill(examples, el("div", { class: "chips", role: "group", "aria-label": "Examples" }, some.map((example) => el("button", { type: "button", class: "chip", on: { click: () => ((task.value = example.task), task.focus()) } }, example.task))));
    };
    fill(apiChoices, choices("api", "API", options, form.api, (value) => ((form.api = value), chips())));
    chips();
  });
  await Promise.all([drawn, known(page, signal), recent(page, signal)]);
}

// Some hints name an option of the command line; here it is a choice.
function hintOf({ hint }) {
  return /--api\b/.test(hint) ? "Choose one under API." : hint;
}

async function known(page, signal) {
  const { sessions } = await get("sessions", signal);
  fill(page.querySelector("#sessions"), sessions.map(({ name }) => el("option", { value: name })));
}

async function recent(page, signal) {
  const { runs } = await get("runs?limit=5", signal);
  const row = (run) => el("li", {}, status(run.status), el("a", { href: `#/runs/${run.run_id}` }, run.task), el("span", { class: "muted small" }, ago(run.created_at)));
  fill(page.querySelector("#recent"), runs.length ? el("ul", { class: "recent-runs card" }, runs.map(row)) : el("p", { class: "muted" }, "No runs yet; the first one will be here."));
}
