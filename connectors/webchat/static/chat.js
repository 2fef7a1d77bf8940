// The customer's chat page: what is known of the conversation, what waits to be sent, and who is writing.

import { connection } from "./connection.js";
import { secretIn } from "./guard.js";
import { offer } from "./offer.js";
import { drawer, newId, queueIn } from "./store.js";
import { draw, forget, tell } from "./view.js";
import { language, learn, nearest, number, say, span, speak } from "./words.js";

const TEXT_MAX = 10_000;
const SLOW_RETRY_MS = 10_000;
const ALARM_REST_MS = 30_000; // a finger that trembles raises one alarm
const HOST_MS = 1_500; // a frame without our loader hears nothing from its host: then it is an ordinary page
const part = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
const embedded = parent !== window;
const settings = drawer("page");
const text = part("text");
const limits = JSON.parse(document.body.dataset.files);

let me = null; // {user, place, queue, link, token, lastSeq, confirmed, local, reported} of the person who writes
let state = "connecting";
let refusal = null;
let onScreen = !embedded;
let banners = []; // what the house tells everybody, by language
let waiting = null; // the id whose ack is awaited: one at a time, in order
let [files, loading, loads, choosing] = [null, null, 0, null]; // what knows files, once somebody needs it
let signs = null; // who writes and what was read, once that part is there

// --- who writes ----------------------------------------------------------------------------------------------------

function begin(user) {
  me?.link.close();
  files?.take(); // what one person has chosen is no other's to send
  waiting = null;
  const place = drawer(user?.hmac ? `user:${user.user_id}` : "visitor");
  const queue = queueIn(place);
  me = { user: user ?? null, place, queue, token: place.get("token"), lastSeq: 0, seen: "", confirmed: new Map(), local: new Map(), reported: new Set() };
  for (const message of queue.all()) me.local.set(message.id, { ...message, state: "pending" });
  const url = new URL("ws", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  url.search = "";
  me.link = connection({
    url,
    // Another tab may have a token by now.
    hello: () => ({ type: "hello", v: 1, token: (me.token ??= place.get("token")), last_seq: me.lastSeq, user: me.user, lang: language, banners: true, buttons: true, signals: true, ...linkIn(place) }),
    onFrame,
    onState(next, code) {
      state = next;
      refusal = code;
      if (next !== "online") waiting = null;
      show();
    },
  });
  show();
}

/** A link into a private conversation waits with its key until the house has answered, over lost connections too. */
function linkIn(place) {
  const link = place.get("link");
  return link ? { link, link_key: place.get("link_key") } : {};
}

/** Take the link out of the address, where others could read it. */
function takeLink() {
  const link = new URLSearchParams(location.hash.slice(1)).get("private");
  if (!link) return;
  history.replaceState(null, "", location.pathname + location.search);
  const place = drawer("visitor");
  place.set("link", link);
  place.set("link_key", newId());
}

// --- frames --------------------------------------------------------------------------------------------------------

function onFrame(frame) {
  if (frame.type === "welcome") welcome(frame);
  if (frame.type === "welcome" || frame.type === "messages") take(frame);
  if (frame.type === "ack") {
    waiting = null;
    settle(frame.client_msg_id, frame);
  }
  if (frame.type === "banners") {
    banners = frame.banners;
    tell(banners.map(({ texts }) => wording(texts)));
  }
  if (frame.type === "ping") me.link.send({ type: "pong" });
  signs?.heard(frame, me);
}

function welcome(frame) {
  if (frame.token !== me.token) {
    me.token = frame.token;
    me.place.set("token", frame.token);
    me.confirmed.clear();
  }
  if (typeof frame.linked === "boolean") {
    me.place.drop("link");
    me.place.drop("link_key");
    alarm(frame.linked ? "" : say("link_over"));
  }
  part("scroll").ariaBusy = "false";
  waiting = null;
}

function take(frame) {
  for (const message of frame.messages) {
    me.confirmed.set(message.id, message);
    if (message.client_msg_id) {
      finish(message.client_msg_id);
      me.local.delete(message.client_msg_id);
    }
  }
  me.lastSeq = frame.last_seq;
  show();
  report();
  flush();
}

/** Nothing of a message has to be kept here any more. */
function finish(id, owner = me) {
  if (owner.local.get(id)?.files) withFiles().then((known) => known?.drop(id));
  owner.queue.drop(id);
}

function settle(id, { outcome, reason, file }, waitMs = SLOW_RETRY_MS, owner = me) {
  const message = owner.local.get(id);
  if (reason === "try_again" || reason === "slow_down") {
    if (message) Object.assign(message, { slow: true, rests: true });
    setTimeout(() => {
      if (message) message.rests = false;
      flush();
    }, waitMs);
    return show();
  }
  finish(id, owner);
  if (message) Object.assign(message, { state: outcome === "refused" ? "failed" : "sent", reason, file });
  show();
  flush();
}

/** Send what waits. Who calls for help waits for no film: messages with files hold up no others, nor words that rest an alarm. */
function flush() {
  if (state !== "online") return;
  const pending = [...me.local.values()].filter((message) => message.state === "pending");
  if (pending.some((message) => message.files)) withFiles().then((known) => known?.send(me, language));
  const words = pending.filter((message) => !message.files);
  const next = words.some(({ rests }) => rests) ? words.find(({ alarm: isAlarm, rests }) => isAlarm && !rests) : words[0];
  if (waiting || !next) return;
  const frame = { type: "message", client_msg_id: next.id, text: next.text, sent_at_ms: next.at, alarm: next.alarm ?? false };
  if (me.link.send(frame)) waiting = next.id;
}

/** What knows files; null when it cannot be had right now: the next attempt has another address, for failures are kept. */
function withFiles() {
  loading ??= import(`./files.js?${loads++}`)
    .then(async (found) => {
      await learn("files");
      files = await found.begin({ limits, alarm, ready, settle, cancel });
      if (me) show(); // with what it adds
      return files;
    })
    .catch(() => (loading = null));
  return loading;
}

/** What the page calls the house: its own name, or the word for support in the reader's language. */
const title = () => document.body.dataset.title || say("title");

/** A banner in the reader's language, or in one that it has. */
const wording = (texts) => texts[language.split("-")[0]] ?? texts.en ?? Object.values(texts)[0];

/** Tell the house which answers are on the screen, and the host page how many are not. */
function report() {
  const answers = [...me.confirmed.values()].filter((m) => m.author !== "customer" && !me.reported.has(m.id));
  const seen = onScreen && !document.hidden && state === "online";
  if (seen && answers.length) {
    const ids = answers.map((message) => message.id);
    for (let at = 0; at < ids.length; at += 200) me.link.send({ type: "shown", message_ids: ids.slice(at, at + 200) });
    ids.forEach((id) => me.reported.add(id));
  }
  const unread = seen ? 0 : answers.filter((m) => m.delivery !== "read").length;
  document.title = unread ? `(${unread}) ${title()}` : title();
  tellHost({ unread });
}

// --- the screen ----------------------------------------------------------------------------------------------------

function show() {
  const confirmed = [...me.confirmed.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).map(entryOf);
  draw([...confirmed, ...[...me.local.values()].map(localEntryOf)]);
  part("dot").className = `dot ${state}`;
  part("banner").textContent = complaint();
}

function complaint() {
  if (refusal === "bad_identity") return say("identity");
  if (refusal === "unsupported_version" || refusal === "bad_frame") return say("outdated");
  if (refusal === "too_many_connections") return say("crowded");
  if (state === "online") return "";
  return say(state === "offline" || me.lastSeq ? "offline" : "connecting");
}

function entryOf(message) {
  const names = { customer: say("you"), agent: message.author_name ?? say("team"), system: say("receipt") };
  const own = message.author === "customer";
  return {
    key: message.client_msg_id ?? message.id,
    author: message.author,
    name: names[message.author],
    text: message.text,
    at: message.at_ms,
    state: "sent",
    note: own ? say(message.id <= me.seen ? "read" : "sent") : message.edited ? say("edited") : "",
    deleted: message.deleted,
    reaction: message.reaction ?? "",
    files: message.files ?? [],
    buttons: (message.buttons ?? []).map((button, at) => ({ ...button, press: () => press(message.id, at, button.says) })),
  };
}

function localEntryOf(message) {
  const { id, text: written, at, reason, state: kind, files: named } = message;
  const pending = message.slow ? "slow" : state === "online" ? "sending" : "waiting";
  const refused = () => files?.failure(message) ?? say(`refused.${reason}`, { max: number(TEXT_MAX) });
  const note = kind === "failed" ? refused() : say(kind === "pending" ? pending : "sent");
  return { key: id, author: "customer", name: say("you"), text: written, at, state: kind, note, files: named };
}

function label() {
  part("promise").textContent = say("promise", { time: span(Number(document.body.dataset.replyMinutes)) });
  document.title = part("title").textContent = title();
  for (const id of ["warning", "hello", "invite", "newer"]) part(id).textContent = say(id);
  text.placeholder = say("placeholder");
  text.ariaLabel = say("placeholder");
  rung(part("emergency").disabled);
  for (const id of ["send", "close", "attach"]) part(id).ariaLabel = say(id);
  files?.draw();
  signs?.draw();
  const other = part("language");
  other.textContent = say("other_language");
  other.ariaLabel = say("switch_language");
  other.lang = language === "en" ? "zh-CN" : "en";
  forget();
}

// --- writing -------------------------------------------------------------------------------------------------------

const alarm = (sentence) => (part("alarm").textContent = sentence);

async function write() {
  await choosing; // what is sent at once takes along what was just chosen
  const written = text.value.trim();
  if (!written && !files?.count()) return;
  if ([...written].length > TEXT_MAX) return alarm(say("too_long", { max: number(TEXT_MAX) }));
  const secret = secretIn(written);
  if (secret) return alarm(say(`guard.${secret}`));
  put(written.toWellFormed?.() ?? written, { chosen: files?.take() });
  text.value = "";
  resize();
}

/** A button says its words once, however often it is pressed, on whatever page: its message's id names it. */
function press(id, at, says) {
  const own = id.slice(0, -2) + at.toString(16).padStart(2, "0");
  const isSaid = me.local.has(own) || [...me.confirmed.values()].some((message) => message.client_msg_id === own);
  if (!isSaid) put(says, { id: own });
}

async function put(written, { alarm: isAlarm = false, chosen = [], id = newId() } = {}) {
  const message = { id, text: written, at: Date.now(), alarm: isAlarm };
  const owner = me;
  if (chosen.length) {
    message.files = chosen.map(({ name, blob }) => ({ name, size: blob.size }));
    await files.keep(message.id, chosen); // first the bytes, then the message that needs them
  }
  owner.queue.put(message);
  owner.local.set(message.id, { ...message, state: "pending" });
  show();
  flush();
}

/** Give up a message whose files are on their way; what the house has by now stays. */
function cancel(id) {
  finish(id);
  me.local.delete(id);
  show();
  text.focus();
}

async function attach(chosen) {
  if (await withFiles()) await files.add(chosen);
  else alarm(say("attach_later"));
}

/** One tap, no question: who is being robbed has no time. What was being written stays. */
function call() {
  if (!me) return;
  put(say("emergency"), { alarm: true });
  rung(true);
  setTimeout(rung, ALARM_REST_MS, false);
}

function rung(isSo) {
  part("emergency").disabled = isSo;
  part("emergency").textContent = say(isSo ? "emergency_sent" : "emergency");
}

const ready = () => (part("send").disabled = !text.value.trim() && !files?.count());

function resize() {
  alarm("");
  ready();
  if (CSS.supports("field-sizing: content")) return;
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight}px`;
}

part("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  write();
  text.focus();
});
part("emergency").addEventListener("click", call);
text.addEventListener("input", resize);
text.addEventListener("keydown", (event) => {
  const composing = event.isComposing || event.keyCode === 229;
  if (event.key !== "Enter" || event.shiftKey || composing || matchMedia("(pointer: coarse)").matches) return;
  event.preventDefault();
  write();
});
if (limits.most) {
  offer(part("attach"), part("files"), limits, withFiles, (chosen) => {
    choosing = attach(chosen);
    text.focus();
  });
}

part("language").addEventListener("click", async () => {
  const other = language === "en" ? "zh-CN" : "en";
  await speak(other);
  settings.set("language", other);
  label();
  tell(banners.map(({ texts }) => wording(texts)));
  show();
  if (me) report();
});
document.addEventListener("visibilitychange", () => me && report());

// --- the host page, when this one is in its frame; only allowed sites can frame it ---------------------------------

function tellHost(news) {
  if (embedded) parent.postMessage({ switchboard: news }, "*");
}

const closeFrame = () => tellHost({ close: true });

addEventListener("message", ({ source, data }) => {
  const said = data?.switchboard;
  if (!embedded || source !== parent || !said) return;
  if ("user" in said) begin(said.user);
  if ("visible" in said) {
    onScreen = said.visible;
    if (onScreen) text.focus();
    if (me) report();
  }
});
part("close").addEventListener("click", closeFrame);
addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && closeFrame());

async function start() {
  const root = document.documentElement;
  if (["light", "dark"].includes(query.get("theme"))) root.dataset.theme = query.get("theme");
  await speak(nearest([query.get("lang"), settings.get("language"), query.get("host"), ...navigator.languages]));
  label();
  resize();
  takeLink();
  import("./signs.js").then(async ({ begin: start }) => {
    await learn("signs");
    signs = start({ text, send: (frame) => me?.link.send(frame), show });
  }).catch(() => {}); // a chat does without
  if (embedded) {
    root.dataset.embedded = "";
    part("close").hidden = false;
    tellHost({ ready: true });
    setTimeout(() => {
      if (me) return;
      onScreen = true;
      begin(null);
    }, HOST_MS);
  } else {
    begin(null);
    if (matchMedia("(pointer: fine)").matches) text.focus();
  }
}

await start();
