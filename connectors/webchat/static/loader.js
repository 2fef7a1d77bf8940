// <script defer src=".../loader.js" data-lang="zh-CN"></script> puts a chat button on the host page; the chat itself is
// loaded when it is first opened. Switchboard.identify({user_id, name, email, hmac}) says who is signed in.
(() => {
  const script = document.currentScript;
  const home = new URL("./", script.src);
  const hosts = document.documentElement.lang;
  const chinese = /^zh/i.test([script.dataset.lang, hosts, ...navigator.languages].find((tag) => /^(zh|en)\b/i.test(tag)));
  const words = chinese ? { open: "打开客服聊天", close: "关闭客服聊天", frame: "客服聊天" } : { open: "Open support chat", close: "Close support chat", frame: "Support chat" };
  const narrow = matchMedia("(max-width: 480px)");
  const button = document.createElement("button");
  const badge = document.createElement("span");
  let frame = null;
  let ready = false;
  let shown = false;
  let user = null;

  const style = (element, rules) => Object.assign(element.style, rules);

  function tell(news) {
    if (ready) frame.contentWindow.postMessage({ switchboard: news }, home.origin);
  }

  function lay() {
    const full = narrow.matches;
    style(button, { display: full && shown ? "none" : "grid" });
    if (!frame) return;
    style(frame, {
      display: shown ? "block" : "none",
      inset: full ? "0" : "auto",
      right: full ? "0" : "max(16px, env(safe-area-inset-right))",
      bottom: full ? "0" : "calc(88px + env(safe-area-inset-bottom))",
      width: full ? "100%" : "380px",
      height: full ? "100dvh" : "min(620px, calc(100vh - 112px))",
      borderRadius: full ? "0" : "12px",
    });
  }

  function open() {
    if (!frame) {
      frame = document.createElement("iframe");
      frame.title = words.frame;
      const address = new URL(home);
      if (script.dataset.lang) address.searchParams.set("lang", script.dataset.lang);
      else if (hosts) address.searchParams.set("host", hosts);
      frame.src = address;
      style(frame, { position: "fixed", zIndex: "2147483000", border: "0", background: "Canvas", boxShadow: "0 8px 32px rgb(0 0 0 / 24%)" });
      document.body.append(frame);
    }
    toggle(true);
  }

  function toggle(visible) {
    shown = visible;
    button.setAttribute("aria-expanded", String(visible));
    button.setAttribute("aria-label", visible ? words.close : words.open);
    lay();
    tell({ visible });
    if (!visible) button.focus();
  }

  addEventListener("message", ({ source, origin, data }) => {
    const said = data?.switchboard;
    if (!said || source !== frame?.contentWindow || origin !== home.origin) return;
    if (said.ready) {
      ready = true;
      tell({ user, visible: shown });
    }
    if (said.close) toggle(false);
    if ("unread" in said) {
      badge.textContent = said.unread ? String(said.unread) : "";
      badge.hidden = !said.unread;
    }
  });

  button.type = "button";
  style(button, {
    position: "fixed",
    right: "max(16px, env(safe-area-inset-right))",
    bottom: "max(16px, env(safe-area-inset-bottom))",
    width: "56px",
    height: "56px",
    padding: "0",
    placeItems: "center",
    border: "0",
    borderRadius: "50%",
    background: "#2256c9",
    color: "#ffffff",
    cursor: "pointer",
    zIndex: "2147483000",
    boxShadow: "0 4px 16px rgb(0 0 0 / 24%)",
  });
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  style(picture, { width: "28px", height: "28px", fill: "none", stroke: "currentColor", strokeWidth: "1.75" });
  const bubble = document.createElementNS("http://www.w3.org/2000/svg", "path");
  bubble.setAttribute("d", "M12 3.5c-5 0-9 3.3-9 7.4 0 2.3 1.3 4.3 3.2 5.7-.1 1.2-.6 2.4-1.5 3.4 1.9-.1 3.6-.8 5-1.9.7.1 1.5.2 2.3.2 5 0 9-3.3 9-7.4s-4-7.4-9-7.4z");
  picture.append(bubble);
  badge.hidden = true;
  style(badge, { position: "absolute", top: "-2px", right: "-2px", boxSizing: "border-box", minWidth: "20px", padding: "0 5px", borderRadius: "10px", background: "#b3261e", font: "600 12px/20px system-ui, sans-serif" });
  button.append(picture, badge);
  button.addEventListener("click", () => (shown ? toggle(false) : open()));
  narrow.addEventListener("change", lay);
  document.body.append(button);
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-label", words.open);
  lay();

  globalThis.Switchboard = {
    open,
    close: () => toggle(false),
    identify(who) {
      user = who;
      tell({ user });
    },
  };
})();
