/** What the side panel shows of an emergency: who was called, actions on the account, what the back end knows. Loaded with
 * the first ticket that needs it, words and all. */
import { h, html, useState } from "../vendor/ui.js";
import { learn, now, t, word } from "../core/i18n.js";
import { get, post, problemOf } from "../core/api.js";
import { actionTitle, agents, me, refreshThread, status } from "../core/store.js";
import { Icon, When, toast } from "../core/parts.js";
import { verify } from "./actions.js";

/**
 * @typedef {import("../core/types.d.ts").ThreadData} ThreadData
 * @typedef {import("../core/types.d.ts").TicketRow} TicketRow
 * @typedef {import("../core/types.d.ts").ActionView} ActionView
 * @typedef {{ name: string, title: Record<string, string>, approval: boolean, verified: boolean, undo: string | null, undoes: string | null }} ActionSpec
 */

/** What is opened by a passed identity check is open now. @param {ThreadData} data */
const isOpen = (data) => (data.unlocked_until_ms ?? 0) > now.value;

const UNDER_WAY = new Set(["proposed", "queued", "sending"]);

/** Resolves once its words are there. */
export const ready = () => learn("emergency");

/** @param {{ row: TicketRow, data: ThreadData, Section: any }} props */
export function Emergency({ row, data, Section }) {
  const specs = /** @type {ActionSpec[]} */ (status.value?.actions ?? []);
  return html`
    ${(specs.length > 0 || data.actions.length > 0) && h(Section, { name: "actions", title: t("remedy.title"), icon: "shield-alert" }, h(Actions, { row, data, specs }))}
    ${status.value?.context && h(Section, { name: "context", title: t("context.title"), icon: "wallet" }, h(Context, { key: row.id, row, data }))}
    ${data.pages.length > 0 && h(Section, { name: "calls", title: t("calls.title"), icon: "siren" }, h(Calls, { pages: data.pages }))}`;
}

// -- actions on the account ------------------------------------------------------------------------------------------

/** @param {string} path @param {unknown} body */
async function ask(path, body) {
  try {
    await post(path, body);
  } catch (error) {
    const { code, sentence } = problemOf(error);
    const told = t(`remedyError.${code}`);
    toast(told === `remedyError.${code}` ? sentence : told, { tone: "danger", icon: "circle-alert" });
  }
  await refreshThread();
}

/** @param {{ row: TicketRow, data: ThreadData, specs: ActionSpec[] }} props */
function Actions({ row, data, specs }) {
  const stands = (/** @type {string} */ name, /** @type {(state: string) => boolean} */ is) => data.actions.some((each) => each.action === name && is(each.state));
  const open = specs.filter((spec) => !stands(spec.name, (state) => UNDER_WAY.has(state))
    && (spec.undoes ? stands(spec.undoes, (state) => state === "done") : !stands(spec.name, (state) => state === "done")));
  return html`<ul class="actions">${data.actions.map((each) => h(Action, { key: each.id, each, row, data, locked: !isOpen(data) && specs.some((spec) => spec.name === each.action && spec.verified) }))}</ul>
    ${open.map((spec) => spec.verified && !isOpen(data) ? h(Locked, { key: spec.name, row, data, what: actionTitle(spec.name) }) : html`<button type="button" key=${spec.name} class="button small" data-propose=${spec.name}
      onClick=${() => ask(`/tickets/${row.id}/actions`, { action: spec.name })}>${h(Icon, { name: "shield-alert", size: 14 })}
      ${t(spec.approval ? "remedy.propose" : "remedy.do", { name: actionTitle(spec.name) })}</button>`)}`;
}

/** What is missing, and the way to it: the customer proves who they are. @param {{ row: TicketRow, data: ThreadData, what: string }} props */
function Locked({ row, data, what }) {
  const why = !data.contact.identities.some((each) => each.kind === "user_id") ? "account"
    : row.state === "verifying" ? "pending" : data.can_verify ? "missing" : "nowhere";
  return html`<p data-locked=${why}>${h(Icon, { name: "id-card", size: 14 })} <span class="muted">${t(`lock.${why}`, { name: what })}</span>
    ${why === "missing" && html` <button type="button" class="button small" data-act="verify" onClick=${() => verify(row)}>${t("verified.ask")}</button>`}</p>`;
}

/** @param {{ each: ActionView, row: TicketRow, data: ThreadData, locked: boolean }} props */
function Action({ each, row, data, locked }) {
  const own = each.proposed_by === `agent:${me.value?.id}`;
  const by = each.proposed_by_name ?? t("remedy.rule", { name: each.proposed_by.split(":")[1] ?? "" });
  const act = (/** @type {string} */ what) => () => ask(`/actions/${each.id}/${what}`, {});
  return html`<li data-action=${each.action} data-state=${each.state}><b>${actionTitle(each.action)}</b> <span>${word("remedyState", each.state)}</span>
    <p class="muted">${t("remedy.by", { name: by })}${each.decided_by_name && ` · ${t(each.state === "declined" ? "remedy.declinedBy" : "remedy.approvedBy", { name: each.decided_by_name })}`}
      ${" · "}${h(When, { ms: each.at_ms })}${each.account && html` · <code>${each.account}</code>`}</p>
    ${each.error && html`<p class="failed">${each.error}</p>`}
    ${each.state === "proposed" && html`<p>${own ? html`<span class="muted">${t("remedy.second")} </span>`
      : locked ? h(Locked, { row, data, what: actionTitle(each.action) }) : html`<button type="button" class="button danger small" data-act="approve" onClick=${act("approve")}>${t("remedy.approve")}</button> `}
      <button type="button" class="button small" data-act="decline" onClick=${act("decline")}>${t("remedy.decline")}</button></p>`}
    ${each.state === "failed" && html`<button type="button" class="button small" data-act="retry" onClick=${act("retry")}>${t("remedy.retry")}</button>`}</li>`;
}

// -- what the back end knows -----------------------------------------------------------------------------------------

/** Asked for by hand, since each look is noted. @param {{ row: TicketRow, data: ThreadData }} props */
function Context({ row, data }) {
  const [known, setKnown] = useState(/** @type {any} */ (null));
  const [hash, setHash] = useState("");
  const look = async (/** @type {string} */ of) => {
    setKnown({ state: "asking" });
    try {
      setKnown(await get(`/tickets/${row.id}/context`, of ? { hash: of } : {}));
    } catch (error) {
      setKnown({ state: "error", detail: problemOf(error).sentence });
    }
    refreshThread();
  };
  if (!isOpen(data)) return h(Locked, { row, data, what: t("context.look") });
  return html`<div class="context-panel">
    <p><button type="button" class="button small" data-act="look" onClick=${() => look("")}>${t("context.look")}</button> <small class="muted">${t("context.noted")}</small></p>
    <form onSubmit=${(/** @type {SubmitEvent} */ event) => { event.preventDefault(); look(hash.trim()); }}>
      <input aria-label=${t("context.hash")} placeholder=${t("context.hash")} value=${hash} maxlength="130" spellcheck="false"
        onInput=${(/** @type {any} */ event) => setHash(event.target.value)} /></form>
    <div role="status">${known && h(Known, { known })}</div></div>`;
}

/** @param {{ known: any }} props */
function Known({ known }) {
  if (known.state !== "ok") return html`<p class=${known.state === "asking" ? "muted" : "failed"} data-context=${known.state}>${t(`contextState.${known.state}`)}
    ${known.detail && html` <small>${known.detail}</small>`}</p>`;
  return html`<div data-context="ok">${h(Values, { of: known.account })}
    ${known.transaction && h(Values, { of: known.transaction })}
    ${known.transactions.map((/** @type {any} */ each, /** @type {number} */ i) => h(Values, { key: i, of: each }))}</div>`;
}

/** @param {{ of: Record<string, unknown> }} props */
function Values({ of }) {
  return html`<dl class="facts">${Object.entries(of).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${String(value)}</dd></div>`)}</dl>`;
}

// -- who was called --------------------------------------------------------------------------------------------------

/** Who was called, when, and whether it reached them. @param {{ pages: ThreadData["pages"] }} props */
function Calls({ pages }) {
  return html`<ol class="calls">${pages.map((each, i) => html`<li key=${i}><span>${calledName(each.kind, each.to)}</span>
    ${each.kind === "browser" || each.kind === "agent" ? null : html`<span class=${each.state === "dead" ? "failed" : "muted"} title=${each.error ?? ""}>${word("call", each.state)}</span>`}
    <span class="muted">${t("calls.place", { round: each.round, step: each.step })}</span> ${h(When, { ms: each.at_ms })}</li>`)}</ol>`;
}

/** Whom a step of the ladder calls, in words. @param {string} kind @param {string} to */
function calledName(kind, to) {
  if (kind === "browser") return t("calls.browser");
  if (kind === "agent") return agents.value.find((each) => each.login === to)?.name ?? to;
  return kind === "webhook" || kind === "telegram" ? t(`calls.${kind}`, { name: to }) : to;
}
