/**
 * Incidents: many people, one cause. The list with its live counts, what people decide about each, one message to all, and
 * what the web chat says meanwhile.
 */
import { h, html, useEffect, useRef, useState } from "../vendor/ui.js";
import { fullTime, has, languageName, listOf, number, t, word } from "../core/i18n.js";
import { get, newKey, post, problemOf } from "../core/api.js";
import { refreshThread } from "../core/store.js";
import { Chip, Dialog, Failure, Icon, RedactedLine, Skeleton, When, toast } from "../core/parts.js";
import { board, follow, loadBoard } from "./matters.js";
import { Foot } from "./regroup.js";

/**
 * @typedef {import("../core/types.d.ts").TicketRow} TicketRow
 * @typedef {import("../core/types.d.ts").IncidentLine} IncidentLine
 * @typedef {import("../core/types.d.ts").Told} Told
 */

const MOVES = /** @type {Record<string, [string, string][]>} */ ({
  proposed: [["confirm", "open"], ["dismiss", "dismissed"]], open: [["resolve", "resolved"]], resolved: [["reopen", "open"]], dismissed: [["reopen", "open"]],
});
const TONES = /** @type {Record<string, string>} */ ({ proposed: "warn", open: "danger", resolved: "success" });
const LIVE = new Set(["proposed", "open"]);
const BANNER_CHARS_MAX = 300;
/** Tickets told with one request, so that progress can be seen and a cut line loses little. */
const AT_ONCE = 10;

/** Why it was refused, in words. @param {unknown} error */
function refusal(error) {
  const { code, sentence, data } = problemOf(error);
  if (!has(`incidentError.${code}`)) return sentence;
  const found = [...new Set((data.findings ?? []).map((/** @type {{ type: string }} */ each) => word("redaction", each.type)))];
  return t(`incidentError.${code}`, { ...data, what: listOf(/** @type {string[]} */ (found)) });
}

/** @param {{ id?: string, leave: () => void }} props */
export function Incidents({ id, leave }) {
  const { lines, over } = board.value;
  // One that is over is looked at among those that are over.
  useEffect(() => { loadBoard(id !== undefined && !lines.some(({ incident }) => incident.id === id && LIVE.has(incident.state))); }, []);
  return h(Dialog, { title: t("incident.title"), onClose: leave, class: "incidents-dialog" }, html`
    <div class="incidents-head">${h(Declare, {})}
      <label class="check"><input type="checkbox" checked=${over} onChange=${() => loadBoard(!over)} />${t("incident.showOver")}</label></div>
    ${lines.length === 0 && html`<p class="muted">${t("incident.none")}</p>`}
    <ul class="incidents">${lines.map((line) => h(Incident, { key: line.incident.id, line, open: line.incident.id === id || lines.length === 1, leave }))}</ul>`);
}

/** Declares one with these tickets. @param {string} title @param {string[]} tickets */
async function declare(title, tickets) {
  const made = await post("/incidents", { title, tickets });
  await loadBoard();
  return made.id;
}

function Declare() {
  const [title, setTitle] = useState("");
  const [problem, setProblem] = useState("");
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setProblem("");
    await declare(title, []).then(() => setTitle(""), (error) => setProblem(refusal(error)));
  };
  return html`<form class="declare" onSubmit=${submit}><input name="title" aria-label=${t("incident.newTitle")} placeholder=${t("incident.newTitle")} required maxlength="300" value=${title}
    onInput=${(/** @type {any} */ event) => setTitle(event.target.value)} /><button type="submit" class="button">${t("incident.declare")}</button>
    ${problem && html`<p class="form-problem" role="alert">${problem}</p>`}</form>`;
}

/** @param {{ line: IncidentLine, open: boolean, leave: () => void }} props */
function Incident({ line, open, leave }) {
  const { incident } = line;
  const [panel, setPanel] = useState(open ? "tickets" : "");
  const [problem, setProblem] = useState("");
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => { if (open) box.current?.scrollIntoView({ block: "nearest" }); }, []);
  const act = (/** @type {string} */ what, /** @type {unknown} */ body) => post(`/incidents/${incident.id}/${what}`, body)
    .then(() => { setProblem(""); loadBoard(); refreshThread(); }, (error) => setProblem(refusal(error)));
  const live = LIVE.has(incident.state);
  const shown = Object.keys(incident.banner).length > 0;
  const panels = ["tickets", ...(live ? ["tell", "banner"] : [])];
  return html`<li class="incident" ref=${box} data-incident=${incident.id} data-state=${incident.state}>
    <div class="incident-head"><h3>${h(RedactedLine, { text: incident.title })}</h3>${h(Chip, { tone: TONES[incident.state] }, t(`incidentState.${incident.state}`))}
      ${shown && h(Chip, { tone: "accent", icon: "message-circle" }, t(incident.state === "open" ? "banner.shown" : "banner.ready"))}</div>
    <p class="counts">${t("incident.people", { n: line.contacts, count: number(line.contacts) })} · ${t("incident.tickets", { n: line.tickets, count: number(line.tickets) })}
      ${" · "}${h(When, { ms: incident.created_at_ms })}</p>
    <div class="incident-acts">${MOVES[incident.state].map(([what, state]) => html`<button type="button" key=${what} data-act=${what}
        class=${`button small ${what === "confirm" || what === "resolve" ? "primary" : ""}`} onClick=${() => act("state", { state })}>${t(`incidentDo.${what}`)}</button>`)}
      ${panels.map((name) => html`<button type="button" key=${name} class="button small quiet" data-panel=${name} aria-expanded=${panel === name}
        onClick=${() => setPanel(panel === name ? "" : name)}>${t(`incidentPanel.${name}`)}${h(Icon, { name: "chevron-down", size: 12 })}</button>`)}</div>
    ${problem && html`<p class="form-problem" role="alert">${h(Icon, { name: "circle-alert" })}<span>${problem}</span></p>`}
    ${panel === "tickets" && h(Tickets, { line, act, leave })}
    ${panel === "tell" && live && h(Tell, { line })}
    ${panel === "banner" && live && h(Banner, { line, act })}</li>`;
}

/** @param {{ line: IncidentLine, act: (what: string, body: unknown) => unknown, leave: () => void }} props */
function Tickets({ line, act, leave }) {
  const [rows, setRows] = useState(/** @type {TicketRow[] | null} */ (null));
  const [problem, setProblem] = useState(/** @type {import("../core/api.js").Problem | null} */ (null));
  const load = () => { get(`/incidents/${line.incident.id}`).then((found) => { setProblem(null); setRows(found.rows); }, (error) => setProblem(problemOf(error))); };
  // The list of incidents is read again after each change, and this with it.
  useEffect(load, [line]);
  if (problem) return h(Failure, { problem, retry: load });
  if (rows === null) return h(Skeleton, { rows: 2 });
  if (!rows.length) return html`<p class="muted">${t("incident.noTickets")}</p>`;
  return html`${line.tickets > rows.length && html`<p class="muted">${t("incident.first", { n: rows.length })}</p>`}<ul class="incident-tickets">${rows.map((row) => html`<li key=${row.id} data-in=${row.number}>
    <a href=${`/inbox/all/${row.number}`} title=${fullTime(row.created_at_ms)} onClick=${follow(row.number, leave)}><span class="no">${row.number}</span>
      <span class="subject">${h(RedactedLine, { text: row.subject })}</span></a><span class="muted">${row.contact.name || row.contact.label} · ${word("ticketState", row.state)}</span>
    <button type="button" class="icon-button small" title=${t("incident.takeOut")} aria-label=${t("incident.takeOutOf", { number: row.number })}
      onClick=${() => act("unlink", { ticket: row.number })}>${h(Icon, { name: "x", size: 14 })}</button></li>`)}</ul>`;
}

/** Every ticket of an incident, page by page. @param {string} id @returns {Promise<TicketRow[]>} */
async function everyTicket(id) {
  const rows = [];
  let cursor = null;
  do {
    const page = await get(`/incidents/${id}`, { after: cursor });
    rows.push(...page.rows);
    cursor = page.cursor;
  } while (cursor);
  return rows;
}

// -- one message to all ----------------------------------------------------------------------------------------------

const IDLE = { busy: false, done: 0, of: 0, refused: /** @type {Told[]} */ ([]), left: /** @type {string[] | null} */ (null), problem: "" };

/** One reply, or note, to all; what could not be sent is listed with its reason and may be sent again. @param {{ line: IncidentLine }} props */
function Tell({ line }) {
  const [kind, setKind] = useState("reply");
  const [text, setText] = useState("");
  const [state, setState] = useState(IDLE);
  // The same key for the same words: what arrived is not sent twice, however often it is asked for.
  const key = useRef(newKey());
  const edited = (/** @type {() => void} */ change) => { key.current = newKey(); change(); };
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const refused = /** @type {Told[]} */ ([]);
    let left = state.left ?? [];
    const show = (/** @type {Partial<typeof IDLE>} */ next) => setState((now) => ({ ...now, ...next }));
    show({ busy: true, problem: "", refused: [], done: 0, of: left.length });
    try {
      if (state.left === null) left = (await everyTicket(line.incident.id)).filter((row) => row.state !== "closed").map((row) => row.number);
      const of = left.length;
      while (left.length) {
        const answer = await post(`/incidents/${line.incident.id}/tell`, { text, kind, tickets: left.slice(0, AT_ONCE) }, key.current);
        refused.push(...answer.told.filter((/** @type {Told} */ each) => each.outcome === "refused"));
        left = left.slice(AT_ONCE);
        show({ done: of - left.length, of, refused: [...refused] });
      }
      show({ busy: false, left: refused.length ? refused.map((each) => each.ticket) : null });
      if (!refused.length) edited(() => setText(""));
    } catch (error) {
      show({ busy: false, problem: refusal(error), left: left.length ? [...left, ...refused.map((each) => each.ticket)] : null });
    }
    refreshThread();
  };
  const { busy, done, of, refused, problem, left } = state;
  return html`<form class="matters-form" onSubmit=${submit}>
    <fieldset class="kinds" disabled=${busy || problem}><legend class="sr-only">${t("tell.kind")}</legend>${["reply", "note"].map((each) => html`<label key=${each} class="check"><input type="radio"
      name=${`kind-${line.incident.id}`} value=${each} checked=${kind === each} onChange=${() => edited(() => setKind(each))} />${t(each === "reply" ? "tell.reply" : "tell.note")}</label>`)}</fieldset>
    <textarea name="text" rows="3" required maxlength="50000" aria-label=${t("tell.text")} placeholder=${t("tell.text")} value=${text} readonly=${busy || Boolean(problem)}
      onInput=${(/** @type {any} */ event) => edited(() => setText(event.target.value))}></textarea>
    <div role="status">${of > 0 && html`<p class="told"><progress max=${of} value=${done}></progress> ${t("tell.done", { n: done - refused.length, of: number(of) })}</p>`}</div>
    ${refused.length > 0 && html`<ul class="untold" aria-label=${t("tell.refused")}>${refused.map((each) => html`<li key=${each.ticket} data-untold=${each.ticket}>
      <span class="no">${each.ticket}</span><span>${has(`tellError.${each.code}`) ? t(`tellError.${each.code}`) : t("error.unknown", { code: each.code })}</span></li>`)}</ul>`}
    ${h(Foot, { problem }, html`<button type="submit" class="button primary" disabled=${busy || !text.trim()}>
      ${problem ? t("tell.goOn") : left ? t("tell.again", { n: left.length }) : t("tell.do", { n: line.tickets })}</button>`)}</form>`;
}

// -- what the web chat says ------------------------------------------------------------------------------------------

/** @param {{ line: IncidentLine, act: (what: string, body: unknown) => unknown }} props */
function Banner({ line: { incident }, act }) {
  const [texts, setTexts] = useState(/** @type {Record<string, string>} */ (incident.banner));
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    act("banner", { texts });
  };
  return html`<form class="matters-form" onSubmit=${submit}><p class="muted">${t(incident.state === "open" ? "banner.hint" : "banner.later")}</p>
    ${["en", "zh"].map((code) => html`<label key=${code} class="field-label">${languageName(code)}<textarea name=${`banner-${code}`} lang=${code} rows="2" maxlength=${BANNER_CHARS_MAX}
      value=${texts[code] ?? ""} onInput=${(/** @type {any} */ event) => setTexts({ ...texts, [code]: event.target.value })}></textarea></label>`)}
    <div class="matters-buttons">${Object.keys(incident.banner).length > 0 && html`<button type="button" class="button quiet" data-act="hide"
        onClick=${() => { setTexts({}); act("banner", { texts: {} }); }}>${t("banner.hide")}</button>`}
      <button type="submit" class="button primary" disabled=${!Object.values(texts).some((each) => each.trim())}>${t("banner.show")}</button></div></form>`;
}

// -- the open ticket's -----------------------------------------------------------------------------------------------

/** Puts the open ticket into an incident, or declares one with it. @param {{ row: TicketRow, data: import("../core/types.d.ts").ThreadData, leave: () => void }} props */
export function Choose({ row, data, leave }) {
  const inside = new Set(data.incidents.map((each) => each.id));
  const lines = board.value.lines.filter(({ incident }) => (incident.state === "proposed" || incident.state === "open") && !inside.has(incident.id));
  const [chosen, setChosen] = useState(lines[0]?.incident.id ?? "new");
  const [title, setTitle] = useState(row.subject);
  const [problem, setProblem] = useState("");
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setProblem("");
    try {
      if (chosen === "new") await declare(title, [row.number]);
      else await post(`/incidents/${chosen}/link`, { ticket: row.number });
      leave();
      toast(t("incident.linked", { number: row.number }), { tone: "success", icon: "check" });
      loadBoard();
      refreshThread();
    } catch (error) {
      setProblem(refusal(error));
    }
  };
  const option = (/** @type {string} */ value, /** @type {any} */ label) => html`<li key=${value}><label class="choice"><input type="radio" name="incident" value=${value}
    checked=${chosen === value} onChange=${() => setChosen(value)} />${label}</label></li>`;
  return h(Dialog, { title: t("incident.chooseTitle", { number: row.number }), onClose: leave, class: "matters-dialog" }, html`<form class="matters-form" onSubmit=${submit}>
    <fieldset><legend class="sr-only">${t("incident.title")}</legend><ul class="choices">${lines.map((line) => option(line.incident.id, html`<span class="subject">${h(RedactedLine, { text: line.incident.title })}</span>
      <small>${t(`incidentState.${line.incident.state}`)} · ${t("incident.people", { n: line.contacts, count: number(line.contacts) })}</small>`))}
      ${option("new", html`<span class="subject">${t("incident.new")}</span>`)}</ul></fieldset>
    ${chosen === "new" && html`<label class="field-label">${t("incident.newTitle")}<input name="title" required maxlength="300" value=${title} onInput=${(/** @type {any} */ event) => setTitle(event.target.value)} /></label>`}
    ${h(Foot, { problem, leave }, html`<button type="submit" class="button primary">${t(chosen === "new" ? "incident.declare" : "incident.putIn")}</button>`)}</form>`);
}
