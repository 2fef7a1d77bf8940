/** Parts that every screen is built of: icon, button, menu, chip, avatar, toasts, dialog, empty and loading states. */
import { h, html, signal, useEffect, useLayoutEffect, useRef, useState } from "../vendor/ui.js";
import { age, fullTime, language, noted, t, word } from "./i18n.js";

const SPRITE = new URL("../icons.svg", import.meta.url).pathname;
const TOAST_MS = 6000;
const TOASTS_SHOWN = 3;

/** Decoration unless it has a `label`. @param {{ name: string, label?: string, size?: number, class?: string }} props */
export function Icon({ name, label, size = 16, class: extra = "" }) {
  return html`<svg class=${`icon ${extra}`} width=${size} height=${size} role=${label ? "img" : undefined}
    aria-label=${label} aria-hidden=${label ? undefined : "true"} focusable="false">
    <use href=${`${SPRITE}#${name}`} /></svg>`;
}

/** The house's mark. */
export function Mark() {
  return html`<svg class="mark" width="24" height="24" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" />
    <path d="M8 9h4c7 0 1 14 8 14h4" /><path d="M8 23h4" /><path d="M20 9h4" /></svg>`;
}

/** @param {{ icon: string, label: string, onClick: (event: Event) => void, class?: string, pressed?: boolean, expanded?: boolean, keys?: string }} props */
export function IconButton({ icon, label, onClick, class: extra = "", pressed, expanded, keys }) {
  return html`<button type="button" class=${`icon-button ${extra}`} aria-label=${label}
    title=${keys ? `${label} (${keys})` : label} aria-pressed=${pressed} aria-expanded=${expanded} onClick=${onClick}>
    ${h(Icon, { name: icon, size: 18 })}</button>`;
}

/** A moment as its age; the exact time is in its title. @param {{ ms: number, class?: string }} props */
export function When({ ms, class: extra }) {
  return html`<time aria-live="off" class=${extra} datetime=${new Date(ms).toISOString()} title=${fullTime(ms)}>${age(ms)}</time>`;
}

/** @param {{ tone?: string, icon?: string, title?: string, class?: string, children?: any }} props */
export function Chip({ tone = "plain", icon, title, class: extra = "", children }) {
  return html`<span class=${`chip ${tone} ${extra}`} title=${title}>
    ${icon && h(Icon, { name: icon, size: 12 })}<span>${children}</span></span>`;
}

const URGENCY = { critical: ["danger", "siren"], high: ["warn", "flag"], low: ["plain", "arrow-down"] };

/** Nothing for normal: colour is for what differs. @param {{ urgency: string }} props */
export function UrgencyChip({ urgency }) {
  const look = URGENCY[/** @type {keyof typeof URGENCY} */ (urgency)];
  return look ? h(Chip, { tone: look[0], icon: look[1] }, word("urgency", urgency)) : null;
}

const CHANNEL_ICONS = {
  email: "mail", webchat: "message-circle", api: "code", form: "file-text", telegram: "send", x: "hash",
  facebook: "message-square", instagram: "image", whatsapp: "phone", phone: "phone",
};

/** @param {{ channel: string, size?: number }} props */
export function ChannelIcon({ channel, size = 14 }) {
  const name = CHANNEL_ICONS[/** @type {keyof typeof CHANNEL_ICONS} */ (channel)] ?? "message-square";
  return h(Icon, { name, size, label: word("channel", channel), class: `channel-icon ${channel}` });
}

/** What stands in brackets in stored text where something was masked: the types of the redaction contract. */
export const REDACTIONS = ["SEED_PHRASE", "PRIVATE_KEY", "KEYSTORE", "PASSWORD", "OTP", "API_KEY", "CARD", "CVV", "IBAN",
  "NATIONAL_ID", "PASSPORT", "PHONE", "EMAIL", "WALLET_ADDRESS", "IP", "PERSON_NAME", "STREET_ADDRESS",
  "CUSTOM"];
export const PLACEHOLDER = new RegExp(`\\[(${REDACTIONS.join("|")})\\]`, "g");
const REDACTION_ICONS = /** @type {Record<string, string>} */ ({
  CARD: "credit-card", CVV: "credit-card", IBAN: "landmark", NATIONAL_ID: "id-card", PASSPORT: "id-card", PHONE: "phone",
  EMAIL: "mail", WALLET_ADDRESS: "wallet", IP: "network", PERSON_NAME: "user-round", STREET_ADDRESS: "map-pin",
});

/** What was masked, in the reader's language; the value itself is nowhere. @param {{ type: string }} props */
export function Redaction({ type }) {
  return html`<span class="redaction" data-redaction=${type} lang=${language.value} title=${t("redaction.title", { what: word("redaction", type) })}>
    ${h(Icon, { name: REDACTION_ICONS[type] ?? "key-round", size: 12 })}${word("redaction", type)}</span>`;
}

/** One line of stored text with its placeholders drawn as chips. @param {{ text: string }} props */
export function RedactedLine({ text }) {
  return text.split(PLACEHOLDER).map((part, i) => (i % 2 ? h(Redaction, { key: i, type: part }) : noted(part)));
}

/** First letter or character of a name on a quiet ground, always the same for the same name. @param {{ name: string, kind?: string }} props */
export function Avatar({ name, kind = "customer" }) {
  const letters = [...(name || "?").replace(/^[^\p{L}\p{N}]+/u, "")];
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 997;
  const icon = kind === "system" ? "bot" : null;
  return html`<span class=${`avatar ${kind} tint-${hash % 6}`} aria-hidden="true">
    ${icon ? h(Icon, { name: icon, size: 16 }) : (letters[0] ?? "?").toLocaleUpperCase()}</span>`;
}

/** Adds a style sheet. Resolves once it is there, or cannot be had. @param {string} name */
export const styled = (name) => new Promise((done) => {
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = new URL(`../css/${name}.css`, import.meta.url).href;
  sheet.onload = sheet.onerror = done;
  document.head.append(sheet);
});

/** What a pane shows when it has nothing to show. @param {{ icon: string, title: string, text?: string, children?: any }} props */
export function Empty({ icon, title, text, children }) {
  return html`<div class="empty">${h(Icon, { name: icon, size: 28 })}<p class="empty-title">${title}</p>
    ${text && html`<p>${text}</p>`}${children}</div>`;
}

/** A failure in a pane: what failed, and the way out. @param {{ problem: import("./api.js").Problem, retry: () => void }} props */
export function Failure({ problem, retry }) {
  return h(Empty, { icon: "circle-alert", title: t("state.failed"), text: problem.sentence },
    html`<button type="button" class="button" onClick=${retry}>${h(Icon, { name: "refresh-cw" })}${t("action.retry")}</button>`);
}

/** Grey rows, shown by CSS only after a moment. @param {{ rows?: number, class?: string }} props */
export function Skeleton({ rows = 6, class: extra = "" }) {
  return html`<div class=${`skeleton ${extra}`} role="status"><span class="sr-only">${t("state.loading")}</span>
    ${Array.from({ length: rows }, (_, i) => html`<div key=${i} class="skeleton-row"><i /><b /><u /></div>`)}</div>`;
}

/**
 * A button that opens a menu. Arrows, Home, End and first letters move; Esc closes and gives the focus back.
 * @typedef {{ id: string, label: string, icon?: string, checked?: boolean, hint?: string, tone?: string, act: () => void } | "-"} MenuItem
 * @param {{ label: string, items: MenuItem[], class?: string, name?: string, side?: string, speaks?: boolean, children?: any }} props
 *   `speaks`: the children are its name, the label only its title
 */
export function Menu({ label, items, class: extra = "button quiet", name, side = "start", speaks = false, children }) {
  const [open, setOpen] = useState(false);
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const close = (/** @type {boolean} */ focus) => {
    setOpen(false);
    if (focus) box.current?.querySelector("button")?.focus();
  };
  useEffect(() => {
    if (!open) return undefined;
    const outside = (/** @type {Event} */ event) => { if (!box.current?.contains(/** @type {Node} */ (event.target))) setOpen(false); };
    addEventListener("pointerdown", outside);
    return () => removeEventListener("pointerdown", outside);
  }, [open]);
  useEffect(() => {
    // Also when the entry that had the focus went, as what can be done changed meanwhile.
    if (!open || box.current?.querySelector("[role=menu]")?.contains(document.activeElement)) return;
    const entries = [.../** @type {HTMLDivElement} */ (box.current).querySelectorAll("[role^=menuitem]")];
    /** @type {HTMLElement | undefined} */ (entries.find((e) => e.getAttribute("aria-checked") === "true") ?? entries[0])?.focus();
  }, [open, items.map((item) => (item === "-" ? item : item.id)).join()]);
  return html`<div class="menu-box" ref=${box} onKeyDown=${(/** @type {KeyboardEvent} */ event) => open && menuKey(event, close)}>
    <button type="button" class=${extra} aria-haspopup="menu" aria-expanded=${open} title=${label} aria-label=${speaks ? undefined : label}
      data-menu=${name} onClick=${() => setOpen(!open)}>${children}</button>
    ${open && html`<div class=${`menu ${side}`} role="menu" aria-label=${label}>
      ${items.map((item, i) => item === "-" ? html`<hr key=${i} role="separator" />` : html`
        <button type="button" key=${item.id} class=${item.tone} tabindex="-1" data-value=${item.id}
          role=${item.checked === undefined ? "menuitem" : "menuitemradio"} aria-checked=${item.checked}
          onClick=${() => { close(true); item.act(); }}>
          ${item.icon && h(Icon, { name: item.icon })}<span>${item.label}</span>
          ${item.hint && html`<small>${item.hint}</small>`}${item.checked && h(Icon, { name: "check", class: "tick" })}
        </button>`)}</div>`}</div>`;
}

/** @param {KeyboardEvent} event @param {(focus: boolean) => void} close */
function menuKey(event, close) {
  const entries = /** @type {HTMLElement[]} */ ([.../** @type {HTMLElement} */ (event.currentTarget).querySelectorAll("[role^=menuitem]")]);
  const place = entries.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const moves = /** @type {Record<string, number>} */ ({
    ArrowDown: (place + 1) % entries.length, ArrowUp: (place - 1 + entries.length) % entries.length, Home: 0, End: entries.length - 1,
  });
  if (event.key in moves) entries[moves[event.key]].focus();
  else if (event.key === "Escape") close(true);
  else if (event.key === "Tab") return close(false);
  else if (event.key.length === 1 && event.key !== " ") {
    const letter = event.key.toLocaleLowerCase();
    [...entries.slice(place + 1), ...entries].find((e) => e.textContent?.trim().toLocaleLowerCase().startsWith(letter))?.focus();
  } else return undefined;
  event.preventDefault();
  event.stopPropagation();
  return undefined;
}

/** @typedef {{ id: number, text: string, tone: string, icon: string, action: { label: string, act: () => void } | null }} Toast */
const toasts = signal(/** @type {Toast[]} */ ([]));
let nextToast = 1;

/** A short notice at the foot of the page. @param {string} text @param {{ tone?: string, icon?: string, action?: Toast["action"] }} [options] */
export function toast(text, { tone = "plain", icon = "info", action = null } = {}) {
  const id = nextToast++;
  toasts.value = [...toasts.value.slice(1 - TOASTS_SHOWN), { id, text, tone, icon, action }];
  setTimeout(() => dropToast(id), action ? TOAST_MS + 4000 : TOAST_MS);
}

/** @param {number} id */
function dropToast(id) {
  if (document.querySelector(".toasts:is(:hover, :focus-within)")) setTimeout(() => dropToast(id), 1000);
  else toasts.value = toasts.value.filter((each) => each.id !== id);
}

export function Toasts() {
  return html`<div class="toasts" role="status" aria-live="polite">${toasts.value.map((each) => html`
    <div class=${`toast ${each.tone}`} key=${each.id}>${h(Icon, { name: each.icon })}<span>${each.text}</span>
      ${each.action && html`<button type="button" onClick=${() => {
        toasts.value = toasts.value.filter((other) => other.id !== each.id);
        each.action?.act();
      }}>${each.action.label}</button>`}</div>`)}</div>`;
}

/** A native modal dialog: focus stays in and goes back where it was, Esc closes. @param {{ title: string, onClose?: () => void, class?: string, children?: any }} props */
export function Dialog({ title, onClose, class: extra = "", children }) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useLayoutEffect(() => {
    const shown = /** @type {HTMLDialogElement} */ (box.current);
    shown.showModal();
    return () => shown.close(); // before it leaves the page: only then the focus goes back to where it was
  }, []);
  // A browser closes it at a third Esc, whatever is prevented; one that has no way out stays.
  return html`<dialog class=${extra} ref=${box} aria-labelledby="dialog-title"
    onCancel=${(/** @type {Event} */ event) => { event.preventDefault(); onClose?.(); }}
    onClose=${() => onClose || box.current?.showModal()}
    onClick=${(/** @type {Event} */ event) => { if (event.target === box.current) onClose?.(); }}>
    <div class="dialog-body"><header><h2 id="dialog-title">${title}</h2>
      ${onClose && h(IconButton, { icon: "x", label: t("action.close"), onClick: onClose })}</header>${children}</div></dialog>`;
}
