/** Starts the inbox: who am I, what is there, then the live line. Draws the panes and the banners above them. */
import { effect, h, html, render, signal, useEffect, useState } from "../vendor/ui.js";
import { fullTime, language, now, setLanguage, t } from "../core/i18n.js";
import { belongTo, get, problemOf, signedOut } from "../core/api.js";
import {
  alarms, behind, closeThread, conn, findBegun, go, loadCounts, loadFrame, loadList, matters, me, openThread, recall, refreshThread, route, status, thread,
  ticketChanged,
} from "../core/store.js";
import { Failure, Icon, Mark, Toasts, styled, toast } from "../core/parts.js";
import { Rail } from "./rail.js";
import { List } from "./list.js";

const BANNER_AFTER_MS = 3000;
const COUNT_EVERY_MS = 3000;
const PROBLEMS_SHOWN = 3;

/** The modules that come after the first paint. @type {import("../vendor/ui.js").Signal<any>} */
const later = signal(null);
const failed = signal(/** @type {import("../core/api.js").Problem | null} */ (null));
const railOpen = signal(false);

async function start() {
  try {
    // The line goes on from before anything was looked at: what happens meanwhile is told, at worst twice.
    const [{ last_event_id: from }] = await Promise.all([get("/status"), setLanguage(recall("lang", document.documentElement.lang))]);
    const [who] = await Promise.all([get("/me"), loadList(), loadFrame()]);
    me.value = who;
    findBegun();
    await loadLater(from);
  } catch (error) {
    const problem = problemOf(error);
    if (problem.status === 401) location.replace(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
    else failed.value = problem;
  }
}

/** @param {number} from the last event before what is on screen */
async function loadLater(from) {
  const [feed, pane, keys, alarm, session] = await Promise.all([
    import("../core/feed.js"), import("./thread.js"), import("./keys.js"), import("./alarm.js"), import("./session.js"), styled("thread"),
  ]);
  later.value = { feed, pane, keys, alarm, session };
  keys.listen();
  feed.startFeed(from, { event: received, resync });
  alarm.watch();
}

let countTimer = 0;
let threadTimer = 0;

/** @param {import("../core/feed.js").Frame} frame */
function received({ event, ticket }) {
  if (ticket) {
    ticketChanged(ticket);
    later.value.alarm.consider(ticket);
    if (event?.kind === "ticket.notice") later.value.alarm.notice(event, ticket);
    if (event?.kind === "alarm.paged") later.value.alarm.page(event, ticket);
  }
  matters.value?.heard(event);
  const open = thread.value;
  const about = ticket?.id ?? event?.ticket_id;
  if (about && (open.data?.ticket.id === about || open.name === ticket?.number)) {
    threadTimer ||= setTimeout(() => { threadTimer = 0; refreshThread(); }, 60);
  }
  countTimer ||= setTimeout(() => { countTimer = 0; loadCounts(); }, COUNT_EVERY_MS);
}

/** The line missed too much to be told: look at everything afresh. */
function resync() {
  loadFrame().catch(() => undefined);
  loadList(true);
  refreshThread();
  later.value.alarm.look();
  matters.value?.heard();
}

effect(() => belongTo(me.value?.id ?? ""));

// What the address names is what is loaded.
let listed = "";
effect(() => {
  const { view, queue, q } = route.value;
  const key = `${view}|${queue}|${q}`;
  if (me.peek() && key !== listed) loadList();
  listed = key;
});
effect(() => {
  const { ticket } = route.value;
  if (ticket === null) closeThread();
  else if (thread.peek().name !== ticket) openThread(ticket);
});

// A change of the rules is told once; the version that was there at the start is no change.
let rulesVersion = 0;
effect(() => {
  const version = status.value?.rules?.version;
  if (!version) return;
  if (rulesVersion && version !== rulesVersion) toast(t("rules.live", { version }), { tone: "success", icon: "shield-check" });
  rulesVersion = version;
});

function App() {
  if (failed.value) return html`<main class="lonely">${h(Failure, { problem: failed.value, retry: () => location.reload() })}</main>`;
  if (!me.value) return html`<main class="lonely splash">${h(Mark, {})}<p role="status" class="sr-only">${t("state.loading")}</p></main>`;
  const { ticket } = route.value;
  const parts = later.value;
  return html`<div class=${`app ${ticket ? "with-ticket" : "without-ticket"} ${railOpen.value ? "rail-open" : ""}`}>
    <a class="skip" href="#rows" onClick=${focusOn("rows")}>${t("skip.list")}</a>
    ${ticket && html`<a class="skip" href="#thread" onClick=${focusOn("thread")}>${t("skip.thread")}</a>`}
    ${h(Banners, {})}
    <div class="panes">
      ${h(Rail, {})}
      <button type="button" class="rail-shade" aria-label=${t("rail.close")} tabindex=${railOpen.value ? 0 : -1}
        onClick=${() => { railOpen.value = false; }}></button>
      <main class="work">
        <div class="list-side">
          <button type="button" class="icon-button rail-button" aria-label=${t("rail.label")} aria-expanded=${railOpen.value}
            onClick=${() => { railOpen.value = !railOpen.value; }}>${h(Icon, { name: "panel-left", size: 18 })}</button>
          ${parts && h(parts.alarm.Alarms, {})}${h(List, {})}</div>
        ${parts ? h(parts.pane.Thread, {}) : html`<section class="thread-pane"></section>`}
      </main>
    </div>
    ${h(Toasts, {})}${matters.value && h(matters.value.Dialogs, {})}${parts?.keys.help.value}
    ${signedOut.value && parts && h(parts.session.SignIn, { done: () => { parts.feed.resumeFeed(); } })}</div>`;
}

/** @param {string} id */
const focusOn = (id) => (/** @type {Event} */ event) => {
  event.preventDefault();
  document.getElementById(id)?.focus();
};

effect(() => {
  route.value;
  railOpen.value = false;
});

effect(() => {
  const ringing = later.value?.alarm.ringing.value.length ?? 0;
  const subject = thread.value.data?.ticket;
  const name = subject ? `${subject.number} ${subject.subject}` : t("app.inbox");
  document.title = `${ringing ? `(${ringing}) ` : ""}${name} · Switchboard`;
});

function Banners() {
  return html`<section class="banners" aria-label=${t("banners.label")}>${h(LineBanner, {})}${h(UnansweredBanner, {})}${h(RulesBanner, {})}${behind.value && h(behind.value.Above, {})}</section>`;
}

function LineBanner() {
  const { state, since, retryAt } = conn.value;
  const [, tick] = useState(0);
  useEffect(() => {
    if (state !== "lost") return undefined;
    const timer = setInterval(() => tick((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, [state]);
  if (state !== "lost" || Date.now() - since < BANNER_AFTER_MS) return html`<div role="status" class="sr-only"></div>`;
  const seconds = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
  return html`<div class="banner warn" data-banner="line"><span role="status">${h(Icon, { name: "wifi-off" })} ${t("connection.banner")}</span>
    <span class="muted">${seconds > 0 ? t("connection.retryIn", { n: seconds }) : t("connection.trying")}</span>
    <button type="button" class="button small" onClick=${() => later.value?.feed.reconnectNow()}>${t("action.retryNow")}</button></div>`;
}

/** Everybody on call was called, and nobody has accepted. */
function UnansweredBanner() {
  const { unanswered } = alarms.value;
  if (!unanswered) return null;
  return html`<div class="banner danger" role="alert" data-banner="unanswered">${h(Icon, { name: "siren" })}
    <b class="grow">${t("alarm.unanswered", { n: unanswered })}</b>
    <button type="button" class="button small" onClick=${() => go({ view: "critical", queue: null, q: "" })}>${t("alarm.look")}</button></div>`;
}

function RulesBanner() {
  const rules = status.value?.rules;
  if (!rules?.error) return null;
  const { problems, at_ms: at } = rules.error;
  return html`<div class="banner danger" role="alert" data-banner="rules">${h(Icon, { name: "triangle-alert" })}
    <div class="grow"><b>${t("rules.broken", { n: problems.length })}</b>
      <ul>${problems.slice(0, PROBLEMS_SHOWN).map((/** @type {any} */ each, /** @type {number} */ i) => {
        const { text, hint } = language.value === "zh-CN" ? each.zh : each;
        return html`<li key=${i}><code>${each.file}:${each.line}:${each.col}</code> ${text}${hint && html` <span class="hint">${hint}</span>`}</li>`;
      })}
        ${problems.length > PROBLEMS_SHOWN && html`<li class="muted">${t("rules.more", { n: problems.length - PROBLEMS_SHOWN })}</li>`}</ul></div>
    <span class="serving">${t("rules.serving", { version: rules.version })}${at ? html`<br /><time>${fullTime(at)}</time>` : ""}</span></div>`;
}

// A page that slept knows nothing of what it missed until the line says so; the clock at least is right at once.
document.addEventListener("visibilitychange", () => { if (!document.hidden) now.value = Date.now(); });

render(h(App, {}), /** @type {HTMLElement} */ (document.getElementById("app")));
start();
