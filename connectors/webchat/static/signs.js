// What passes and is kept nowhere: that somebody at the house writes, what was read there, and that one types here.

import { make } from "./view.js";
import { say } from "./words.js";

const SHOWN_MS = 6_000; // the house says it again sooner, while it is so
const SAID_EVERY_MS = 4_500; // it takes one in 4 s

/** Listen to `text`, and draw above its form. `send(frame)` reaches the house, `show()` draws the messages anew. */
export function begin({ text, send, show }) {
  let [writer, timer, saidAt] = [null, 0, -SAID_EVERY_MS];
  const style = make("link");
  Object.assign(style, { rel: "stylesheet", href: new URL("signs.css", import.meta.url).href });
  document.head.append(style);
  const line = make("p", "writing");
  line.role = "status";
  text.form.before(line);

  function draw() {
    const words = writer && say("writing", { name: writer.name ?? say("team") });
    if (line.textContent === (words ?? "")) return;
    line.replaceChildren(...(words ? [words, dots()] : []));
  }

  function writes(next) {
    writer = next;
    clearTimeout(timer);
    if (writer) timer = setTimeout(writes, SHOWN_MS, null);
    draw();
  }

  text.addEventListener("input", () => {
    if (!text.value.trim() || performance.now() - saidAt < SAID_EVERY_MS) return;
    if (send({ type: "typing" })) saidAt = performance.now();
  });

  return {
    draw,
    /** `me.seen` is the newest message that was read there, of whoever writes here. */
    heard(frame, me) {
      if (frame.type === "welcome" || frame.messages?.some(({ author }) => author === "agent")) writes(null);
      if (frame.type === "writing") writes(frame.over ? null : frame);
      if (frame.type === "seen" && frame.message_id > me.seen) {
        me.seen = frame.message_id;
        show();
      }
    },
  };
}

function dots() {
  const box = make("span", "dots");
  box.ariaHidden = "true";
  box.append(make("i"), make("i"), make("i"));
  return box;
}
