/** Why: which rule, which words, which version of the rules, why this ticket, why this person. */
import { h, html } from "../vendor/ui.js";
import { languageName, rich, t, word } from "../core/i18n.js";
import { queueTitle } from "../core/store.js";
import { hitsOf } from "../core/text.js";
import { Icon, RedactedLine, UrgencyChip } from "../core/parts.js";
import { shownValue } from "./history.js";

/**
 * @typedef {import("../core/types.d.ts").Why} WhyData
 * @typedef {import("../core/types.d.ts").MessageView} MessageView
 */

/** One line that opens to everything. @param {{ message: MessageView }} props */
export function Why({ message }) {
  const why = message.why;
  if (!why) return null;
  return html`<details class="why" data-why=${message.id}><summary>${h(Icon, { name: "route", size: 14 })}
    <span class="why-word">${t("why.title")}</span> <span class="why-short">${h(ReasonLine, { message })}</span></summary>
    ${h(WhyDetails, { message })}</details>`;
}

/** @param {{ message: MessageView }} props */
function ReasonLine({ message }) {
  const hits = hitsOf(message.text, message.why);
  if (!hits.length) return message.why?.joined === "new" ? t("why.noRule") : word("joined", message.why?.joined ?? null);
  return hits.slice(0, 3).map((hit, i) => html`<span key=${i} class="reason"><code>${hit.rule}</code>${": "}${h(Words, { hit })}</span>`);
}

/** @param {{ hit: ReturnType<typeof hitsOf>[number] }} props */
function Words({ hit }) {
  if (!hit.words.length) return hit.why;
  return hit.words.slice(0, 5).map((each, i) => html`${i > 0 && ", "}<mark key=${i}>${h(RedactedLine, { text: each })}</mark>`);
}

/** @param {{ message: MessageView }} props */
export function WhyDetails({ message }) {
  const why = /** @type {WhyData} */ (message.why);
  const hits = hitsOf(message.text, why);
  return html`<dl class="why-details">
    ${h(Fact, { name: t("why.rules") }, hits.length ? html`<ul>${hits.map((hit, i) => html`<li key=${i}><code>${hit.rule}</code>
      ${h(Words, { hit })}${hit.words.length > 0 && html`<small class="formula">${hit.why}</small>`}</li>`)}</ul>` : t("why.noHit"))}
    ${h(Fact, { name: t("why.queue") }, queueTitle(why.queue), " ", h(UrgencyChip, { urgency: why.urgency }))}
    ${why.lost?.length > 0 && h(Fact, { name: t("why.lost") }, html`<ul>${why.lost.map((each, i) => html`<li key=${i}>
      ${rich("why.lostLine", { rule: html`<code>${each.rule}</code>`, key: word("field", each.key), value: shownValue(each.key, each.value), to: html`<code>${each.to}</code>` })}</li>`)}</ul>`)}
    ${why.acts?.length > 0 && h(Fact, { name: t("why.acts") }, html`<ul>${why.acts.map((each, i) => html`<li key=${i}>
      <code>${each.rule}</code> <code>${each.kind}: ${each.value}</code>${each.outcome !== "done" && ` · ${word("notActed", each.detail)}`}</li>`)}</ul>`)}
    ${message.policies?.length > 0 && h(Fact, { name: t("why.policies") }, html`<ul>${message.policies.map((each, i) => html`<li key=${i}>
      <code>${each.rule}</code> ${each.policy}</li>`)}</ul>`)}
    ${h(Fact, { name: t("why.ticket") }, word("joined", why.joined), why.joined_detail && ` · ${word("notJoined", why.joined_detail)}`)}
    ${why.left && h(Fact, { name: t("field.state") }, word("left", why.left))}
    ${why.contact_by && h(Fact, { name: t("why.contact") }, word("contactBy", why.contact_by))}
    ${h(Fact, { name: t("field.language") }, languageName(why.language))}
    ${h(Fact, { name: t("why.version") }, html`<code>${String(why.rules_version).slice(0, 12)}</code> ${(why.packs ?? []).join(", ")}`)}</dl>`;
}

/** @param {{ name: string, children?: any }} props */
export function Fact({ name, children }) {
  return html`<div><dt>${name}</dt><dd>${children}</dd></div>`;
}

/** The message that says why the ticket is as it is: the newest that a rule spoke to with the ticket's urgency. @param {MessageView[]} messages @param {string} urgency */
export function telling(messages, urgency) {
  const judged = messages.filter((each) => each.why && each.why.reasons.length);
  return judged.findLast((each) => each.why?.urgency === urgency) ?? judged.at(-1) ?? messages.findLast((each) => each.why) ?? null;
}
