// Times, amounts and statuses in words.

const STATUSES = {
  queued: ["Queued", "", "dot"],
  generating: ["Writing the script", "live", "dot"],
  validating: ["Checking the script", "live", "dot"],
  executing: ["Running", "live", "dot"],
  paused: ["Waits for you", "wait", "pause"],
  approved: ["Approved, goes on", "live", "dot"],
  completed: ["Completed", "good", "check"],
  failed: ["Failed", "bad", "cross"],
  refused: ["Refused", "bad", "stop"],
  asks: ["Asks back", "wait", "question"],
  cancelled: ["Cancelled", "", "stop"],
};

/** What is shown of a status: words, tone and icon. */
export function statusOf(name) {
  const [words, tone, sign] = STATUSES[name] ?? [String(name), "", "dot"];
  return { words, tone, sign };
}

export const STATUS_NAMES = Object.keys(STATUSES).filter((name) => name !== "approved");
export const FINAL = new Set(["completed", "failed", "refused", "asks", "cancelled"]);

/** A span of seconds: 12 ms, 3.4 s, 2 min 5 s, 3 h 10 min. */
export function span(seconds) {
  if (!Number.isFinite(seconds) || seconds < 0) return "";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** How long ago something was, in its largest unit. */
export function ago(iso) {
  const seconds = (Date.now() - Date.parse(iso)) / 1000;
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 45) return "just now";
  for (const [unit, size] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
    const count = Math.floor(seconds / size);
    if (count >= 1) return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
  }
  return "1 minute ago";
}

/** A moment in the person's own time zone. */
export function moment(value) {
  const at = typeof value === "number" ? new Date(value * 1000) : new Date(value);
  return Number.isNaN(at.getTime()) ? "" : at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

export function count(number, what) {
  return `${Number(number).toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
}

export function usd(amount) {
  return amount >= 0.01 ? `$${amount.toFixed(2)}` : `$${amount.toFixed(4)}`;
}

/** An address without what every one of them begins with. */
export function address(url) {
  return String(url).replace(/^https:\/\//, "");
}
