/**
 * Files: pictures that open, recordings that play, everything else to download; and what an agent attaches to a reply,
 * refused before it is sent when its channel cannot carry it. Loaded once a ticket has files or may be sent some.
 */
import { h, html, useLayoutEffect, useRef, useState } from "../vendor/ui.js";
import { Problem, ours, post, problemOf } from "../core/api.js";
import { fullTime, learn, listOf, number, size, t, word } from "../core/i18n.js";
import { Chip, Dialog, Icon, IconButton, styled, toast } from "../core/parts.js";
import { me } from "../core/store.js";
import { attach, attached } from "./actions.js";

/**
 * @typedef {import("../core/types.d.ts").Attachment} Attachment
 * @typedef {import("../core/types.d.ts").MessageView} MessageView
 * @typedef {import("../core/types.d.ts").Attached} Attached
 * @typedef {import("../core/types.d.ts").ThreadData} ThreadData
 */

/** Resolves once words and styles are there. */
export const ready = Promise.all([learn("media"), styled("media")]);

// -- what came, and what was sent ------------------------------------------------------------------------------------

/** @param {MessageView} message @param {Attachment} file */
const placeOf = (message, file) => `/api/v1/attachments/${encodeURIComponent(message.id)}/${encodeURIComponent(file.id)}`;

/** @param {{ message: MessageView }} props */
export function Files({ message }) {
  const [open, setOpen] = useState(/** @type {number | null} */ (null));
  const { attachments: files } = message;
  const pictures = files.filter((file) => file.shows === "image");
  return html`<ul class="files" aria-label=${t("media.files", { n: files.length })}>${files.map((file) => html`
      <li key=${file.id} class=${file.shows ?? "other"} data-file=${file.shows ?? "other"}>
        ${file.shows === "image" && h(Thumbnail, { place: placeOf(message, file), file, open: () => setOpen(pictures.indexOf(file)) })}
        ${file.shows === "audio" && h(Sound, { place: placeOf(message, file), file })}
        ${h(Line, { place: placeOf(message, file), message, file })}</li>`)}</ul>
    ${open !== null && h(Viewer, { message, pictures, at: open, move: setOpen })}`;
}

/** @param {{ place: string, message: MessageView, file: Attachment }} props */
function Line({ place, message, file }) {
  const stored = file.state === "stored";
  return html`<span class="file-line">${h(Icon, { name: file.shows === "image" ? "image" : file.shows === "audio" ? "volume-2" : "file-text" })}
    <span class="file-name" title=${file.name}>${file.name}</span><small>${size(file.size)}</small>
    ${stored && h(Checked, { message, file })}
    ${stored ? html`<a href=${`${place}?download`} download=${file.name} aria-label=${t("media.download", { name: file.name })}>${h(Icon, { name: "download" })}</a>`
      : h(Chip, { tone: "warn" }, word("fileState", file.state))}</span>`;
}

/** What anybody knows of its content; what colleagues attach they know. @param {{ message: MessageView, file: Attachment }} props */
function Checked({ message, file }) {
  const { opened_by: by, opened_by_name: name, opened_at_ms: at } = file;
  if (by) return html`<small class="opened" title=${fullTime(at ?? 0)}>${by === me.value?.id ? t("media.openedByYou") : t("media.openedBy", { name: name ?? by })}</small>`;
  if (file.checked === "clean" || (file.shows && message.kind !== "inbound")) return null;
  return h(Chip, { tone: file.checked === "masked" ? "note" : "warn" }, word("fileChecked", file.checked));
}

/** @param {{ place: string, file: Attachment, open: () => void }} props */
function Thumbnail({ place, file, open }) {
  const [broken, setBroken] = useState(false);
  if (broken) return html`<p class="broken">${h(Icon, { name: "image" })}${t("media.broken")}</p>`;
  return html`<button type="button" class="thumbnail" aria-label=${t("media.open", { name: file.name })} onClick=${open}>
    <img src=${place} alt="" loading="lazy" decoding="async" onError=${() => setBroken(true)} /></button>`;
}

/** @param {{ place: string, file: Attachment }} props */
function Sound({ place, file }) {
  const [broken, setBroken] = useState(false);
  if (broken) return html`<p class="broken">${h(Icon, { name: "volume-x" })}${t("media.unplayable")}</p>`;
  // Nothing is fetched before it is played: who only looks at the ticket has not opened the recording.
  return html`<audio controls preload="none" src=${place} aria-label=${t("media.recording", { name: file.name })} onError=${() => setBroken(true)}></audio>`;
}

/** One picture, large; the arrows go through those of its message. @param {{ message: MessageView, pictures: Attachment[], at: number, move: (to: null | ((now: number) => number)) => void }} props */
function Viewer({ message, pictures, at, move }) {
  const file = pictures[at];
  // From wherever it stands by then: two quick keys are two steps.
  const step = (/** @type {number} */ by) => move((now) => (now + by + pictures.length) % pictures.length);
  // Until the next frame is painted `useEffect` would go on listening: an arrow just after Esc opened it again.
  useLayoutEffect(() => {
    const key = (/** @type {KeyboardEvent} */ event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by || pictures.length < 2) return;
      event.preventDefault();
      step(by);
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, [pictures.length]);
  return h(Dialog, { title: file.name, class: "viewer", onClose: () => move(null) }, html`
    <div class="viewer-body">
      <img src=${placeOf(message, file)} alt=${t("media.picture", { name: file.name })} />
      <div class="viewer-foot">
        ${pictures.length > 1 && html`<button type="button" class="button small" onClick=${() => step(-1)}>${h(Icon, { name: "arrow-left", size: 14 })}${t("media.previous")}</button>
          <span role="status">${t("media.place", { at: number(at + 1), n: number(pictures.length) })}</span>
          <button type="button" class="button small" onClick=${() => step(1)}>${t("media.next")}${h(Icon, { name: "chevron-right", size: 14 })}</button>`}
        <a class="button small" href=${`${placeOf(message, file)}?download`} download=${file.name}>${h(Icon, { name: "download", size: 14 })}${t("media.save")}</a>
      </div></div>`);
}

// -- what is attached ------------------------------------------------------------------------------------------------

const uploads = /** @type {Map<string, XMLHttpRequest>} */ (new Map());
let nextKey = 1;

/** @param {string} id */
const of = (id) => attached.value[id] ?? [];

/** @param {string} id @param {string} key @param {Partial<Attached>} patch */
const patch = (id, key, patch) => attach(id, of(id).map((each) => (each.key === key ? { ...each, ...patch } : each)));

/** Takes files for the reply to a ticket, and begins to upload them. @param {ThreadData} data @param {Iterable<File>} files */
function add(data, files) {
  const { id } = data.ticket;
  for (const file of files) {
    const refusal = objection(data, file, of(id));
    if (refusal) {
      toast(refusal.sentence, { tone: "danger", icon: "circle-alert" });
      continue;
    }
    const key = `${Date.now()}-${nextKey++}`;
    attach(id, [...of(id), { key, id: null, name: file.name || "image.png", type: file.type, size: file.size, state: "uploading", done: 0, problem: null }]);
    upload(id, key, file);
  }
}

/** Why a file need not even be sent to the server; what its browser calls it is all that is known of it.
 * @param {ThreadData} data @param {File} file @param {Attached[]} others */
function objection({ files, reply_to: to }, file, others) {
  const facts = { channel: word("channel", to.channel), name: file.name };
  const alone = (/** @type {{ type: string }} */ each) => files.alone.find((one) => one.types.includes(each.type));
  const most = file.type ? (alone(file)?.bytes_max ?? files.bytes_max) : Math.max(files.bytes_max, ...files.alone.map((one) => one.bytes_max));
  if (!files.allowed) return new Problem(files.in_private ? "no_public_files" : "no_files", 422, facts);
  const lone = [...others, file].find(alone);
  if (others.length > 0 && lone) return new Problem("file_alone", 422, { ...facts, name: lone.name });
  if (others.length >= files.most) return new Problem("too_many_files", 422, { limit: files.most });
  if (file.size > most) return new Problem("file_too_big", 422, { ...facts, limit: size(most) });
  return file.size === 0 ? new Problem("file_empty", 422, facts) : null;
}

/** @param {string} id @param {string} key @param {File} file */
function upload(id, key, file) {
  const request = new XMLHttpRequest(); // fetch tells no progress
  uploads.set(key, request);
  request.open("POST", `/api/v1/tickets/${id}/files?name=${encodeURIComponent(file.name || "image.png")}`);
  Object.entries(ours()).forEach(([name, value]) => request.setRequestHeader(name, value));
  request.setRequestHeader("content-type", "application/octet-stream");
  request.upload.onprogress = (event) => patch(id, key, { done: event.total ? event.loaded / event.total : 0 });
  request.onloadend = () => {
    uploads.delete(key);
    const answer = parsed(request.responseText);
    if (request.status === 201) return patch(id, key, { id: answer.file.id, name: answer.file.name, state: "ready" });
    if (!of(id).some((each) => each.key === key)) return undefined; // taken back
    const { code = request.status ? "server_error" : "offline" } = answer;
    const limit = typeof answer.limit === "number" && code.startsWith("file") ? size(answer.limit) : answer.limit;
    const findings = Array.isArray(answer.findings) ? listOf(answer.findings.map((/** @type {string} */ each) => word("redaction", each))) : "";
    return patch(id, key, { state: "failed", problem: new Problem(code, request.status, { ...answer, limit, findings, kinds: listOf(answer.kinds ?? []) }).sentence });
  };
  request.send(file);
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** @param {string} id @param {Attached} file */
function remove(id, file) {
  attach(id, of(id).filter((each) => each.key !== file.key));
  uploads.get(file.key)?.abort();
  if (file.id) post(`/files/${encodeURIComponent(file.id)}`, {}, undefined, "DELETE").catch((error) => problemOf(error));
}

/** What people call a media type of a picture. @param {string} type */
const kindOf = (type) => type.split("/")[1].toUpperCase();

/** The button, and what is attached so far. @param {{ data: ThreadData }} props */
export function Attach({ data }) {
  const { id } = data.ticket;
  const files = of(id);
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  useLayoutEffect(() => {
    const form = box.current?.closest("form");
    if (!form) return undefined;
    const drop = (/** @type {DragEvent} */ event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      if (event.type === "drop") add(data, event.dataTransfer.files);
    };
    const paste = (/** @type {ClipboardEvent} */ event) => {
      const pasted = event.clipboardData?.files;
      if (!pasted?.length || event.clipboardData?.types.includes("text/plain")) return;
      event.preventDefault();
      add(data, pasted);
    };
    const key = (/** @type {KeyboardEvent} */ event) => {
      if (!(event.ctrlKey || event.metaKey) || !event.shiftKey || event.key.toLowerCase() !== "u") return;
      event.preventDefault();
      input.current?.click();
    };
    form.addEventListener("dragover", drop);
    form.addEventListener("drop", drop);
    form.addEventListener("paste", paste);
    form.addEventListener("keydown", key);
    return () => {
      form.removeEventListener("dragover", drop);
      form.removeEventListener("drop", drop);
      form.removeEventListener("paste", paste);
      form.removeEventListener("keydown", key);
    };
  }, [id, data.files]);
  const { allowed, in_private: inPrivate, bytes_max: most } = data.files;
  const channel = word("channel", data.reply_to.channel);
  const kinds = listOf(data.files.types.map(kindOf));
  const limit = [
    t(kinds ? "media.limitOf" : "media.limit", { channel, n: data.files.most, kinds, limit: size(most) }),
    ...data.files.alone.map((one) => t("media.limitAlone", { kinds: listOf(one.types.map(kindOf)), limit: size(one.bytes_max) })),
  ].join(t("media.limitOr"));
  return html`<div class="attach" ref=${box}>
    <input ref=${input} type="file" multiple hidden data-act="files" onChange=${(/** @type {Event} */ event) => {
      const field = /** @type {HTMLInputElement} */ (event.target);
      add(data, [...(field.files ?? [])]);
      field.value = "";
    }} />
    ${files.length > 0 && html`<ul class="attached" aria-label=${t("media.attached", { n: files.length })}>${files.map((file) => html`
      <li key=${file.key} class=${file.state} data-attached=${file.state}>${h(Icon, { name: file.state === "failed" ? "circle-alert" : "paperclip", size: 14 })}
        <span class="file-name" title=${file.name}>${file.name}</span><small>${size(file.size)}</small>
        ${file.state === "uploading" && html`<progress max="1" value=${file.done} aria-label=${t("media.uploading", { name: file.name })}></progress>`}
        ${file.state === "failed" && html`<span class="problem" role="alert">${file.problem}</span>`}
        ${h(IconButton, { icon: "x", class: "small", label: t("media.remove", { name: file.name }), onClick: () => remove(id, file) })}</li>`)}</ul>`}
    <button type="button" class="button small quiet" data-act="attach" disabled=${!allowed} title="Ctrl+Shift+U"
      onClick=${() => input.current?.click()}>${h(Icon, { name: "paperclip", size: 14 })}${t("media.attach")}</button>
    <small class="muted">${allowed ? limit : t(inPrivate ? "error.no_public_files" : "error.no_files", { channel })}</small></div>`;
}
