// The page's sentences, in the reader's language.

const LANGUAGES = ["en", "zh-CN"];
const parts = new Set([""]); // whose sentences are known; "" has those of the page itself
let words = {};
export let language = "en";

/** The supported language nearest to the first of `wanted` that has one. */
export function nearest(wanted) {
  for (const tag of wanted) {
    const base = String(tag ?? "").toLowerCase().split("-")[0];
    const found = LANGUAGES.find((known) => known.toLowerCase().split("-")[0] === base);
    if (found) return found;
  }
  return LANGUAGES[0];
}

/** Load and use a language; rejects when its file cannot be had. */
export async function speak(tag) {
  words = Object.assign({}, ...(await Promise.all([...parts].map((part) => load(part, tag)))));
  language = tag;
  document.documentElement.lang = tag;
}

/** Learn what a part of the page has to say; rejects like `speak`. */
export async function learn(part) {
  Object.assign(words, await load(part, language));
  parts.add(part);
}

async function load(part, tag) {
  const response = await fetch(new URL(`i18n/${part && `${part}/`}${tag}.json`, import.meta.url));
  if (!response.ok) throw new Error(`no words for ${tag}`);
  return response.json();
}

/** The sentence for `key`, with its {names} filled in. */
export function say(key, names = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => names[name] ?? whole);
}

export function knows(key) {
  return key in words;
}

/** A span of minutes in words: 10 minutes, 2 hours, 3 days. */
export function span(minutes) {
  const [amount, unit] =
    minutes < 60 ? [minutes, "minute"] : minutes < 1440 ? [minutes / 60, "hour"] : [minutes / 1440, "day"];
  const style = { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 };
  const written = new Intl.NumberFormat(language, style).format(Math.ceil(amount));
  return written.replace(/(\d)(\p{Script=Han})/u, "$1 $2");
}

export function number(value) {
  return new Intl.NumberFormat(language).format(value);
}

/** How large a file is. */
export function weight(bytes) {
  const [amount, unit] = bytes < 1_000_000 ? [Math.max(bytes / 1000, 0.1), "kilobyte"] : [bytes / 1_000_000, "megabyte"];
  const style = { style: "unit", unit, maximumFractionDigits: amount < 10 ? 1 : 0 };
  return new Intl.NumberFormat(language, style).format(amount);
}

/** Time of day; with the date unless it is today. */
export function moment(ms) {
  const at = new Date(ms);
  const today = at.toDateString() === new Date().toDateString();
  const style = { hour: "numeric", minute: "2-digit", ...(today ? {} : { month: "short", day: "numeric" }) };
  return new Intl.DateTimeFormat(language, style).format(at);
}
