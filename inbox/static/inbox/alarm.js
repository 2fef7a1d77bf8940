/** The alarm: critical tickets that nobody has looked at yet, seen, heard if wished, and read aloud. */
import { h, html, signal, effect } from "../vendor/ui.js";
import { t } from "../core/i18n.js";
import { get } from "../core/api.js";
import { go, keep, keepTicket, me, queueTitle, recall, route, ticket } from "../core/store.js";
import { Icon, RedactedLine, When, toast } from "../core/parts.js";

/** @typedef {import("../core/types.d.ts").TicketRow} TicketRow */

const SEEN_KEPT = 200;
const SHOWN = 2;
let seen = new Set(recall("alarmsSeen", /** @type {string[]} */ ([])));

/** Ids of tickets that ring, newest first. */
export const ringing = signal(/** @type {string[]} */ ([]));

/** A critical customer waits and this agent has not looked yet, whoever owns the ticket. @param {TicketRow} row */
function rings(row) {
  return row.urgency === "critical" && row.waiting_since_ms !== null && !["solved", "closed", "rejected"].includes(row.state)
    && !seen.has(row.id);
}

/** A ticket is new or changed. @param {TicketRow} row @param {boolean} [quiet] */
export function consider(row, quiet = false) {
  const known = ringing.value.includes(row.id);
  if (rings(row) && !known) {
    ringing.value = [row.id, ...ringing.value];
    if (!quiet && recall("sound", false)) beep();
  } else if (!rings(row) && known) ringing.value = ringing.value.filter((id) => id !== row.id);
}

/** @param {string} id */
function silence(id) {
  seen = new Set([...seen, id].slice(-SEEN_KEPT));
  keep("alarmsSeen", [...seen]);
  ringing.value = ringing.value.filter((each) => each !== id);
}

/** Asks for what rings already; opening a ticket silences it. */
export async function watch() {
  effect(() => {
    const open = route.value.ticket;
    const row = ringing.value.map((id) => ticket(id)?.value).find((each) => each && (each.number === open || each.id === open));
    if (row) silence(row.id);
  });
  const page = await get("/tickets", { view: "critical", limit: 50 }).catch(() => null);
  for (const row of page?.tickets.reverse() ?? []) {
    keepTicket(row);
    consider(row, true);
  }
}

/** Rules tell a queue or an agent something. @param {import("../core/types.d.ts").EventView} event @param {TicketRow} row */
export function notice({ data }, row) {
  const [kind, name] = (data.to ?? "").split(/:(.*)/s);
  const who = me.value;
  const mine = kind === "agent" ? who?.login === name : who && (!who.queues.length || who.queues.includes(name ?? ""));
  if (mine) toast(t("notice.title", { number: row.number, text: data.text ?? "" }), { icon: "bell" });
}

/** Two short tones; silent where the browser has not yet allowed sound. */
export function beep() {
  if (!recall("sound", false)) return;
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
  const rows = ringing.value.map((id) => ticket(id)?.value).filter((row) => row !== undefined);
  return html`<div class=${`alarms ${rows.length ? "ringing" : ""}`} role="alert" aria-atomic="false" data-alarms=${rows.length}>
    ${rows.slice(0, SHOWN).map((row) => html`<button type="button" class="alarm" key=${row.id} data-alarm=${row.number} onClick=${() => go({ ticket: row.number })}>
      <span class="alarm-icon">${h(Icon, { name: "siren", size: 18 })}</span>
      <span class="alarm-text"><b>${t("alarm.title", { number: row.number, queue: queueTitle(row.queue) })}</b>
        <span class="alarm-who"><span>${row.contact.name || row.contact.label}</span>: <span lang=${row.language}>${h(RedactedLine, { text: row.snippet || row.subject })}</span></span></span>
      ${h(When, { ms: row.waiting_since_ms ?? row.created_at_ms, class: "ago" })}</button>`)}
    ${rows.length > SHOWN && html`<button type="button" class="alarm more" onClick=${() => go({ view: "critical", queue: null, q: "" })}>
      ${t("alarm.more", { n: rows.length - SHOWN })}</button>`}</div>`;
}
