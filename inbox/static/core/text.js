/**
 * Cuts a message's text into what is drawn: plain runs, redaction chips, words that a rule hit, links. Pure.
 * The server counts code points, JavaScript counts UTF-16 units; `units` translates.
 */
import { PLACEHOLDER } from "./parts.js";

const LINK = /\bhttps?:\/\/[^\s<>"'，。；、）】\u202a-\u202e\u2066-\u2069]+[^\s<>"'，。；、）】.,;:!?)\]\u202a-\u202e\u2066-\u2069]/g;

/** Where a link of the customer's own stands in what leaves. */
const INVITE = /\{\{(private_link|verify_link)\}\}/g;

/** @typedef {{ kind: "text" | "redaction" | "link" | "invite", value: string, hit: string | null }} Piece */

/** A function from code points to UTF-16 units of `text`. @param {string} text */
export function units(text) {
  if (!/[\uD800-\uDBFF]/.test(text)) return (/** @type {number} */ at) => Math.min(at, text.length);
  const starts = [0];
  for (const letter of text) starts.push(/** @type {number} */ (starts.at(-1)) + letter.length);
  return (/** @type {number} */ at) => starts[Math.min(at, starts.length - 1)];
}

/**
 * @param {string} text
 * @param {{ start: number, end: number, rule: string }[]} [hits] in UTF-16 units
 * @param {number} [offset] where `text` begins within the text that `hits` count from
 * @returns {Piece[]}
 */
export function pieces(text, hits = [], offset = 0) {
  const marks = [...matches(text, PLACEHOLDER, "redaction"), ...matches(text, LINK, "link"), ...matches(text, INVITE, "invite")];
  const cuts = new Set([0, text.length]);
  const shifted = hits.map((hit) => ({ start: hit.start - offset, end: hit.end - offset, rule: hit.rule }))
    .filter((hit) => hit.end > 0 && hit.start < text.length && hit.end > hit.start);
  for (const { start, end } of [...marks, ...shifted]) cuts.add(Math.max(0, start)).add(Math.min(text.length, end));
  const whole = marks.filter((mark) => mark.kind !== "text");
  const places = [...cuts].filter((at) => !whole.some((mark) => at > mark.start && at < mark.end)).sort((a, b) => a - b);
  return places.slice(1).map((end, i) => {
    const start = places[i];
    const mark = whole.find((each) => each.start === start);
    const hit = shifted.find((each) => each.start < end && each.end > start);
    return { kind: mark?.kind ?? "text", value: mark?.value ?? text.slice(start, end), hit: hit?.rule ?? null };
  });
}

/** @param {string} text @param {RegExp} pattern @param {Piece["kind"]} kind */
function matches(text, pattern, kind) {
  return [...text.matchAll(pattern)].map((match) => ({
    kind, value: match[1] ?? match[0], start: match.index, end: match.index + match[0].length,
  }));
}

/**
 * The words that made the rules decide, per rule, each once, with their places.
 * @param {string} text @param {import("./types.d.ts").Why | null} why
 */
export function hitsOf(text, why) {
  const at = units(text);
  return (why?.reasons ?? []).map((reason) => {
    const spans = reason.at.map(([start, end]) => ({ start: at(start), end: at(end), rule: reason.rule }));
    const words = [...new Set(spans.map(({ start, end }) => text.slice(start, end)).filter(Boolean))];
    return { rule: reason.rule, why: reason.why, spans, words };
  });
}

/** The host a link really leads to, for the reader to see. @param {string} link */
export function hostOf(link) {
  try {
    return new URL(link).host;
  } catch {
    return "";
  }
}
