// Files that wait to be sent, over reloads. Where the browser forbids its database, memory has to do.

const KEPT_MS = 7 * 86_400_000; // as long as the house believes a message to have waited
const NAME = "switchboard-files";

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function opened() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore("files", { keyPath: "id" }).createIndex("at", "at");
  return asked(request);
}

/** Blobs by the id of their message. */
export function fileStore() {
  const memory = new Map();
  const database = opened().catch(() => null);

  /** Answers with what `work` asks of the store once it is durable; undefined where there is none. */
  async function within(mode, work) {
    const found = await database;
    if (!found) return undefined;
    try {
      const transaction = found.transaction("files", mode);
      const done = new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error);
      });
      const [answer] = await Promise.all([asked(work(transaction.objectStore("files"))), done]);
      return answer;
    } catch {
      return undefined; // no room, or the browser has closed it
    }
  }

  async function tidy() {
    const old = await within("readonly", (files) => files.index("at").getAllKeys(IDBKeyRange.upperBound(Date.now() - KEPT_MS)));
    for (const id of old ?? []) await within("readwrite", (files) => files.delete(id));
  }

  tidy();
  return {
    async put(id, blobs) {
      memory.set(id, blobs);
      await within("readwrite", (files) => files.put({ id, blobs, at: Date.now() }));
    },
    async get(id) {
      return memory.get(id) ?? (await within("readonly", (files) => files.get(id)))?.blobs ?? null;
    },
    async drop(id) {
      memory.delete(id);
      await within("readwrite", (files) => files.delete(id));
    },
  };
}
