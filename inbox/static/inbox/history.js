/** What was done to a ticket, in words: short lines between the messages, and the whole list in the side panel. */
import { h, html, useState } from "../vendor/ui.js";
import { clock, dayName, fullTime, has, midnight, t, word } from "../core/i18n.js";
import { actionTitle, agents, matters, me, queueTitle } from "../core/store.js";
import { Icon } from "../core/parts.js";
import { need } from "./actions.js";

/** @typedef {import("../core/types.d.ts").EventView} EventView */

const IN_THREAD = new Set(["ticket.assigned", "ticket.state", "ticket.updated", "reply.blocked", "value.revealed", "link.opened",
  "ticket.snoozed", "ticket.notice", "ticket.followed", "identity.check", "alarm.raised", "alarm.accepted", "alarm.unanswered", "alarm.over",
  "action.proposed", "action.approved", "action.declined", "action.state"]);
const ICONS = /** @type {Record<string, string>} */ ({
  "ticket.opened": "inbox", "ticket.assigned": "user-check", "ticket.state": "circle-dot", "ticket.updated": "tag",
  "message.added": "message-square", "message.edited": "message-square", "message.deleted": "trash-2", "message.fetched": "paperclip", "file.opened": "paperclip", "delivery.state": "send", "reply.blocked": "shield-alert",
  "value.revealed": "key-round", "link.opened": "user-check", "post.hide": "eye-off", "post.delete": "trash-2", "ticket.snoozed": "calendar-clock",
  "alarm.raised": "siren", "alarm.paged": "bell", "alarm.accepted": "check", "alarm.unanswered": "siren", "alarm.over": "volume-x", "page.state": "send",
  "action.proposed": "shield-alert", "action.approved": "check", "action.declined": "ban", "action.state": "shield-check", "context.read": "wallet",
  "ticket.notice": "bell", "ticket.followed": "link", "ticket.reminded": "hourglass", "customer.notified": "bell", "identity.check": "id-card", "webhook.state": "code",
});

/** Opening and messages speak for themselves there. @param {EventView} event */
export const shownInThread = (event) => IN_THREAD.has(event.kind) || /^contact|^sender|^post|held$|released$/.test(event.kind);

/** A run of changes: one in words, several behind a count. @param {{ events: EventView[] }} props */
export function Changes({ events }) {
  const [open, setOpen] = useState(false);
  if (events.length > 1 && !open) {
    return html`<p class="changes"><button type="button" class="link" onClick=${() => setOpen(true)} aria-expanded="false">
      ${h(Icon, { name: "history", size: 14 })}${t("history.changes", { n: events.length })}
      <span class="last">${describe(/** @type {EventView} */ (events.at(-1)))}</span></button></p>`;
  }
  return html`${events.map((event) => html`<p class="changes" key=${event.id}>${h(Icon, { name: ICONS[event.kind] ?? "activity", size: 14 })}
    ${h(Line, { event })} <time title=${dayName(event.at_ms)}>${clock(event.at_ms)}</time></p>`)}`;
}

/** @param {{ events: EventView[] }} props */
export function History({ events }) {
  let day = 0;
  const told = new Set();
  // Of a message's way out only the newest stage is news.
  const shown = [...events].reverse().filter((event) => {
    const known = told.has(event.message_id);
    if (event.kind === "delivery.state") told.add(event.message_id);
    return event.kind !== "delivery.state" || !known;
  });
  return html`<ol class="history">${shown.map((event) => {
    const itsDay = midnight(event.at_ms);
    const heading = itsDay !== day;
    day = itsDay;
    return html`<li key=${event.id}>${heading && html`<h3>${dayName(event.at_ms)}</h3>`}
      <p>${h(Icon, { name: ICONS[event.kind] ?? "activity", size: 14 })}${h(Line, { event })}<time>${clock(event.at_ms)}</time></p></li>`;
  })}</ol>`;
}

/** @param {{ event: EventView }} props */
const Line = ({ event }) => html`<span>${describe(event)}${matters.value && h(matters.value.After, { event })}</span>`;

/** @param {EventView} event */
function actorName(event) {
  if (event.actor === `agent:${me.value?.id}`) return t("history.you");
  if (event.actor_name) return event.actor_name;
  return t(`history.${event.actor.split(":")[0] || "system"}`);
}

/** @param {string} id */
const agentName = (id) => agents.value.find((each) => each.id === id)?.name ?? id;

/** One sentence. @param {EventView} event */
function describe(event) {
  const who = actorName(event);
  const data = { ...event.data, action: actionTitle(event.data.action ?? "") };
  if (event.kind === "ticket.assigned") {
    if (!data.to) return t("history.unassigned", { who });
    return data.to === me.value?.id ? t("history.assignedYou", { who }) : t("history.assigned", { who, to: agentName(data.to) });
  }
  if (event.kind === "ticket.state") return t("app.pair", { who, what: word("ticketState", data.to ?? "") });
  if (event.kind === "ticket.snoozed") return data.until_ms ? t("history.snoozed", { who, time: fullTime(Number(data.until_ms)) }) : t("history.woken", { who });
  if (event.kind === "webhook.state") return t(data.to === "sent" ? "history.webhookSent" : "history.webhookDead", { name: data.webhook ?? "" });
  if (event.kind.startsWith("post.") || (event.kind === "delivery.state" && data.action) || data.by === "answer") return need("moderation")?.told(event, who) ?? "";
  if (event.kind === "link.opened") return t(data.proves === "yes" ? "history.linkProven" : "history.linkOpen");
  if (event.kind === "delivery.state") return t("history.delivery", { to: word("delivery", data.to ?? "") });
  if (event.kind === "reply.blocked") return t("history.blocked", { what: typesOf(data.findings ?? "") });
  if (event.kind === "value.revealed") return t("history.revealed", { who, what: word("redaction", data.type ?? "") });
  if (data.confirmed) return t("history.confirmed", { who, what: typesOf(data.confirmed) });
  if (event.kind === "identity.check") return t(`history.check.${data.state}`, { who });
  if (data.nth) return t("history.repeated", { who, n: data.nth });
  if (data.folded) return t("history.editsFolded", { n: Number(data.folded) });
  if (data.left) return t(`history.left.${data.left}`);
  if (event.kind === "message.added") return t(data.note ? "history.noted" : data.template ? "history.autoReplied"
    : event.actor.startsWith("contact:") ? "history.wrote" : "history.replied", { who });
  if (event.kind === "ticket.updated") return matters.value?.told(data, who) ?? t("app.pair", { who, what: changesOf(data) });
  if (event.kind === "page.state") return t(data.state === "sent" ? "history.pageSent" : "history.pageDead", { to: data.to });
  if (event.kind === "action.state") return t(data.to === "done" ? "history.actionDone" : data.to === "failed" ? "history.actionFailed" : "history.actionAgain", { ...data, who });
  return has(`history.${event.kind}`) ? t(`history.${event.kind}`, { ...data, who, to: toldName(data.to ?? "") || word("calls", data.to ?? ""), minutes: Math.ceil(Number(data.after_ms) / 60_000) }) : event.kind;
}

/** A queue by its title, an agent by the login that rules use. @param {string} to */
export function toldName(to) {
  const [kind, name = ""] = to.split(/:(.*)/s);
  return kind === "queue" ? queueTitle(name) : name;
}

/** Named findings, each with or without its place: "CARD,OTP", "FOREIGN_LINK 10-24, OTP 30-36". @param {string} listed */
const typesOf = (listed) => [...new Set(listed.split(",").map((each) => word("redaction", each.trim().split(" ")[0] ?? "")))].join(" · ");

/** A fact's value as people read it. @param {string} name @param {string} value */
export const shownValue = (name, value) => (name === "queue" ? queueTitle(value) : name === "urgency" ? word("urgency", value) : value);

/** Facts come in pairs, such as queue_from and queue_to. @param {Record<string, string>} data */
function changesOf(data) {
  const changed = Object.entries(data).flatMap(([key, value]) => {
    const name = key.endsWith("_to") ? key.slice(0, -3) : "";
    if (!name || data[`${name}_from`] === value) return [];
    return [`${word("field", name)} → ${shownValue(name, value)}`];
  });
  return changed.length ? changed.join(" · ") : t("history.details");
}
