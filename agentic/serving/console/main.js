// The frame: navigation, theme, signing in, and which page is shown.

import { get, known, signIn } from "./api.js";
import { doctorPage } from "./page_doctor.js";
import { el, fill, icon } from "./dom.js";
import { failure, field } from "./shared.js";
import { historyPage } from "./page_history.js";
import { newRunPage } from "./page_new.js";
import { pluginsPage } from "./page_plugins.js";
import { runPage } from "./page_run.js";

const PAGES = [
  { at: /^\/$/, page: newRunPage, link: ["#/", "new", "New run"] },
  { at: /^\/runs$/, page: historyPage, link: ["#/runs", "history", "History"] },
  { at: /^\/runs\/([A-Za-z0-9_-]+)$/, page: runPage },
  { at: /^\/plugins$/, page: pluginsPage, link: ["#/plugins", "plugins", "Plugins"], local: true },
  { at: /^\/doctor$/, page: doctorPage, link: ["#/doctor", "doctor", "Doctor"], local: true },
];
const THEMES = [["light", "sun", "Light"], ["system", "system", "As the system"], ["dark", "moon", "Dark"]];
const main = document.getElementById("main");
let about = null;
let leave = new AbortController();
let shownPath = null;

async function show() {
  const [path, query = ""] = (location.hash.slice(1) || "/").split("?");
  leave.abort();
  const mine = (leave = new AbortController());
  const found = PAGES.find(({ at }) => at.test(path));
  navigation(path);
  const moved = shownPath !== null && shownPath !== path;
  shownPath = path;
  try {
    const page = el("div", { class: "page" });
    fill(main, page);
    if (!found) throw Object.assign(new Error("There is no such page"), { hint: "The pages are in the navigation." });
    const [, ...groups] = found.at.exec(path);
    await found.page(page, { groups, query: new URLSearchParams(query), about, signal: mine.signal, failed });
  } catch (error) {
    // Who has gone to another page is told nothing of this one.
    if (!mine.signal.aborted) failed(error);
  }
  if (moved) {
    main.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
}

function failed(error) {
  if (error.name === "AbortError") return;
  if (error.status === 401) return void asksToken();
  fill(main, el("div", { class: "page narrow" }, failure(error), el("p", {}, el("a", { href: "#/" }, "New run"), " · ", el("a", { href: "#/runs" }, "History"))));
}

function navigation(path) {
  const links = PAGES.filter(({ link, local }) => link && (!local || about?.local !== false));
  const inside = (href) => (href === "#/runs" ? path.startsWith("/runs") : `#${path}` === href);
  fill(
    document.getElementById("navigation"),
    el("ul", {}, links.map(({ link: [href, sign, words] }) => el("li", {}, el("a", { href, "aria-current": inside(href) ? "page" : null }, icon(sign, 18), el("span", {}, words))))),
  );
  const words = links.find(({ link: [href] }) => inside(href))?.link[2];
  document.title = words ? `${words} – Agentic` : "Agentic";
}

function foot() {
  const rows = about ? [about.stack && `Stack ${about.stack}`, about.target === "fake" ? "Local fakes, no real API" : "", about.version && `HTTP API version ${about.version}`] : [];
  fill(document.getElementById("side-foot"), themes(), el("div", { class: "about" }, rows.filter(Boolean).map((row) => el("div", {}, row))));
}

function themes() {
  const chosen = localStorage.getItem("theme") ?? "system";
  const choose = (name) => {
    localStorage.setItem("theme", name);
    theme();
    foot();
    document.querySelector(".theme [aria-pressed=true]")?.focus();
  };
  const next = (name) => (innerWidth <= 960 ? THEMES[(THEMES.findIndex(([theme]) => theme === name) + 1) % THEMES.length][0] : name);
  return el(
    "div",
    { class: "theme", role: "group", "aria-label": "Theme" },
    THEMES.map(([name, sign, words]) => el("button", { type: "button", "aria-pressed": String(name === chosen), "aria-label": words, title: words, on: { click: () => choose(next(name)) } }, icon(sign, 15))),
  );
}

function theme() {
  const chosen = localStorage.getItem("theme") ?? "system";
  if (chosen === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", chosen);
}

function asksToken() {
  const input = el("input", { type: "password", id: "token", autocomplete: "off", required: true });
  const problem = el("div", {});
  const submitted = async (event) => {
    event.preventDefault();
    try {
      await signIn(input.value.trim());
      await begin();
    } catch (failed) {
      fill(problem, failure(failed.status === 401 ? Object.assign(failed, { message: "This token is not the right one" }) : failed));
    }
  };
  fill(
    main,
    el(
      "div",
      { class: "page narrow" },
      el(
        "form",
        { class: "card", on: { submit: submitted } },
        el("header", {}, icon("key", 18), el("h1", { class: "small-title" }, "Who are you?")),
        el(
          "div",
          { class: "in" },
          el("p", { class: "muted" }, "Open the link that ", el("code", {}, "agentic serve"), " printed, or put its token here. On a deployed stack: a token of your identity provider."),
          field("Token", input),
          problem,
          el("div", { class: "buttons" }, el("button", { class: "button main", type: "submit" }, "Go on")),
        ),
      ),
    ),
  );
  input.focus();
}

async function begin() {
  // A fragment is never sent; once it is traded in, it leaves the address too.
  const token = /^#token=(.+)$/.exec(location.hash)?.[1];
  if (token) {
    history.replaceState(null, "", "#/");
    await signIn(decodeURIComponent(token)).catch(() => undefined);
  } else {
    await known();
  }
  try {
    about = await get("about");
  } catch (error) {
    foot();
    return failed(error);
  }
  foot();
  await show();
}

theme();
foot();
navigation("/");
addEventListener("hashchange", () => (/^#token=/.test(location.hash) ? begin() : show()));
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "")) return;
  const field = document.querySelector("[data-search], [data-task]");
  if (!field) return;
  event.preventDefault();
  field.focus();
});
begin();
