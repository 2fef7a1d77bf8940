// What survives a reload: the visitor's token, the language, and messages not yet acknowledged, each under a key of its
// own, so that two tabs never overwrite each other's. Browsers may forbid storage in frames: then memory has to do.

const memory = new Map();

function guarded(action, fallback) {
  try {
    return action(localStorage);
  } catch {
    return fallback(memory);
  }
}

/** A drawer of the store; one for each person on this page. */
export function drawer(name) {
  const prefix = `switchboard:${location.pathname}:${name}:`;
  const get = (key) => guarded((storage) => storage.getItem(prefix + key), () => null) ?? memory.get(prefix + key) ?? null;
  const set = (key, value) => {
    memory.set(prefix + key, value);
    guarded((storage) => storage.setItem(prefix + key, value), () => {});
  };
  const drop = (key) => {
    memory.delete(prefix + key);
    guarded((storage) => storage.removeItem(prefix + key), () => {});
  };
  const keys = () => {
    const stored = guarded((storage) => Object.keys(storage), () => []);
    return [...new Set([...stored, ...memory.keys()])]
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length));
  };
  return { get, set, drop, keys };
}

/** Messages on their way, oldest first: {id, text, at, files}. */
export function queueIn(place) {
  const read = (key) => {
    try {
      return JSON.parse(place.get(key));
    } catch {
      return null;
    }
  };
  return {
    all: () =>
      place.keys()
        .filter((key) => key.startsWith("queue:"))
        .map(read)
        .filter((message) => message?.id && (message.text || message.files))
        .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)),
    put: (message) => place.set(`queue:${message.id}`, JSON.stringify(message)),
    drop: (id) => place.drop(`queue:${id}`),
  };
}

/** A UUID (RFC 9562, version 4), also where the page is served without TLS. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
