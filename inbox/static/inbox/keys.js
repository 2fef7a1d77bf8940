/** Single keys. They are dead while a field, a menu or a dialog has the focus, and while a word is being composed. */
import { h, signal } from "../vendor/ui.js";
import { VIEWS, cursorId, go, list, queues, route, settle, ticket } from "../core/store.js";
import { assignToMe, solveOrReopen } from "./actions.js";
import { edit } from "./composer.js";
import { end } from "./header.js";
import { focusThread, openTicketNow, stepMessage, toggleSide } from "./thread.js";

/** The list of keys, while it is shown; its module comes when it is first wanted. */
export const help = signal(/** @type {any} */ (null));
const OPEN_AFTER_MS = 120;
const WALKS = new Set(["next", "previous", "nextMessage", "previousMessage"]);
const PANES = ["#rows", "#thread", "#composer", ".side button"];
let opening = 0;

export async function showHelp() {
  const { Help, ready } = await import("./help.js");
  await ready;
  help.value = h(Help, { shortcuts: SHORTCUTS, leave: () => { help.value = null; } });
}

/** @typedef {{ keys: string[], text: string, act: (event: KeyboardEvent) => void }} Shortcut */
/** @type {Shortcut[]} */
const SHORTCUTS = [
  { keys: ["j", "ArrowDown"], text: "next", act: () => move(1) },
  { keys: ["k", "ArrowUp"], text: "previous", act: () => move(-1) },
  { keys: ["Enter", "o"], text: "open", act: openCursor },
  { keys: ["n"], text: "nextMessage", act: () => stepMessage(1) },
  { keys: ["p"], text: "previousMessage", act: () => stepMessage(-1) },
  { keys: ["r"], text: "reply", act: () => { if (route.value.ticket) edit("reply"); } },
  { keys: ["m"], text: "note", act: () => { if (route.value.ticket) edit("note"); } },
  { keys: ["e"], text: "solve", act: withTicket(solveOrReopen) },
  { keys: ["i"], text: "assignMe", act: withTicket(assignToMe) },
  { keys: ["h"], text: "snooze", act: withTicket((row) => end(row, "snoozed")) },
  { keys: ["a"], text: "assign", act: () => menu("assign") },
  { keys: ["!"], text: "urgency", act: () => menu("urgency") },
  { keys: ["/"], text: "search", act: () => document.getElementById("search")?.focus() },
  { keys: ["."], text: "apply", act: settle },
  { keys: ["]"], text: "side", act: () => { if (route.value.ticket) toggleSide(); } },
  { keys: ["I"], text: "incidents", act: incidents },
  { keys: ["Escape"], text: "back", act: back },
  { keys: ["?"], text: "help", act: showHelp },
];

export function listen() {
  addEventListener("keydown", pressed);
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  if (event.key === "F6") return nextPane(event);
  if (event.ctrlKey || event.metaKey || event.altKey || busy(event)) return undefined;
  if (/^[1-9]$/.test(event.key)) return viewNumber(event);
  const shortcut = SHORTCUTS.find(({ keys }) => keys.includes(event.key));
  if (!shortcut || (event.key === "Enter" && !inList(event))) return undefined;
  if (event.key.startsWith("Arrow") && !inList(event)) return undefined;
  event.preventDefault();
  // Held down it goes on through the list; whatever changes a ticket, or tells its customer, is done once.
  return event.repeat && !WALKS.has(shortcut.text) ? undefined : shortcut.act(event);
}

/** Whether a field, a menu or a dialog owns the keys. @param {KeyboardEvent} event */
function busy(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  return Boolean(target.closest("input, textarea, select, [contenteditable], [role=menu], dialog") || document.querySelector("dialog[open]"));
}

/** @param {KeyboardEvent} event */
function inList(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  return target === document.body || target.id === "rows";
}

/** Next or previous ticket; on a wide screen it opens, a moment later so that holding the key stays light. @param {1 | -1} step */
function move(step) {
  const { ids } = list.value;
  if (!ids.length) return;
  const here = ids.indexOf(cursorId.value ?? "");
  const next = here < 0 ? 0 : Math.min(ids.length - 1, Math.max(0, here + step));
  cursorId.value = ids[next];
  if (document.activeElement?.closest(".thread-pane, .rail") || document.activeElement === document.body) document.getElementById("rows")?.focus();
  clearTimeout(opening);
  if (matchMedia("(min-width: 960px)").matches) opening = setTimeout(() => openId(ids[next]), OPEN_AFTER_MS);
}

function openCursor() {
  const id = cursorId.value ?? list.value.ids[0];
  if (!id) return;
  clearTimeout(opening);
  openId(id);
  focusThread(ticket(id)?.value.number ?? id);
}

/** @param {string} id */
function openId(id) {
  const row = ticket(id)?.value;
  if (row) go({ ticket: row.number });
}

/** @param {(row: import("../core/types.d.ts").TicketRow) => unknown} act */
function withTicket(act) {
  return () => {
    const open = openTicketNow();
    if (open) act(ticket(open.id)?.value ?? open);
  };
}

/** @param {string} name */
function menu(name) {
  /** @type {HTMLElement | null} */ (document.querySelector(`.ticket-head [data-menu=${name}]`))?.click();
}

/** The part may still be on its way; the key is heard all the same. */
async function incidents() {
  const part = await import("./matters.js");
  await part.ready;
  part.openIncidents();
}

function back() {
  if (document.activeElement?.id === "rows" || !matchMedia("(min-width: 960px)").matches) go({ ticket: null });
  document.getElementById("rows")?.focus();
}

/** @param {KeyboardEvent} event */
function viewNumber(event) {
  const place = Number(event.key) - 1;
  const queue = queues.value[place - VIEWS.length];
  if (place < VIEWS.length) go({ view: VIEWS[place], queue: null, q: "" });
  else if (queue) go({ queue: queue.name, q: "" });
}

/** F6 walks the panes. @param {KeyboardEvent} event */
function nextPane(event) {
  const panes = [".rail a[aria-current]", ...PANES].map((each) => /** @type {HTMLElement | null} */ (document.querySelector(each))).filter((each) => each !== null);
  const here = panes.findIndex((each) => each === document.activeElement || each.closest(".rail, .side")?.contains(document.activeElement));
  event.preventDefault();
  panes[(here + (event.shiftKey ? panes.length - 1 : 1)) % panes.length]?.focus();
}
