// The API plugins that are installed on this machine.

import { add, el, fill } from "./dom.js";
import { count } from "./format.js";
import { empty, facts, loading, pageHead, said } from "./shared.js";
import { get } from "./api.js";

export async function pluginsPage(page, { signal }) {
  const list = el("div", {}, loading());
  add(page, [pageHead("Plugins", "Each plugin brings one API or more: which operations a script may use, on which hosts, and a fake to try them on."), list]);
  const { plugins } = await get("plugins", signal);
  fill(list, plugins.length ? el("div", { class: "grid" }, plugins.map(plugin)) : empty("plugins", "No plugins", "Install one, then look again."));
}

function plugin(item) {
  const good = item.status === "ok";
  return el(
    "section",
    { class: "card" },
    el("header", {}, el("h2", {}, item.apis.map((api) => api.title).join(", ") || item.name), el("span", { class: `status push ${good ? "good" : "bad"}` }, good ? "Ready" : item.status)),
    el(
      "div",
      { class: "in" },
      item.error && said("bad", item.error),
      item.apis.map(api),
      el("p", { class: "small muted" }, `${item.package} ${item.version}`, item.built_in ? " · comes with the program" : ""),
    ),
  );
}

function api(item) {
  const keys = item.secrets.map((secret) => el("div", {}, secret.title, ": ", secret.found ? el("span", { class: "tone-good" }, `found (${secret.found})`) : el("span", { class: "muted" }, "none; runs use the fake")));
  return facts(
    {
      Operations: count(item.operations, "operation"),
      Hosts: el("ul", { class: "mono-list" }, item.hosts.map((host) => el("li", {}, el("code", {}, host)))),
      SDK: [el("code", {}, item.sdk.requirement), " ", item.sdk.installed ? el("span", { class: item.sdk.fits ? "tone-good" : "tone-bad" }, `${item.sdk.installed} installed`) : el("span", { class: "tone-bad" }, "not installed")],
      Keys: keys.length ? keys : "needs none",
      Offline: `${count(item.recipes, "recipe")}${item.fake ? ", and a fake" : ""}`,
    },
    "rows",
  );
}
