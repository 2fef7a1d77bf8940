/** The side panel: why the ticket is here, who the customer is and how we know, what else belongs to it, its history. */
import { h, html, useEffect, useState } from "../vendor/ui.js";
import { fullTime, languageName, t, word } from "../core/i18n.js";
import { go, keep, queueTitle, recall, status, ticket } from "../core/store.js";
import { Avatar, ChannelIcon, Chip, Icon, IconButton, RedactedLine, UrgencyChip, When } from "../core/parts.js";
import { History } from "./history.js";
import { toggleSide } from "./thread.js";
import { Fact, WhyDetails, telling } from "./why.js";

/**
 * @typedef {import("../core/types.d.ts").ThreadData} ThreadData
 * @typedef {import("../core/types.d.ts").TicketRow} TicketRow
 */

/** @param {{ row: TicketRow, data: ThreadData }} props */
export function Side({ row, data }) {
  const reason = telling(data.messages, row.urgency);
  return html`<aside class="side" aria-label=${t("side.label")} onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === "Escape" && toggleSide()}>
    ${h(IconButton, { icon: "x", label: t("side.close"), onClick: toggleSide, class: "side-close" })}
    ${h(Contact, { contact: data.contact })}
    ${reason && h(Section, { name: "why", title: t("side.why"), icon: "route" }, h(WhyDetails, { message: reason }))}
    ${h(Section, { name: "details", title: t("side.details"), icon: "info" }, h(Details, { row, data }))}
    ${data.related.length > 0 && h(Section, { name: "related", title: t("side.related", { n: data.related.length }), icon: "link" },
      html`<ul class="related">${data.related.map((each) => h(Related, { key: each.id, row: ticket(each.id)?.value ?? each }))}</ul>`)}
    ${h(Emergency, { row, data })}
    ${h(Section, { name: "history", title: t("side.history"), icon: "history" }, h(History, { events: data.events }))}</aside>`;
}

/** What only emergencies need comes when there is one. @param {{ row: TicketRow, data: ThreadData }} props */
function Emergency(props) {
  const [parts, setParts] = useState(/** @type {any} */ (null));
  const wanted = props.data.pages.length + props.data.actions.length > 0 || status.value?.actions?.length > 0 || status.value?.context;
  useEffect(() => { if (wanted) import("./emergency.js").then((found) => found.ready().then(() => setParts(found))); }, [wanted]);
  return parts && h(parts.Emergency, { ...props, Section });
}

/** @param {{ name: string, title: string, icon: string, children?: any }} props */
function Section({ name, title, icon, children }) {
  const [open, setOpen] = useState(() => recall(`section.${name}`, true));
  return html`<section class="side-section"><h2><button type="button" aria-expanded=${open} aria-controls=${`section-${name}`}
      onClick=${() => { keep(`section.${name}`, !open); setOpen(!open); }}>
      ${h(Icon, { name: icon })}<span>${title}</span>${h(Icon, { name: "chevron-down", size: 14, class: "fold-mark" })}</button></h2>
    <div id=${`section-${name}`} hidden=${!open}>${open && children}</div></section>`;
}

/** @param {{ contact: ThreadData["contact"] }} props */
function Contact({ contact }) {
  const name = contact.name || contact.label;
  return html`<section class="contact" aria-label=${t("side.contact")}>
    <div class="contact-head">${h(Avatar, { name })}<div><h2>${name}</h2>
      <p>${contact.label !== name && html`<span class="no">${contact.label}</span>`}
        ${contact.language && html`<span>${languageName(contact.language)}</span>`}
        ${contact.vip && h(Chip, { tone: "accent", icon: "crown" }, "VIP")}</p></div></div>
    <ul class="identities" aria-label=${t("side.identities")}>${contact.identities.map((each) => html`<li key=${each.kind + each.value}>
      ${h(ChannelIcon, { channel: each.kind })}<span class="value" title=${each.value}>${each.value}</span>
      ${h(Chip, { tone: "success", icon: "shield-check", title: t(`proofTitle.${each.proof}`) }, word("proof", each.proof))}</li>`)}
      ${contact.identities.length === 0 && html`<li class="muted">${t("side.noIdentity")}</li>`}</ul></section>`;
}

/** @param {{ row: TicketRow, data: ThreadData }} props */
function Details({ row, data }) {
  return html`<dl class="facts">
    ${h(Fact, { name: t("field.queue") }, queueTitle(row.queue))}
    ${h(Fact, { name: t("field.channel") }, h(ChannelIcon, { channel: row.channel }), " ", word("channel", row.channel),
      row.account !== "default" && ` · ${row.account}`)}
    ${h(Fact, { name: t("field.language") }, languageName(row.language))}
    ${h(Fact, { name: t("field.created") }, h(When, { ms: row.created_at_ms }))}
    ${h(Fact, { name: t("field.waiting") }, row.waiting_since_ms === null ? t("side.notWaiting") : h(When, { ms: row.waiting_since_ms }))}
    ${row.findings.length > 0 && h(Fact, { name: t("field.findings") }, row.findings.map((each) => h(Chip, { key: each, tone: "note", icon: "shield-alert" }, word("redaction", each))))}
    ${data.participants.length > 0 && h(Fact, { name: t("field.participants") }, html`<ul>${data.participants.map((each) => html`
      <li key=${each.kind + each.value}>${h(ChannelIcon, { channel: each.kind })} ${each.value}</li>`)}</ul>`)}</dl>`;
}

/** @param {{ row: TicketRow }} props */
function Related({ row }) {
  return html`<li><a href=${`/inbox/all/${row.number}`} title=${fullTime(row.created_at_ms)} onClick=${(/** @type {MouseEvent} */ event) => {
    if (event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    go({ ticket: row.number });
  }}><span class="no">${row.number}</span><span class="subject">${h(RedactedLine, { text: row.subject })}</span>
    <span class="related-foot">${h(UrgencyChip, { urgency: row.urgency })}<span>${word("ticketState", row.state)}</span></span></a></li>`;
}
