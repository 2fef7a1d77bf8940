/** Rejecting and closing: why, and for a rejected ticket what its customer is to supplement, a point a line. */
import { h, html, useState } from "../vendor/ui.js";
import { t, word } from "../core/i18n.js";
import { Dialog } from "../core/parts.js";
import { setState } from "./actions.js";

/** @typedef {import("../core/types.d.ts").TicketRow} TicketRow */

const REASONS = ["spam", "duplicate", "no-answer", "not-ours"];

/** @param {{ row: TicketRow, state: "rejected" | "closed", leave: () => void }} props */
export function Ending({ row, state, leave }) {
  const [reason, setReason] = useState("");
  const [points, setPoints] = useState(row.checklist.join("\n"));
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    // What was written stays until the server has it.
    if (await setState(row, state, { reason, checklist: state === "rejected" ? points.split("\n").filter((each) => each.trim()) : [] })) leave();
  };
  return h(Dialog, { title: t("app.pair", { who: row.number, what: word("ticketState", state) }), onClose: leave, class: "ending" },
    html`<form onSubmit=${submit}>
      <label>${t("field.reason")}<input name="reason" required maxlength="2000" list=${state === "closed" ? "end-reasons" : undefined} value=${reason}
        onInput=${(/** @type {any} */ event) => setReason(event.target.value)} /></label>
      ${state === "closed" && html`<datalist id="end-reasons">${REASONS.map((each) => html`<option key=${each} value=${each}>${word("endReason", each)}</option>`)}</datalist>`}
      ${state === "rejected" && html`<label>${t("ending.checklist")}<textarea name="checklist" required rows="4" value=${points}
        onInput=${(/** @type {any} */ event) => setPoints(event.target.value)}></textarea></label>`}
      <button class="button primary" data-act="end">${word("ticketState", state)}</button></form>`);
}
