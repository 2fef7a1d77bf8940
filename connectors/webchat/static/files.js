// Files: chosen, looked at, shown before they are sent, posted. Loaded when somebody first needs it.

import { fileStore } from "./filestore.js";
import { secretIn } from "./guard.js";
import { postLane } from "./posts.js";
import { make } from "./view.js";
import { knows, say, weight } from "./words.js";

const MEGABYTE = 1_048_576;
const READ_BYTES_MAX = 1_000_000; // of a text, for the guard; the house looks through all of it
const PREVIEWS = /^image\/(png|jpeg|gif|webp)$/;

/** The files of this page: `limits` as the house says them; the others are what the page does. */
export async function begin({ limits, alarm, ready, settle, cancel }) {
  await style();
  const chat = document.querySelector(".chat");
  const store = fileStore();
  const list = make("ul", "staged");
  const told = make("p", "told");
  told.role = "status";
  document.querySelector(".field").before(list, told);
  const lane = postLane({ store, settle, cancel });
  let staged = [];

  const size = () => staged.reduce((sum, { blob }) => sum + blob.size, 0);

  /** What speaks against a file, in a word; null when nothing does that can be told from here. */
  function trouble(file) {
    if (staged.length >= limits.most) return "many";
    if (file.size > limits.each) return "large";
    if (size() + file.size > limits.all) return "total";
    if (!file.size) return "empty";
    return known(file) ? null : "kind";
  }

  /** What a file without an end to its name is, only the house can tell. */
  function known({ name }) {
    const end = /\.[^.]+$/.exec(name)?.[0].toLowerCase();
    return !end || limits.accept.split(",").includes(end);
  }

  async function add(chosen) {
    const complaints = [];
    for (const file of chosen) {
      const name = file.name.toWellFormed?.() ?? file.name;
      const refuse = (word) => complaints.push(say("files.refused", { why: why(word, name) }));
      const found = trouble(file);
      if (found) {
        refuse(found);
        if (found === "many") break;
        continue;
      }
      try {
        // The bytes as they are now: a file that is changed or taken away later cannot spoil the message.
        const blob = new Blob([await file.arrayBuffer()], { type: file.type });
        const secret = isText(file) && secretIn(await blob.slice(0, READ_BYTES_MAX).text());
        if (secret) complaints.push(say(`guard.${secret}`));
        else if (staged.length < limits.most) staged.push({ name, blob });
      } catch {
        refuse("unreadable");
      }
    }
    draw();
    alarm(complaints.join(" "));
  }

  function why(word, name = "") {
    const whole = (bytes) => weight(Math.floor(bytes / MEGABYTE) * 1_000_000);
    return say(`files.${word}`, { name, most: limits.most, each: whole(limits.each), all: whole(limits.all), kinds: limits.accept.slice(1).toUpperCase().replaceAll(",.", ", ") });
  }

  function draw() {
    list.querySelectorAll("img").forEach((picture) => URL.revokeObjectURL(picture.src));
    list.ariaLabel = say("files.list");
    list.replaceChildren(...staged.map(row));
    const names = staged.map(({ name }) => name).join(", ");
    told.textContent = staged.length ? say("files.count", { names, size: weight(size()) }) : "";
    chat.dataset.drop = say("files.drop");
    ready();
  }

  function row(entry, at) {
    const item = make("li");
    if (PREVIEWS.test(entry.blob.type)) {
      const picture = make("img");
      Object.assign(picture, { src: URL.createObjectURL(entry.blob), alt: "" });
      item.append(picture);
    }
    const away = make("button", "quiet", "×");
    away.type = "button";
    away.ariaLabel = say("files.remove", { name: entry.name });
    away.addEventListener("click", () => {
      staged = staged.filter((other) => other !== entry);
      draw();
      (list.querySelectorAll("button")[Math.min(at, staged.length - 1)] ?? document.getElementById("attach")).focus();
    });
    const name = make("bdi", "name", entry.name);
    item.append(name, away);
    return item;
  }

  /** What was chosen, for a message; nothing is chosen afterwards. */
  function take() {
    const taken = staged;
    staged = [];
    draw();
    return taken;
  }

  /** Why a message with files was not sent; undefined where that is not about its files. */
  function failure({ files, file, reason }) {
    if (!files || knows(`refused.${reason}`)) return undefined;
    return say("refused.file", { why: why(reason.replace("file_", ""), files[file]?.name) });
  }

  addEventListener("dragover", ({ dataTransfer }) => chat.classList.toggle("dropping", dataTransfer.types.includes("Files")));
  addEventListener("dragleave", ({ relatedTarget }) => relatedTarget || chat.classList.remove("dropping"));
  addEventListener("drop", () => chat.classList.remove("dropping"));
  draw();
  return {
    add,
    take,
    draw,
    failure,
    count: () => staged.length,
    keep: (id, files) => store.put(id, files.map(({ blob }) => blob)),
    send: lane.send,
    drop: lane.drop,
  };
}

function isText({ name, type }) {
  return type.startsWith("text/") || /\.(txt|log|csv)$/i.test(name);
}

function style() {
  return new Promise((resolve) => {
    const link = make("link");
    Object.assign(link, { rel: "stylesheet", href: "files.css", onload: resolve, onerror: resolve });
    document.head.append(link);
  });
}
