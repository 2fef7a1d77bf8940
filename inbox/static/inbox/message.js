/** One message of a thread: who, by which channel, what, what was masked, why it came here, and what became of it. */
import { h, html, useState } from "../vendor/ui.js";
import { has, language, languageName, noted, number, t, tag, word } from "../core/i18n.js";
import { behind } from "../core/store.js";
import { hitsOf, hostOf, pieces, units } from "../core/text.js";
import { Avatar, ChannelIcon, Chip, Icon, Redaction, When } from "../core/parts.js";
import { decideDelivery, need, resend, takeBack } from "./actions.js";
import { edit } from "./composer.js";
import { Why } from "./why.js";

/** @typedef {import("../core/types.d.ts").MessageView} MessageView */

/** @param {{ message: MessageView, customer: string, fresh?: boolean }} props */
export function Message({ message, customer, fresh }) {
  const { kind, author } = message;
  const name = author.name || (author.type === "customer" ? customer : t(`author.${author.type}`));
  const label = t(`message.${kind}By`, { name });
  return html`<article class=${`message ${kind} ${author.type} ${message.visibility} ${fresh ? "fresh" : ""}`} aria-label=${label}
    data-message=${message.id} data-kind=${kind} tabindex="-1">
    ${h(Avatar, { name, kind: author.type })}
    <div class="bubble">
      <header><b>${name}</b>${kind === "note" && h(Chip, { tone: "note", icon: "eye-off" }, t("message.note"))}
        ${kind !== "note" && html`<span class="via">${h(ChannelIcon, { channel: message.channel })}</span>`}
        ${message.visibility === "public" && kind !== "note" && h(Chip, { tone: "public", icon: "globe" }, t("visibility.public"))}
        ${isAutomatic(message) && h(Chip, { icon: "bot" }, t("message.automatic"))}
        ${kind === "inbound" && tag(message.language) !== language.value && h(Chip, {}, languageName(message.language))}
        ${behind.value && h(behind.value.Marks, { message })}
        ${message.revision > 0 && h(Chip, {}, t("message.edited"))}
        ${h(When, { ms: message.sent_at_ms, class: "ago" })}</header>
      ${message.state === "deleted" ? html`<p class="gone">${t("message.deleted")}</p>` : h(Body, { message })}
      ${message.sealed.length > 0 && behind.value && h(behind.value.Sealed, { message })}
      ${message.attachments.length > 0 && need("media") && h(need("media").Files, { message })}
      ${message.delivery && h(Delivery, { delivery: message.delivery })}
      ${(message.moderation || message.moderates.length + message.private_ways.length > 0) && need("moderation") && h(need("moderation").Post, { message })}
      ${h(Why, { message })}
    </div></article>`;
}

/** @param {MessageView} message */
const isAutomatic = ({ automatic, author, kind }) => (kind === "reply" && author.type === "system") || (automatic && automatic !== "none");

/** @param {{ message: MessageView }} props */
function Body({ message }) {
  const [original, setOriginal] = useState(false);
  const hits = hitsOf(message.text, message.why).flatMap((hit) => hit.spans);
  return html`${original ? h(Original, { id: message.id }) : html`<div class="text" lang=${message.language}>
      ${parts(message).map((part, i) => part.fold ? h(Fold, { key: i, part, hits }) : h(Text, { key: i, text: part.text, hits, offset: part.start }))}</div>`}
    ${message.has_html && html`<button type="button" class="link original-toggle" aria-pressed=${original} onClick=${() => setOriginal(!original)}>
      ${h(Icon, { name: original ? "file-text" : "mail", size: 14 })}${t(original ? "message.showText" : "message.showOriginal")}</button>`}`;
}

/** The text cut at its folds. @param {MessageView} message */
function parts({ text, folds }) {
  const at = units(text);
  const cuts = [];
  let from = 0;
  for (const fold of [...folds].sort((a, b) => a.start - b.start)) {
    const [start, end] = [Math.max(from, at(fold.start)), at(fold.end)];
    if (end <= start) continue;
    if (text.slice(from, start).trim()) cuts.push({ start: from, text: text.slice(from, start).replace(/\s+$/, ""), fold: null });
    cuts.push({ start, text: text.slice(start, end), fold: fold.kind });
    from = end;
  }
  if (text.slice(from).trim() || !cuts.length) cuts.push({ start: from, text: text.slice(from).replace(/\s+$/, ""), fold: null });
  return cuts;
}

/** @param {{ part: { start: number, text: string, fold: string | null }, hits: any[] }} props */
function Fold({ part, hits }) {
  const lines = part.text.trim().split("\n").length;
  return html`<details class="fold"><summary>${h(Icon, { name: "ellipsis", size: 14 })}
    ${t(part.fold === "signature" ? "message.signature" : "message.quote", { n: lines })}</summary>
    ${h(Text, { text: part.text.trim(), hits, offset: part.start + part.text.length - part.text.trimStart().length })}</details>`;
}

/** @param {{ text: string, hits: any[], offset: number }} props */
function Text({ text, hits, offset }) {
  return html`<p>${pieces(text, hits, offset).map((piece, i) => {
    const inner = piece.kind === "redaction" ? h(Redaction, { type: piece.value }) : piece.kind === "link" ? h(Link, { address: piece.value })
      : piece.kind === "invite" ? h(Chip, { icon: "send" }, t(`message.${piece.value}`)) : noted(piece.value);
    return piece.hit ? html`<mark key=${i} title=${t("why.hit", { rule: piece.hit })}>${inner}</mark>` : inner;
  })}</p>`;
}

/** A link shows where it leads; one that hides its host is no link. @param {{ address: string }} props */
function Link({ address }) {
  const host = hostOf(address);
  if (!host || host.includes("xn--") || /[^\x20-\x7e]/.test(address.split("/")[2] ?? "")) {
    return html`<span class="bad-link">${address}${h(Chip, { tone: "danger", icon: "triangle-alert" }, t("message.lookAlike", { host }))}</span>`;
  }
  return html`<a href=${address} target="_blank" rel="noopener noreferrer nofollow" title=${t("message.leadsTo", { host })}>${address}</a>`;
}

/** The mail as it was made, where it can do nothing. @param {{ id: string }} props */
function Original({ id }) {
  const box = (/** @type {HTMLElement | null} */ element) => {
    if (!element || element.firstChild) return;
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "");
    frame.title = t("message.original");
    frame.referrerPolicy = "no-referrer";
    frame.src = `/api/v1/messages/${encodeURIComponent(id)}/html`;
    element.append(frame);
  };
  return html`<div class="original" ref=${box}></div>`;
}

const DELIVERY = /** @type {Record<string, [string, string]>} */ ({
  queued: ["clock", "quiet"], sending: ["clock", "quiet"], sent: ["check", "quiet"], delivered: ["check-check", "good"],
  read: ["check-check", "good"], held: ["circle-alert", "warn"], dead: ["circle-alert", "danger"], cancelled: ["ban", "quiet"],
});

/** @param {{ delivery: import("../core/types.d.ts").Delivery, told?: string }} props `told`: in other words, where it is no reply */
export function Delivery({ delivery, told }) {
  const [icon, tone] = DELIVERY[delivery.state] ?? ["clock", "quiet"];
  const stuck = delivery.state === "held" || delivery.state === "dead";
  return html`<footer class=${`delivery ${tone}`} data-delivery=${delivery.state}>${h(Icon, { name: icon, size: 14 })}
    <span>${told ?? word("delivery", delivery.state)}</span>
    ${delivery.attempts > 1 && html`<small>${t("delivery.attempts", { n: delivery.attempts, count: number(delivery.attempts) })}</small>`}
    ${delivery.error && html`<small class="why-failed">${has(`error.${delivery.error}`) ? t(`error.${delivery.error}`) : delivery.error}</small>`}
    ${stuck && html`<button type="button" class="button small" onClick=${() => decideDelivery(delivery.outbox_id, "retry")}>
        ${h(Icon, { name: "rotate-ccw", size: 14 })}${t("action.retry")}</button>
      <button type="button" class="button small quiet" onClick=${() => decideDelivery(delivery.outbox_id, "discard")}>
        ${h(Icon, { name: "trash-2", size: 14 })}${t("action.discard")}</button>`}</footer>`;
}

/** A message of mine that the server has not taken yet. @param {{ item: import("../core/types.d.ts").Pending, name: string }} props */
export function PendingMessage({ item, name }) {
  const failed = item.state === "failed";
  return html`<article class=${`message ${item.mode} agent pending`} data-pending=${item.key} data-kind=${item.mode} aria-label=${t(`message.${item.mode}By`, { name })}>
    ${h(Avatar, { name, kind: "agent" })}
    <div class="bubble"><header><b>${name}</b>${item.mode === "note" && h(Chip, { tone: "note", icon: "eye-off" }, t("message.note"))}
      ${h(When, { ms: item.at_ms, class: "ago" })}</header>
      <div class="text"><p>${item.text}</p>${item.files?.map((file) => html`<p key=${file.key}>${h(Icon, { name: "paperclip", size: 14 })} ${file.name}</p>`)}</div>
      <footer class=${`delivery ${failed ? "danger" : "quiet"}`} role=${failed ? "alert" : undefined}>
        ${h(Icon, { name: failed ? "circle-alert" : "clock", size: 14 })}
        <span>${t(failed ? "message.notSent" : item.state === "waiting" ? "delivery.waiting" : "delivery.sending")}</span>
        ${item.state !== "sending" && html`${item.code && html`<small class="why-failed">${has(`error.${item.code}`) ? t(`error.${item.code}`) : t("error.unknown", { code: item.code })}</small>`}
          <button type="button" class="button small" onClick=${() => resend(item)}>${h(Icon, { name: "rotate-ccw", size: 14 })}${t("action.retry")}</button>
          <button type="button" class="button small quiet" onClick=${() => { takeBack(item); edit(item.mode); }}>${t("action.edit")}</button>`}</footer></div></article>`;
}
