/** The side panel: why the ticket is here, who the customer is and how we know, what else belongs to it, its history. */
import { h, html, useEffect, useState } from "../vendor/ui.js";
import { fullTime, languageName, now, t, word } from "../core/i18n.js";
import { behind, keep, matters, queueTitle, recall, status } from "../core/store.js";
import { ChannelIcon, Chip, Icon, IconButton, When } from "../core/parts.js";
import { verify } from "./actions.js";
import { History } from "./history.js";
import { toggleSide } from "./thread.js";
import { Fact, WhyDetails, telling } from "./why.js";

/**
 * @typedef {import("../core/types.d.ts").ThreadData} ThreadData
 * @typedef {import("../core/types.d.ts").TicketRow} TicketRow
 */

import("./people.js").then(async (part) => { await part.ready; behind.value = part; }).catch(() => undefined);

/** @param {{ row: TicketRow, data: ThreadData }} props */
export function Side({ row, data }) {
  const reason = telling(data.messages, row.urgency);
  return html`<aside class="side" aria-label=${t("side.label")} onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === "Escape" && toggleSide()}>
    ${h(IconButton, { icon: "x", label: t("side.close"), onClick: toggleSide, class: "side-close" })}
    ${behind.value && h(behind.value.Customer, { key: data.contact.id, data })}
    ${reason && h(Section, { name: "why", title: t("side.why"), icon: "route" }, h(WhyDetails, { message: reason }))}
    ${matters.value && h(matters.value.Panel, { data, Section })}
    ${h(Section, { name: "details", title: t("side.details"), icon: "info" }, h(Details, { row, data }))}
    ${h(Emergency, { row, data })}
    ${data.calls && h(Telephone, { row, data })}
    ${h(Section, { name: "history", title: t("side.history"), icon: "history" }, h(History, { events: data.events }))}</aside>`;
}

/** What only emergencies need comes when there is one. @param {{ row: TicketRow, data: ThreadData }} props */
function Emergency(props) {
  const [parts, setParts] = useState(/** @type {any} */ (null));
  const wanted = props.data.pages.length + props.data.actions.length > 0 || status.value?.actions?.length > 0 || status.value?.context;
  useEffect(() => { if (wanted) import("./emergency.js").then((found) => found.ready().then(() => setParts(found))); }, [wanted]);
  return parts && h(parts.Emergency, { ...props, Section });
}

/** Who telephoned may be called back. @param {{ row: TicketRow, data: ThreadData }} props */
function Telephone(props) {
  const [part, setPart] = useState(/** @type {any} */ (null));
  useEffect(() => { import("./calls.js").then((found) => found.ready().then(() => setPart(found))); }, []);
  return part && h(part.Calls, { ...props, Section });
}

/** @param {{ name: string, title: string, icon: string, children?: any }} props */
function Section({ name, title, icon, children }) {
  const [open, setOpen] = useState(() => recall(`section.${name}`, true));
  return html`<section class="side-section"><h2><button type="button" aria-expanded=${open} aria-controls=${`section-${name}`}
      onClick=${() => { keep(`section.${name}`, !open); setOpen(!open); }}>
      ${h(Icon, { name: icon })}<span>${title}</span>${h(Icon, { name: "chevron-down", size: 14, class: "fold-mark" })}</button></h2>
    <div id=${`section-${name}`} hidden=${!open}>${open && children}</div></section>`;
}

/** Whether the customer has proven who they are, and the way to ask. @param {{ row: TicketRow, data: ThreadData }} props */
function Verified({ row, data }) {
  const until = data.unlocked_until_ms ?? 0;
  if (until > now.value) return t("verified.until", { time: fullTime(until) });
  const check = data.verification;
  return html`${check && word("check", check.state)} ${data.can_verify && row.state !== "verifying" && html`<button type="button" class="button small"
    data-act="verify" onClick=${() => verify(row)}>${t("verified.ask")}</button>`}`;
}

/** @param {{ row: TicketRow, data: ThreadData }} props */
function Details({ row, data }) {
  return html`<dl class="facts">
    ${h(Fact, { name: t("field.queue") }, queueTitle(row.queue))}
    ${h(Fact, { name: t("field.channel") }, h(ChannelIcon, { channel: row.channel }), " ", word("channel", row.channel),
      row.account !== "default" && ` · ${row.account}`)}
    ${h(Fact, { name: t("field.language") }, languageName(row.language))}
    ${h(Fact, { name: t("field.created") }, h(When, { ms: row.created_at_ms }))}
    ${(data.can_verify || data.verification) && h(Fact, { name: t("field.verified") }, h(Verified, { row, data }))}
    ${row.state_reason && h(Fact, { name: t("field.reason") }, row.state_reason)}
    ${row.checklist.length > 0 && h(Fact, { name: t("field.checklist") }, html`<ul>${row.checklist.map((each, i) => html`<li key=${i}>${each}</li>`)}</ul>`)}
    ${h(Fact, { name: t("field.waiting") }, row.waiting_since_ms === null ? t("side.notWaiting") : h(When, { ms: row.waiting_since_ms }))}
    ${row.findings.length > 0 && h(Fact, { name: t("field.findings") }, row.findings.map((each) => h(Chip, { key: each, tone: "note", icon: "shield-alert" }, word("redaction", each))))}
    ${data.participants.length > 0 && h(Fact, { name: t("field.participants") }, html`<ul>${data.participants.map((each) => html`
      <li key=${each.kind + each.value}>${h(ChannelIcon, { channel: each.kind })} ${each.value}</li>`)}</ul>`)}</dl>`;
}
