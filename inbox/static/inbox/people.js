/**
 * Who the customer is: identities with their proof and date, who may be the same person and why, and what agents do about
 * it. Loaded behind the thread, with its own words and styles.
 */
import { h, html, useEffect, useState } from "../vendor/ui.js";
import { fullTime, languageName, learn, listOf, t, word } from "../core/i18n.js";
import { get, post, problemOf } from "../core/api.js";
import { me, refreshThread } from "../core/store.js";
import { BlockDialog, Standing } from "./abuse.js";
import { Avatar, ChannelIcon, Chip, Dialog, Icon, Menu, When, styled, toast } from "../core/parts.js";

/**
 * @typedef {import("../core/types.d.ts").ThreadData} ThreadData
 * @typedef {import("../core/types.d.ts").ContactData} ContactData
 * @typedef {import("../core/types.d.ts").PeopleAct} PeopleAct
 * @typedef {{ kind: string, value: string }} Address
 * @typedef {{ what: string, other?: string, address?: Address, act?: PeopleAct, block?: import("../core/types.d.ts").BlockView }} Intent
 */

const ACTS_SHOWN = 5;

export { Above, HeldFound, HeldPlace, Marks, Repeats, folded } from "./abuse.js";
export { Sealed } from "./sealed.js";

/** Resolves once words and styles are there. */
export const ready = Promise.all([learn("people"), styled("people")]);

/** @param {{ data: ThreadData }} props */
export function Customer({ data }) {
  const { contact } = data;
  const [known, setKnown] = useState(/** @type {ContactData | null} */ (null));
  const [intent, setIntent] = useState(/** @type {Intent | null} */ (null));
  // Whatever was committed since may have changed who this is.
  useEffect(() => {
    let current = true;
    get(`/contacts/${contact.id}`).then((answer) => { if (current) setKnown(answer.contact); }).catch(() => undefined);
    return () => { current = false; };
  }, [contact.id, data.last_seen]);
  const [erasing, setErasing] = useState(/** @type {any} */ (null));
  const name = contact.name || contact.label;
  // Whoever proves nothing is somebody new each time: the address they write from is what can be blocked.
  const last = data.messages.findLast((each) => each.kind === "inbound");
  const unproven = contact.identities.length || !last?.author.id ? undefined : { kind: last.channel, value: last.author.id };
  const erase = () => import("./erase.js").then(async (part) => { await part.ready; setErasing(part); })
    .catch((error) => toast(problemOf(error).sentence, { tone: "danger", icon: "circle-alert" }));
  const conflict = known?.hints.some((hint) => hint.reasons.some((each) => each.reason === "conflict"));
  return html`<section class="contact" aria-label=${t("side.contact")}>
    <div class="contact-head">${h(Avatar, { name })}<div><h2>${name}</h2>
      <p>${contact.label !== name && html`<span class="no">${contact.label}</span>`}
        ${contact.language && html`<span>${languageName(contact.language)}</span>`}
        ${contact.vip && h(Chip, { tone: "accent", icon: "crown" }, "VIP")}</p></div>
      ${h(Menu, { label: t("people.menu"), name: "people", class: "icon-button", side: "end", items: [
        { id: "link", label: t("peopleDo.link"), icon: "link", act: () => setIntent({ what: "link" }) },
        { id: "merge", label: t("peopleDo.merge"), icon: "users-round", act: () => setIntent({ what: "merge" }) },
        { id: "block", label: t("abuse.block"), icon: "ban", act: () => setIntent({ what: "block", address: unproven }) },
        ...(me.value?.role === "admin" ? [{ id: "erase", label: t("peopleDo.erase"), icon: "trash-2", act: erase }] : []),
      ] }, h(Icon, { name: "ellipsis", size: 18 }))}</div>
    <ul class="identities" aria-label=${t("side.identities")}>${contact.identities.map((each) => h(Identity, {
      key: each.kind + each.value, identity: each, alone: contact.identities.length === 1, choose: setIntent }))}
      ${contact.identities.length === 0 && html`<li class="muted">${t("side.noIdentity")}</li>`}</ul>
    ${known?.erased_at_ms && html`<p class="muted" data-erased>${t("people.erased", { time: fullTime(known.erased_at_ms) })}</p>`}
    ${erasing && h(erasing.EraseDialog, { contact, close: () => setErasing(null), done: setKnown })}
    ${conflict && html`<p class="people-conflict" role="note">${h(Icon, { name: "triangle-alert" })}<span>${t("people.conflict")}</span></p>`}
    ${data.returned && h(Returned, { data, status: data.returned.status })}
    ${known && h(Standing, { known, same: data.same_text, choose: setIntent })}
    ${known && h(Known, { known, choose: setIntent })}
    ${intent?.what.endsWith("block") && h(BlockDialog, { sender: { contact: contact.id, name, ...intent.address, block: intent.block }, close: () => setIntent(null) })}
    ${intent && !intent.what.endsWith("block") && h(ActDialog, { key: intent.what, intent, contact, close: () => setIntent(null), done: setKnown })}</section>`;
}

/** Where an answer goes, mail came back from: what the machine leaves out, and the way to let it. @param {{ data: ThreadData, status: string }} props */
function Returned({ data, status }) {
  const again = () => post(`/tickets/${data.ticket.number}/mail-again`, {}).then(() => refreshThread())
    .catch((error) => toast(problemOf(error).sentence, { tone: "danger", icon: "circle-alert" }));
  return html`<div class="people-conflict" role="note" data-returned>${h(Icon, { name: "mail" })}<div><b>${t("returned.title")}</b>
    <p>${t("returned.why", { status })}</p>
    <button type="button" class="button small" data-act="mail-again" onClick=${again}>${t("returned.again")}</button></div></div>`;
}

/** @param {{ identity: ContactData["identities"][number], alone: boolean, choose: (intent: Intent) => void }} props */
function Identity({ identity, alone, choose }) {
  const proof = identity.proof === "mail" && !identity.vouched ? "sender" : identity.proof;
  const how = t("people.since", { how: t(`proofTitle.${proof}`), time: fullTime(identity.since_ms) });
  const address = { kind: identity.kind, value: identity.value };
  const items = ["unlink", ...(alone ? [] : ["split"])].map((what) => ({ id: what, label: t(`peopleDo.${what}`), act: () => choose({ what, address }) }));
  items.push({ id: "block", label: t("abuse.blockThis"), act: () => choose({ what: "block", address }) });
  return html`<li>${h(ChannelIcon, { channel: identity.kind })}<span class="value" title=${identity.value}>${identity.value}</span>
    ${h(Chip, { tone: proof === "sender" ? "plain" : "success", icon: proof === "sender" ? "mail" : "shield-check", title: how }, word("proof", proof))}
    <span class="muted">${h(When, { ms: identity.since_ms })}</span>
    ${h(Menu, { label: t("people.identity", { value: identity.value }), class: "icon-button small", side: "end", items }, h(Icon, { name: "ellipsis", size: 14 }))}</li>`;
}

/** @param {{ known: ContactData, choose: (intent: Intent) => void }} props */
function Known({ known, choose }) {
  const names = (/** @type {ContactData["absorbed"]} */ all) => listOf(all.map(shownName));
  return html`${known.absorbed.length > 0 && html`<p class="muted">${t("people.merged", { names: names(known.absorbed) })}</p>`}
    ${known.never_merge.length > 0 && html`<p class="muted">${t("people.apart", { names: names(known.never_merge) })}</p>`}
    ${known.hints.length > 0 && html`<h3 class="people-title">${t("people.hints")}</h3><ul class="people-hints">${known.hints.map((hint) => html`
      <li key=${hint.id} data-contact=${hint.label}><span class="who">${shownName(hint)}</span>
        <span class="why">${hint.reasons.map((each) => h(Chip, { key: each.reason + each.value, tone: each.reason === "conflict" ? "danger" : "plain", title: each.value }, word("peopleReason", each.reason)))}</span>
        <span class="acts"><button type="button" class="button small" onClick=${() => choose({ what: "merge", other: hint.label })}>${t("peopleDo.merge")}</button>
        <button type="button" class="button small quiet" onClick=${() => choose({ what: "never-merge", other: hint.label })}>${t("peopleDo.never-merge")}</button></span></li>`)}</ul>`}
    ${known.acts.length > 0 && html`<details class="people-acts"><summary>${t("people.acts")}</summary><ul>${known.acts.slice(0, ACTS_SHOWN).map((act) => html`
      <li key=${act.id} data-act=${act.kind}><span>${t("app.pair", { who: act.actor_name ?? t("history.system"), what: told(act) })}</span><small>${act.reason} · ${h(When, { ms: act.at_ms })}</small>
        ${act.undone ? html`<small>${t("app.pair", { who: t("people.undone"), what: act.undone.reason })}</small>`
          : html`<button type="button" class="button small quiet" onClick=${() => choose({ what: "undo", act })}>${t("peopleDo.undo")}</button>`}</li>`)}</ul></details>`}`;
}

/** @param {{ label: string, name: string | null }} who */
const shownName = ({ label, name }) => (name && name !== label ? `${name} (${label})` : label);

/** An act in words. @param {PeopleAct} act */
function told(act) {
  const what = listOf(act.identities.map((each) => each.value));
  return t(`peopleAct.${act.kind}`, { what, contact: shownName(act.contact), other: act.other ? shownName(act.other) : "" });
}

/**
 * Asks for the reason, and of a merge shows what would move first.
 * @param {{ intent: Intent, contact: ThreadData["contact"], close: () => void, done: (known: ContactData) => void }} props
 */
function ActDialog({ intent, contact, close, done }) {
  const { what, address, act } = intent;
  const [other, setOther] = useState(intent.other ?? "");
  const [seen, setSeen] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState(/** @type {string | null} */ (null));
  const ask = (/** @type {object} */ body) => post(`/contacts/${contact.id}/${what}`, body)
    .catch((error) => { setProblem(problemOf(error).sentence); return null; });
  const look = async (/** @type {string} */ whom) => {
    setProblem(null);
    const answer = whom.trim() && await ask({ other: whom.trim(), preview: true });
    setSeen(answer ? answer.preview : null);
  };
  useEffect(() => { if (what === "merge" && other) look(other); }, []);
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (event.target)));
    setProblem(null);
    const { reason } = form;
    if (what === "merge" && !seen) return look(other);
    const body = what === "link" ? form : what === "unlink" ? { ...address, reason } : what === "split" ? { identities: [address], reason }
      : what === "undo" ? { act: act?.id, reason } : { other: other.trim(), reason };
    const answer = await ask(body);
    if (!answer) return undefined;
    toast(t("people.done"), { tone: "success", icon: "check" });
    close();
    if (answer.contact.id === contact.id) done(answer.contact);
    return refreshThread();
  };
  const name = contact.name || contact.label;
  const title = t(`peopleTitle.${what}`, { name, other, value: address?.value ?? "", what: act ? told(act) : "" });
  return h(Dialog, { title, onClose: close, class: "people-dialog" }, html`<form class="sign-in" onSubmit=${submit}>
    ${what === "link" && html`<label for="people-kind">${t("people.kind")}</label>
      <input id="people-kind" name="kind" required list="people-kinds" maxlength="60" autocapitalize="none" spellcheck="false" />
      <datalist id="people-kinds">${["email", "phone", "user_id", "telegram", "x", "facebook", "whatsapp"].map((each) => html`<option key=${each} value=${each} />`)}</datalist>
      <label for="people-value">${t("people.value")}</label><input id="people-value" name="value" required maxlength="900" spellcheck="false" />`}
    ${what === "merge" && !intent.other && html`<label for="people-other">${t("people.other")}</label>
      <input id="people-other" value=${other} required maxlength="900" spellcheck="false" onInput=${(/** @type {any} */ event) => { setOther(event.target.value); setSeen(null); }} />`}
    ${what === "merge" && (seen ? h(Preview, { seen }) : html`<p class="muted">${t("people.noMoves")}</p>`)}
    ${(what !== "merge" || seen) && html`<label for="people-reason">${t("people.reason")}</label>
      <textarea id="people-reason" name="reason" required maxlength="500" rows="2"></textarea>`}
    <p class="form-problem" role="alert">${problem && html`${h(Icon, { name: "circle-alert" })}${problem}`}</p>
    <div class="people-buttons"><button type="button" class="button quiet" onClick=${close}>${t("people.cancel")}</button>
      <button type="submit" class="button primary">${what === "merge" && !seen ? t("people.look") : t(`peopleDo.${what}`)}</button></div></form>`);
}

/** @param {{ seen: any }} props */
function Preview({ seen }) {
  return html`<div class="people-preview"><p>${shownName(seen.other)} → ${shownName(seen.into)}</p><p>${t("people.moves", { n: seen.conversations })}</p>
    <ul>${seen.identities.map((/** @type {Address} */ each) => html`<li key=${each.kind + each.value}>${h(ChannelIcon, { channel: each.kind })} ${each.value}</li>`)}
    ${seen.tickets.map((/** @type {any} */ each) => html`<li key=${each.number}><span class="no">${each.number}</span> ${each.subject}</li>`)}</ul></div>`;
}
