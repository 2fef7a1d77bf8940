/** The head of a ticket: what it is, whose it is, how it stands, and the acts on it. */
import { h, html, signal } from "../vendor/ui.js";
import { fullTime, t, word } from "../core/i18n.js";
import { agents, go, matters, me, queueTitle, queues } from "../core/store.js";
import { Chip, Icon, IconButton, Menu, RedactedLine, UrgencyChip } from "../core/parts.js";
import { accept, assign, isDone, moveTo, setState, setUrgency, snooze, solveOrReopen } from "./actions.js";
import { sideOpen, toggleSide } from "./thread.js";

/** @typedef {import("../core/types.d.ts").TicketRow} TicketRow */

const STATES = /** @type {const} */ (["open", "waiting", "rejected", "solved", "closed"]);
const STATE_ICONS = /** @type {Record<string, string>} */ ({
  new: "circle-dot", open: "circle-dot", waiting: "hourglass", verifying: "id-card", rejected: "ban", solved: "circle-check", closed: "archive",
});

/** The dialog that asks how a ticket ends, or until when it is put aside; its module comes when it is first wanted. */
const ending = signal(/** @type {any} */ (null));

/** @param {TicketRow} row @param {"rejected" | "closed" | "snoozed"} state */
export async function end(row, state) {
  const { Ending, Snooze, ready } = await import("./ending.js");
  await ready;
  ending.value = h(state === "snoozed" ? Snooze : /** @type {any} */ (Ending), { row, state, leave: () => { ending.value = null; } });
}

/** @param {{ row: TicketRow, data: import("../core/types.d.ts").ThreadData }} props */
export function Header({ row, data }) {
  const done = isDone(row);
  const part = matters.value;
  // A double click on *Solve* is one: the second would take it back.
  return html`<header class="ticket-head">
    <div class="head-top">
      ${h(IconButton, { icon: "arrow-left", label: t("action.back"), onClick: () => go({ ticket: null }), class: "back" })}
      <h1 id="ticket-title" lang=${row.language}>${row.subject ? h(RedactedLine, { text: row.subject }) : row.number}</h1>
      <div class="head-acts">
        ${row.alarm_since_ms !== null && html`<button type="button" class="button danger" data-act="accept" onClick=${() => accept(row)}>
          ${h(Icon, { name: "siren" })}<span>${t("action.accept")}</span></button>`}
        <button type="button" class=${done ? "button" : "button primary"} data-act="solve" title=${`${t(done ? "action.reopen" : "action.solve")} (e)`}
          onClick=${(/** @type {MouseEvent} */ event) => event.detail > 1 || solveOrReopen(row)}>${h(Icon, { name: done ? "rotate-ccw" : "check" })}<span>${t(done ? "action.reopen" : "action.solve")}</span></button>
        ${part && h(part.HeadMenu, { row, data })}
        ${h(IconButton, { icon: "panel-right", label: t("side.toggle"), keys: "]", expanded: sideOpen.value, onClick: toggleSide })}</div></div>
    <div class="head-facts"><span class="no">${row.number}</span>
      ${h(StateMenu, { row })}${h(UrgencyMenu, { row })}${h(QueueMenu, { row })}${h(AssignMenu, { row })}
      ${row.snoozed_until_ms !== null && html`<button type="button" class="button small" data-act="wake" title=${t("snooze.wake")} onClick=${() => snooze(row, null)}>
        ${h(Icon, { name: "calendar-clock", size: 14 })}${t("snooze.until", { time: fullTime(row.snoozed_until_ms) })}</button>`}
      ${row.accepted_by !== null && h(Chip, { tone: "success", icon: "check" }, t("header.accepted", { name: nameOf(row.accepted_by) }))}
      ${part && h(part.HeadIncidents, { data })}
      ${row.visibility === "public" && h(Chip, { tone: "public", icon: "globe" }, t("visibility.public"))}
      ${row.tags.map((each) => h(Chip, { key: each, icon: "tag", class: "tag" }, each))}</div>${ending.value}</header>`;
}

/** @param {string} id */
const nameOf = (id) => agents.value.find((each) => each.id === id)?.name ?? id;

/** @param {{ row: TicketRow }} props */
function StateMenu({ row }) {
  const items = STATES.map((state) => ({
    id: state, label: word("ticketState", state), icon: STATE_ICONS[state], checked: row.state === state,
    act: () => (state === "rejected" || state === "closed" ? end(row, state) : setState(row, state)),
  }));
  items.push({ id: "snooze", label: t("snooze.title"), icon: "calendar-clock", hint: "h", act: () => end(row, "snoozed") });
  return h(Menu, { label: t("header.state", { state: word("ticketState", row.state) }), items, name: "state", class: `fact state ${row.state}` },
    h(Icon, { name: STATE_ICONS[row.state] ?? "circle-dot", size: 14 }), word("ticketState", row.state), h(Icon, { name: "chevron-down", size: 12 }));
}

/** @param {{ row: TicketRow }} props */
function UrgencyMenu({ row }) {
  const items = /** @type {const} */ (["critical", "high", "normal", "low"]).map((urgency, i) => ({
    id: urgency, label: word("urgency", urgency), icon: ["siren", "flag", "circle-dot", "arrow-down"][i], checked: row.urgency === urgency,
    act: () => { setUrgency(row, urgency); },
  }));
  const chip = h(UrgencyChip, { urgency: row.urgency });
  return h(Menu, { label: t("header.urgency", { urgency: word("urgency", row.urgency) }), items, name: "urgency", class: "fact urgency" },
    row.urgency === "normal" ? word("urgency", "normal") : chip, h(Icon, { name: "chevron-down", size: 12 }));
}

/** @param {{ row: TicketRow }} props */
function QueueMenu({ row }) {
  const items = queues.value.map((each) => ({
    id: each.name, label: queueTitle(each.name), icon: "hash", checked: row.queue === each.name, act: () => { moveTo(row, each.name); },
  }));
  return h(Menu, { label: t("header.queue", { queue: queueTitle(row.queue) }), items, name: "queue", class: "fact" },
    h(Icon, { name: "hash", size: 14 }), queueTitle(row.queue), h(Icon, { name: "chevron-down", size: 12 }));
}

/** @param {{ row: TicketRow }} props */
function AssignMenu({ row }) {
  const mine = me.value;
  const others = agents.value.filter((each) => each.id !== mine?.id).map((each) => ({
    id: each.id, label: each.name, icon: "user-round", checked: row.assignee_id === each.id, hint: word("status", each.status), act: () => { assign(row, each); },
  }));
  const items = [
    ...(mine ? [{ id: "me", label: t("assign.toMe"), icon: "user-check", checked: row.assignee_id === mine.id, hint: "i", act: () => { assign(row, mine); } }] : []),
    ...others,
    { id: "nobody", label: t("view.unassigned"), icon: "x", checked: row.assignee_id === null, act: () => { assign(row, null); } },
  ];
  const name = row.assignee_id === null ? t("view.unassigned") : row.assignee_id === mine?.id ? t("assign.me") : (row.assignee_name ?? "");
  return h(Menu, { label: t("header.assignee", { name }), items, name: "assign", class: `fact ${row.assignee_id === null ? "free" : ""}` },
    h(Icon, { name: row.assignee_id === null ? "user-plus" : "user-check", size: 14 }), name, h(Icon, { name: "chevron-down", size: 12 }));
}
