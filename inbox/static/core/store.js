/**
 * The state of the inbox: one normalised set of signals. Components read it and call the functions here and in
 * inbox/actions.js; only those ask the server. Tickets live once, by id; lists hold ids.
 */
import { batch, signal } from "../vendor/ui.js";
import { get, problemOf } from "./api.js";
import { language } from "./i18n.js";

/**
 * @typedef {import("./types.d.ts").TicketRow} TicketRow
 * @typedef {import("./types.d.ts").ThreadData} ThreadData
 * @typedef {{ view: string, queue: string | null, ticket: string | null, q: string, panel: string | null }} Route
 */

export const VIEWS = ["mine", "unassigned", "all", "critical", "waiting", "snoozed", "solved"];
const PAGE = 100;
const THREADS_KEPT = 20;
const DONE = new Set(["solved", "closed"]);
const RANK = { low: 0, normal: 1, high: 2, critical: 3 };

export const me = signal(/** @type {import("./types.d.ts").Me | null} */ (null));
export const queues = signal(/** @type {import("./types.d.ts").Queue[]} */ ([]));
export const viewCounts = signal(/** @type {Record<string, number>} */ ({}));
/** How many tickets ring, and how many of them past the end of their ladder. */
export const alarms = signal({ ringing: 0, unanswered: 0 });
/** What is held, and channels over their quota. */
export const abuse = signal({ held: 0, critical: 0, blocks: 0, channels: /** @type {import("./types.d.ts").FloodedChannel[]} */ ([]) });
/** The parts that come behind the thread. @type {import("../vendor/ui.js").Signal<any>} */
export const behind = signal(null);
export const agents = signal(/** @type {import("./types.d.ts").Agent[]} */ ([]));
/** Answer of /status: rules, channels. */
export const status = signal(/** @type {any} */ (null));
export const conn = signal({ state: "connecting", since: Date.now(), retryAt: 0 });
export const route = signal(readRoute());
export const list = signal({
  key: "", ids: /** @type {string[]} */ ([]), total: 0, held: 0, cursor: /** @type {string | null} */ (null),
  phase: "loading", problem: /** @type {import("./api.js").Problem | null} */ (null),
});
export const thread = signal({
  name: /** @type {string | null} */ (null), phase: "none", data: /** @type {ThreadData | null} */ (null),
  problem: /** @type {import("./api.js").Problem | null} */ (null),
});
/** Rows that want to move while the list is held still under the pointer. */
export const waitingMoves = signal(0);
/** The row the keyboard stands on. */
export const cursorId = signal(/** @type {string | null} */ (null));

/** Merging, splitting, incidents: a part that comes behind the thread. */
export const matters = signal(/** @type {any} */ (null));

const tickets = /** @type {Map<string, import("../vendor/ui.js").Signal<TicketRow>>} */ (new Map());
const threads = /** @type {Map<string, ThreadData>} */ (new Map());
let listAsk = 0;
let threadAsk = 0;
let held = false;
let stale = false;

// -- what this browser remembers -------------------------------------------------------------------------------------

/** A remembered value; storage that is blocked or broken counts as empty. @template T @param {string} key @param {T} fallback @returns {T} */
export function recall(key, fallback) {
  try {
    const text = localStorage.getItem(`switchboard.${key}`);
    return text === null ? fallback : JSON.parse(text);
  } catch {
    return fallback;
  }
}

/** @param {string} key @param {unknown} value null forgets it */
export function keep(key, value) {
  try {
    if (value === null) localStorage.removeItem(`switchboard.${key}`);
    else localStorage.setItem(`switchboard.${key}`, JSON.stringify(value));
  } catch { /* storage is blocked or full: the value lives as long as the page */ }
}

/** The name of what is an agent's own: who signs in next at this browser does not find it. @param {string} key */
export const own = (key) => `${me.value?.id}.${key}`;

/** The ends of all remembered names that begin so. @param {string} start */
export function kept(start) {
  const whole = `switchboard.${start}`;
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(whole)).map((name) => name.slice(whole.length));
  } catch {
    return []; // storage is blocked
  }
}

/** Tickets in which something was begun and not sent. */
export const begun = signal(/** @type {Set<string>} */ (new Set()));

/** Looks for them, once it is known who asks. */
export function findBegun() {
  begun.value = new Set(kept(own("draft.")).map((name) => name.slice(0, name.lastIndexOf("."))));
}

// -- addresses -------------------------------------------------------------------------------------------------------

/** A mangled one is none. */
function address() {
  try {
    return decodeURIComponent(location.pathname);
  } catch {
    return "";
  }
}

/** @param {Route} [before] what stays behind a panel @returns {Route} */
function readRoute(before) {
  const [, , place = "all", ticket = ""] = address().split("/");
  if (place === "channels") return { view: "all", queue: null, ticket: null, q: "", ...before, panel: place };
  const queue = place.startsWith("queue:") ? place.slice(6) : null;
  return {
    view: queue === null && VIEWS.includes(place) ? place : "all", queue, ticket: ticket || null,
    q: new URLSearchParams(location.search).get("q") ?? "", panel: null,
  };
}

/** Goes to another view, ticket or panel; what is not named stays, but for the panel. @param {Partial<Route>} change @param {boolean} [replace] */
export function go(change, replace = false) {
  const next = { ...route.value, panel: null, ...change };
  const place = next.panel ?? (next.queue === null ? next.view : `queue:${next.queue}`);
  const path = `/inbox/${encodeURIComponent(place)}${next.ticket && !next.panel ? `/${encodeURIComponent(next.ticket)}` : ""}`;
  const address = next.q && !next.panel ? `${path}?q=${encodeURIComponent(next.q)}` : path;
  if (address !== location.pathname + location.search) history[replace ? "replaceState" : "pushState"](next.panel, "", address);
  route.value = next;
}

addEventListener("popstate", () => { route.value = readRoute(route.value); });

// -- tickets and lists -----------------------------------------------------------------------------------------------

/** The signal of a ticket that some list or thread has shown. @param {string} id */
export const ticket = (id) => tickets.get(id);

/** Keeps the newer of two states of a ticket. @param {TicketRow} row @param {boolean} [force] an agent's own act, shown before the server knows */
export function keepTicket(row, force = false) {
  const known = tickets.get(row.id);
  if (!known) tickets.set(row.id, signal(row));
  else if (force || row.version >= known.value.version) known.value = row;
}

/** Urgency first, then who waits longest. @param {TicketRow} a @param {TicketRow} b */
function order(a, b) {
  return RANK[b.urgency] - RANK[a.urgency]
    || (a.waiting_since_ms ?? Infinity) - (b.waiting_since_ms ?? Infinity) || 0
    || b.last_message_at_ms - a.last_message_at_ms;
}

/** Whether a ticket belongs to the list on screen; null when only the server can tell. @param {TicketRow} row */
function belongs(row) {
  const { view, queue, q } = route.value;
  if (q) return null;
  if (queue !== null) return row.queue === queue && !DONE.has(row.state) && row.snoozed_until_ms === null;
  if (view === "solved") return DONE.has(row.state);
  if (DONE.has(row.state)) return false;
  if (view === "snoozed") return row.snoozed_until_ms !== null;
  if (row.snoozed_until_ms !== null) return false;
  if (view === "mine") return row.assignee_id === me.value?.id;
  if (view === "unassigned") return row.assignee_id === null;
  if (view === "critical") return row.urgency === "critical";
  return view === "waiting" ? row.state === "waiting" : true;
}

/** A ticket changed on the server: patch its row in place, move it when the list may move. @param {TicketRow} row */
export function ticketChanged(row) {
  batch(() => {
    keepTicket(row);
    stale = true;
    if (!held) settle();
    else waitingMoves.value = countMoves();
  });
}

/** While the pointer is over the list its order stands still. @param {boolean} hold */
export function holdList(hold) {
  held = hold;
  if (!hold && stale) settle();
}

/** Puts the rows where they belong now. */
export function settle() {
  const { ids, phase } = list.value;
  if (phase !== "ready") return;
  stale = false;
  batch(() => {
    waitingMoves.value = 0;
    const next = arranged();
    if (next.length !== ids.length || next.some((id, i) => id !== ids[i])) {
      list.value = { ...list.value, ids: next, total: Math.max(next.length, list.value.total + next.length - ids.length) };
    }
  });
}

function arranged() {
  const { ids, cursor } = list.value;
  const shown = new Set(ids);
  const rows = ids.map((id) => /** @type {any} */ (tickets.get(id)).value).filter((row) => belongs(row) !== false);
  const last = rows.at(-1);
  for (const { value } of tickets.values()) {
    if (!shown.has(value.id) && belongs(value) && (cursor === null || !last || order(value, last) < 0)) rows.push(value);
  }
  const { view, queue, q } = route.value;
  // What was found and what was solved come in the server's order; what was solved just now stands first.
  if (view === "solved" && queue === null) rows.sort((a, b) => Number(shown.has(a.id)) - Number(shown.has(b.id)));
  else if (!q) rows.sort(order);
  return rows.map((row) => row.id);
}

function countMoves() {
  const { ids } = list.value;
  const before = new Map(ids.map((id, place) => [id, place]));
  return arranged().filter((id, place) => before.get(id) !== place).length;
}

/** Loads the list the address names, from its first page. @param {boolean} [quiet] keeps the rows on screen until the new ones are there */
export async function loadList(quiet = false) {
  const ask = ++listAsk;
  const { view, queue, q } = route.value;
  const key = `${view}|${queue}|${q}`;
  if (!quiet || list.value.key !== key) {
    list.value = { key, ids: [], total: 0, held: 0, cursor: null, phase: "loading", problem: null };
  }
  try {
    const page = await get("/tickets", listQuery(null));
    if (ask !== listAsk) return;
    const ids = page.tickets.map((/** @type {TicketRow} */ row) => row.id);
    batch(() => {
      page.tickets.forEach((/** @type {TicketRow} */ row) => keepTicket(row));
      list.value = { key, ids, total: page.total, held: page.held ?? 0, cursor: page.cursor, phase: "ready", problem: null };
      waitingMoves.value = 0;
    });
    if (stale && !held) settle();
  } catch (error) {
    const phase = quiet && list.value.ids.length ? "ready" : "error";
    if (ask === listAsk) list.value = { ...list.value, phase, problem: problemOf(error) };
  }
}

/** Loads the next page, once, when the end comes near. */
export async function loadMore() {
  const { cursor, phase, key } = list.value;
  if (cursor === null || phase !== "ready") return;
  const ask = ++listAsk;
  list.value = { ...list.value, phase: "more" };
  try {
    const page = await get("/tickets", listQuery(cursor));
    if (ask !== listAsk || list.value.key !== key) return;
    batch(() => {
      page.tickets.forEach((/** @type {TicketRow} */ row) => keepTicket(row));
      const ids = new Set([...list.value.ids, ...page.tickets.map((/** @type {TicketRow} */ row) => row.id)]);
      list.value = { ...list.value, ids: [...ids], total: page.total, cursor: page.cursor, phase: "ready" };
    });
  } catch {
    if (ask === listAsk) list.value = { ...list.value, phase: "ready" };
  }
  if (stale && !held) settle();
}

/** @param {string | null} cursor */
function listQuery(cursor) {
  const { view, queue, q } = route.value;
  return { view: q ? "all" : view, queue, q, cursor, limit: PAGE };
}

// -- one thread ------------------------------------------------------------------------------------------------------

/** Shows a ticket: what is remembered at once, then the truth. @param {string} name number or id */
export async function openThread(name) {
  const known = threads.get(name) ?? null;
  thread.value = { name, phase: known ? "ready" : "loading", data: known, problem: null };
  await refreshThread();
}

/** Fetches the open ticket again; the newest answer wins. */
export async function refreshThread() {
  const { name } = thread.value;
  if (name === null) return;
  const ask = ++threadAsk;
  try {
    const data = /** @type {ThreadData} */ (await get(`/tickets/${encodeURIComponent(name)}`));
    if (ask !== threadAsk || thread.value.name !== name) return;
    batch(() => {
      keepTicket(data.ticket);
      data.related.forEach((row) => keepTicket(row));
      thread.value = { name, phase: "ready", data, problem: null };
    });
    threads.delete(name);
    threads.set(name, data);
    if (threads.size > THREADS_KEPT) threads.delete(/** @type {string} */ (threads.keys().next().value));
  } catch (error) {
    if (ask === threadAsk && thread.value.name === name && thread.value.data === null) {
      thread.value = { name, phase: "error", data: null, problem: problemOf(error) };
    }
  }
}

export function closeThread() {
  threadAsk += 1;
  thread.value = { name: null, phase: "none", data: null, problem: null };
}

// -- the frame around ------------------------------------------------------------------------------------------------

/** Counts of the rail. A failure leaves the old ones: the next change asks again. */
export async function loadCounts() {
  const answer = await get("/queues").catch(() => null);
  if (!answer) return;
  batch(() => {
    queues.value = answer.queues;
    viewCounts.value = answer.views;
    alarms.value = answer.alarms;
    abuse.value = answer.abuse;
    countList();
  });
}

/** A list that is not loaded to its end cannot count what comes in below: it takes the rail's number. */
function countList() {
  const { view, queue, q } = route.value;
  const { cursor, ids, phase, total } = list.value;
  if (q || cursor === null || phase !== "ready") return;
  const counted = queue === null ? viewCounts.value[view] : queues.value.find((each) => each.name === queue)?.open;
  if (counted !== undefined && counted !== total) list.value = { ...list.value, total: Math.max(counted, ids.length) };
}

/** What is said per language, in the reader's. @param {Record<string, string>} said @param {string} name */
export const inLanguage = (said, name) => said[language.value] ?? said[language.value.slice(0, 2)] ?? said.en ?? name;

/** A queue's name in the reader's language. @param {string} name */
export const queueTitle = (name) => inLanguage(queues.value.find((each) => each.name === name)?.title ?? {}, name);

/** An action on an account in the reader's language. @param {string} name */
export const actionTitle = (name) => inLanguage(/** @type {{ name: string, title: Record<string, string> }[]} */ (status.value?.actions ?? []).find((each) => each.name === name)?.title ?? {}, name);

/** Everything that stands around the list. */
export async function loadFrame() {
  const [state, people] = await Promise.all([get("/status"), get("/agents"), loadCounts()]);
  batch(() => {
    status.value = state;
    agents.value = people.agents;
  });
}
