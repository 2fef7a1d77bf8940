/** Forgetting a customer: what would go, the name typed, and no way back. For admins; loaded when one of them asks for it. */
import { h, html, useEffect, useState } from "../vendor/ui.js";
import { post, problemOf } from "../core/api.js";
import { learn, listOf, t } from "../core/i18n.js";
import { Dialog, Icon, toast } from "../core/parts.js";
import { refreshThread } from "../core/store.js";

/**
 * @typedef {import("../core/types.d.ts").Extent} Extent
 * @typedef {import("../core/types.d.ts").ContactData} ContactData
 */

/** Resolves once its words are there. */
export const ready = learn("erase");

/** @param {{ contact: { id: string, label: string, name: string | null }, close: () => void, done: (known: ContactData) => void }} props */
export function EraseDialog({ contact, close, done }) {
  const [extent, setExtent] = useState(/** @type {Extent | null} */ (null));
  const [state, setState] = useState({ busy: false, problem: "" });
  const ask = (/** @type {object} */ body) => post(`/contacts/${contact.id}/erase`, body);
  const failed = (/** @type {unknown} */ error) => setState({ busy: false, problem: problemOf(error).sentence });
  useEffect(() => { ask({ preview: true }).then((answer) => setExtent(answer.preview)).catch(failed); }, []);
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    setState({ busy: true, problem: "" });
    try {
      const answer = await ask({ name: form.get("name"), force: form.has("force") });
      toast(t("erase.done"), { tone: "success", icon: "check" });
      close();
      done(answer.contact);
      await refreshThread();
    } catch (error) { failed(error); }
  };
  const name = contact.name || contact.label;
  return h(Dialog, { title: t("erase.title", { name }), onClose: close, class: "people-dialog" }, html`<form class="sign-in" onSubmit=${submit}>
    ${extent && h(Told, { extent })}
    <label for="erase-name">${t("erase.type", { name })}</label>
    <input id="erase-name" name="name" required maxlength="900" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="erase-problem" />
    ${extent !== null && extent.ringing.length > 0 && html`<label class="erase-force"><input type="checkbox" name="force" required /> ${t("erase.force")}</label>`}
    <p id="erase-problem" class="form-problem" role="alert">${state.problem && html`${h(Icon, { name: "circle-alert" })}${state.problem}`}</p>
    <div class="people-buttons"><button type="button" class="button quiet" onClick=${close}>${t("people.cancel")}</button>
      <button type="submit" class="button danger" disabled=${state.busy || extent === null}>${t("erase.do")}</button></div></form>`);
}

/** @param {{ extent: Extent }} props */
function Told({ extent }) {
  return html`<ul class="erase-extent" data-tickets=${extent.tickets}>
      <li>${t("erase.addresses", { n: extent.identities })}</li><li>${t("erase.messages", { n: extent.messages })}</li>
      <li>${t("erase.tickets", { n: extent.tickets })}</li>
      ${extent.absorbed > 0 && html`<li>${t("erase.absorbed", { n: extent.absorbed })}</li>`}</ul>
    <p class="muted">${t("erase.stays")}</p>
    ${extent.ringing.length > 0 && html`<p class="people-conflict" role="note">${h(Icon, { name: "siren" })}<span>${t("erase.rings", { tickets: listOf(extent.ringing) })}</span></p>`}`;
}
