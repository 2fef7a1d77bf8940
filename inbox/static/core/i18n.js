/**
 * Words, dates and numbers in the reader's language. Everything a person reads comes through `t` or `rich`; a change
 * of language re-renders what is on screen and touches nothing else, so that drafts and focus stay.
 */
import { computed, signal } from "../vendor/ui.js";

/** @typedef {Record<string, string | Record<string, string>>} Table */

const YEAR_S = 31_536_000;
const cache = /** @type {Map<string, Table>} */ (new Map());
const table = signal(/** @type {Table} */ ({}));

export const language = signal(tag(document.documentElement.lang));
/** Minute clock of all relative times. */
export const now = signal(Date.now());
setInterval(() => { now.value = Date.now(); }, 20_000);

/** Any language tag to one of ours. @param {string | null | undefined} value */
export function tag(value) {
  return value && value.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

/** Words that come later, by the part that needs them. */
const learned = [""];

/** @param {string} next @param {string} part */
async function words(next, part) {
  const name = part ? `${part}/${next}` : next;
  if (!cache.has(name)) {
    const answer = await fetch(new URL(`../i18n/${name}.json`, import.meta.url));
    if (!answer.ok) throw new Error(`i18n ${name}: ${answer.status}`);
    cache.set(name, await answer.json());
  }
  return /** @type {Table} */ (cache.get(name));
}

/** Loads a language's words, then switches. Rejects when they cannot be fetched; the old language stays. @param {string} wanted */
export async function setLanguage(wanted) {
  const next = tag(wanted);
  const found = await Promise.all(learned.map((part) => words(next, part)));
  document.documentElement.lang = next;
  table.value = Object.assign({}, ...found);
  language.value = next;
}

/** The words of a part that is loaded later. @param {string} part */
export async function learn(part) {
  const next = language.value;
  const found = await words(next, part);
  if (!learned.includes(part)) learned.push(part);
  if (next === language.value) table.value = { ...table.value, ...found };
}

/** Remembers the choice for the next page, which the server then makes in it. @param {string} name @param {string} value */
export function remember(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR_S}; samesite=strict`;
}

const plural = computed(() => new Intl.PluralRules(language.value));

/** @param {string} key @param {Record<string, unknown>} [vars] */
function pattern(key, vars) {
  const entry = table.value[key];
  if (entry === undefined) return key;
  if (typeof entry === "string") return entry;
  return entry[plural.value.select(Number(vars?.n ?? 0))] ?? entry.other;
}

/**
 * The text of `key` with {placeholders} filled; plural forms are chosen by `vars.n`. An unknown key shows itself.
 * @param {string} key @param {Record<string, unknown>} [vars]
 */
export function t(key, vars) {
  return pattern(key, vars).replace(/\{(\w+)\}/g, (whole, name) => (vars && name in vars ? String(vars[name]) : whole));
}

/** As `t`, but placeholders may be nodes: returns an array for a template. @param {string} key @param {Record<string, unknown>} vars */
export function rich(key, vars) {
  return pattern(key, vars).split(/(\{\w+\})/).map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    return name && name in vars ? vars[name] : part;
  });
}

/** Whether a text exists for a key made from the server's words. @param {string} key */
export function has(key) {
  return key in table.value;
}

/** The text of `prefix.word`, or the word itself when the server knows more than we do. @param {string} prefix @param {string | null} word */
export function word(prefix, word) {
  const key = `${prefix}.${word}`;
  return key in table.value ? t(key) : (word ?? "");
}

const NOTE = /^\[(telephone|voicemail|ended after|taken by|call|the customer called)[^\]\n]*\]/gm;

/** A text with what the telephone noted of a call in the reader's words. @param {string} text */
export const noted = (text) => text.replace(NOTE, (line) => Object.keys(table.value).map((key) => key.split("noted.")[1] ?? "")
  .reduce((said, what) => said.replace(what, word("noted", what)), line));

const formats = computed(() => ({
  number: new Intl.NumberFormat(language.value),
  list: new Intl.ListFormat(language.value, { type: "conjunction" }),
  time: new Intl.DateTimeFormat(language.value, { hour: "2-digit", minute: "2-digit", hour12: false }),
  day: new Intl.DateTimeFormat(language.value, { month: "short", day: "numeric" }),
  weekday: new Intl.DateTimeFormat(language.value, { weekday: "long", month: "long", day: "numeric" }),
  year: new Intl.DateTimeFormat(language.value, { year: "numeric", month: "short", day: "numeric" }),
  full: new Intl.DateTimeFormat(language.value, { dateStyle: "medium", timeStyle: "medium", hour12: false }),
  language: new Intl.DisplayNames([language.value], { type: "language" }),
}));

/** @param {number} n */
export const number = (n) => formats.value.number.format(n);
/** @param {string[]} items */
export const listOf = (items) => formats.value.list.format(items);
/** @param {number} ms */
export const clock = (ms) => formats.value.time.format(ms);
/** @param {number} ms */
export const fullTime = (ms) => formats.value.full.format(ms);

/** The name of a language, such as 中文; its code when it is none. @param {string} code */
export function languageName(code) {
  try {
    return formats.value.language.of(code) ?? code;
  } catch {
    return code;
  }
}

/** Short age for lists: now, 4 min, 3 h, then the day. @param {number} ms */
export function age(ms) {
  const minutes = Math.floor((now.value - ms) / 60_000);
  if (minutes < 1) return t("time.now");
  if (minutes < 60) return t("time.minutes", { n: minutes });
  if (minutes < 24 * 60) return t("time.hours", { n: Math.floor(minutes / 60) });
  return new Date(ms).getFullYear() === new Date(now.value).getFullYear()
    ? formats.value.day.format(ms) : formats.value.year.format(ms);
}

/** Heading of a day in a thread. @param {number} ms */
export function dayName(ms) {
  const days = Math.round((midnight(now.value) - midnight(ms)) / 86_400_000);
  if (days === 0) return t("time.today");
  if (days === 1) return t("time.yesterday");
  return days < 300 ? formats.value.weekday.format(ms) : formats.value.year.format(ms);
}

/** Local midnight before `ms`, to compare days. @param {number} ms */
export function midnight(ms) {
  return new Date(ms).setHours(0, 0, 0, 0);
}

/** Size of a file for people. @param {number} bytes */
export function size(bytes) {
  if (bytes < 1000) return t("size.bytes", { n: bytes });
  if (bytes < 1_000_000) return t("size.kilobytes", { n: number(Math.round(bytes / 1000)) });
  return t("size.megabytes", { n: number(Math.round(bytes / 100_000) / 10) });
}
