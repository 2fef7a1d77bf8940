/** Other tabs of this agent: what waits stands in all of them; what one sends, or takes back, the others let go. */
import { own } from "../core/store.js";
import { attached, pending } from "./actions.js";

addEventListener("storage", ({ key, newValue }) => {
  const start = `switchboard.${own("")}`;
  if (!key?.startsWith(start)) return;
  const [kind, name] = key.slice(start.length).split(/\.(.*)/s);
  const now = JSON.parse(newValue ?? "null");
  if (kind === "attached") attached.value = { ...attached.value, [name]: [...(now ?? []), ...(attached.value[name] ?? []).filter((file) => !file.id)] };
  if (kind !== "pending") return;
  const here = pending.value.find((each) => each.key === name);
  // Whoever sends it hears what becomes of it; elsewhere it waits as before.
  if (here && now && (here.state === "sending" || now.state === "sending")) return;
  pending.value = [...pending.value.filter((each) => each !== here), ...(now && now.state !== "sending" ? [now] : [])];
});
