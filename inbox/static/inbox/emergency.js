/** What the side panel shows of an emergency; loaded, words and all, with the first ticket that needs it. */
import { h, html } from "../vendor/ui.js";
import { learn, t, word } from "../core/i18n.js";
import { agents } from "../core/store.js";
import { When } from "../core/parts.js";

/** @typedef {import("../core/types.d.ts").ThreadData} ThreadData */
/** @typedef {import("../core/types.d.ts").TicketRow} TicketRow */

/** Resolves once its words are there. */
export const ready = () => learn("emergency");

/** @param {{ row: TicketRow, data: ThreadData, Section: any }} props */
export function Emergency({ data, Section }) {
  return html`${data.pages.length > 0 && h(Section, { name: "calls", title: t("calls.title"), icon: "siren" }, h(Calls, { pages: data.pages }))}`;
}

/** Who was called, when, and whether it reached them. @param {{ pages: ThreadData["pages"] }} props */
function Calls({ pages }) {
  return html`<ol class="calls">${pages.map((each, i) => html`<li key=${i}><span>${calledName(each.kind, each.to)}</span>
    ${each.kind === "browser" || each.kind === "agent" ? null : html`<span class=${each.state === "dead" ? "failed" : "muted"} title=${each.error ?? ""}>${word("call", each.state)}</span>`}
    <span class="muted">${t("calls.place", { round: each.round, step: each.step })}</span> ${h(When, { ms: each.at_ms })}</li>`)}</ol>`;
}

/** Whom a step of the ladder calls, in words. @param {string} kind @param {string} to */
function calledName(kind, to) {
  if (kind === "browser") return t("calls.browser");
  if (kind === "agent") return agents.value.find((each) => each.login === to)?.name ?? to;
  return kind === "webhook" ? t("calls.webhook", { name: to }) : to;
}
