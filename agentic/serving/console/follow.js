// Follows what happens to a run: server-sent events where the server streams, else long polls. Goes on where it was cut off. A tab
// that nobody sees only looks now and then: a browser has six connections for a server, and streams of other tabs would take them.

import { ApiError, open } from "./api.js";

const WAIT = 20;
const GLANCE = 4000;

/**
 * Calls `told(event)` for each event {id, type, data} until the run has ended or `signal` is aborted, by
 * long polls where the server cannot `stream`. `state("live" | "polling"
 * | "away")` says how it stands. Raises `ApiError` for what a further attempt cannot mend.
 */
export async function follow(runId, { told, state, signal, stream }) {
  const place = { last: "", fails: 0, poll: !stream, path: `runs/${encodeURIComponent(runId)}/events` };
  while (!signal.aborted) {
    const seen = whileSeen(signal);
    try {
      const look = document.hidden ? glanced : place.poll ? polled : streamed;
      const ended = await look(place, told, state, document.hidden ? signal : seen);
      place.fails = 0;
      if (ended) return;
    } catch (error) {
      if (signal.aborted) return;
      if (seen.aborted) continue;
      if (error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429) throw error;
      place.fails += 1;
      // What cannot stream cuts the answer off again and again.
      if (place.fails === 3) place.poll = true;
      state("away");
      await pause(Math.min(8000, 300 * 2 ** place.fails) * (0.5 + Math.random() / 2), signal);
    }
  }
}

async function streamed(place, told, state, signal) {
  const headers = { Accept: "text/event-stream", ...(place.last && { "Last-Event-ID": place.last }) };
  const answer = await open("GET", place.path, { headers, signal });
  if (!(answer.headers.get("Content-Type") ?? "").startsWith("text/event-stream")) {
    place.poll = true;
    return taken(await answer.json(), place, told, state);
  }
  state("live");
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new TypeError("the stream was cut off");
    rest += value.replaceAll("\r\n", "\n");
    const blocks = rest.split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const event = parsed(block);
      if (!event) continue;
      place.fails = 0;
      if (event.id) place.last = event.id;
      told(event);
      if (event.type === "end") {
        await reader.cancel();
        return true;
      }
    }
  }
}

async function polled(place, told, state, signal, wait = WAIT) {
  const answer = await open("GET", `${place.path}?wait=${wait}&after=${encodeURIComponent(place.last)}`, { signal });
  return taken(await answer.json(), place, told, state);
}

async function glanced(place, told, state, signal) {
  const ended = await polled(place, told, state, signal, 0);
  if (!ended) await pause(GLANCE, signal, (stop) => document.addEventListener("visibilitychange", stop, { once: true }));
  return ended;
}

/** A signal that is also aborted when nobody sees the tab any more. */
function whileSeen(signal) {
  const hidden = new AbortController();
  document.addEventListener("visibilitychange", () => document.hidden && hidden.abort(), { signal: hidden.signal });
  return AbortSignal.any([signal, hidden.signal]);
}

function taken({ events, next, done }, place, told, state) {
  state("polling");
  for (const event of events) told(event);
  place.last = next ?? events.at(-1)?.id ?? place.last;
  return Boolean(done);
}

function parsed(block) {
  const event = { id: "", type: "message", data: "" };
  for (const line of block.split("\n")) {
    const [, name, value] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
    if (name === "id") event.id = value;
    else if (name === "event") event.type = value;
    else if (name === "data") event.data += event.data ? `\n${value}` : value;
  }
  if (!event.data && event.type === "message") return null;
  try {
    event.data = JSON.parse(event.data);
  } catch {
    event.data = {};
  }
  return event;
}

function pause(milliseconds, signal, orUntil = () => undefined) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    const stop = () => (clearTimeout(timer), resolve());
    signal.addEventListener("abort", stop, { once: true });
    orUntil(stop);
  });
}
