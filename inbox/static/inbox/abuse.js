/**
 * Abuse, as agents see it: who is blocked and what that holds, messages over a quota, the same message shown as one,
 * channels in a flood. Comes behind the thread, with the words of people.js.
 */
import { h, html, signal, useEffect, useState } from "../vendor/ui.js";
import { clock, fullTime, number, t, word } from "../core/i18n.js";
import { get, post, problemOf } from "../core/api.js";
import { abuse, go, loadCounts, refreshThread } from "../core/store.js";
import { ChannelIcon, Chip, Dialog, Failure, Icon, RedactedLine, When, toast } from "../core/parts.js";
import { Message } from "./message.js";

/**
 * @typedef {import("../core/types.d.ts").MessageView} MessageView
 * @typedef {import("../core/types.d.ts").BlockView} BlockView
 * @typedef {import("../core/types.d.ts").HeldMessage} HeldMessage
 * @typedef {{ contact?: string, kind?: string, value?: string, name: string, block?: BlockView }} Sender
 */

const DAY_MS = 86_400_000;
const ENDS = [0, 1, 7, 30];
const HELD_MAX = 1_000;

/** @param {number} n */
const upTo = (n) => (n >= HELD_MAX ? t("abuse.orMore", { count: number(HELD_MAX) }) : number(n));

// -- the same again --------------------------------------------------------------------------------------------------

/**
 * Messages with each repetition behind the first of its kind. One that was edited since, or repeats one that was, stands alone.
 * @param {MessageView[]} messages @returns {(MessageView & { again?: MessageView[] })[]}
 */
export function folded(messages) {
  const first = /** @type {Map<string, MessageView & { again?: MessageView[] }>} */ (new Map());
  const shown = [];
  for (const message of messages) {
    const of = message.why?.repeat?.of;
    const leader = of && first.get(of);
    if (leader && !leader.revision && leader.state === "live" && message.state === "live") {
      leader.again = [...(leader.again ?? []), message];
      continue;
    }
    const own = { ...message };
    first.set(of ?? message.id, own);
    shown.push(own);
  }
  return shown;
}

/** @param {{ messages: MessageView[], customer: string }} props */
export function Repeats({ messages, customer }) {
  const [open, setOpen] = useState(false);
  const last = /** @type {MessageView} */ (messages.at(-1));
  const at = last.received_at_ms || last.sent_at_ms;
  return html`<div class="repeats" data-repeats=${messages.length + 1}><button type="button" class="link" aria-expanded=${open} title=${t("abuse.repeatWhy")}
      onClick=${() => setOpen(!open)}>${h(Icon, { name: "layers", size: 14 })}<span>${t("abuse.times", { n: messages.length + 1 })}</span>
      <time title=${fullTime(at)}>${t("abuse.lastAt", { time: clock(at) })}</time>${h(Icon, { name: "chevron-down", size: 14, class: open ? "turned" : "" })}</button>
    ${open && html`<p class="muted">${t("abuse.repeatWhy")}</p>${messages.map((message) => h(Message, { key: message.id, message, customer }))}`}</div>`;
}

/** What a message was too much of. @param {{ message: MessageView }} props */
export function Marks({ message }) {
  const { flood, edits, muted, unanswered, released_by: released } = message.why ?? {};
  const whose = edits ? t(`edits.${edits.because}`) : "";
  const minutes = Math.round((flood?.within_ms ?? 0) / 60_000);
  return html`${flood?.sender && h(Chip, { tone: "warn", icon: "layers", title: t("abuse.overWhy", { n: flood.sender, quota: flood.quota, minutes }) }, t("abuse.over"))}
    ${flood?.channel && h(Chip, { icon: "volume-x", title: t("abuse.channelWhy") }, t("abuse.unanswered"))}
    ${muted && h(Chip, { icon: "volume-x", title: t("abuse.mutedWhy", { tag: muted }) }, t("abuse.unanswered"))}
    ${unanswered && h(Chip, { icon: "volume-x", title: t(`unanswered.${unanswered}`) }, t("abuse.unanswered"))}
    ${edits && h(Chip, { tone: "warn", icon: "layers", title: whose }, t("abuse.folded", { n: edits.folded, count: number(edits.folded) }))}
    ${released && h(Chip, { icon: "check" }, t("abuse.released"))}`;
}

// -- blocks ----------------------------------------------------------------------------------------------------------

/** Whether, by whom and why a customer is blocked, and what is held of them. @param {{ known: import("../core/types.d.ts").ContactData, same: number, choose: (intent: any) => void }} props */
export function Standing({ known, same, choose }) {
  return html`${known.blocks.map((block) => html`<div key=${block.id} class="people-conflict blocked" role="note" data-block=${block.id}>${h(Icon, { name: "ban" })}
      <div><b>${t("abuse.blocked", { what: block.value ?? known.name ?? known.label })}</b>
      <p>${t("app.pair", { who: block.actor_name ?? t("history.system"), what: block.reason })}</p>
      <p>${block.until_ms ? t("abuse.until", { time: fullTime(block.until_ms) }) : h(When, { ms: block.at_ms })}</p>
      <button type="button" class="button small" onClick=${() => choose({ what: "unblock", block })}>${t("abuse.unblock")}</button></div></div>`)}
    ${known.held.held > 0 && h(HeldOf, { key: `${known.held.held}`, known })}
    ${same > 0 && html`<p class="muted same-text">${h(Icon, { name: "users-round", size: 14 })} ${t("abuse.sameText", { n: same, count: upTo(same) })}</p>`}`;
}

/** @param {{ known: import("../core/types.d.ts").ContactData }} props */
function HeldOf({ known }) {
  const [open, setOpen] = useState(false);
  return html`<details class="people-acts held" onToggle=${(/** @type {any} */ event) => setOpen(event.target.open)}>
    <summary>${t("abuse.held", { n: known.held.held, count: upTo(known.held.held) })}
      ${known.held.critical > 0 && h(Chip, { tone: "danger", icon: "siren" }, word("urgency", "critical"))}</summary>
    ${open && h(HeldList, { contact: known.id })}</details>`;
}

/** What waits to be let through. @param {{ contact?: string, q?: string }} props */
function HeldList({ contact, q }) {
  const [held, setHeld] = useState(/** @type {HeldMessage[] | null} */ (null));
  const [problem, setProblem] = useState(/** @type {import("../core/api.js").Problem | null} */ (null));
  const [busy, setBusy] = useState(false);
  const load = () => get("/held", { contact: contact ?? "", q: q ?? "" }).then((answer) => { setProblem(null); setHeld(answer.held); }, (error) => setProblem(problemOf(error)));
  useEffect(() => { load(); }, [contact, q]);
  const release = async (/** @type {HeldMessage[]} */ these) => {
    setBusy(true);
    try {
      const { released } = await post("/held/release", { held: these.map((each) => each.id) });
      toast(t("abuse.letThrough", { n: released }), { tone: "success", icon: "check" });
    } catch (error) {
      toast(problemOf(error).sentence, { tone: "danger", icon: "circle-alert" });
    }
    setBusy(false);
    await Promise.all([load(), loadCounts(), refreshThread()]);
  };
  if (problem) return h(Failure, { problem, retry: load });
  if (held === null) return html`<p role="status" class="muted">${t("state.loading")}</p>`;
  if (!held.length) return html`<p class="muted">${t("abuse.nothingHeld")}</p>`;
  return html`<ul class="held-list">${held.map((each) => h(HeldItem, { key: each.id, held: each, named: !contact, busy, release: () => release([each]) }))}</ul>
    ${held.length > 1 && html`<button type="button" class="button small" disabled=${busy} onClick=${() => release(held)}>${t("abuse.releaseAll", { n: held.length })}</button>`}`;
}

/** @param {{ held: HeldMessage, named: boolean, busy: boolean, release: () => void }} props */
function HeldItem({ held, named, busy, release }) {
  const who = held.sender?.name || held.contact || held.sender?.id || "";
  const why = held.block ? t("abuse.heldBlocked", { who: held.block.actor_name ?? t("history.system"), reason: held.block.reason })
    : t(held.reason === "flood" ? "abuse.heldFlood" : "abuse.heldImported");
  return html`<li data-held=${held.id}><p class="held-head">${h(ChannelIcon, { channel: held.channel })} ${named && html`<b>${who}</b>`}
      ${held.urgency === "critical" && h(Chip, { tone: "danger", icon: "siren" }, word("urgency", "critical"))}
      <span class="muted">${h(When, { ms: held.received_at_ms })}</span></p>
    <p class="held-text">${h(RedactedLine, { text: held.text || held.kind || "" })}</p><p class="muted">${why}</p>
    <p class="acts"><button type="button" class="button small" disabled=${busy} onClick=${release}>${t("abuse.release")}</button>
      ${named && held.ticket && html`<button type="button" class="button small quiet" onClick=${() => { heldOpen.value = null; go({ ticket: held.ticket }); }}>${held.ticket}</button>`}</p></li>`;
}

/** Asks for the reason, and how long. @param {{ sender: Sender, close: () => void }} props */
export function BlockDialog({ sender, close }) {
  const { block, name, contact, kind, value } = sender;
  const [problem, setProblem] = useState(/** @type {string | null} */ (null));
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const reason = form.get("reason");
    const days = Number(form.get("days"));
    const whom = kind ? { kind, value } : { contact };
    try {
      await (block ? post(`/blocks/${block.id}/lift`, { reason }) : post("/blocks", { ...whom, reason, until_ms: days ? Date.now() + days * DAY_MS : null }));
      toast(t(block ? "abuse.lifted" : "abuse.done"), { tone: "success", icon: "check" });
      close();
      await Promise.all([refreshThread(), loadCounts()]);
    } catch (error) {
      setProblem(problemOf(error).sentence);
    }
  };
  const what = block?.value ?? value ?? name;
  return h(Dialog, { title: t(block ? "abuse.unblockTitle" : "abuse.blockTitle", { what }), onClose: close, class: "people-dialog" }, html`<form class="sign-in" onSubmit=${submit}>
    <p class="muted">${t(block ? "abuse.unblockHint" : "abuse.blockHint")}</p>
    ${!block && html`<label for="block-days">${t("abuse.howLong")}</label><select id="block-days" name="days">
      ${ENDS.map((days) => html`<option key=${days} value=${days}>${days ? t("abuse.days", { n: days }) : t("abuse.untilLifted")}</option>`)}</select>`}
    <label for="block-reason">${t("people.reason")}</label><textarea id="block-reason" name="reason" required maxlength="500" rows="2"></textarea>
    <p class="form-problem" role="alert">${problem && html`${h(Icon, { name: "circle-alert" })}${problem}`}</p>
    <div class="people-buttons"><button type="button" class="button quiet" onClick=${close}>${t("people.cancel")}</button>
      <button type="submit" class="button primary">${t(block ? "abuse.unblock" : "abuse.block")}</button></div></form>`);
}

// -- the house -------------------------------------------------------------------------------------------------------

/** Whether the list of what is held is open, and which words are looked for in it. */
const heldOpen = signal(/** @type {{ q?: string } | null} */ (null));

/** Under the views, while something waits or somebody is blocked. */
export function HeldPlace() {
  const { held, critical, blocks } = abuse.value;
  if (!held && !blocks) return null;
  return html`<ul><li><button type="button" class="place" data-place="held" title=${t("abuse.heldTitle")} onClick=${() => { go({}); heldOpen.value = {}; }}>
      ${h(Icon, { name: "ban" })}<span class="label">${t("abuse.heldTitle")}</span>
      <span class=${critical ? "count alert" : "count"}>${held ? upTo(held) : ""}</span></button></li></ul>`;
}

/** Under the search: what was found and is in no ticket. @param {{ held: number, q: string }} props */
export function HeldFound({ held, q }) {
  return html`<button type="button" class="moves" data-held-found onClick=${() => { heldOpen.value = { q }; }}>
    ${h(Icon, { name: "ban", size: 14 })}${t("abuse.heldFound", { n: held, count: upTo(held) })}</button>`;
}

/** Everybody who is blocked, also who never wrote. */
function Blocked() {
  const [blocks, setBlocks] = useState(/** @type {BlockView[]} */ ([]));
  const [chosen, setChosen] = useState(/** @type {BlockView | null} */ (null));
  const count = abuse.value.blocks;
  useEffect(() => { get("/blocks").then((answer) => setBlocks(answer.blocks)).catch(() => undefined); }, [count]);
  return html`${blocks.length > 0 && html`<h3 class="people-title">${t("abuse.blockedNow", { n: blocks.length, count: upTo(count) })}</h3>
    <ul class="held-list">${blocks.map((block) => html`<li key=${block.id} data-blocked=${block.id}><p class="held-head">${block.kind && h(ChannelIcon, { channel: block.kind })}
      <b>${block.value ?? block.contact}</b> <span class="muted">${block.until_ms ? t("abuse.until", { time: fullTime(block.until_ms) }) : h(When, { ms: block.at_ms })}</span></p>
      <p class="muted">${t("app.pair", { who: block.actor_name ?? t("history.system"), what: block.reason })}</p>
      <p class="acts"><button type="button" class="button small" onClick=${() => setChosen(block)}>${t("abuse.unblock")}</button></p></li>`)}</ul>`}
    ${chosen && h(BlockDialog, { sender: { name: chosen.contact ?? "", block: chosen }, close: () => setChosen(null) })}`;
}

/** Channels that answer nothing by themselves for a while; over all, what is held, where somebody wants to see it. */
export function Above() {
  const open = heldOpen.value;
  return html`${open && h(Dialog, { title: open.q ? t("abuse.heldFoundTitle", { q: open.q }) : t("abuse.heldTitle"), onClose: () => { heldOpen.value = null; }, class: "people-dialog held-dialog" },
      html`<p class="muted">${t("abuse.heldHint")}</p>`, h(HeldList, { q: open.q }), !open.q && h(Blocked, {}))}
    ${abuse.value.channels.map((each) => html`<div class="banner warn" role="status" data-banner="flood" key=${each.channel + each.account}>
    ${h(Icon, { name: "layers" })}<span class="grow"><b>${t("abuse.flood", { channel: word("channel", each.channel) })}</b>${" "}
    ${t("abuse.floodHint", { messages: number(each.messages), withheld: number(each.withheld), time: clock(each.until_ms) })}</span></div>`)}`;
}
