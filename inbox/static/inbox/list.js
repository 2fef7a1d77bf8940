/** The list of tickets: windowed at a fixed row height, live in place, still under the pointer. */
import { h, html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/ui.js";
import { number, t, word } from "../core/i18n.js";
import {
  begun, behind, cursorId, go, holdList, list, loadList, loadMore, me, queueTitle, route, settle, ticket, viewCounts, waitingMoves,
} from "../core/store.js";
import { ChannelIcon, Chip, Empty, Failure, Icon, RedactedLine, Skeleton, UrgencyChip, When } from "../core/parts.js";

const OVERSCAN = 6;
const HOLD_MS = 3000;

export function List() {
  const { phase, ids, total, held, problem } = list.value;
  return html`<section class="list-pane" aria-labelledby="list-title">
    <header class="list-head"><h1 id="list-title">${title()}</h1>
      <span class="total">${phase === "ready" || phase === "more" ? t("list.total", { n: total, shown: number(total) }) : ""}</span></header>
    ${h(SearchBox, {})}${held > 0 && behind.value && h(behind.value.HeldFound, { held, q: route.value.q })}
    ${waitingMoves.value > 0 && html`<button type="button" class="moves" onClick=${settle}>
      ${h(Icon, { name: "refresh-cw", size: 14 })}${t("list.moves", { n: waitingMoves.value })}<kbd>.</kbd></button>`}
    ${phase === "error" && problem ? h(Failure, { problem, retry: () => loadList() })
      : phase === "loading" ? h(Skeleton, { rows: 9 }) : ids.length ? h(Rows, { ids }) : h(Nothing, {})}</section>`;
}

function title() {
  const { view, queue, q } = route.value;
  return q ? t("list.found") : queue === null ? t(`view.${view}`) : queueTitle(queue);
}

function SearchBox() {
  const { view, queue, q } = route.value;
  const [text, setText] = useState(q);
  const timer = useRef(0);
  const key = (/** @type {string} */ words) => `${view}|${queue}|${words}`;
  const asked = useRef(key(q));
  // Another address ends what was typed and not yet searched for; what is searched for from here leaves the field alone,
  // in which somebody goes on typing, or composes a word.
  useLayoutEffect(() => {
    if (key(q) === asked.current) return;
    asked.current = key(q);
    clearTimeout(timer.current);
    setText(q);
  }, [view, queue, q]);
  const search = (/** @type {string} */ value) => {
    clearTimeout(timer.current);
    asked.current = key(value.trim());
    go({ q: value.trim() }, true);
  };
  return html`<form role="search" class="search" onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); search(text); }}>
    ${h(Icon, { name: "search" })}
    <input type="search" id="search" value=${text} placeholder=${t("list.search")} aria-label=${t("list.search")} maxlength="200"
      autocomplete="off" onInput=${(/** @type {InputEvent} */ event) => {
        const { value } = /** @type {HTMLInputElement} */ (event.target);
        setText(value);
        clearTimeout(timer.current);
        if (!event.isComposing) timer.current = setTimeout(() => search(value), 300);
      }} onCompositionEnd=${(/** @type {Event} */ event) => search(/** @type {HTMLInputElement} */ (event.target).value)}
      onKeyDown=${(/** @type {KeyboardEvent} */ event) => {
        if (event.key !== "Escape" || event.isComposing) return;
        setText("");
        search("");
        document.getElementById("rows")?.focus();
      }} /><kbd>/</kbd></form>`;
}

/** @param {{ ids: string[] }} props */
function Rows({ ids }) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [view, setView] = useState({ top: 0, height: 800, row: 68 });
  const hold = useRef(0);
  const measure = () => {
    const element = box.current;
    if (!element) return;
    const row = parseFloat(getComputedStyle(element).getPropertyValue("--row")) || 68;
    setView({ top: element.scrollTop, height: element.clientHeight, row });
  };
  useLayoutEffect(() => {
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(/** @type {HTMLDivElement} */ (box.current));
    return () => { watch.disconnect(); clearTimeout(hold.current); holdList(false); };
  }, []);
  const cursor = cursorId.value;
  useLayoutEffect(() => { if (cursor && box.current) reveal(box.current, ids.indexOf(cursor), view.row); }, [cursor]);
  const first = Math.max(0, Math.floor(view.top / view.row) - OVERSCAN);
  const last = Math.min(ids.length, Math.ceil((view.top + view.height) / view.row) + OVERSCAN);
  useEffect(() => { if (last > ids.length - 20) loadMore(); }, [last, ids.length]);
  const still = () => {
    holdList(true);
    clearTimeout(hold.current);
    hold.current = setTimeout(() => holdList(false), HOLD_MS);
  };
  return html`<div class="rows" id="rows" ref=${box} role="listbox" tabindex="0" aria-labelledby="list-title"
    aria-activedescendant=${cursor && ids.includes(cursor) ? `row-${cursor}` : undefined}
    onScroll=${measure} onPointerMove=${(/** @type {PointerEvent} */ event) => event.pointerType === "mouse" && still()}
    onPointerLeave=${() => { clearTimeout(hold.current); holdList(false); }}
    onFocus=${() => { if (!cursorId.value || !ids.includes(cursorId.value)) cursorId.value = ids[0] ?? null; }}>
    <div class="rows-all" role="presentation" style=${{ height: `${ids.length * view.row}px` }}>
      ${ids.slice(first, last).map((id, i) => h(Row, { key: id, id, place: first + i, count: list.value.total, top: (first + i) * view.row }))}
    </div></div>`;
}

/** Scrolls just enough to see row `place`. @param {HTMLElement} box @param {number} place @param {number} height */
function reveal(box, place, height) {
  if (place < 0) return;
  const top = place * height;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + height > box.scrollTop + box.clientHeight) box.scrollTop = top + height - box.clientHeight;
}

/** @param {{ id: string, place: number, count: number, top: number }} props */
function Row({ id, place, count, top }) {
  const row = ticket(id)?.value;
  if (!row) return null;
  const current = route.value.ticket === row.number || route.value.ticket === row.id;
  const name = row.contact.name || row.contact.label;
  const subject = row.snippet.startsWith(row.subject.replace(/…$/, "")) ? "" : row.subject;
  const draft = begun.value.has(row.id);
  return html`<div class=${`row ${row.urgency} ${cursorId.value === id ? "cursor" : ""}`} role="option" id=${`row-${id}`}
    aria-selected=${current} aria-setsize=${count} aria-posinset=${place + 1} data-ticket=${row.number}
    style=${{ transform: `translateY(${top}px)` }} onClick=${() => { cursorId.value = id; go({ ticket: row.number }); }}>
    <div class="row-top"><span class=${row.waiting_since_ms === null ? "dot" : "dot waits"} title=${row.waiting_since_ms === null ? undefined : t("row.waits")}></span>
      <b class="who">${h(RedactedLine, { text: name })}</b><span class="no">${row.number}</span>
      ${row.visibility === "public" && h(Chip, { tone: "public" }, t("visibility.public"))}
      ${h(When, { ms: row.last_message_at_ms, class: "ago" })}</div>
    <div class="row-mid">${h(ChannelIcon, { channel: row.channel })}${h(UrgencyChip, { urgency: row.urgency })}
      <span class="line" lang=${row.language}>${subject && html`<span class="subject">${h(RedactedLine, { text: subject })}</span>`}
        ${row.snippet && html`<span class=${subject ? "snippet" : "subject"}>${h(RedactedLine, { text: row.snippet })}</span>`}</span>
      ${draft && h(Chip, { tone: "note" }, t("row.draft"))}${h(StateMark, { row })}</div></div>`;
}

/** What stands out: a new one, one that is done, or whose it is. @param {{ row: import("../core/types.d.ts").TicketRow }} props */
function StateMark({ row }) {
  if (row.assignee_id === null && row.state === "new") return h(Chip, { tone: "accent" }, t("ticketState.new"));
  if (row.state === "solved" || row.state === "closed" || row.state === "rejected") return h(Chip, { tone: "success" }, word("ticketState", row.state));
  return html`<span class="owner">${row.assignee_id === null ? "" : row.assignee_id === me.value?.id ? t("assign.me") : row.assignee_name}</span>`;
}

function Nothing() {
  const { view, queue, q } = route.value;
  if (q) {
    return h(Empty, { icon: "search", title: t("empty.search", { q }) },
      html`<button type="button" class="button" onClick=${() => { go({ q: "" }); document.getElementById("search")?.focus(); }}>${t("empty.clearSearch")}</button>`);
  }
  const free = viewCounts.value.unassigned ?? 0;
  return h(Empty, { icon: view === "critical" ? "shield-check" : "check-check", title: queue === null ? t(`empty.${view}`) : t("empty.queue"),
    text: view === "mine" && free ? t("empty.takeOne", { n: free }) : undefined },
  view === "mine" && free ? html`<button type="button" class="button" onClick=${() => go({ view: "unassigned", queue: null })}>
    ${t("view.unassigned")}</button>` : null);
}
