// Talks to the HTTP API of the server that the page came from. Who asks is told by a bearer token in a header: never by a cookie,
// so that no other site can send anything in the person's name. The token is kept for this tab alone; other tabs ask for it.

const KEPT = "token";
const tabs = new BroadcastChannel("token");
let bearer = sessionStorage.getItem(KEPT) ?? "";

tabs.addEventListener("message", ({ data }) => {
  if (data === "asks") bearer && tabs.postMessage({ token: bearer });
  else if (typeof data?.token === "string" && !bearer) keep(data.token);
});

function keep(token) {
  bearer = token;
  sessionStorage.setItem(KEPT, token);
}

/** Whether a token is here, or comes from another tab within a moment. */
export async function known() {
  if (!bearer) tabs.postMessage("asks");
  for (let waited = 0; !bearer && waited < 5; waited += 1) await new Promise((resolve) => setTimeout(resolve, 40));
  return Boolean(bearer);
}

/** Make the person known. */
export async function signIn(token) {
  keep(token);
  await get("about");
}

/** What went wrong, as the API says it (problem+json), or in the same words where it did not come that far. */
export class ApiError extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `The server answered ${status}`);
    this.status = status;
    this.code = problem.code ?? "";
    this.hint = problem.hint ?? "";
    this.retryAfter = problem.retryAfter ?? 0;
  }
}

/** One request; gives the answer's JSON. Raises `ApiError`; status 0 where no answer came. */
export async function request(method, path, { body, headers = {}, signal } = {}) {
  const answer = await open(method, path, { body, headers, signal });
  if (answer.status === 204) return null;
  return answer.json();
}

/** One request, whose answer is still to be read. */
export async function open(method, path, { body, headers = {}, signal } = {}) {
  const sent = { Accept: "application/json", ...headers };
  if (bearer) sent.Authorization = `Bearer ${bearer}`;
  if (body !== undefined) sent["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers: sent, signal, body: body === undefined ? undefined : JSON.stringify(body), credentials: "same-origin" });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, { title: "The server does not answer", hint: "Is it still running?" });
  }
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => null)) ?? {};
  throw new ApiError(answer.status, { ...problem, retryAfter: Number(answer.headers.get("Retry-After")) || 0 });
}

export const get = (path, signal) => request("GET", path, { signal });
export const post = (path, body = {}, headers = {}) => request("POST", path, { body, headers });
