/**
 * The live line: one WebSocket that says what was committed. Lost lines are taken up again from the last event seen;
 * a gap too large for that, or a silence, ends in a fresh look at everything.
 */
import { conn, list, loadList, matters, me, refreshThread, status } from "./store.js";
import { get, signedOut } from "./api.js";

const SILENT_MS = 45_000; // the server pings every 20 s
const RETRY_MS = [500, 30_000];
const SESSION_GONE = 4401;

/**
 * @typedef {{ type: string, last_event_id?: number, event?: import("./types.d.ts").EventView,
 *   ticket?: import("./types.d.ts").TicketRow | null, status?: any }} Frame
 * @typedef {{ event: (frame: Frame) => void, resync: () => void }} Handlers
 */

let lastEvent = 0;
let attempt = 0;
let opened = false;
/** @type {WebSocket | null} */ let socket = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */ let retry;
/** @type {ReturnType<typeof setTimeout> | undefined} */ let silence;
/** @type {Handlers} */ let handlers;

/** @param {number} from the last event that what is on screen already shows @param {Handlers} to */
export function startFeed(from, to) {
  lastEvent = from;
  handlers = to;
  connect();
  addEventListener("online", reconnectNow);
  addEventListener("offline", () => socket?.close());
  document.addEventListener("visibilitychange", () => { if (!document.hidden && !socket) reconnectNow(); });
}

/** Tries at once instead of waiting for the next turn. */
export function reconnectNow() {
  if (socket || signedOut.value) return;
  clearTimeout(retry);
  connect();
}

function connect() {
  const address = new URL(`/api/v1/feed?last_event_id=${lastEvent}&as=${me.value?.id ?? ""}`, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const line = new WebSocket(address);
  socket = line;
  opened = false;
  listenForSilence(line);
  line.onmessage = ({ data }) => {
    listenForSilence(line);
    received(line, JSON.parse(data));
  };
  line.onclose = ({ code }) => { if (socket === line) lost(code); };
}

/** @param {WebSocket} line @param {Frame} frame */
function received(line, frame) {
  if (frame.type === "ping") line.send('{"type":"pong"}');
  else if (frame.type === "hello") {
    // What was asked for while the line was down stands there as a failure, or as it was remembered.
    if (attempt && list.value.phase === "error") loadList();
    if (attempt) refreshThread();
    attempt = 0;
    opened = true;
    conn.value = { state: "live", since: Date.now(), retryAt: 0 };
  } else if (frame.type === "event" && frame.event) {
    lastEvent = Math.max(lastEvent, frame.event.id);
    handlers.event(frame);
  } else if (frame.type === "status") status.value = frame.status;
  else if (frame.type === "reset") {
    lastEvent = frame.last_event_id ?? lastEvent;
    handlers.resync();
  } else if (frame.type === "typing") matters.value?.signalled(frame);
}

/** Says something to the server, if it listens. @param {unknown} frame */
export const say = (frame) => socket?.readyState === 1 && socket.send(JSON.stringify(frame));

/** @param {WebSocket} line */
function listenForSilence(line) {
  clearTimeout(silence);
  silence = setTimeout(() => {
    if (socket !== line) return;
    line.close();
    lost(0); // a dead line may take minutes to say that it closed
  }, SILENT_MS);
}

/** @param {number} code */
function lost(code) {
  socket = null;
  clearTimeout(silence);
  if (code === SESSION_GONE) signedOut.value = true;
  // A browser does not say why a handshake was refused; a request does.
  else if (!opened) get("/me").catch(() => undefined);
  const cap = Math.min(RETRY_MS[1], RETRY_MS[0] * 2 ** attempt);
  const wait = cap / 2 + Math.random() * cap / 2;
  attempt += 1;
  const since = conn.value.state === "live" ? Date.now() : conn.value.since;
  conn.value = { state: "lost", since, retryAt: Date.now() + wait };
  clearTimeout(retry);
  if (!signedOut.value) retry = setTimeout(connect, wait);
}

/** After signing in again. */
export function resumeFeed() {
  attempt = 0;
  reconnectNow();
  handlers?.resync();
}
