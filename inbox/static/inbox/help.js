/** The list of keys. */
import { h, html } from "../vendor/ui.js";
import { learn, t } from "../core/i18n.js";
import { Dialog } from "../core/parts.js";

const SHOWN = /** @type {Record<string, string>} */ ({ ArrowDown: "↓", ArrowUp: "↑", Escape: "Esc" });

/** Resolves once its words are there. */
export const ready = learn("keys");

/** @param {{ shortcuts: import("./keys.js").Shortcut[], leave: () => void }} props */
export function Help({ shortcuts, leave }) {
  const rows = [...shortcuts, { keys: ["1", "–", "9"], text: "view" }, { keys: ["Ctrl", "Enter"], text: "send" },
    { keys: ["Ctrl", "Shift", "Enter"], text: "sendSolve" }, { keys: ["F6"], text: "panes" }];
  return h(Dialog, { title: t("keys.title"), onClose: leave, class: "help" },
    html`<p class="muted">${t("keys.hint")}</p><dl>${rows.map(({ keys, text }) => html`<div key=${text}><dt>${t(`keys.${text}`)}</dt>
      <dd>${keys.map((key) => html`<kbd key=${key}>${SHOWN[key] ?? key}</kbd>`)}</dd></div>`)}</dl>`);
}
