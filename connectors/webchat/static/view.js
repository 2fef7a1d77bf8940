// Draws the conversation. Customer's and agents' texts become text nodes only.

import { knows, moment, say, weight } from "./words.js";

const NEAR_PX = 80;
const GROUP_MS = 5 * 60_000;
const list = document.getElementById("messages");
const scroll = document.getElementById("scroll");
const newer = document.getElementById("newer");
const rows = new Map();
let extra = () => [];

/**
 * Show `entries`, oldest first: {key, author, name, text, at, state, note, deleted, reaction, files, buttons}.
 * Rows keep their elements, so that a screen reader hears each message once.
 */
export function draw(entries) {
  const atEnd = isAtEnd();
  const known = rows.size;
  const wanted = new Set(entries.map((entry) => entry.key));
  for (const [key, row] of rows) {
    if (!wanted.has(key)) {
      row.element.remove();
      rows.delete(key);
    }
  }
  let after = null;
  entries.forEach((entry, position) => {
    const element = place(entry, entries[position - 1], entries[position + 1]);
    const expected = after ? after.nextElementSibling : list.firstElementChild;
    if (expected !== element) list.insertBefore(element, expected);
    after = element;
  });
  document.getElementById("empty").hidden = entries.length > 0;
  const last = entries.at(-1);
  if (atEnd || last?.author === "customer") toEnd();
  else if (rows.size > known) newer.hidden = false;
}

/** What the house tells everybody, above the conversation; kept as it is while nothing changes, so that it is read once. */
export function tell(texts) {
  const board = document.getElementById("board");
  if (board.childElementCount === texts.length && texts.every((text, at) => board.children[at].textContent === text)) return;
  const atEnd = isAtEnd();
  board.replaceChildren(...texts.map((text) => make("p", "", text)));
  if (atEnd) toEnd();
}

/** Draw every row anew, in another language, or with what `more` has to add to an entry. */
export function forget(more = extra) {
  extra = more;
  for (const row of rows.values()) row.drawn = "";
}

export function toEnd() {
  scroll.scrollTop = scroll.scrollHeight;
  newer.hidden = true;
}

function isAtEnd() {
  return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_PX;
}

newer.addEventListener("click", toEnd);
let wasAtEnd = true;
scroll.addEventListener("scroll", () => {
  wasAtEnd = isAtEnd();
  if (wasAtEnd) newer.hidden = true;
});
// A keyboard that opens, or a composer that grows, must not cover what is being answered.
const sizes = new ResizeObserver(() => wasAtEnd && toEnd());
sizes.observe(scroll);
// Nor must a picture that arrives after its message.
sizes.observe(list);

function place(entry, before, next) {
  const drawn = JSON.stringify([entry, together(before, entry), together(entry, next)]);
  let row = rows.get(entry.key);
  if (!row) {
    row = { element: make("li"), drawn: "" };
    rows.set(entry.key, row);
  }
  if (row.drawn !== drawn) {
    row.drawn = drawn;
    fill(row.element, entry, together(before, entry), together(entry, next));
  }
  return row.element;
}

function together(first, second) {
  if (!first || !second || first.author === "system") return false;
  const same = first.author === second.author && first.name === second.name && first.state === second.state;
  return same && second.at - first.at < GROUP_MS;
}

function fill(element, entry, follows, followed) {
  const side = entry.author === "customer" ? "own" : entry.author;
  const marks = { follows, followed, deleted: entry.deleted, pending: entry.state === "pending", failed: entry.state === "failed" };
  element.className = ["message", side, ...Object.keys(marks).filter((mark) => marks[mark])].join(" ");
  const bubble = make("div", "bubble");
  bubble.dir = "auto";
  bubble.append(...(entry.deleted ? [say("deleted")] : parts(entry.text)));
  if (entry.files?.length && !entry.deleted) bubble.append(...entry.files.map(shown));
  bubble.append(...extra(entry));
  if (entry.buttons?.length && !entry.deleted) bubble.append(pressable(entry.buttons));
  const meta = make("p", "meta");
  const time = make("time", "", moment(entry.at));
  time.dateTime = new Date(entry.at).toISOString();
  meta.append(time);
  if (entry.note) meta.append(` · ${entry.note}`);
  if (entry.reaction) {
    const reaction = make("span", "reaction", entry.reaction);
    reaction.setAttribute("role", "img");
    reaction.setAttribute("aria-label", say("reaction", { emoji: entry.reaction }));
    meta.append(" ", reaction);
  }
  element.replaceChildren(make("p", "author", entry.name), bubble, meta);
}

/** A text in pieces: what the house has masked as a chip, ticket numbers stressed. */
function parts(text) {
  return text.split(/(\[[A-Z_]{2,20}\]|\bT-\d+\b)/).map((piece) => {
    const type = /^\[([A-Z_]+)\]$/.exec(piece)?.[1];
    if (type && knows(`chip.${type}`)) return make("span", "chip", say(`chip.${type}`));
    return /^T-\d+$/.test(piece) ? make("strong", "", piece) : piece;
  });
}

/** Buttons below a message: one opens an address, another says something. */
function pressable(buttons) {
  const box = make("p", "buttons");
  box.append(...buttons.map(({ label, url, press }) => {
    const button = make(url.startsWith("https://") ? "a" : "button", "", label);
    if (button.localName === "a") Object.assign(button, { href: url, target: "_blank", rel: "noopener" });
    else {
      button.type = "button";
      button.addEventListener("click", press);
    }
    return button;
  }));
  return box;
}

const PICTURES = /^image\/(png|jpeg|gif|webp)$/;

/** A picture that opens, a recording that plays, or a name to download. The house says by its content which it is. */
function shown(file) {
  if (!file.path) return make("p", "file", `${file.name} (${weight(file.size)})`);
  const place = new URL(file.path, document.baseURI).href;
  const box = make("p", "file");
  if (file.content_type.startsWith("audio/")) {
    const player = make("audio");
    Object.assign(player, { controls: true, preload: "metadata", src: place });
    player.setAttribute("aria-label", say("recording", { name: file.name }));
    box.append(player);
    return box;
  }
  const link = make("a", PICTURES.test(file.content_type) ? "picture" : "");
  link.rel = "noopener";
  if (PICTURES.test(file.content_type)) {
    const picture = make("img");
    Object.assign(picture, { src: place, alt: say("picture", { name: file.name }), loading: "lazy" });
    link.append(picture);
    Object.assign(link, { href: place, target: "_blank" });
  } else {
    Object.assign(link, { href: `${place}?download`, download: file.name });
    link.append(say("download", { name: file.name, size: weight(file.size) }));
  }
  box.append(link);
  return box;
}

export function make(tag, name = "", text = "") {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text) element.textContent = text;
  return element;
}
