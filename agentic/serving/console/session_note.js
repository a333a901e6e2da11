// What the next run of a session is told, and how to forget it.

import { announce, el, fill } from "./dom.js";
import { count } from "./format.js";
import { failure, status } from "./shared.js";
import { get, request } from "./api.js";

/** Shows what the session named in `input` knows, as soon as the name is that of one. */
export function sessionNote(input, signal) {
  const place = el("div");
  let asked = "";

  async function look() {
    const name = (asked = input.value.trim());
    fill(place);
    if (!name) return;
    try {
      const { turns } = await get(`sessions/${encodeURIComponent(name)}`, signal);
      if (asked === name && turns.length) fill(place, known(name, turns));
    } catch (error) {
      if (!signal.aborted && error.status !== 404) fill(place, failure(error));
    }
  }

  function known(name, turns) {
    const forget = async () => {
      const { forgotten } = await request("DELETE", `sessions/${encodeURIComponent(name)}`);
      announce(`The session has forgotten ${count(forgotten, "run")}`);
      await look();
    };
    return el(
      "details",
      { class: "session" },
      el("summary", {}, `Knows of ${count(turns.length, "run")}`),
      el("ol", {}, turns.map((turn) => el("li", {}, status(turn.status), el("span", {}, turn.task)))),
      el("button", { type: "button", class: "button bare danger", on: { click: () => forget().catch((error) => fill(place, failure(error))) } }, "Forget it; the runs stay"),
    );
  }

  let typing = 0;
  input.addEventListener("input", () => (clearTimeout(typing), (typing = setTimeout(look, 250))));
  if (input.value) look();
  return place;
}
