// All runs: search, filters, pages.

import { get } from "./api.js";
import { add, announce, el, fill } from "./dom.js";
import { FINAL, STATUS_NAMES, ago, moment, statusOf } from "./format.js";
import { empty, failure, loading, pageHead, status } from "./shared.js";

const SINCE = [["", "Any time"], ["1h", "Last hour"], ["1d", "Last day"], ["7d", "Last week"], ["30d", "Last 30 days"]];
const PAGE = 100;
const REFRESH = 4000;

export async function historyPage(page, { query, signal }) {
  const wanted = Object.fromEntries(["words", "status", "api", "since", "session"].map((name) => [name, query.get(name) ?? ""]));
  const rows = el("tbody");
  const [more, table, told] = [el("div", { class: "buttons center" }), el("div", { class: "card" }, loading()), el("p", { class: "small muted", role: "status" })];
  const shown = { runs: [], next: "", pages: 1 };

  const change = (changes) => {
    Object.assign(wanted, changes);
    const set = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value));
    history.replaceState(null, "", `#/runs${set.size ? `?${set}` : ""}`);
    load().catch((error) => fill(table, failure(error)));
  };
  const fetched = (cursor) => get(`runs?${new URLSearchParams(Object.entries({ ...wanted, cursor, limit: PAGE }).filter(([, value]) => value))}`, signal);
  let latest = 0;

  async function load() {
    const number = ++latest;
    table.setAttribute("aria-busy", "true");
    const { runs, next } = await fetched("").finally(() => number === latest && table.setAttribute("aria-busy", "false"));
    if (number !== latest) return;
    Object.assign(shown, { runs, next, pages: 1 });
    draw();
  }
  async function further() {
    const { runs, next } = await fetched(shown.next);
    Object.assign(shown, { runs: [...shown.runs, ...runs], next, pages: shown.pages + 1 });
    draw();
    announce(`${shown.runs.length} runs are shown`);
  }
  function draw() {
    const filtered = Object.values(wanted).some(Boolean);
    if (!shown.runs.length && !shown.next) {
      fill(table, filtered ? empty("history", "No such runs", "Nothing fits these filters.") : empty("history", "No runs yet", el("a", { href: "#/" }, "Start the first one")));
    } else if (!table.contains(rows)) {
      const head = ["Status", "Task", "API", "Calls", "Session", "When"].map((name) => el("th", { scope: "col" }, name));
      fill(table, el("table", { class: "runs" }, el("caption", { class: "unseen" }, "Runs, the newest first"), el("thead", {}, el("tr", {}, head)), rows));
    }
    fill(rows, shown.runs.map(row));
    fill(more, shown.next && el("button", { type: "button", class: "button", on: { click: (event) => ((event.target.disabled = true), further().catch((error) => fill(more, failure(error)))) } }, "Show more"));
    told.textContent = shown.runs.length ? `${shown.runs.length}${shown.next ? " newest" : ""} ${shown.runs.length === 1 ? "run" : "runs"}` : "";
  }

  let typing = 0;
  const search = el("input", { type: "search", id: "words", "data-search": true, placeholder: "Search the tasks", value: wanted.words, on: { input: () => (clearTimeout(typing), (typing = setTimeout(() => change({ words: search.value.trim() }), 200))) } });
  const api = chooser("api", "API", [["", "All APIs"]], wanted.api, (value) => change({ api: value }));
  const since = chooser("since", "Time", SINCE, wanted.since, (value) => change({ since: value }));
  const statuses = chooser("status", "Status", [["", "All statuses"], ...STATUS_NAMES.map((name) => [name, statusOf(name).words])], wanted.status, (value) => change({ status: value }));
  add(page, [
    pageHead("History"),
    el("div", { class: "filters", role: "search" }, labelled("Search the tasks", search), labelled("Status", statuses), labelled("API", api), labelled("Time", since)),
    wanted.session && el("div", { class: "chips" }, el("button", { type: "button", class: "chip", "aria-pressed": "true", on: { click: (event) => (event.target.remove(), change({ session: "" })) } }, `Session ${wanted.session} ×`)),
    told,
    table,
    more,
  ]);
  const named = get("apis", signal).then(({ apis }) => add(api, apis.map(({ name, title }) => el("option", { value: name, selected: name === wanted.api }, title))));
  await Promise.all([load(), named]);

  // What is not over yet goes on; the first page is looked at again while somebody looks.
  const timer = setInterval(() => {
    if (document.hidden || shown.pages > 1 || rows.contains(document.activeElement) || shown.runs.every(({ status }) => FINAL.has(status))) return;
    load().catch(() => undefined);
  }, REFRESH);
  signal.addEventListener("abort", () => clearInterval(timer));
}

function row(run) {
  return el(
    "tr",
    {},
    el("td", {}, status(run.status)),
    el("td", { class: "task" }, el("a", { href: `#/runs/${run.run_id}` }, run.task), run.error && el("span", { class: "why" }, run.error.message)),
    el("td", {}, run.api || "–"),
    el("td", { class: "num" }, run.calls_made),
    el("td", {}, run.session && el("span", { class: "tag" }, run.session)),
    el("td", {}, el("time", { datetime: run.created_at, title: moment(run.created_at) }, ago(run.created_at))),
  );
}

function chooser(id, label, options, chosen, changed) {
  return el("select", { id, on: { change: (event) => changed(event.target.value) } }, options.map(([value, words]) => el("option", { value, selected: value === chosen }, words)));
}

function labelled(label, input) {
  return el("div", { class: "field" }, el("label", { for: input.id, class: "unseen" }, label), input);
}
