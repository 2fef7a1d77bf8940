/** The alarm: tickets that nobody has accepted yet, seen, heard and read aloud until somebody does. */
import { h, html, signal, effect } from "../vendor/ui.js";
import { rich, t } from "../core/i18n.js";
import { get } from "../core/api.js";
import { go, keep, keepTicket, me, queueTitle, recall, route, ticket } from "../core/store.js";
import { Icon, RedactedLine, When, toast } from "../core/parts.js";
import { accept } from "./actions.js";

/** @typedef {import("../core/types.d.ts").TicketRow} TicketRow */

const SEEN_KEPT = 200;
const SHOWN = 2;
const BEEP_EVERY_MS = 10_000;
let seen = new Set(recall("alarmsSeen", /** @type {string[]} */ ([])));
let beeping = 0;

/** Ids of tickets that ring, newest first. */
export const ringing = signal(/** @type {string[]} */ ([]));

/** One alarm of one ticket: it may ring again. @param {TicketRow} row */
const alarmOf = (row) => `${row.id}@${row.alarm_since_ms}`;

/** A ticket is new or changed. @param {TicketRow} row */
export function consider(row) {
  const rings = row.alarm_since_ms !== null;
  const known = ringing.value.includes(row.id);
  if (rings && !known) {
    ringing.value = [row.id, ...ringing.value];
    beep();
  } else if (!rings && known) ringing.value = ringing.value.filter((id) => id !== row.id);
}

/** This agent has looked: it stays on the screen, and is no longer heard here. @param {TicketRow} row */
function hush(row) {
  seen = new Set([...seen, alarmOf(row)].slice(-SEEN_KEPT));
  keep("alarmsSeen", [...seen]);
}

/** From now on: opening a ticket hushes it, accepting ends it. */
export function watch() {
  effect(() => {
    const open = route.value.ticket;
    const row = rows().find((each) => each.number === open || each.id === open);
    if (row) hush(row);
  });
  clearInterval(beeping);
  beeping = setInterval(() => { if (rows().some((row) => !seen.has(alarmOf(row)))) beep(); }, BEEP_EVERY_MS);
  look();
}

/** Asks for what rings already: at the start, and when too much was missed to be told. */
export async function look() {
  const before = ringing.value;
  const page = await get("/tickets", { view: "ringing", limit: 50 }).catch(() => null);
  if (!page) return;
  page.tickets.forEach((/** @type {TicketRow} */ row) => keepTicket(row));
  // What began to ring since it was asked is not in the answer.
  const since = ringing.value.filter((id) => !before.includes(id));
  ringing.value = [...new Set([...since, ...page.tickets.map((/** @type {TicketRow} */ row) => row.id)])];
}

/** @returns {TicketRow[]} */
function rows() {
  return ringing.value.map((id) => ticket(id)?.value).filter((row) => row !== undefined);
}

/** Whether something for a queue or an agent is for this one. @param {string} kind @param {string} name */
function isMine(kind, name) {
  const who = me.value;
  return who !== null && (kind === "agent" ? who.login === name : !who.queues.length || who.queues.includes(name));
}

/** Rules tell a queue or an agent something. @param {import("../core/types.d.ts").EventView} event @param {TicketRow} row */
export function notice({ data }, row) {
  const [kind = "", name = ""] = (data.to ?? "").split(/:(.*)/s);
  if (isMine(kind, name)) toast(t("app.pair", { who: row.number, what: data.text ?? "" }), { icon: "bell" });
}

/** Somebody is called: on this screen, and by the browser when nobody looks at it. @param {import("../core/types.d.ts").EventView} event @param {TicketRow} row */
export function page({ data }, row) {
  const [kind = "", name = ""] = (data.to ?? "").split(/:(.*)/s);
  if (kind !== "browser" && kind !== "agent") return;
  if (!isMine(kind === "agent" ? "agent" : "queue", kind === "agent" ? name : row.queue)) return;
  beep();
  if (kind === "agent") toast(t("alarm.called", { number: row.number }), { tone: "danger", icon: "siren" });
  if (!document.hidden || !("Notification" in globalThis) || Notification.permission !== "granted") return;
  // Never what the customer wrote: it would stand on a locked screen.
  const shown = new Notification(t("alarm.title", { number: row.number, queue: queueTitle(row.queue) }), {
    body: t("alarm.waits"), tag: row.id, requireInteraction: true,
  });
  shown.onclick = () => { focus(); go({ ticket: row.number }); shown.close(); };
}

/** Lets the browser call this agent while the page is out of sight. */
export async function allowCalls() {
  const answer = "Notification" in globalThis ? await Notification.requestPermission() : "denied";
  toast(t(answer === "granted" ? "alarm.callsOn" : "alarm.callsOff"), { icon: "bell" });
}

/** Two short tones; silent where the browser has not yet allowed sound. */
export function beep() {
  if (!recall("sound", true)) return;
  const audio = new AudioContext();
  [880, 1175].forEach((pitch, i) => {
    const tone = new OscillatorNode(audio, { type: "sine", frequency: pitch });
    const volume = new GainNode(audio, { gain: 0 });
    const start = audio.currentTime + i * 0.18;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.15, start + 0.02);
    volume.gain.linearRampToValueAtTime(0, start + 0.16);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.17);
  });
  setTimeout(() => audio.close(), 800);
}

export function Alarms() {
  const shown = rows();
  return html`<div class=${`alarms ${shown.length ? "ringing" : ""}`} role="alert" aria-atomic="false" data-alarms=${shown.length}>
    ${shown.slice(0, SHOWN).map((row) => html`<div class="alarm" key=${row.id} data-alarm=${row.number}>
      <button type="button" class="alarm-open" onClick=${() => go({ ticket: row.number })}>
        <span class="alarm-icon">${h(Icon, { name: "siren", size: 18 })}</span>
        <span class="alarm-text"><b>${t("alarm.title", { number: row.number, queue: queueTitle(row.queue) })}</b>
          ${h(When, { ms: row.alarm_since_ms ?? row.created_at_ms, class: "ago" })}
          <span class="alarm-who">${rich("app.pair", { who: html`<span>${row.contact.name || row.contact.label}</span>`,
            what: html`<span lang=${row.language}>${h(RedactedLine, { text: row.snippet || row.subject })}</span>` })}</span></span></button>
      <button type="button" class="button danger small" data-act="accept" onClick=${() => { go({ ticket: row.number }); accept(row); }}>${t("action.accept")}</button></div>`)}
    ${shown.length > SHOWN && html`<button type="button" class="alarm more" onClick=${() => go({ view: "critical", queue: null, q: "" })}>
      ${t("alarm.more", { n: shown.length - SHOWN })}</button>`}</div>`;
}
