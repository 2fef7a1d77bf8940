/** The open ticket: header, its messages and changes in order of time, the composer, and the side panel. */
import { h, html, signal, useEffect, useLayoutEffect, useRef } from "../vendor/ui.js";
import { dayName, midnight, t } from "../core/i18n.js";
import { behind, go, keep, matters, me, openThread, recall, route, thread, ticket } from "../core/store.js";
import { Empty, Failure, Skeleton } from "../core/parts.js";
import { pending } from "./actions.js";
import { Composer } from "./composer.js";
import { Header } from "./header.js";
import { Changes, shownInThread } from "./history.js";
import { Message, PendingMessage } from "./message.js";
import { Side } from "./side.js";

import("./matters.js").then(async (part) => { await part.ready; matters.value = part; }).catch(() => undefined);

const NEAR_END_PX = 120;
/** Wide enough for a fourth column; below, the side panel is a drawer that covers what is read and starts closed. */
const wide = matchMedia("(min-width: 1280px)");
export const sideOpen = signal(wide.matches && recall("side", true));
wide.addEventListener("change", () => { sideOpen.value = wide.matches && recall("side", true); });

export function toggleSide() {
  sideOpen.value = !sideOpen.value;
  if (wide.matches) keep("side", sideOpen.value);
}

export function Thread() {
  const { phase, data, problem, name } = thread.value;
  if (phase === "none" || name === null) {
    return html`<section class="thread-pane nothing">${h(Empty, { icon: "message-square-quote", title: t("thread.none"), text: t("thread.noneHint") })}</section>`;
  }
  if (phase === "error" && problem) {
    return html`<section class="thread-pane">${h(Failure, { problem, retry: () => openThread(name) })}
      <button type="button" class="button quiet back-to-list" onClick=${() => go({ ticket: null })}>${t("action.back")}</button></section>`;
  }
  if (!data) return html`<section class="thread-pane">${h(Skeleton, { rows: 4, class: "tall" })}</section>`;
  const row = ticket(data.ticket.id)?.value ?? data.ticket;
  return html`<section class=${`thread-pane ${sideOpen.value ? "side-open" : ""}`} aria-labelledby="ticket-title" data-ticket=${row.number}>
    ${h(Header, { row, data })}
    <div class="thread-body"><div class="conversation">
      ${h(Log, { key: row.id, data, row })}
      ${matters.value && h(matters.value.Signs, {})}${h(Composer, { key: `composer-${row.id}`, row, data })}</div>
      ${sideOpen.value && h(Side, { row, data })}</div></section>`;
}

/** @param {{ data: import("../core/types.d.ts").ThreadData, row: import("../core/types.d.ts").TicketRow }} props */
function Log({ data, row }) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const atEnd = useRef(true);
  const seen = useRef(new Set(data.messages.map((each) => each.id)));
  const mine = pending.value.filter((each) => each.ticket === row.id).sort((a, b) => a.at_ms - b.at_ms);
  const count = data.messages.length + mine.length;
  const customer = data.contact.name || data.contact.label;
  // A new message is shown when the reader was at the end; otherwise what is being read stays where it is.
  useLayoutEffect(() => {
    const element = /** @type {HTMLDivElement} */ (box.current);
    if (atEnd.current || mine.some((each) => each.state === "sending")) element.scrollTop = element.scrollHeight;
  }, [count, data.events.length]);
  // The composer grows and shrinks; who was at the end stays there.
  useEffect(() => {
    const element = /** @type {HTMLDivElement} */ (box.current);
    const watch = new ResizeObserver(() => { if (atEnd.current) element.scrollTop = element.scrollHeight; });
    watch.observe(element);
    watch.observe(/** @type {Element} */ (element.firstElementChild));
    if (focusWanted) element.focus();
    focusWanted = false;
    return () => watch.disconnect();
  }, []);
  useEffect(() => { data.messages.forEach((each) => seen.current.add(each.id)); });
  return html`<div class="log" id="thread" ref=${box} role="log" tabindex="0" aria-label=${t("thread.messages")} aria-live="polite"
    onScroll=${() => {
      const { scrollTop, scrollHeight, clientHeight } = /** @type {HTMLDivElement} */ (box.current);
      atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    }}><div class="log-inner">
    ${timeline(data).map((item) => item.day ? html`<p key=${`day-${item.day}`} class="day"><span>${dayName(item.day)}</span></p>`
      : item.changes ? h(Changes, { key: `changes-${item.changes[0].id}`, events: item.changes })
        : html`${h(Message, { key: item.message.id, message: item.message, customer, fresh: !seen.current.has(item.message.id) })}
          ${item.message.again && h(behind.value.Repeats, { messages: item.message.again, customer })}`)}
    ${mine.map((item) => h(PendingMessage, { key: item.key, item, name: me.value?.name ?? "" }))}</div></div>`;
}

/**
 * Messages and runs of changes by time, a heading before each day.
 * @param {import("../core/types.d.ts").ThreadData} data @returns {any[]}
 */
function timeline({ messages, events }) {
  const items = [
    ...(behind.value?.folded(messages) ?? messages).map((/** @type {import("../core/types.d.ts").MessageView} */ message, /** @type {number} */ i) => ({ at: message.received_at_ms || message.sent_at_ms, rank: i, message })),
    ...events.filter(shownInThread).map((event) => ({ at: event.at_ms, rank: event.id, event })),
  ].sort((a, b) => a.at - b.at || ("message" in a ? 0 : 1) - ("message" in b ? 0 : 1) || a.rank - b.rank);
  const shown = /** @type {any[]} */ ([]);
  let day = 0;
  for (const item of items) {
    const itsDay = midnight(item.at);
    if (itsDay !== day) shown.push({ day: itsDay });
    day = itsDay;
    const last = shown.at(-1);
    if ("message" in item) shown.push({ message: item.message });
    else if (last?.changes) last.changes.push(item.event);
    else shown.push({ changes: [item.event] });
  }
  return shown;
}

let focusWanted = false;

/** Moves the focus to a ticket's messages, now or once they are there. @param {string} number */
export function focusThread(number) {
  const { name, data } = thread.value;
  focusWanted = data === null || (name !== number && data.ticket.number !== number);
  if (!focusWanted) document.getElementById("thread")?.focus();
}

/** Moves the focus to the next or previous message. @param {1 | -1} step */
export function stepMessage(step) {
  const all = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".log .message")]);
  const here = all.findIndex((each) => each.contains(document.activeElement));
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, here + step));
  all[next]?.focus();
}

export const openTicketNow = () => (route.value.ticket ? thread.value.data?.ticket ?? null : null);
