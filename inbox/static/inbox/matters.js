/**
 * One person, one matter, one ticket; many people, one cause: what the open ticket is related to and why, merging and
 * splitting, incidents. Comes behind the thread, with words and styles of its own; dialogs come when they are opened.
 */
import { effect, h, html, signal } from "../vendor/ui.js";
import { fullTime, learn, listOf, number, t, word } from "../core/i18n.js";
import { get } from "../core/api.js";
import { begun, go, inLanguage, refreshThread, route, thread, ticket } from "../core/store.js";
import { Icon, Menu, RedactedLine, UrgencyChip, styled, toast } from "../core/parts.js";
import { Channels, ChannelsPlace } from "./channels.js";
import { ready as signsReady } from "./signs.js";
import "./tabs.js";

export { Signs, signalled } from "./signs.js";

/**
 * @typedef {import("../core/types.d.ts").ThreadData} ThreadData
 * @typedef {import("../core/types.d.ts").TicketRow} TicketRow
 * @typedef {import("../core/types.d.ts").IncidentLine} IncidentLine
 */

const RELOAD_AFTER_MS = 100;

/** Incidents with their live counts; with those that are over while somebody looks at them. */
export const board = signal({ lines: /** @type {IncidentLine[]} */ ([]), over: false });
const dialog = signal(/** @type {any} */ (null));
let reloading = 0;
let asked = 0;

/** Resolves once words and styles are there. */
export const ready = Promise.all([learn("matters"), signsReady, styled("matters")]);
styled("print");

// Once this part hears what is committed: of what comes between asking and hearing nobody would tell.
ready.then(() => setTimeout(loadBoard));

/** What was asked last counts, in whatever order answers come. A failure leaves what was there: the next change asks again. */
export async function loadBoard(over = board.value.over) {
  const turn = ++asked;
  board.value = { ...board.value, over };
  const found = await get("/incidents", over ? { over: "true" } : {}).catch(() => null);
  if (turn === asked && found) board.value = { lines: found.incidents, over };
}

/** Something was committed; without an event, anything may have been. @param {import("../core/types.d.ts").EventView} [event] */
export function heard(event) {
  if (event && !/^(incident|contact)\./.test(event.kind) && !event.data.incident) return;
  if (event && thread.value.data?.incidents.some(({ id }) => id === event.data.incident)) refreshThread();
  reloading ||= setTimeout(() => { reloading = 0; loadBoard(); }, RELOAD_AFTER_MS);
}

// A colleague merged what an answer was begun to: it goes on where the ticket went, not behind a lock.
effect(() => {
  const { ticket: row, events } = thread.value.data ?? {};
  const last = events?.findLast(({ data }) => data.regrouped)?.data;
  if (row?.state !== "closed" || last?.regrouped !== "merge" || last.from !== row.id || !begun.peek().has(row.id)) return;
  import("./regroup.js").then((part) => {
    part.moveDrafts(row.id, last.to);
    if (thread.value.data?.ticket.id === row.id) go({ ticket: last.to });
    toast(t("regroup.merged", { number: row.number }), { icon: "link" });
  }).catch(() => undefined);
});

// -- dialogs ---------------------------------------------------------------------------------------------------------

const leave = () => { dialog.value = null; };

/** What is open over everything. */
export const Dialogs = () => dialog.value ?? (route.value.panel === "channels" && h(Channels, { leave: leaveChannels }));

/** Back to where it was opened from; whoever came by its address comes from nowhere. */
function leaveChannels() {
  if (history.state) history.back();
  else go({ panel: null }, true);
}

/** @param {string} [id] the one to look at */
export async function openIncidents(id) {
  const { Incidents } = await import("./incidents.js");
  dialog.value = h(Incidents, { id, leave });
}

/** @param {"Merge" | "Split" | "Choose"} name @param {{ row: TicketRow, data: ThreadData }} props */
async function openDialog(name, props) {
  const part = await (name === "Choose" ? import("./incidents.js") : import("./regroup.js"));
  dialog.value = h(/** @type {any} */ (part)[name], { ...props, leave });
}

// -- where they are asked for ----------------------------------------------------------------------------------------

/**
 * In the rail: how many incidents are proposed or confirmed, loud while somebody has to decide; and the channels. A narrow
 * screen closes the rail when one goes anywhere, to where one is as well.
 */
export function RailPlace() {
  const live = board.value.lines.filter((line) => line.incident.state === "proposed" || line.incident.state === "open");
  const waits = live.some((line) => line.incident.state === "proposed");
  return html`<li><button type="button" class="place" data-place="incidents" title=${t("incident.title")}
    onClick=${() => { go({}); openIncidents(); }}>
    ${h(Icon, { name: "network" })}<span class="label">${t("incident.title")}</span>
    <span class=${waits ? "count alert" : "count"} aria-label=${live.length ? t("incident.live", { n: live.length }) : ""}>${live.length ? number(live.length) : ""}</span></button></li>
    ${h(ChannelsPlace, {})}`;
}

/** @param {{ row: TicketRow, data: ThreadData }} props */
export function HeadMenu(props) {
  const items = [
    ...(props.row.state === "closed" ? [] : [{ id: "merge", label: t("regroup.mergeInto"), icon: "link", act: () => { openDialog("Merge", props); } }]),
    { id: "split", label: t("regroup.splitOff"), icon: "list-tree", act: () => { openDialog("Split", props); } },
    { id: "incident", label: t("incident.choose"), icon: "network", act: () => { openDialog("Choose", props); } },
  ];
  return h(Menu, { label: t("matters.menu"), name: "matters", class: "icon-button", side: "end", items }, h(Icon, { name: "ellipsis", size: 18 }));
}

/** The incidents of a ticket, in its head. @param {{ data: ThreadData }} props */
export const HeadIncidents = ({ data }) => data.incidents.map((each) => html`<button type="button" key=${each.id} class="fact incident" data-incident=${each.id} data-state=${each.state}
  title=${t("incident.of", { title: each.title, state: t(`incidentState.${each.state}`) })} onClick=${() => openIncidents(each.id)}>
  ${h(Icon, { name: "network", size: 14 })}<span>${h(RedactedLine, { text: each.title })}</span></button>`);

// -- the side panel --------------------------------------------------------------------------------------------------

/** @param {{ data: ThreadData, Section: any }} props */
export function Panel({ data, Section }) {
  return html`${data.facts.length > 0 && h(Section, { name: "facts", title: t("facts.title"), icon: "check-check" }, h(Facts, { facts: data.facts }))}
    ${data.related.length > 0 && h(Section, { name: "related", title: t("related.title", { n: data.related.length }), icon: "link" },
      html`<ul class="related">${data.related.map((each) => h(Related, { key: each.id, row: ticket(each.id)?.value ?? each, why: reasons(data, each.id) }))}</ul>`)}`;
}

/** What the topic needs: ticked with the message that told it. @param {{ facts: ThreadData["facts"] }} props */
function Facts({ facts }) {
  return html`<ul class="identities needs">${facts.map((each) => html`<li key=${each.name} data-fact=${each.name} class=${each.known ? "known" : "muted"}>
    ${h(Icon, { name: each.known ? "check" : "circle-dot", size: 14 })}<span>${inLanguage(each.title, each.name)}</span>
    <small>${t(each.known ? `facts.${each.source}` : each.asked ? "facts.asked" : "facts.missing")}</small></li>`)}</ul>`;
}

/** Why a ticket is related to the open one: what its messages were judged by, and what agents did. @param {ThreadData} data @param {string} id */
function reasons({ messages, events }, id) {
  const judged = messages.flatMap(({ why }) => (why?.related ?? []).flatMap((each, i) => (each === id ? [why?.related_by?.[i] ?? ""] : [])));
  const split = events.some(({ data }) => data.regrouped === "split" && (data.from === id || data.to === id));
  return [...new Set([...judged, ...(split ? ["split"] : [])])];
}

/** @param {{ row: TicketRow, why: string[] }} props */
function Related({ row, why }) {
  return html`<li data-related=${row.number}><a href=${`/inbox/all/${row.number}`} title=${fullTime(row.created_at_ms)} onClick=${follow(row.number)}>
    <span class="no">${row.number}</span><span class="subject">${h(RedactedLine, { text: row.subject })}</span>
    ${why.length > 0 && html`<span class="related-why">${listOf(why.map((each) => word("relatedBy", each)))}</span>`}
    <span class="related-foot">${h(UrgencyChip, { urgency: row.urgency })}<span>${word("ticketState", row.state)}</span></span></a></li>`;
}

/** Opens a ticket here, unless another window is asked for. @param {string} name number or id @param {() => void} [then] */
export const follow = (name, then) => (/** @type {MouseEvent} */ event) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  then?.();
  go({ ticket: name });
};

// -- history ---------------------------------------------------------------------------------------------------------

/** A merge, a split, or an incident's coming and going in one sentence; null for anything else. @param {Record<string, string>} data @param {string} who */
export function told({ regrouped, incident_ticket: linked, incident, to, messages }, who) {
  if (linked) {
    const title = board.value.lines.find((line) => line.incident.id === incident)?.incident.title ?? "";
    return t(linked === "linked" ? "history.incidentIn" : "history.incidentOut", { who, title: title && t("incident.named", { title }) });
  }
  if (!regrouped) return null;
  const here = to === thread.value.data?.ticket.id ? "Here" : "Away";
  return t(`regrouped.${regrouped}${regrouped === "undo" ? "" : here}`, { who, n: Number(messages) });
}

/** The other ticket of a merge or split, and the way back. @param {{ event: import("../core/types.d.ts").EventView }} props */
export function After({ event }) {
  const { regrouped, regrouping, from, to } = event.data;
  const open = thread.value.data;
  if (!regrouped || !open) return null;
  const other = from === open.ticket.id ? to : from;
  const over = regrouped === "undo" || open.events.some(({ data }) => data.regrouped === "undo" && data.regrouping === regrouping);
  return html` <a class="no" href=${`/inbox/all/${other}`} onClick=${follow(other)}>${ticket(other)?.value.number ?? t("regroup.other")}</a>
    ${!over && html` <button type="button" class="link" data-undo=${regrouping}
      onClick=${() => import("./regroup.js").then((part) => part.undo(regrouping))}>${t("action.undo")}</button>`}`;
}
