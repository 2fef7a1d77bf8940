/** The channels as the house knows them: whether each works, what to do where it does not, when it last heard something. */
import { h, html, useEffect } from "../vendor/ui.js";
import { fullTime, language, now, number, rich, t, word } from "../core/i18n.js";
import { get } from "../core/api.js";
import { go, status } from "../core/store.js";
import { ChannelIcon, Chip, Dialog, Icon } from "../core/parts.js";

/** @typedef {{ kind: string, account: string, state: string, detail: string, zh: { detail: string }, last_event_at_ms: number | null, answered_at_ms: number | null, quota_left: number | null }} Channel */

const TONES = /** @type {Record<string, string>} */ ({ ok: "success", paused: "plain", auth_failed: "danger" });
const CALM = new Set(["ok", "paused", "starting"]);

/** @returns {Channel[]} those that do not work first */
const listed = () => [...(status.value?.channels ?? [])].sort((one, other) => Number(CALM.has(one.state)) - Number(CALM.has(other.state)));

/** So long ago, as a sentence says it. @param {{ ms: number }} props */
function Ago({ ms }) {
  const minutes = Math.max(0, Math.round((now.value - ms) / 60_000));
  const [count, unit] = minutes < 60 ? [minutes, "minute"] : minutes < 1440 ? [Math.round(minutes / 60), "hour"] : [Math.round(minutes / 1440), "day"];
  const told = new Intl.RelativeTimeFormat(language.value, { numeric: "auto" });
  return html`<time datetime=${new Date(ms).toISOString()} title=${fullTime(ms)}>${
    told.format(-count, /** @type {Intl.RelativeTimeFormatUnit} */ (unit))}</time>`;
}

/** In the rail: loud while a channel does not work; its address can be sent to a colleague. */
export function ChannelsPlace() {
  const broken = listed().filter(({ state }) => !CALM.has(state)).length;
  return html`<li><a href="/inbox/channels" class="place" data-place="channels" title=${t("channels.title")} onClick=${(/** @type {MouseEvent} */ event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go({ panel: "channels" });
  }}>
    ${h(Icon, { name: "globe" })}<span class="label">${t("channels.title")}</span>
    <span class=${broken ? "count alert" : "count"} aria-label=${broken ? t("channels.broken", { n: broken }) : ""}>${broken ? number(broken) : ""}</span></a></li>`;
}

/** @param {{ leave: () => void }} props */
export function Channels({ leave }) {
  // States are told as they change; when something was last heard is not.
  useEffect(() => { get("/status").then((found) => { status.value = found; }, () => {}); }, []);
  return h(Dialog, { title: t("channels.title"), onClose: leave, class: "incidents-dialog" }, html`
    <ul class="channels">${listed().map((one) => html`<li key=${`${one.kind}/${one.account}`} data-channel=${`${one.kind}/${one.account}`} data-state=${one.state}>
      <div class="incident-head"><h3>${h(ChannelIcon, { channel: one.kind })} ${word("channel", one.kind)}${one.account === "default" ? "" : ` · ${one.account}`}</h3>
        ${h(Chip, { tone: TONES[one.state] ?? "warn" }, word("channelState", one.state))}</div>
      ${one.detail && html`<p>${language.value === "zh-CN" ? one.zh.detail : one.detail}</p>`}
      <p class="counts">${one.last_event_at_ms === null ? t("channels.silent") : rich("channels.heard", { when: h(Ago, { ms: one.last_event_at_ms }) })}
        ${one.answered_at_ms !== null && html` · ${rich("channels.answered", { when: h(Ago, { ms: one.answered_at_ms }) })}`}
        ${one.quota_left !== null && ` · ${t("channels.quota", { count: number(one.quota_left), n: one.quota_left })}`}</p></li>`)}</ul>`);
}
