/** The sign-in page: a password, or a one-time link that signs in by itself. */
import { h, html, render, signal } from "../vendor/ui.js";
import { language, remember, setLanguage, t } from "../core/i18n.js";
import { post, problemOf } from "../core/api.js";
import { keep, recall } from "../core/store.js";
import { Icon, Mark } from "../core/parts.js";
import { SignInForm } from "./session.js";

const query = new URLSearchParams(location.search);
const token = query.get("token");
const linkState = signal({ busy: token !== null, problem: "" });

/** Only a path of this house. */
function next() {
  const wanted = query.get("next") ?? "";
  return /^\/inbox(\/|$|\?)/.test(wanted) ? wanted : "/inbox/all";
}

async function start() {
  await setLanguage(recall("lang", document.documentElement.lang));
  render(h(Login, {}), /** @type {HTMLElement} */ (document.getElementById("app")));
  document.title = `${t("login.submit")} · Switchboard`;
  if (token === null) return;
  history.replaceState(null, "", "/login"); // a one-time link must not stay in the address bar
  try {
    await post("/login", { token });
    location.replace(next());
  } catch (error) {
    const problem = problemOf(error);
    linkState.value = { busy: false, problem: problem.code === "login_failed" ? t("login.linkUsed") : problem.sentence };
  }
}

function Login() {
  const { busy, problem } = linkState.value;
  const other = language.value === "en" ? "zh-CN" : "en";
  return html`<main class="login-page"><div class="login-card">
    <div class="login-brand">${h(Mark, {})}<span>Switchboard</span></div>
    <h1>${t("login.submit")}</h1>
    ${problem && html`<p class="form-problem" role="alert">${h(Icon, { name: "circle-alert" })}${problem}</p>`}
    ${busy ? html`<p role="status" class="muted">${t("login.withLink")}</p>` : h(SignInForm, { done: () => location.replace(next()) })}</div>
    <button type="button" class="button quiet" lang=${other} onClick=${() => {
      setLanguage(other).then(() => { document.title = `${t("login.submit")} · Switchboard`; });
      remember("switchboard_lang", other);
      keep("lang", other);
    }}>${h(Icon, { name: "languages" })}${other === "en" ? "English" : "简体中文"}</button></main>`;
}

start();
