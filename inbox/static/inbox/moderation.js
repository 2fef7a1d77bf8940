/**
 * What stands on a network: a customer's public post out of sight, in sight again, gone, and answered where its writer alone
 * reads it; an answer of ours corrected, gone. Loaded with the first ticket that has one.
 */
import { h, html, useRef, useState } from "../vendor/ui.js";
import { newKey, post, problemOf } from "../core/api.js";
import { fullTime, has, learn, t, word } from "../core/i18n.js";
import { keep, own, recall, refreshThread, thread } from "../core/store.js";
import { Dialog, Icon, Menu, toast } from "../core/parts.js";
import { Delivery } from "./message.js";

/**
 * @typedef {import("../core/types.d.ts").MessageView} MessageView
 * @typedef {import("../core/types.d.ts").PrivateWay} PrivateWay
 * @typedef {import("../core/types.d.ts").EventView} EventView
 * @typedef {{ force?: boolean, confirmed?: any[] }} Doubt
 */

/** Resolves once its words are there. */
export const ready = learn("moderation");

const REASONS = ["scam", "personal_data", "abuse", "spam", "mistake", "other"];
/** Why one of our own should not stand there. */
const OF_OURS = ["mistake", "personal_data", "other"];
const TEXT_MAX = 20_000;
const ICONS = /** @type {Record<string, string>} */ ({ edit: "file-text", hide: "eye-off", unhide: "globe", delete: "trash-2" });
/** What may be sent all the same. */
const DOUBTS = new Set(["confirm_needed", "stale_reply"]);

/** A line of history, in words. @param {EventView} event @param {string} who */
export function told({ actor, kind, data }, who) {
  if (kind === "link.opened") return t("post.reached");
  const what = data.action ?? kind.slice("post.".length);
  if (kind === "delivery.state") return stage(what, actor === "system" && data.to === "cancelled" ? "refused" : data.to ?? "");
  if (what === "edit") return data.confirmed ? t("post.asked.confirmed", { who, what: data.confirmed.split(",").map((type) => word("redaction", type)).join(" · ") }) : t("post.asked.edit", { who });
  if (what === "react") return t(data.emoji ? "post.asked.react" : "post.asked.unreact", { who, emoji: data.emoji });
  if (data.state === "impossible") return t("post.impossible");
  return data.reason ? t(`post.asked.${what}`, { who, reason: t(`post.why.${data.reason}`) }) : t(`post.byRule.${what}`);
}

/** How far it is. @param {string} what @param {string} state @param {string} [emoji] */
const stage = (what, state, emoji = "") => t(`post.did.${what}`, { emoji: emoji && ` ${emoji}`, to: state === "sent" ? t("post.done") : state === "refused" ? t("post.refused") : word("delivery", state) });

/** Why it was refused. @param {unknown} error */
function refusal(error) {
  const { code, data, sentence } = problemOf(error);
  const name = code === "cannot_reply" ? data.reason : code;
  return has(`post.no.${name}`) ? t(`post.no.${name}`) : has(`error.${name}`) ? t(`error.${name}`, data) : sentence;
}

/** What something done is called. @param {string} what @param {MessageView} message */
const called = (what, { kind }) => t(kind === "reply" && what === "delete" ? "post.take" : `post.${what}`);

/** @param {{ message: MessageView }} props */
export function Post({ message }) {
  const [open, setOpen] = useState("");
  const { moderation, moderates, reactions, private_ways: ways } = message;
  const items = [
    ...moderates.filter((what) => what !== "react").map((what) => ({ id: what, icon: ICONS[what], label: called(what, message), act: () => setOpen(what) })),
    ...(ways.length ? [{ id: "private", icon: "reply", label: t("post.private"), act: () => setOpen("private") }] : []),
  ];
  const close = () => setOpen("");
  const acts = t(message.kind === "reply" ? "post.ours" : "post.acts");
  return html`${moderation && html`<div class="moderated" role="group" data-moderation=${moderation.action} aria-label=${acts}>
      ${h(Delivery, { delivery: moderation, told: stage(moderation.action, moderation.state === "cancelled" ? "refused" : moderation.state) })}
      ${moderation.text && html`<p class="muted" data-waiting>${t("post.waiting", { text: moderation.text })}</p>`}</div>`}
    ${message.earlier.length > 0 && h(Earlier, { message })}
    ${message.reaction && html`<div class="moderated" role="group" data-reaction=${message.reaction.emoji} aria-label=${t("post.reaction")}>
      ${h(Delivery, { delivery: message.reaction, told: stage(message.reaction.emoji ? "react" : "unreact", message.reaction.state, message.reaction.emoji) })}</div>`}
    ${(items.length > 0 || reactions.length > 0) && html`<div class="post-acts">${items.length > 0 && h(Menu, { label: acts, items, name: "post", class: "button small quiet", speaks: true },
      h(Icon, { name: "shield-check", size: 14 }), acts)}
      ${reactions.length > 0 && h(Menu, { label: t("post.react"), items: reacting(message), name: "react", class: "button small quiet", speaks: true },
        h(Icon, { name: "message-circle", size: 14 }), t("post.react"))}</div>`}
    ${open === "private" ? h(Private, { message, close }) : open === "edit" ? h(Correct, { message, close }) : open && h(Ask, { message, what: open, close })}`;
}

/** @param {{ message: MessageView, what: string, close: () => void }} props */
function Ask({ message, what, close }) {
  const [state, setState] = useState({ busy: false, problem: "" });
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const reason = new FormData(/** @type {HTMLFormElement} */ (event.target)).get("reason");
    setState({ busy: true, problem: "" });
    try {
      await post(`/messages/${encodeURIComponent(message.id)}/${what}`, { reason });
      close();
    } catch (error) {
      setState({ busy: false, problem: refusal(error) });
    }
    await refreshThread();
  };
  return h(Dialog, { title: called(what, message), onClose: close, class: "matters-dialog" }, html`<form class="matters-form" onSubmit=${submit}>
    <p class="muted">${t(`post.means.${what}`, { channel: word("channel", message.channel) })}</p>
    <fieldset><legend>${t("post.why")}</legend><ul class="choices">${(message.kind === "reply" ? OF_OURS : REASONS).map((reason) => html`<li key=${reason}><label class="choice">
      <input type="radio" name="reason" value=${reason} required /><span class="subject">${t(`post.why.${reason}`)}</span></label></li>`)}</ul></fieldset>
    ${h(Foot, { problem: state.problem, close }, html`<button type="submit" class=${`button ${what === "delete" ? "danger" : "primary"}`} disabled=${state.busy}>
      ${called(what, message)}</button>`)}</form>`);
}

/** What one can react with, and no more. @param {MessageView} message */
function reacting({ id, reaction, reactions }) {
  const set = async (/** @type {string} */ emoji) => {
    try {
      await post(`/messages/${encodeURIComponent(id)}/react`, { emoji });
    } catch (error) {
      toast(refusal(error), { tone: "danger", icon: "circle-alert" });
    }
    await refreshThread();
  };
  const now = reaction?.emoji;
  return [
    ...reactions.map((emoji) => ({ id: emoji, label: emoji, checked: emoji === now, act: () => set(emoji) })),
    ...(now ? [{ id: "none", icon: "x", label: t("post.unreact"), act: () => set("") }] : []),
  ];
}

/** An answer of ours with another text. @param {{ message: MessageView, close: () => void }} props */
function Correct({ message, close }) {
  const { id, text, revision, edit_max: max } = message;
  const [seen] = useState(text);
  const send = (/** @type {string} */ corrected, /** @type {Doubt} */ { confirmed }) => post(`/messages/${encodeURIComponent(id)}/edit`, { text: corrected, revision, confirmed });
  return h(Writing, { title: t("post.edit"), place: `correct.${id}`, first: text, max: max ?? TEXT_MAX, send, done: "post.sent.edit", go: "post.correct", close },
    html`<p class="muted">${t("post.means.edit", { channel: word("channel", message.channel) })}</p>
      ${message.findings.length > 0 && html`<p class="muted">${t("post.masked")}</p>`}
      ${text !== seen && html`<p class="muted">${t("post.now", { text })}</p>`}`);
}

/** @param {{ message: MessageView, close: () => void }} props */
function Private({ message, close }) {
  const { id, private_ways: ways } = message;
  const first = ways.find((each) => !each.refusal);
  const [way, setWay] = useState(first?.way ?? "");
  const send = (/** @type {string} */ text, /** @type {Doubt} */ doubt, /** @type {string} */ key) => {
    const data = /** @type {import("../core/types.d.ts").ThreadData} */ (thread.value.data);
    return post(`/tickets/${data.ticket.id}/replies`, { text, private: { post: id, way }, last_seen: data.last_seen, ...doubt }, key);
  };
  return h(Writing, { title: t("post.private"), place: `private.${id}`, first: "", max: TEXT_MAX, send: first && send, done: `post.sent.${way}`, go: "post.send", close }, html`
    <fieldset><legend>${t("post.ways")}</legend><ul class="choices">${ways.map((each) => html`<li key=${each.way}><label class="choice">
      <input type="radio" name="way" value=${each.way} checked=${way === each.way} disabled=${!!each.refusal} onChange=${() => setWay(each.way)} />
      <span class="subject">${t(`post.way.${each.way}`)}</span><small>${t(each.refusal ? `post.no.${each.refusal}` : `post.reads.${each.way}`)}</small></label></li>`)}</ul></fieldset>`);
}

/**
 * A text that leaves once it has been looked over. What is typed is kept; what was doubted is sent all the same when it is
 * sent again unchanged. Without `send` there is nothing to write.
 * @param {{ title: string, place: string, first: string, max: number, done: string, go: string, close: () => void, children?: any,
 *   send?: (text: string, doubt: Doubt, key: string) => Promise<unknown> }} props
 */
function Writing({ title, place, first, max, send, done, go, close, children }) {
  const [text, setText] = useState(recall(own(place), first));
  const [state, setState] = useState(/** @type {{ busy: boolean, problem: string, found: any[], doubt: Doubt | null }} */ ({ busy: false, problem: "", found: [], doubt: null }));
  const key = useRef(newKey());
  const idle = state.busy || !text.trim() || text.trim() === first.trim();
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!send || idle) return;
    setState({ ...state, busy: true, problem: "" });
    try {
      await send(text, state.doubt ?? {}, key.current);
      keep(own(place), null);
      close();
      toast(t(done), { tone: "success", icon: "check" });
    } catch (error) {
      const { code, data: facts } = problemOf(error);
      const found = facts.findings ?? [];
      const doubt = DOUBTS.has(code) ? { force: state.doubt?.force || code === "stale_reply", confirmed: [...(state.doubt?.confirmed ?? []), ...found] } : null;
      key.current = newKey();
      setState({ busy: false, problem: refusal(error), found, doubt });
    }
    await refreshThread();
  };
  const typed = (/** @type {any} */ event) => {
    setText(event.target.value);
    keep(own(place), event.target.value || null);
    setState({ ...state, doubt: null });
  };
  const pressed = (/** @type {any} */ event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form.requestSubmit();
  };
  return h(Dialog, { title, onClose: close, class: "matters-dialog" }, html`<form class="matters-form" onSubmit=${submit}>${children}
    ${send && html`<label class="field-label">${t("post.text")}<textarea name="text" rows="5" required dir="auto" value=${text} maxlength=${max} onInput=${typed} onKeyDown=${pressed}></textarea></label>`}
    ${h(Foot, { problem: [state.problem, ...new Set(state.found.map((each) => word("redaction", each.type)))].filter(Boolean).join(" · "), close }, send && html`
      <button type="submit" class="button primary" data-act=${state.doubt ? "anyway" : "send-text"} disabled=${idle}>${h(Icon, { name: "send" })}
        ${t(state.doubt ? "refused.anyway" : go)}</button>`)}</form>`);
}

/** What an answer of ours said before. @param {{ message: MessageView }} props */
function Earlier({ message: { earlier } }) {
  return html`<details class="fold earlier"><summary>${h(Icon, { name: "history", size: 14 })}${t("post.earlier", { n: earlier.length })}</summary>
    ${earlier.map((each) => html`<p key=${each.corrected_at_ms}>${each.text}</p>
      <small class="muted">${t("post.until", { who: each.corrected_by_name ?? each.corrected_by, time: fullTime(each.corrected_at_ms) })}</small>`)}</details>`;
}

/** @param {{ problem: string, close: () => void, children?: any }} props */
function Foot({ problem, close, children }) {
  return html`<p class="form-problem" role="alert">${problem && html`${h(Icon, { name: "circle-alert" })}<span>${problem}</span>`}</p>
    <div class="matters-buttons"><button type="button" class="button quiet" onClick=${close}>${t("action.close")}</button>${children}</div>`;
}
