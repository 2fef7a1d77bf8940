// How files come to the page: by the button, by paste, or dropped anywhere on it.

/** `near` is told that some may come, `take` gets them. */
export function offer(button, field, { accept, most }, near, take) {
  Object.assign(field, { accept, multiple: most > 1 });
  button.hidden = false;
  button.addEventListener("click", () => field.click());
  field.addEventListener("change", () => {
    const chosen = [...field.files];
    field.value = "";
    take(chosen);
  });
  const offered = (event, what) => {
    if (!what?.types.includes("Files")) return;
    event.preventDefault();
    if (event.type === "dragover") near();
    else take([...what.files]);
  };
  addEventListener("paste", (event) => offered(event, event.clipboardData));
  for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => offered(event, event.dataTransfer));
}
