// The token field and its buttons. What is typed stays in this page: it is in no model and no state, and it is handed to
// the kernel once, by a message, when the button or Enter is pressed.

const ECHO = 350; // ms; a second click within them is half of a double click

const WRAPPINGS = [
  [/^\s+|\s+$/g, "white space around it"],
  [/[\r\n]+/g, "a line break"],
  [/^(["'`])([^]*)\1$/, "a pair of quotes", "$2"],
  [/^\s*authorization\s*:\s*/i, "“Authorization:”"],
  [/^\s*bearer\s+/i, "“Bearer”"],
  [/^(["'`])([^]*)\1$/, "a pair of quotes", "$2"],
];

function tidied(text) {
  const notes = new Set();
  for (const [pattern, note, kept = ""] of WRAPPINGS) {
    const left = text.replace(pattern, kept);
    if (left !== text && left !== "") notes.add(note);
    text = left;
  }
  return [text, [...notes]];
}

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function show(node, text) {
  node.textContent = text ?? "";
  node.hidden = !text;
}

function download(name, content) {
  const link = element("a", { download: name, href: URL.createObjectURL(new Blob([content])) });
  link.click();
  URL.revokeObjectURL(link.href);
}

// ipywidgets' radio buttons stand alone: grouped, the arrow keys move between them and a screen reader counts them.
function groupRadios(form, signal) {
  for (const box of form?.querySelectorAll(".wemasy-segments .widget-radio-box") ?? []) {
    // JupyterLab takes the arrow keys otherwise.
    box.addEventListener("keydown", (event) => { if (event.key.startsWith("Arrow")) event.stopPropagation(); }, { signal });
    box.setAttribute("role", "radiogroup");
    box.setAttribute("aria-label", box.parentElement.querySelector(".widget-label").textContent);
    const name = Math.random().toString(36).slice(2);
    for (const radio of box.querySelectorAll("input")) radio.name = name;
  }
}

function render({ model, el }) {
  const over = new AbortController();
  const { signal } = over;
  const id = `wemasy-${Math.random().toString(36).slice(2)}`;
  const input = element("input", {
    id, type: "password", autocomplete: "off", spellcheck: "false", autocapitalize: "off",
    "data-1p-ignore": "", "data-lpignore": "true", "aria-describedby": `${id}-error ${id}-note`,
  });
  const eye = element("button", { type: "button", class: "wemasy-quiet", "aria-pressed": "false", "aria-controls": id }, "Show");
  const error = element("p", { id: `${id}-error`, class: "wemasy-error", role: "alert", hidden: "" });
  const note = element("p", { id: `${id}-note`, class: "wemasy-note", hidden: "" });
  const question = element("p", {});
  const confirm = element("button", { type: "button", class: "wemasy-danger" });
  const stop = element("button", { type: "button", class: "wemasy-quiet" }, "Not now");
  const armed = element(
    "div", { class: "wemasy-armed", role: "group", "aria-label": "Confirm", hidden: "" },
    question, element("div", { class: "wemasy-row" }, confirm, stop),
  );
  const send = element("button", { type: "button", class: "wemasy-primary" });
  const cancel = element("button", { type: "button", class: "wemasy-quiet", hidden: "" }, "Cancel");
  const buttons = element("div", { class: "wemasy-row" }, send, cancel);
  const hint = element("p", { class: "wemasy-note" });
  const status = element("p", { class: "wemasy-unseen", role: "status" });
  el.classList.add("wemasy-secret");
  el.dataset.lmSuppressShortcuts = "true";
  el.append(
    element("label", { for: id }, "Bearer token"),
    element("div", { class: "wemasy-row" }, input, eye), error, note, armed, buttons, hint, status,
  );

  let waitingForKernel = false;
  let settled = true;
  let about = null;
  let timer = null;
  let pasted = [];

  // Not `disabled`, which would throw the keyboard's focus away.
  const off = (button, isOff) => button.setAttribute("aria-disabled", String(isOff));
  const isOff = (button) => button.getAttribute("aria-disabled") === "true";

  function act(button, message) {
    if (isOff(button)) return;
    settled = false;
    setTimeout(() => { settled = true; draw(); }, ECHO);
    waitingForKernel = true;
    model.send(message);
    draw();
  }
  function pressed() {
    if (isOff(send)) return;
    const [text, notes] = tidied(input.value);
    input.value = text;
    pasted = [...new Set([...pasted, ...notes])];
    act(send, { do: "send", text });
  }

  function draw() {
    const view = model.get("view");
    const left = view.ready_at ? Math.ceil(view.ready_at - Date.now() / 1000) : 0;
    const waits = left > 0;
    if (waits && timer === null) timer = setInterval(draw, 500);
    if (!waits && timer !== null) timer = clearInterval(timer) ?? null;
    const busy = waitingForKernel || view.mode === "sending";
    if (view.about !== about) settled = true; // Who changed something in between does not double-click.
    about = view.about;
    send.textContent = busy ? "Sending…" : waits ? (left < 3600 ? `Wait ${left} s` : "Wait") : view.button;
    off(send, busy || waits || !settled);
    buttons.hidden = view.mode === "confirm";
    cancel.hidden = view.mode !== "sending" || !view.can_cancel;
    armed.hidden = view.mode !== "confirm";
    question.textContent = view.question ?? "";
    confirm.textContent = view.confirm ?? "";
    off(confirm, waitingForKernel || !settled);
    off(stop, waitingForKernel);
    input.placeholder = view.placeholder;
    input.disabled = busy || view.mode === "confirm";
    input.setAttribute("aria-invalid", view.error ? "true" : "false");
    show(error, view.error && `✗ ${view.error}`);
    const notes = pasted.length ? `Left out: ${pasted.join(", ")}.` : "";
    show(note, [notes, view.note].filter(Boolean).join(" "));
    hint.textContent = waits ? `It can be sent at ${view.ready_clock}.` : view.hint;
  }

  send.addEventListener("click", pressed, { signal });
  confirm.addEventListener("click", () => act(confirm, { do: "confirm" }), { signal });
  stop.addEventListener("click", () => act(stop, { do: "forget" }), { signal });
  cancel.addEventListener("click", () => model.send({ do: "cancel" }), { signal });
  eye.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    eye.textContent = shown ? "Hide" : "Show";
    eye.setAttribute("aria-pressed", String(shown));
  }, { signal });
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      pressed();
    }
  }, { signal });
  input.addEventListener("paste", (event) => {
    // A password field would glue the lines of a pasted text together without a word.
    event.preventDefault();
    const [text, notes] = tidied(event.clipboardData.getData("text"));
    pasted = notes;
    input.setRangeText(text, input.selectionStart, input.selectionEnd, "end");
    draw();
  }, { signal });
  input.addEventListener("input", () => { pasted = []; draw(); }, { signal });

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-wemasy-copy]");
    if (!button || button.closest(".wemasy") !== el.closest(".wemasy")) return;
    navigator.clipboard.writeText(button.parentElement.querySelector("pre").textContent).then(
      () => { button.textContent = "Copied"; setTimeout(() => { button.textContent = "Copy"; }, 1500); },
      () => { button.textContent = "Select and copy it by hand"; },
    );
  }, { signal });

  function heard(message, buffers) {
    if (message.file !== undefined) download(message.file, buffers[0]);
    if (message.say !== undefined) status.textContent = message.say;
    if (message.did === undefined) return;
    const mine = waitingForKernel;
    waitingForKernel = false;
    if (message.did === "accepted") {
      input.value = "";
      pasted = [];
      if (input.type === "text") eye.click();
    }
    draw();
    if (mine && message.did === "refused") input.focus();
    if (mine && message.did === "armed") stop.focus();
  }
  model.on("change:view", draw);
  model.on("msg:custom", heard);
  const group = requestAnimationFrame(() => groupRadios(el.closest(".wemasy"), signal));
  draw();
  return () => {
    cancelAnimationFrame(group);
    over.abort();
    clearInterval(timer);
    model.off("change:view", draw);
    model.off("msg:custom", heard);
  };
}

export default { render };
