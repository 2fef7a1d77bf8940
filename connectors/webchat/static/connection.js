// One WebSocket that comes back by itself: jittered back-off, a heartbeat, protocol version 1.

const PING_MS = 25_000;
const PONG_MS = 10_000;
const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 30_000;
// Errors that another attempt would only repeat.
const FINAL = new Set(["bad_identity", "unsupported_version", "bad_frame"]);

/**
 * Connect and stay so. `hello()` gives the first frame, `onFrame(frame)` takes every other,
 * `onState("connecting" | "online" | "offline", code)` is told of changes; `code` names what the server refused.
 */
export function connection({ url, hello, onFrame, onState }) {
  let socket = null;
  let attempts = 0;
  let retryTimer = 0;
  let pingTimer = 0;
  let pongTimer = 0;
  let refusal = null;
  let over = false;

  function open() {
    clearTimeout(retryTimer);
    onState("connecting", refusal);
    const own = new WebSocket(url);
    socket = own;
    own.onopen = () => send(hello());
    own.onmessage = ({ data }) => own === socket && receive(JSON.parse(data));
    own.onclose = () => own === socket && lost();
  }

  function receive(frame) {
    clearTimeout(pongTimer);
    if (frame.type === "error") refusal = frame.code;
    if (frame.type === "welcome") {
      attempts = 0;
      refusal = null;
      onState("online", null);
      clearInterval(pingTimer);
      pingTimer = setInterval(ping, PING_MS);
    }
    onFrame(frame);
  }

  function ping() {
    send({ type: "ping" });
    clearTimeout(pongTimer);
    pongTimer = setTimeout(() => {
      // A dead network lets close() wait for minutes: let go at once.
      socket.onclose = null;
      socket.close();
      lost();
    }, PONG_MS);
  }

  function lost() {
    socket = null;
    clearInterval(pingTimer);
    clearTimeout(pongTimer);
    if (over) return;
    onState("offline", refusal);
    if (FINAL.has(refusal)) return;
    const longest = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** attempts++);
    retryTimer = setTimeout(open, longest * (0.5 + Math.random() / 2));
  }

  function send(frame) {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(frame));
    return true;
  }

  function wake() {
    if (over || document.hidden || FINAL.has(refusal)) return;
    if (socket) ping();
    else open();
  }

  addEventListener("online", wake);
  addEventListener("offline", wake);
  document.addEventListener("visibilitychange", wake);
  open();
  return {
    send,
    close() {
      over = true;
      clearTimeout(retryTimer);
      socket?.close();
    },
  };
}
