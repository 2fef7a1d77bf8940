/** The rail: views and queues with their counts, the line's state, and me. */
import { h, html } from "../vendor/ui.js";
import { t, word, language, remember, setLanguage, number } from "../core/i18n.js";
import { post, problemOf } from "../core/api.js";
import { VIEWS, behind, conn, go, keep, matters, me, queueTitle, queues, recall, route, viewCounts } from "../core/store.js";
import { Avatar, Icon, Mark, Menu, toast } from "../core/parts.js";

const ICONS = /** @type {Record<string, string>} */ ({
  mine: "user-check", unassigned: "inbox", all: "layers", critical: "siren", waiting: "hourglass", snoozed: "calendar-clock", solved: "circle-check",
});

export function Rail() {
  const { view, queue, q } = route.value;
  return html`<nav class="rail" aria-label=${t("rail.label")}>
    <div class="brand">${h(Mark, {})}<b>Switchboard</b></div>
    <div class="rail-scroll">
      <ul>${VIEWS.map((name) => h(Place, {
        key: name, icon: ICONS[name], label: t(`view.${name}`), count: name === "solved" ? 0 : (viewCounts.value[name] ?? 0),
        alert: name === "critical", current: queue === null && view === name && !q, open: () => go({ view: name, queue: null, q: "" }),
        id: name,
      }))}${matters.value && h(matters.value.RailPlace, {})}</ul>
      ${behind.value && h(behind.value.HeldPlace, {})}
      <h2>${t("rail.queues")}</h2>
      <ul>${queues.value.map((each) => h(Place, {
        key: each.name, icon: "hash", label: queueTitle(each.name), count: each.open, alert: false, id: `queue:${each.name}`,
        current: queue === each.name && !q, open: () => go({ queue: each.name, q: "" }),
      }))}</ul>
    </div>
    ${h(Connection, {})}${h(MyMenu, {})}</nav>`;
}

/** @param {{ icon: string, label: string, count: number, alert: boolean, current: boolean, open: () => void, id: string }} props */
function Place({ icon, label, count, alert, current, open, id }) {
  const text = count ? number(count) : "";
  return html`<li><a href=${`/inbox/${id}`} class=${current ? "place current" : "place"} title=${label}
    aria-current=${current ? "page" : undefined} onClick=${(/** @type {MouseEvent} */ event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      open();
    }}>${h(Icon, { name: icon })}<span class="label">${label}</span>
    <span class=${alert && count ? "count alert" : "count"} aria-label=${text && t("rail.open", { n: count })}>${text}</span></a></li>`;
}

function Connection() {
  const { state } = conn.value;
  return html`<p class=${`connection ${state}`} data-connection=${state}><i aria-hidden="true"></i><span>${t(`connection.${state}`)}</span></p>`;
}

function MyMenu() {
  const who = me.value;
  if (!who) return null;
  const theme = document.documentElement.dataset.theme ?? "system";
  const choice = (/** @type {string} */ kind, /** @type {string} */ id, /** @type {string} */ icon, /** @type {boolean} */ checked,
    /** @type {() => void} */ act) => ({ id: `${kind}-${id}`, label: t(`${kind}.${id}`), icon, checked, act });
  return html`<div class="me">${h(Menu, {
    label: t("me.menu", { name: who.name, status: word("status", who.status) }), class: "me-button", name: "me", side: "up", speaks: true,
    items: [
      choice("status", "online", "circle-check", who.status === "online", () => setStatus("online")),
      choice("status", "busy", "circle-dot", who.status === "busy", () => setStatus("busy")),
      choice("status", "away", "clock", who.status === "away", () => setStatus("away")),
      "-",
      { id: "lang-en", label: "English", icon: "languages", checked: language.value === "en", act: () => chooseLanguage("en") },
      { id: "lang-zh-CN", label: "简体中文", icon: "languages", checked: language.value === "zh-CN", act: () => chooseLanguage("zh-CN") },
      "-",
      choice("theme", "system", "monitor", theme === "system", () => chooseTheme("system")),
      choice("theme", "light", "sun", theme === "light", () => chooseTheme("light")),
      choice("theme", "dark", "moon", theme === "dark", () => chooseTheme("dark")),
      "-",
      { id: "sound", label: t(recall("sound", true) ? "me.soundOff" : "me.soundOn"), icon: recall("sound", true) ? "volume-x" : "volume-2",
        act: () => { keep("sound", !recall("sound", true)); import("./alarm.js").then((alarm) => alarm.beep()); } },
      { id: "calls", label: t("me.calls"), icon: "bell", act: () => { import("./alarm.js").then((alarm) => alarm.allowCalls()); } },
      { id: "keys", label: t("me.keys"), icon: "keyboard", hint: "?", act: () => import("./keys.js").then((keys) => keys.showHelp()) },
      { id: "logout", label: t("me.logout"), icon: "log-out", act: signOut },
    ],
  }, h(Avatar, { name: who.name, kind: "agent" }), html`<span class="me-text"><b>${who.name}</b>
    <small class=${`presence ${who.status}`}>${word("status", who.status)}</small></span>`)}</div>`;
}

/** @param {"online" | "busy" | "away"} status */
async function setStatus(status) {
  const before = me.value;
  if (!before) return;
  me.value = { ...before, status };
  await post("/me", { status }, undefined, "PATCH").catch((error) => {
    me.value = before;
    toast(problemOf(error).sentence, { tone: "danger", icon: "circle-alert" });
  });
}

/** At once and without a reload; the profile follows when it can. @param {string} tag */
export async function chooseLanguage(tag) {
  await setLanguage(tag);
  remember("switchboard_lang", tag);
  keep("lang", tag);
  if (me.value) await post("/me", { language: tag }, undefined, "PATCH").catch(() => undefined);
}

/** @param {string} theme */
export function chooseTheme(theme) {
  document.documentElement.dataset.theme = theme;
  remember("switchboard_theme", theme);
  if (me.value) me.value = { ...me.value }; // the menu shows the choice
}

async function signOut() {
  try {
    await post("/logout");
    location.assign("/login");
  } catch (error) {
    toast(problemOf(error).sentence, { tone: "danger", icon: "circle-alert" }); // whoever comes next must not find it open
  }
}
