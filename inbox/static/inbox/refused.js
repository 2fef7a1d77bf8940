/** Why an answer was not taken, above its kept text. Loaded with the first that was not. */
import { h, html } from "../vendor/ui.js";
import { has, rich, t, word } from "../core/i18n.js";
import { units } from "../core/text.js";
import { Icon, When } from "../core/parts.js";
import { refusal } from "./actions.js";

/** @typedef {import("../core/types.d.ts").Place} Place */

/**
 * @param {{ refusal: import("./actions.js").Refusal, text: string, anyway: () => void, select: (from: number, to: number) => void }} props
 */
export function Refused({ refusal: { code, data: facts, text: was }, text, anyway, select }) {
  // Whoever closes it writes on: without a field, the next letter would be a shortcut.
  const dismiss = () => {
    refusal.value = null;
    document.getElementById("composer")?.focus();
  };
  if (code === "stale_reply") {
    const newer = /** @type {import("../core/types.d.ts").MessageView[]} */ (facts.messages ?? []);
    return html`<div class="refused" role="alert" data-refused=${code}><p><b>${t("refused.stale", { n: newer.length })}</b></p>
      <ul>${newer.map((each) => html`<li key=${each.id}><b>${each.author.name || t(`author.${each.author.type}`)}</b> ${h(When, { ms: each.sent_at_ms })}
        <p lang=${each.language}>${each.text.slice(0, 600)}</p></li>`)}</ul>
      <div class="acts"><button type="button" class="button primary" data-act="anyway" onClick=${anyway}>${t("refused.anyway")}</button>
        <button type="button" class="button" onClick=${dismiss}>${t("refused.edit")}</button></div></div>`;
  }
  // Places are those of what was refused; what has been mended since is no longer said.
  const at = units(was);
  const all = /** @type {Place[]} */ (facts.findings ?? []).filter((each) => each.type).map((each) => ({ type: each.type, from: at(each.start), to: at(each.end) }));
  const found = all.filter(({ from, to }) => text.includes(was.slice(from, to)));
  if (all.length && !found.length) return null;
  return html`<div class="refused" role="alert" data-refused=${code}>
    <p><b>${has(`error.${code}`) ? t(`error.${code}`, facts) : t("error.unknown", { code })}</b></p>
    ${found.length > 0 && html`<ul class="found">${found.map((each, i) => html`<li key=${i}><button type="button" class="button small"
      onClick=${() => {
        const start = text.indexOf(was.slice(each.from, each.to));
        select(start, start + each.to - each.from);
      }}>${h(Icon, { name: "shield-alert", size: 14 })}
      <span>${rich("app.pair", { who: word("redaction", each.type), what: h(Marked, { text: was, from: each.from, to: each.to }) })}</span></button></li>`)}</ul>`}
    <div class="acts">${(code === "confirm_needed" || code === "now_public") && html`<button type="button" class="button" data-act="anyway" onClick=${anyway}>${t("refused.anyway")}</button>`}
      <button type="button" class="button quiet" onClick=${dismiss}>${t("action.close")}</button></div></div>`;
}

/** A place in the text, between a few of its words. @param {{ text: string, from: number, to: number }} props */
function Marked({ text, from, to }) {
  const before = text.slice(Math.max(0, from - 16), from);
  return html`<q>${from > 16 && "…"}${before}<mark>${text.slice(from, to).slice(0, 60)}</mark>${text.slice(to, to + 16)}${to + 16 < text.length && "…"}</q>`;
}
