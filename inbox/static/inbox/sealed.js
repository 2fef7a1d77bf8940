/** What a redaction policy sealed: shown on request to those it names, for a moment, and noted. */
import { h, html, useEffect, useState } from "../vendor/ui.js";
import { number, t, word } from "../core/i18n.js";
import { me } from "../core/store.js";
import { Icon } from "../core/parts.js";
import { reveal } from "./actions.js";

/** Nobody should leave a value on the screen and walk away. */
const SHOWN_MS = 30_000;

/** @param {{ message: import("../core/types.d.ts").MessageView }} props */
export function Sealed({ message }) {
  const mine = message.sealed.filter((each) => each.until_ms > Date.now() && (each.agents || me.value?.role === "admin"));
  return mine.length > 0 && html`<ul class="sealed" aria-label=${t("sealed.title")}>
    ${mine.map((value) => html`<li key=${value.place}>${h(SealedItem, { id: message.id, value, what: named(value, message.sealed) })}</li>`)}</ul>`;
}

/**
 * What kind of thing it is, and which of them where a message has several.
 * @param {import("../core/types.d.ts").SealedValue} value @param {import("../core/types.d.ts").SealedValue[]} all
 */
function named(value, all) {
  const alike = all.filter((each) => each.type === value.type);
  const what = word("redaction", value.type);
  return alike.length > 1 ? t("sealed.nth", { what, n: number(alike.indexOf(value) + 1) }) : what;
}

/** @param {{ id: string, value: import("../core/types.d.ts").SealedValue, what: string }} props */
function SealedItem({ id, value, what }) {
  const [clear, setClear] = useState(/** @type {string | null} */ (null));
  useEffect(() => {
    if (clear === null) return undefined;
    const timer = setTimeout(() => setClear(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [clear]);
  const show = async () => setClear(clear === null ? await reveal(id, value.place) : null);
  return html`<button type="button" class="button small quiet" aria-pressed=${clear !== null} title=${t("sealed.noted")} onClick=${show}>
    ${h(Icon, { name: clear === null ? "key-round" : "eye-off", size: 14 })}${t(clear === null ? "sealed.show" : "sealed.hide", { what })}</button>
    ${clear !== null && html` <code class="clear" aria-live="polite">${clear}</code>`}`;
}
