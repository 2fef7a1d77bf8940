/** Requests to /api/v1: one way to ask, one way to fail. Every failure is a `Problem` with a stable `code`. */
import { signal } from "../vendor/ui.js";
import { t, has } from "./i18n.js";

const TIMEOUT_MS = 20_000;

/** True once the server said that nobody is signed in; the app then asks in place. */
export const signedOut = signal(false);

let owner = "";

/** From now on this page asks for nobody but this agent; "" for whoever is signed in. @param {string} id */
export const belongTo = (id) => { owner = id; };

/** What every request of ours says: that a script of this house asks, and whose page it is. @returns {Record<string, string>} */
export const ours = () => ({ "x-switchboard": "1", ...(owner && { "x-switchboard-agent": owner }) });

export class Problem extends Error {
  /** @param {string} code @param {number} status @param {Record<string, any>} data */
  constructor(code, status = 0, data = {}) {
    super(code);
    this.code = code;
    this.status = status;
    this.data = data;
  }

  /** A sentence for the agent; an unknown code shows itself, so that it can be reported. */
  get sentence() {
    return has(`error.${this.code}`) ? t(`error.${this.code}`, this.data) : t("error.unknown", { code: this.code });
  }
}

/** A key that makes a repeated request the same request. Works outside secure contexts too. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20, 32].map((end, i) => hex.slice([0, 8, 12, 16, 20][i], end)).join("-");
}

/** @param {string} path below /api/v1, such as "/tickets" @param {Record<string, string | number | null>} [query] */
export function get(path, query = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== null && value !== "") search.set(name, String(value));
  const tail = search.toString();
  return send("GET", tail ? `${path}?${tail}` : path, undefined, undefined);
}

let last = { wish: "", answer: Promise.resolve() };

/** A second click is no second request. @param {string} path @param {unknown} [body] @param {string} [key] Idempotency-Key @param {string} [method] */
export function post(path, body = {}, key, method = "POST") {
  const wish = JSON.stringify([method, path, body, key]);
  if (wish !== last.wish) {
    const asked = last = { wish, answer: send(method, path, body, key ?? newKey()).finally(() => { asked.wish = ""; }) };
  }
  return last.answer;
}

/**
 * @param {string} method @param {string} path @param {unknown} body @param {string | undefined} key
 * @returns {Promise<any>}
 */
async function send(method, path, body, key) {
  /** @type {Record<string, string>} */
  const headers = { accept: "application/json", ...ours() };
  if (method !== "GET") headers["content-type"] = "application/json";
  if (key) headers["idempotency-key"] = key;
  let answer;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method, headers, credentials: "same-origin", signal: AbortSignal.timeout(TIMEOUT_MS),
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    throw new Problem(error instanceof DOMException && error.name === "TimeoutError" ? "timeout" : "offline");
  }
  const data = await answer.json().catch(() => ({}));
  if (answer.ok) return data;
  if (answer.status === 401 && path !== "/login") signedOut.value = true;
  const code = data.code ?? (answer.status >= 500 ? "server_error" : answer.status === 401 ? "not_signed_in" : `http_${answer.status}`);
  throw new Problem(code, answer.status, data);
}

/** Whatever was thrown, as a Problem. @param {unknown} error */
export function problemOf(error) {
  if (error instanceof Problem) return error;
  console.error(error);
  return new Problem("app_error", 0, { detail: String(error) });
}
