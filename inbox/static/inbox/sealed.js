/** What a redaction policy sealed: shown on request to those it names, for a moment, and noted. */
import { h, html, useEffect, useState } from "../vendor/ui.js";
import { t, word } from "../core/i18n.js";
import { me } from "../core/store.js";
import { Icon } from "../core/parts.js";
import { reveal } from "./actions.js";

/** Nobody should leave a value on the screen and walk away. */
const SHOWN_MS = 30_000;

/** @param {{ message: import("../core/types.d.ts").MessageView }} props */
export function Sealed({ message }) {
  const mine = message.sealed.filter((each) => each.until_ms > Date.now() && (each.agents || me.value?.role === "admin"));
  return mine.length > 0 && html`<ul class="sealed" aria-label=${t("sealed.title")}>
    ${mine.map((value) => html`<li key=${value.place}>${h(SealedItem, { id: message.id, value })}</li>`)}</ul>`;
}

/** @param {{ id: string, value: import("../core/types.d.ts").SealedValue }} props */
function SealedItem({ id, value }) {
  const [clear, setClear] = useState(/** @type {string | null} */ (null));
  useEffect(() => {
    if (clear === null) return undefined;
    const timer = setTimeout(() => setClear(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [clear]);
  const what = word("redaction", value.type);
  const show = async () => setClear(clear === null ? await reveal(id, value.place) : null);
  return html`<button type="button" class="button small quiet" aria-pressed=${clear !== null} title=${t("sealed.noted")} onClick=${show}>
    ${h(Icon, { name: clear === null ? "key-round" : "eye-off", size: 14 })}${t(clear === null ? "sealed.show" : "sealed.hide", { what })}</button>
    ${clear !== null && html` <code class="clear" aria-live="polite">${clear}</code>`}`;
}
