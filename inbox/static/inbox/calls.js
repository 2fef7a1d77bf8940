/** Calling a customer back: the number, and a form to log the call. Loaded with the first ticket of a channel whose
 * customers telephone, words and all. */
import { h, html, useRef, useState } from "../vendor/ui.js";
import { learn, t } from "../core/i18n.js";
import { newKey, post, problemOf } from "../core/api.js";
import { refreshThread } from "../core/store.js";
import { Icon, toast } from "../core/parts.js";

/**
 * @typedef {import("../core/types.d.ts").ThreadData} ThreadData
 * @typedef {import("../core/types.d.ts").TicketRow} TicketRow
 */

/** Resolves once its words are there. */
export const ready = () => learn("calls");

/** @param {{ row: TicketRow, data: ThreadData, Section: any }} props */
export function Calls({ row, data, Section }) {
  return h(Section, { name: "telephone", title: t("call.title"), icon: "phone" }, h(Log, { key: row.id, row, data }));
}

/** @param {{ row: TicketRow, data: ThreadData }} props */
function Log({ row, data }) {
  const [busy, setBusy] = useState(false);
  const [reached, setReached] = useState(true);
  const key = useRef(newKey());
  const number = /^\+\d+$/.test(data.reply_to?.to ?? "") ? data.reply_to.to : null;
  const log = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const said = new FormData(form);
    setBusy(true);
    try {
      await post(`/tickets/${row.id}/calls`, {
        direction: said.get("direction"),
        duration_s: reached ? Math.round(Number(said.get("minutes")) * 60) : 0,
        reached,
        text: String(said.get("text") ?? ""),
      }, key.current);
      key.current = newKey();
      form.reset();
      setReached(true);
    } catch (error) {
      toast(problemOf(error).sentence, { tone: "danger", icon: "circle-alert" });
    }
    setBusy(false);
    await refreshThread();
  };
  return html`<p>${number ? html`<a href=${`tel:${number}`}>${number}</a>` : html`<span class="muted">${t("call.withheld")}</span>`}</p>
    <form class="log-call" data-form="call" onSubmit=${log}><fieldset disabled=${busy}><legend class="sr-only">${t("call.log")}</legend>
      <p><label>${t("call.direction")} <select name="direction"><option value="out">${t("call.out")}</option><option value="in">${t("call.in")}</option></select></label></p>
      <p><label class="check"><input type="checkbox" checked=${!reached}
        onChange=${(/** @type {any} */ event) => setReached(!event.target.checked)} /> ${t("call.notReached")}</label></p>
      ${reached && html`<p><label>${t("call.minutes")} <input type="number" name="minutes" min="0" max="1440" step="any" value="1" required /></label></p>`}
      <p><label>${t("call.text")} <textarea name="text" rows="2" maxlength="10000" dir="auto"></textarea></label></p>
      <button class="button small" data-act="log-call">${h(Icon, { name: "phone", size: 14 })} ${t("call.log")}</button></fieldset></form>`;
}
