/**
 * Where an agent writes: Reply or Note, two drafts that never mix. Says before sending where it will go and who can read
 * it; says after a refusal what stood in the way, above the kept text.
 */
import { h, html, signal, useEffect, useLayoutEffect, useRef, useState } from "../vendor/ui.js";
import { has, rich, t, word } from "../core/i18n.js";
import { ChannelIcon, Icon } from "../core/parts.js";
import { attached, draft, draftsChanged, keepDraft, meantFor, need, refusal, write } from "./actions.js";

/**
 * @typedef {import("../core/types.d.ts").TicketRow} TicketRow
 * @typedef {import("../core/types.d.ts").ThreadData} ThreadData
 * @typedef {import("./actions.js").Mode} Mode
 * @typedef {import("./actions.js").Place} Place
 */

const MAX_LENGTH = 100_000;
const mode = signal(/** @type {Mode} */ ("reply"));

/** Opens the editor in the same task as the key that asked, so that what is typed next is text. @param {Mode} wanted */
export function edit(wanted) {
  mode.value = wanted;
  // The one textarea serves both modes; it re-renders around the caret.
  const area = document.getElementById("composer");
  if (area) area.focus();
  else setTimeout(() => document.getElementById("composer")?.focus()); // a locked reply has no field until the mode changed
}

/** @param {{ row: TicketRow, data: ThreadData }} props */
export function Composer({ row, data }) {
  const current = mode.value;
  const changed = draftsChanged.value;
  const [text, setText] = useState(() => draft(row.id, current));
  const area = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  useLayoutEffect(() => setText(draft(row.id, mode.value)), [row.id, current, changed]);
  useLayoutEffect(() => grow(area.current), [text, current]);
  useEffect(() => () => { if (refusal.value?.ticket === row.id) refusal.value = null; }, [row.id]);
  const isNote = current === "note";
  const locked = !isNote && !data.can_reply;
  const isPublic = !isNote && data.reply_to?.visibility === "public";
  const files = isNote ? [] : attached.value[row.id] ?? [];
  // A file that is not there yet, or was refused, does not stay behind unseen.
  const waits = files.some((file) => !file.id);
  const idle = !(text.trim() || files.length) || waits;
  const most = isNote ? MAX_LENGTH : data.text_max ?? MAX_LENGTH;
  const long = text.length > 0.8 * most ? [...text].length : 0;
  const send = (/** @type {boolean} */ solve, force = false, confirmed = /** @type {Place[]} */ ([]), meant = meantFor(row.id)) => {
    const written = (area.current?.value ?? text).trim();
    if (!(written || files.length) || locked || waits) return;
    setText("");
    write(row, mode.value, written, { solve: solve && !isNote, force, confirmed, meant });
    area.current?.focus();
  };
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send(event.shiftKey);
    } else if (event.key === "Escape") {
      event.preventDefault();
      document.getElementById("thread")?.focus();
    }
  };
  const mine = refusal.value?.ticket === row.id && refusal.value.mode === current ? refusal.value : null;
  return html`<form class=${`composer ${current} ${isPublic ? "public" : ""}`} aria-label=${t("composer.label")} data-mode=${current}
    onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); send(false); }}>
    ${mine && need("refused") && h(need("refused").Refused, { refusal: mine, text, anyway: () => send(mine.solve, mine.force || mine.code === "stale_reply", mine.confirmed, mine.code === "now_public" ? "public" : mine.meant), select: (/** @type {number} */ from, /** @type {number} */ to) => {
      area.current?.focus();
      area.current?.setSelectionRange(from, to);
    } })}
    <div class="tabs"><div role="tablist" aria-label=${t("composer.mode")} onKeyDown=${(/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      mode.value = isNote ? "reply" : "note";
      document.getElementById(`tab-${mode.value}`)?.focus();
    }}>${h(Tab, { name: "reply", icon: "reply", current, row })}${h(Tab, { name: "note", icon: "sticky-note", current, row })}</div>
      <span class="whither">${isNote ? html`${h(Icon, { name: "eye-off", size: 14 })}${t("composer.onlyTeam")}` : locked || h(Whither, { data })}</span></div>
    ${isPublic && html`<p class="public-warning">${h(Icon, { name: "globe" })}${t("composer.public")}</p>`}
    ${locked ? html`<p class="locked">${h(Icon, { name: "ban" })}${has(`error.${data.cannot_reply_reason}`) ? t(`error.${data.cannot_reply_reason}`) : t("composer.locked")}</p>`
      : html`<textarea id="composer" ref=${area} rows="3" maxlength=${MAX_LENGTH} value=${text} dir="auto"
        aria-label=${t(isNote ? "composer.noteLabel" : "composer.replyLabel")}
        placeholder=${t(isNote ? "composer.notePlaceholder" : "composer.replyPlaceholder")}
        onInput=${(/** @type {Event} */ event) => {
          const { value } = /** @type {HTMLTextAreaElement} */ (event.target);
          keepDraft(row.id, mode.value, value, text ? null : data.reply_to?.visibility);
          setText(value);
        }} onKeyDown=${onKeyDown}></textarea>`}
    ${!locked && !isNote && need("media") && h(need("media").Attach, { key: row.id, data })}
    ${!locked && html`<div class="composer-foot"><span class="hint"><kbd>Ctrl</kbd> <kbd>Enter</kbd> ${t(isNote ? "composer.hintNote" : "composer.hintSend")}</span>
      ${long > 0 && html`<output class=${long > most ? "count over" : "count"}>${long} / ${most}</output>`}
      ${!isNote && html`<button type="button" class="button" data-act="send-solve" disabled=${idle} title="Ctrl+Shift+Enter"
        onClick=${() => send(true)}>${t("composer.sendSolve")}</button>`}
      <button type="submit" class=${`button ${isNote ? "note" : "primary"}`} data-act="send" disabled=${idle}>
        ${h(Icon, { name: isNote ? "sticky-note" : "send" })}${isNote ? t("composer.addNote")
          : t(isPublic ? "composer.sendPublic" : "composer.send", { channel: word("channel", data.reply_to?.channel ?? row.channel) })}</button></div>`}</form>`;
}

/** @param {{ name: Mode, icon: string, current: Mode, row: TicketRow }} props */
function Tab({ name, icon, current, row }) {
  const waiting = name !== current && draft(row.id, name) !== "";
  return html`<button type="button" role="tab" id=${`tab-${name}`} class=${`tab ${name}`} aria-selected=${current === name}
    tabindex=${current === name ? 0 : -1} data-tab=${name} onClick=${() => edit(name)}>${h(Icon, { name: icon })}${t(`composer.${name}`)}
    ${waiting && html`<span class="has-draft" title=${t("row.draft")}><span class="sr-only">${t("row.draft")}</span></span>`}
    <kbd>${name === "reply" ? "r" : "m"}</kbd></button>`;
}

/** @param {{ data: ThreadData }} props */
function Whither({ data }) {
  const to = data.reply_to;
  if (!to) return null;
  return html`${h(ChannelIcon, { channel: to.channel })}<span>${to.to && (to.channel === "email" || to.channel === "phone")
    ? rich("composer.to", { to: html`<b>${to.to}</b>` }) : data.contact.name || data.contact.label}</span>`;
}

/** @param {HTMLTextAreaElement | null} area */
function grow(area) {
  if (!area) return;
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight + 2, innerHeight * 0.4)}px`;
}
