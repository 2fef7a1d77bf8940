/** Merging a ticket into another of the same person, splitting messages off, and taking either back. */
import { h, html, useEffect, useState } from "../vendor/ui.js";
import { age, fullTime, has, t, word } from "../core/i18n.js";
import { get, post, problemOf } from "../core/api.js";
import { go, refreshThread, ticketChanged } from "../core/store.js";
import { ChannelIcon, Dialog, Icon, RedactedLine, Skeleton, toast } from "../core/parts.js";
import { draft, draftsChanged, keepDraft, meantFor } from "./actions.js";

/**
 * @typedef {import("../core/types.d.ts").ThreadData} ThreadData
 * @typedef {import("../core/types.d.ts").TicketRow} TicketRow
 * @typedef {import("../core/types.d.ts").Regrouping} Regrouping
 */

const CANDIDATES_MAX = 50;
const SNIPPET_CHARS = 160;

/** Why it was refused, in words. @param {unknown} error */
function refusal(error) {
  const { code, sentence } = problemOf(error);
  return has(`regroupError.${code}`) ? t(`regroupError.${code}`) : sentence;
}

/** Takes a merge or a split back. @param {string} id @param {string} [then] the ticket to go to */
export async function undo(id, then) {
  try {
    await post(`/regroupings/${id}/undo`);
    toast(t("regroup.undone"), { tone: "success", icon: "rotate-ccw" });
    if (then) go({ ticket: then });
  } catch (error) {
    toast(refusal(error), { tone: "danger", icon: "circle-alert" });
  }
  await refreshThread();
}

/** What was being written moves along; what was begun there stays before it. @param {string} from @param {string} to */
export function moveDrafts(from, to) {
  for (const mode of /** @type {const} */ (["reply", "note"])) {
    const text = draft(from, mode);
    if (!text) continue;
    const there = draft(to, mode);
    keepDraft(to, mode, there ? `${there}\n\n${text}` : text, meantFor(from) === "private" ? "private" : null);
    keepDraft(from, mode, "");
  }
  draftsChanged.value += 1;
}

/** Asks, says why not, and hands what was made on. @param {string} path @param {unknown} body @param {(made: Regrouping) => void} done */
function useAsk(path, body, done) {
  const [state, setState] = useState({ busy: false, problem: "" });
  const ask = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setState({ busy: true, problem: "" });
    try {
      done(await post(path, body));
    } catch (error) {
      setState({ busy: false, problem: refusal(error) });
    }
  };
  return /** @type {const} */ ([state, ask]);
}

/** @param {{ row: TicketRow, data: ThreadData, leave: () => void }} props */
export function Merge({ row, data, leave }) {
  const [others, setOthers] = useState(/** @type {TicketRow[] | null} */ (null));
  const [chosen, setChosen] = useState("");
  const [typed, setTyped] = useState("");
  useEffect(() => {
    get("/tickets", { view: "all", contact: row.contact.id, limit: CANDIDATES_MAX })
      .then((page) => setOthers(page.tickets.filter((/** @type {TicketRow} */ each) => each.id !== row.id && each.state !== "closed")), () => setOthers([]));
  }, []);
  const into = typed.trim() || chosen;
  const [state, ask] = useAsk(`/tickets/${row.id}/merge`, { into }, (made) => {
    moveDrafts(made.source_id, made.target_id);
    leave();
    go({ ticket: made.target_id });
    toast(t("regroup.merged", { number: row.number }), { tone: "success", icon: "check",
      action: { label: t("action.undo"), act: () => { undo(made.id, row.number); } } });
  });
  return h(Dialog, { title: t("regroup.mergeTitle", { number: row.number }), onClose: leave, class: "matters-dialog" }, html`<form class="matters-form" onSubmit=${ask}>
    <p class="muted">${t("regroup.mergeHint", { n: data.messages.length, number: row.number })}</p>
    ${others === null ? h(Skeleton, { rows: 2 }) : others.length > 0 && html`<fieldset><legend>${t("regroup.candidates", { name: row.contact.name || row.contact.label })}</legend>
      <ul class="choices">${others.map((each) => html`<li key=${each.id}><label class="choice"><input type="radio" name="into" value=${each.number}
        checked=${!typed.trim() && chosen === each.number} onChange=${() => { setChosen(each.number); setTyped(""); }} />
        <span class="no">${each.number}</span><span class="subject">${h(ChannelIcon, { channel: each.channel })} ${h(RedactedLine, { text: each.subject })}</span>
        <small>${word("ticketState", each.state)} · <time title=${fullTime(each.last_message_at_ms)}>${age(each.last_message_at_ms)}</time></small></label></li>`)}</ul></fieldset>`}
    <label class="field-label">${t(others?.length ? "regroup.orNumber" : "regroup.number")}<input name="number" value=${typed} maxlength="60" placeholder="T-1001" autocomplete="off" spellcheck="false"
      onInput=${(/** @type {any} */ event) => setTyped(event.target.value)} /></label>
    ${h(Foot, { problem: state.problem, leave }, html`<button type="submit" class="button primary" disabled=${state.busy || !into}>
      ${into ? t("regroup.mergeDo", { into }) : t("regroup.merge")}</button>`)}</form>`);
}

/** @param {{ row: TicketRow, data: ThreadData, leave: () => void }} props */
export function Split({ row, data, leave }) {
  const [chosen, setChosen] = useState(/** @type {string[]} */ ([]));
  const [state, ask] = useAsk(`/tickets/${row.id}/split`, { messages: chosen }, (made) => {
    leave();
    refreshThread();
    toast(t("regroup.split", { n: chosen.length }), { tone: "success", icon: "check",
      action: { label: t("action.undo"), act: () => { undo(made.id); } } });
    get(`/tickets/${made.target_id}`).then((found) => ticketChanged(found.ticket)).catch(() => undefined);
  });
  const toggle = (/** @type {string} */ id) => setChosen(chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id]);
  return h(Dialog, { title: t("regroup.splitTitle", { number: row.number }), onClose: leave, class: "matters-dialog" }, html`<form class="matters-form" onSubmit=${ask}>
    <p class="muted">${t("regroup.splitHint")}</p>
    <fieldset><legend class="sr-only">${t("regroup.messages")}</legend><ul class="choices">${data.messages.map((each) => html`<li key=${each.id}>
      <label class=${`choice ${each.kind}`}><input type="checkbox" name="message" value=${each.id} checked=${chosen.includes(each.id)} onChange=${() => toggle(each.id)} />
        <span class="subject">${h(RedactedLine, { text: [...each.text.replace(/\s+/g, " ")].slice(0, SNIPPET_CHARS).join("") })}</span>
        <small>${t(`message.${each.kind}By`, { name: each.author.name || (each.author.type === "customer" ? data.contact.name || data.contact.label : t(`author.${each.author.type}`)) })}
          ${" · "}<time title=${fullTime(each.sent_at_ms)}>${age(each.sent_at_ms)}</time></small></label></li>`)}</ul></fieldset>
    ${h(Foot, { problem: state.problem, leave }, html`<button type="submit" class="button primary" disabled=${state.busy || !chosen.length}>
      ${chosen.length ? t("regroup.splitDo", { n: chosen.length }) : t("regroup.splitNone")}</button>`)}</form>`);
}

/** What stands below a form: why it was refused, and its buttons. @param {{ problem: string, leave?: () => void, children?: any }} props */
export function Foot({ problem, leave, children }) {
  return html`<p class="form-problem" role="alert">${problem && html`${h(Icon, { name: "circle-alert" })}<span>${problem}</span>`}</p>
    <div class="matters-buttons">${leave && html`<button type="button" class="button quiet" onClick=${leave}>${t("matters.cancel")}</button>`}${children}</div>`;
}
