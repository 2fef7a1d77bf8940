/**
 * What an agent does to a ticket. Each act shows at once, asks the server, and is taken back when refused. What was
 * written is in localStorage from the first key until the server has it, so that nothing typed is ever lost.
 */
import { effect, signal } from "../vendor/ui.js";
import { newKey, post, problemOf, signedOut } from "../core/api.js";
import { t, word } from "../core/i18n.js";
import { begun, conn, go, keep, kept, list, me, own, queueTitle, recall, refreshThread, route, thread, ticket, ticketChanged } from "../core/store.js";
import { toast } from "../core/parts.js";

/**
 * @typedef {import("../core/types.d.ts").Pending} Pending
 * @typedef {import("../core/types.d.ts").Attached} Attached
 * @typedef {import("../core/types.d.ts").TicketRow} TicketRow
 * @typedef {"reply" | "note"} Mode
 * @typedef {import("../core/types.d.ts").Place} Place
 * @typedef {{ ticket: string, mode: Mode, code: string, data: any, solve: boolean, force: boolean, confirmed: Place[], meant: string | null, text: string }} Refusal
 */

/** Long enough to see that it is solved. */
const AFTER_SOLVE_MS = 1000;
/** Where the line stands and yet nothing came through. */
const AGAIN_MS = 5000;
/** What waited longer than this when the page is opened again is sent by hand. */
const WAITS_MS = 3_600_000;

/** Messages on their way or stuck, over reloads. Each is kept under a name of its own: no tab overwrites another's. */
export const pending = signal(kept(own("pending.")).flatMap((key) => recall(own(`pending.${key}`), /** @type {Pending[]} */ ([]))).map(unconfirmed));
/** Why the last message was not taken; shown above its draft. */
export const refusal = signal(/** @type {Refusal | null} */ (null));
/** Counts up when a draft is changed from outside its editor. */
export const draftsChanged = signal(0);

/** What was under way when the page went. @param {Pending} item @returns {Pending} */
function unconfirmed(item) {
  const isOver = item.state === "failed" || Date.now() - item.at_ms > WAITS_MS;
  return { ...item, state: isOver ? "failed" : "waiting", code: item.code ?? "unconfirmed" };
}

/** What comes when a ticket needs it: files, shown and attached; what is done to public posts; why an answer was refused. */
const LATER = { media: () => import("./media.js"), moderation: () => import("./moderation.js"), refused: () => import("./refused.js") };
const here = signal(/** @type {Record<string, any>} */ ({}));
const asked = new Set();

/** A part, once it is there. @param {keyof typeof LATER} name @returns {any} */
export function need(name) {
  if (!asked.has(name)) {
    asked.add(name);
    LATER[name]().then(async (part) => { await part.ready; here.value = { ...here.value, [name]: part }; }).catch(() => { asked.delete(name); });
  }
  return here.value[name];
}

/** What is attached to replies to come, by ticket. @type {import("../vendor/ui.js").Signal<Record<string, Attached[]>>} */
export const attached = signal(Object.fromEntries(kept(own("attached.")).map((id) => [id, recall(own(`attached.${id}`), [])])));

/** @param {string} id @param {Attached[]} files */
export function attach(id, files) {
  attached.value = { ...attached.value, [id]: files };
  keep(own(`attached.${id}`), files.length ? files.filter((file) => file.id) : null);
}

// -- drafts ----------------------------------------------------------------------------------------------------------

/** @param {string} id @param {Mode} mode @returns {string} */
export const draft = (id, mode) => recall(own(`draft.${id}.${mode}`), "");

/** Who was to read the reply that is begun, until it is sent. @param {string} id @returns {string | null} */
export const meantFor = (id) => recall(own(`meant.${id}`), null);

/** @param {string} id @param {Mode} mode @param {string} text @param {string | null} [meant] when it is begun */
export function keepDraft(id, mode, text, meant) {
  keep(own(`draft.${id}.${mode}`), text || null);
  if (mode === "reply" && (meant || !text)) keep(own(`meant.${id}`), text ? meant : null);
  const has = text !== "" || draft(id, mode === "reply" ? "note" : "reply") !== "";
  if (has === begun.value.has(id)) return;
  const owners = new Set(begun.value);
  if (has) owners.add(id);
  else owners.delete(id);
  begun.value = owners;
}

/** Puts what was written back where it was, before whatever has been begun since. @param {Pending} item */
function restoreDraft({ ticket: id, mode, text, files, meant }) {
  const since = draft(id, mode);
  keepDraft(id, mode, since && since !== text ? `${text}\n\n${since}` : text, meant);
  if (files?.length) attach(id, [...files, ...(attached.value[id] ?? [])]);
  draftsChanged.value += 1;
}

// -- sending ---------------------------------------------------------------------------------------------------------

/** Sends what was written. @param {TicketRow} row @param {Mode} mode @param {string} text @param {{ solve?: boolean, force?: boolean, confirmed?: Place[], meant?: string | null }} [how] */
export function write(row, mode, text, { solve = false, force = false, confirmed = [], meant = null } = {}) {
  refusal.value = null;
  const item = /** @type {Pending} */ ({
    key: newKey(), ticket: row.id, mode, text, solve, force, confirmed, meant, state: "waiting", code: null, at_ms: Date.now(), last_seen: seen(row.id),
    files: mode === "reply" ? (attached.value[row.id] ?? []).filter((file) => file.id) : [],
  });
  hold(item);
  keepDraft(row.id, mode, "");
  if (item.files.length) attach(row.id, []);
  send(item);
}

/** The newest that the agent has seen of a ticket: what waits is not sent as the answer to what came meanwhile. @param {string} id */
function seen(id) {
  const open = thread.value.data;
  return open?.ticket.id === id ? open.last_seen : 0;
}

/** @param {Pending} item */
function hold(item) {
  pending.value = [...pending.value.filter((each) => each.key !== item.key), item];
  keep(own(`pending.${item.key}`), item);
}

/** What waits to be sent to where this goes, in the order in which it was written. @param {Pending} item */
const line = ({ ticket: id, mode }) => pending.value.filter((each) => each.ticket === id && each.mode === mode && each.state === "waiting")
  .sort((a, b) => a.at_ms - b.at_ms);

/** Sends it after all that was written before it. @param {Pending} item */
async function send(item) {
  if (pending.value.some((each) => each.ticket === item.ticket && each.mode === item.mode && each.state === "sending")) return;
  for (let next; (next = line(item)[0]) && await deliver(next););
}

/** @type {ReturnType<typeof setTimeout> | undefined} */ let later;

/** Sends all that waits, once the server can be reached. */
function sendAll() {
  if (conn.value.state === "live" && !signedOut.value) pending.value.forEach(send);
}
effect(() => { if (conn.value.state === "live" && !signedOut.value) setTimeout(sendAll); });

/** @param {Pending} waiting @returns {Promise<boolean>} whether the next may follow */
async function deliver(waiting) {
  const item = /** @type {Pending} */ ({ ...waiting, state: "sending" });
  hold(item);
  const following = follower(item.ticket); // once it is solved it has no place in the list
  const body = item.mode === "note" ? { text: item.text }
    : { text: item.text, force: item.force, solve: item.solve, confirmed: item.confirmed ?? [], visibility: item.meant, files: item.files?.map((file) => file.id), last_seen: item.last_seen ?? 0 };
  try {
    const answer = await post(`/tickets/${item.ticket}/${item.mode === "note" ? "notes" : "replies"}`, body, item.key);
    arrived(item, answer, following);
    return true;
  } catch (error) {
    return refused(item, problemOf(error));
  }
}

/** @param {Pending} item @param {any} answer @param {string | null} following */
function arrived(item, answer, following) {
  const open = thread.value.data;
  // What the agent wrote next knows this one.
  const last_seen = answer.last_seen;
  line(item).forEach((each) => hold({ ...each, last_seen }));
  if (open?.ticket.id === item.ticket && !open.messages.some((each) => each.id === answer.message.id)) {
    thread.value = { ...thread.value, data: { ...open, last_seen, messages: [...open.messages, answer.message] } };
  }
  drop(item.key);
  if (answer.ticket) ticketChanged(answer.ticket);
  refreshThread();
  if (item.solve) solved(item.ticket, "open", following);
}

/** @param {Pending} item @param {import("../core/api.js").Problem} problem @returns {boolean} whether the next may follow */
function refused(item, problem) {
  const { code, status, data } = problem;
  if (!pending.value.some((each) => each.key === item.key)) return true; // another tab has taken it back, or sent it
  if (status === 409 || status === 422) {
    drop(item.key);
    line(item).reverse().forEach(takeBack); // nothing overtakes it
    restoreDraft(item);
    // To send it all the same is to confirm what was found now, beside what was confirmed before.
    const confirmed = [...(item.confirmed ?? []), ...(code === "confirm_needed" ? data.findings : [])];
    refusal.value = { ticket: item.ticket, mode: item.mode, code, data, solve: item.solve, force: item.force, confirmed, meant: item.meant ?? null, text: item.text };
    if (code === "stale_reply") refreshThread();
    const row = ticket(item.ticket)?.value;
    if (row && thread.value.data?.ticket.id !== row.id) {
      toast(t("app.pair", { who: row.number, what: t("message.notSent") }), { tone: "danger", icon: "circle-alert", action: { label: t("alarm.look"), act: () => go({ ticket: row.number }) } });
    }
    return true;
  }
  const waits = code === "offline" || code === "timeout" || status === 401 || status > 501;
  hold({ ...item, state: waits ? "waiting" : "failed", code });
  clearTimeout(later);
  if (waits) later = setTimeout(sendAll, AGAIN_MS);
  return !waits;
}

/** @param {string} key */
function drop(key) {
  pending.value = pending.value.filter((each) => each.key !== key);
  keep(own(`pending.${key}`), null);
}

/** The same message again, under the same key: the server knows it when it has it. @param {Pending} item */
export function resend(item) {
  hold({ ...item, state: "waiting", code: null, last_seen: seen(item.ticket) });
  send(item);
}

/** Back into the editor. @param {Pending} item */
export function takeBack(item) {
  drop(item.key);
  restoreDraft(item);
}

/** An agent's word on a message that could not be delivered. @param {string} outbox @param {"retry" | "discard"} what */
export async function decideDelivery(outbox, what) {
  try {
    await post(`/outbox/${outbox}/${what}`);
  } catch (error) {
    complain(error);
  }
  await refreshThread();
}

/** A sealed value, or null when it may not be seen. @param {string} message @param {number} place @returns {Promise<string | null>} */
export async function reveal(message, place) {
  try {
    const { value } = await post(`/messages/${encodeURIComponent(message)}/reveal`, { place });
    return value;
  } catch (error) {
    complain(error);
    return null;
  }
}

// -- changing tickets ------------------------------------------------------------------------------------------------

/** @param {unknown} error */
function complain(error) {
  toast(problemOf(error).sentence, { tone: "danger", icon: "circle-alert" });
}

/** @param {TicketRow} row @param {Partial<TicketRow>} patch @param {string} what @param {unknown} body @returns {Promise<boolean>} */
async function change(row, patch, what, body) {
  ticketChanged({ ...row, ...patch });
  try {
    const answer = await post(`/tickets/${row.id}/${what}`, body);
    ticketChanged(answer.ticket);
    return true;
  } catch (error) {
    const now = ticket(row.id)?.value;
    if (now && now.version === row.version) ticketChanged(row);
    complain(error);
    return false;
  }
}

/** @param {TicketRow} row @param {{ id: string, name: string } | null} agent */
export function assign(row, agent) {
  const patch = { assignee_id: agent?.id ?? null, assignee_name: agent?.name ?? null };
  return change(row, patch, "assign", { agent_id: patch.assignee_id });
}

/** "I have it": nobody else is called any more. @param {TicketRow} row */
export async function accept(row) {
  const patch = { alarm_since_ms: null, accepted_by: me.value?.id ?? null, assignee_id: me.value?.id ?? null, assignee_name: me.value?.name ?? null };
  if (await change(row, patch, "accept", {})) toast(t("done.accepted", { number: row.number }), { tone: "success", icon: "check" });
}

/** @param {TicketRow} row */
export function assignToMe(row) {
  return me.value ? assign(row, me.value) : Promise.resolve(false);
}

/** @param {TicketRow} row @param {string} queue */
export async function moveTo(row, queue) {
  if (await change(row, { queue }, "queue", { queue })) toast(t("done.moved", { number: row.number, queue: queueTitle(queue) }), { icon: "check" });
}

/** @param {TicketRow} row @param {import("../core/types.d.ts").Urgency} urgency */
export function setUrgency(row, urgency) {
  return change(row, { urgency }, "urgency", { urgency });
}

/** Puts a ticket aside until a moment, or takes it back. @param {TicketRow} row @param {number | null} until */
export function snooze(row, until) {
  return change(row, { snoozed_until_ms: until }, "snooze", { until_ms: until });
}

/** Asks the customer to prove who they are. @param {TicketRow} row */
export async function verify(row) {
  try {
    await post(`/tickets/${row.id}/verification`);
  } catch (error) {
    complain(error);
  }
  await refreshThread();
}

export const isDone = (/** @type {TicketRow} */ row) => ["solved", "closed", "rejected"].includes(row.state);

/** @param {TicketRow} row @param {import("../core/types.d.ts").TicketState} state @param {{ reason?: string, checklist?: string[] }} [why] */
export async function setState(row, state, { reason, checklist = [] } = {}) {
  const before = row.state === "new" ? "open" : row.state;
  const following = follower(row.id);
  if (!(await change(row, { state }, "state", { state, reason: reason ?? null, checklist }))) return false;
  if (state === "solved") solved(row.id, before, following);
  else toast(t("app.pair", { who: row.number, what: word("ticketState", state) }), { icon: "check" });
  return true;
}

/** Solves, or takes it up again. @param {TicketRow} row */
export const solveOrReopen = (row) => setState(row, isDone(row) ? "open" : "solved");

/** @param {string} id */
function follower(id) {
  const { ids } = list.value;
  const place = ids.indexOf(id);
  return place < 0 ? null : (ids[place + 1] ?? ids[place - 1] ?? null);
}

/** Tells it, offers the way back, and goes on to the next ticket. @param {string} id @param {string} before @param {string | null} following */
function solved(id, before, following) {
  const row = ticket(id)?.value;
  if (!row) return;
  toast(t("done.solved", { number: row.number }), {
    tone: "success", icon: "circle-check",
    action: { label: t("action.undo"), act: () => {
      const now = ticket(id)?.value;
      if (now) setState(now, /** @type {any} */ (before)).then(() => go({ ticket: now.number }));
    } },
  });
  if (following && recall("afterSolve", "next") === "next") setTimeout(() => goOn(id, following), AFTER_SOLVE_MS);
}

/** On to the next ticket, unless the agent has done something else since. @param {string} id @param {string} following */
function goOn(id, following) {
  const row = ticket(id)?.value;
  const next = ticket(following)?.value;
  const busy = document.activeElement?.matches("textarea:not(:placeholder-shown), [role^=menuitem]") ?? false;
  if (row && next && !busy && isDone(row) && route.value.ticket === row.number) go({ ticket: next.number });
}
