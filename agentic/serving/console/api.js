// Talks to the HTTP API of the server that the page came from. Who asks is told by a cookie that scripts cannot read, or, behind
// an authorizer that takes no cookies, by a bearer token that is kept in this page's memory alone.

let bearer = "";

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
  return answer.json().catch(() => null);
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
    throw new ApiError(0, { title: "The server does not answer", hint: "It may have been stopped; this page tries again." });
  }
  if (answer.ok) return answer;
  const problem = (await answer.json().catch(() => null)) ?? {};
  throw new ApiError(answer.status, { ...problem, retryAfter: Number(answer.headers.get("Retry-After")) || 0 });
}

/** Make the person known with a token. Where the server gives cookies, the token is forgotten at once. */
export async function signIn(token) {
  const headers = { Authorization: `Bearer ${token}` };
  try {
    await open("POST", "session-cookie", { headers });
    bearer = "";
  } catch (error) {
    if (error.status !== 404 && error.status !== 405) throw error;
    bearer = token;
    await request("GET", "runs?limit=1");
  }
}

export const get = (path, signal) => request("GET", path, { signal });
export const post = (path, body = {}, headers = {}) => request("POST", path, { body, headers });
