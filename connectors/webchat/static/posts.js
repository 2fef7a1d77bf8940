// Messages with files on their way: one request at a time, repeated with the same id until the house has answered.

import { forget, make } from "./view.js";
import { say } from "./words.js";

const REST_MS = 10_000; // every attempt costs the visitor all the bytes
const UPLOAD_MS = 300_000; // the house waits no longer either; a dead network says nothing
const OUTDATED = ["bad_frame", "unsupported_version"];

/** Posts what waits in `store`; `settle(id, ack, waitMs, owner)` hears what became of it, `cancel(id)` gives it up. */
export function postLane({ store, settle, cancel }) {
  const shares = new Map(); // how much of a message has left, from 0 to 1
  const meters = new Map(); // where that is shown
  let request = null;
  let underWay = null;

  function progress({ key, files, state }) {
    if (!files || state !== "pending") return [];
    const box = make("div", "progress");
    const meter = make("progress");
    meter.value = shares.get(key) ?? 0;
    meter.ariaLabel = say("files.sending");
    meters.set(key, meter);
    const away = make("button", "quiet", say("files.cancel"));
    away.type = "button";
    away.addEventListener("click", () => cancel(key));
    box.append(meter, away);
    return [box];
  }

  async function send(owner, lang) {
    const next = [...owner.local.values()].find(({ files, state, rests }) => files && state === "pending" && !rests);
    if (underWay || !next) return;
    underWay = next.id;
    const { ack, waitS } = await post(next, owner, lang);
    underWay = request = null;
    settle(next.id, ack, Math.max(waitS * 1000, REST_MS) || REST_MS, owner);
  }

  async function post(message, { token, user }, lang) {
    const blobs = await store.get(message.id);
    if (!blobs) return { ack: { outcome: "refused", reason: "gone" } };
    const files = message.files.map(({ name }, at) => ({ name, size: blobs[at].size }));
    const head = { v: 1, token, user, client_msg_id: message.id, text: message.text, sent_at_ms: message.at, lang, files };
    return new Promise((resolve) => {
      request = new XMLHttpRequest();
      request.open("POST", new URL("messages", import.meta.url));
      request.upload.onprogress = ({ loaded, total }) => {
        shares.set(message.id, loaded / total);
        meters.get(message.id).value = loaded / total;
      };
      request.onload = ({ target }) => resolve(answerOf(target));
      request.timeout = UPLOAD_MS;
      request.onerror = request.onabort = request.ontimeout = () => resolve({ ack: { reason: "try_again" } });
      request.send(new Blob([`${JSON.stringify(head)}\n`, ...blobs]));
    });
  }

  forget(progress);
  return {
    send,
    drop(id) {
      if (id === underWay) request?.abort();
      shares.delete(id);
      meters.delete(id);
      return store.drop(id);
    },
  };
}

function answerOf(request) {
  const waitS = Number(request.getResponseHeader("Retry-After"));
  if (request.status === 413) return { ack: { outcome: "refused", reason: "through" } }; // a proxy's bound, not ours
  try {
    const frame = JSON.parse(request.responseText);
    if (frame.type === "ack") return { ack: frame, waitS };
    return { ack: OUTDATED.includes(frame.code) ? { outcome: "refused", reason: "outdated" } : { reason: "try_again" } };
  } catch {
    return { ack: { reason: "try_again" } };
  }
}
