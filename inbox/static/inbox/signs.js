/**
 * Signals: what passes while somebody writes or reads, and is kept nowhere. Says that the agent writes an answer and what
 * of the open ticket was read; shows who else is at it. Comes behind the thread, with words of its own.
 */
import { computed, effect, h, html, signal } from "../vendor/ui.js";
import { learn, t } from "../core/i18n.js";
import { post } from "../core/api.js";
import { say } from "../core/feed.js";
import { conn, thread } from "../core/store.js";
import { Icon } from "../core/parts.js";

/** @typedef {{ ticket: string, by: "agent" | "customer", name: string | null, over: boolean }} Sign */

const SAID_EVERY_MS = 4_500; // the house takes one of a kind in 4 s
const SHOWN_MS = 6_000;
const IDLE_MS = 6_000;

/** Resolves once its words are there. */
export const ready = learn("signs");

const opened = computed(() => thread.value.data?.ticket.id ?? null);
/** The newest message of its customer: where they write now. */
const newest = computed(() => thread.value.data?.messages.findLast(({ kind }) => kind === "inbound")?.id ?? null);
/** Who is at the open ticket: its customer, under "", colleagues by name. */
const present = signal(/** @type {Record<string, Sign>} */ ({}));
const timers = /** @type {Map<string, ReturnType<typeof setTimeout>>} */ (new Map());

/** @param {string} id @param {"typing" | "read"} kind @param {boolean} [over] */
const tell = (id, kind, over = false) => post(`/tickets/${id}/signals`, { kind, over }).catch(() => undefined); // lost, as it may be

// -- writing ---------------------------------------------------------------------------------------------------------

/** The ticket that was said to be written for. @type {string | null} */ let writing = null;
let saidAt = -Infinity;
/** @type {ReturnType<typeof setTimeout> | undefined} */ let idle;

function stop() {
  clearTimeout(idle);
  if (writing) tell(writing, "typing", true);
  writing = null;
  saidAt = -Infinity;
}

document.addEventListener("input", ({ target }) => {
  const area = /** @type {HTMLTextAreaElement} */ (target);
  const id = opened.value;
  if (area.id !== "composer" || !id || area.form?.dataset.mode !== "reply") return;
  if (!area.value.trim()) return stop();
  clearTimeout(idle);
  idle = setTimeout(stop, IDLE_MS);
  if (writing === id && performance.now() - saidAt < SAID_EVERY_MS) return;
  writing = id;
  saidAt = performance.now();
  tell(id, "typing");
});

// -- reading ---------------------------------------------------------------------------------------------------------

/** The newest message that each ticket was said to be read up to. */
const told = /** @type {Map<string, string>} */ (new Map());
/** @type {ReturnType<typeof setTimeout> | undefined} */ let later;
let toldAt = -Infinity;

/** Says it once for each message, and only while somebody looks. */
function look() {
  const { data } = thread.peek();
  const last = newest.peek();
  if (!data || !last || document.hidden || !data.signals.includes("read") || told.get(data.ticket.id) === last) return;
  clearTimeout(later);
  const wait = toldAt + SAID_EVERY_MS - performance.now();
  if (wait > 0) {
    later = setTimeout(look, wait);
    return;
  }
  toldAt = performance.now();
  told.set(data.ticket.id, last);
  tell(data.ticket.id, "read");
}
document.addEventListener("visibilitychange", look);

// -- who else is there -----------------------------------------------------------------------------------------------

/** A frame of the live line. @param {Sign} sign */
export function signalled(sign) {
  if (sign.ticket !== opened.value) return;
  const who = sign.by === "customer" ? "" : sign.name ?? "";
  clearTimeout(timers.get(who));
  if (sign.over) return gone(who);
  present.value = { ...present.peek(), [who]: sign };
  timers.set(who, setTimeout(gone, SHOWN_MS, who));
}

/** @param {string} who */
function gone(who) {
  const { [who]: _, ...others } = present.peek();
  present.value = others;
}

effect(() => {
  newest.value; // they may have gone on elsewhere
  if (conn.value.state === "live") say({ type: "watch", ticket: opened.value });
});
effect(() => {
  if (writing !== opened.value) stop();
  present.value = {};
});
effect(() => {
  newest.value;
  gone(""); // what was typed has come
  look();
});

/** Above the composer. */
export function Signs() {
  const signs = Object.values(present.value);
  const { name: called, label } = thread.value.data?.contact ?? { name: "", label: "" };
  return html`<p class=${signs.length ? "signs" : "signs sr-only"} role="status">${signs.map(({ by, name }) => html`<span key=${name}>
    ${h(Icon, { name: "ellipsis", size: 14 })} ${t(by === "customer" ? "signs.types" : "signs.writes", { name: name ?? (called || label) })}</span>`)}</p>`;
}
