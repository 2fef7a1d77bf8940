/**
 * Rejecting and closing: why, and for a rejected ticket what its customer is to supplement, a point a line.
 * Putting aside: until when.
 */
import { h, html, useState } from "../vendor/ui.js";
import { fullTime, language, learn, t, word } from "../core/i18n.js";
import { Dialog } from "../core/parts.js";
import { setState, snooze } from "./actions.js";

/** @typedef {import("../core/types.d.ts").TicketRow} TicketRow */

/** Resolves once its words are there. */
export const ready = learn("ending");

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

/** Moments people put things aside until, by the clock of their own desk. @returns {[string, number][]} */
function moments() {
  const told = new Intl.RelativeTimeFormat(language.value, { numeric: "auto" });
  const morning = (/** @type {number} */ days) => {
    const at = new Date();
    at.setDate(at.getDate() + days);
    return at.setHours(9, 0, 0, 0);
  };
  const monday = morning((8 - new Date().getDay()) % 7 || 7);
  const weekday = new Intl.DateTimeFormat(language.value, { weekday: "long" }).format(monday);
  const hours = [1, 4].map((n) => /** @type {[string, number]} */ ([told.format(n, "hour"), Date.now() + n * 3_600_000]));
  return [...hours, [told.format(1, "day"), morning(1)], ...(monday === morning(1) ? [] : [/** @type {[string, number]} */ ([weekday, monday])])];
}

/** @param {{ row: TicketRow, leave: () => void }} props */
export function Snooze({ row, leave }) {
  const [own, setOwn] = useState("");
  const until = async (/** @type {number} */ at) => { if (await snooze(row, at)) leave(); };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    until(new Date(own).getTime());
  };
  return h(Dialog, { title: t("app.pair", { who: row.number, what: t("snooze.title") }), onClose: leave, class: "ending" },
    html`<form onSubmit=${submit}>
      ${moments().map(([label, at]) => html`<button key=${label} type="button" class="button" data-act="snooze" onClick=${() => until(at)}>
        ${label} <small class="muted">${fullTime(at)}</small></button>`)}
      <label>${t("snooze.other")}<input type="datetime-local" name="until" required value=${own}
        onInput=${(/** @type {any} */ event) => setOwn(event.target.value)} /></label>
      <button class="button primary">${t("snooze.title")}</button></form>`);
}
