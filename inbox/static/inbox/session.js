/** Signing in: the form, as a page of its own and in place when the session has ended under an agent's hands. */
import { h, html, useEffect, useState } from "../vendor/ui.js";
import { t } from "../core/i18n.js";
import { belongTo, get, post, problemOf, signedOut } from "../core/api.js";
import { me } from "../core/store.js";
import { Dialog, Icon } from "../core/parts.js";

/** @param {{ done: (who: import("../core/types.d.ts").Me) => void, login?: string }} props */
export function SignInForm({ done, login: known = "" }) {
  const [state, setState] = useState({ busy: false, problem: "" });
  const submit = async (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    setState({ busy: true, problem: "" });
    try {
      await post("/login", { login: form.get("login"), password: form.get("password") });
      belongTo(""); // it may be somebody else
      done(await get("/me"));
    } catch (error) {
      setState({ busy: false, problem: problemOf(error).sentence });
      document.getElementById("password")?.focus();
    }
  };
  return html`<form class="sign-in" onSubmit=${submit}>
    <label for="login">${t("login.login")}</label>
    <input id="login" name="login" autocomplete="username" required maxlength="200" autocapitalize="none" spellcheck="false" defaultValue=${known}
      aria-describedby="login-problem" />
    <label for="password">${t("login.password")}</label>
    <input id="password" name="password" type="password" autocomplete="current-password" required maxlength="1000" aria-describedby="login-problem" />
    <p id="login-problem" class="form-problem" role="alert">${state.problem && html`${h(Icon, { name: "circle-alert" })}${state.problem}`}</p>
    <button type="submit" class="button primary wide" disabled=${state.busy}>${t(state.busy ? "login.busy" : "login.submit")}</button></form>`;
}

/** Nobody begins another word so long after a key. */
const PAUSE_MS = 1200;

/**
 * Over the inbox: what was being written stays underneath, and is written to its end. No field takes the keys that an agent
 * types without looking. @param {{ done: () => void }} props
 */
export function SignIn({ done }) {
  const [paused, pause] = useState(false);
  useEffect(() => {
    let timer = 0;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(pause, PAUSE_MS, true);
    };
    wait();
    addEventListener("keydown", wait, true);
    return () => removeEventListener("keydown", wait, true);
  }, []);
  return paused && h(Dialog, { title: t("login.again"), class: "sign-in-dialog" }, html`<p class="muted" tabindex="-1" autofocus>${t("login.againHint")}</p>`,
    h(SignInForm, { login: me.value?.login, done: (who) => {
      if (me.value && who.id !== me.value.id) return location.reload();
      me.value = who;
      signedOut.value = false;
      return done();
    } }));
}
