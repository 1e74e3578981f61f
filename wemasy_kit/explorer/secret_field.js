// The token field and its buttons. What is typed or pasted stays in this page: it is in no model and no state, and it is
// handed to the kernel once, as it is, by a message, when the button or Enter is pressed.

const ECHO = 350; // ms; a second click within them is half of a double click

// What the field was given once `paste` has taken the place of its characters from `start` to `end`. A field drops line
// breaks, so each of its characters has those around it in `given` with it.
export function pasted(given, start, end, paste) {
  const characters = given.match(/^[\r\n]*[^\r\n]?[\r\n]*|[^\r\n][\r\n]*/g) ?? [];
  return [...characters.slice(0, start), paste, ...characters.slice(end)].join("");
}

// What stands on the screen, from what the kernel says, what this page knows, and the time in ms.
export function looks(view, { waiting, settled }, now) {
  const left = Math.max(0, Math.ceil((view.ready_at ?? 0) - now / 1000));
  const busy = waiting || view.mode === "sending";
  const asks = view.mode === "confirm";
  const wait = left < 3600 ? `Wait ${left} s` : "Wait";
  return {
    waits: left > 0,
    asks,
    send: busy ? "Sending…" : left ? wait : view.button,
    sendIsOff: busy || left > 0 || !settled,
    confirmIsOff: waiting || !settled,
    stopIsOff: waiting,
    cancel: view.mode === "sending" && view.can_cancel,
    fieldIsOff: busy || asks,
    error: view.error && `✗ ${view.error}`,
    hint: left ? `It can be sent at ${view.ready_clock}.` : "",
  };
}

// The text of the field as it was given: with the line breaks of what was pasted, until something is typed.
function secretOf(input) {
  let given = null;
  return {
    text: () => given ?? input.value,
    type() {
      given = null;
    },
    paste(text) {
      given = pasted(given ?? input.value, input.selectionStart, input.selectionEnd, text);
      input.setRangeText(text.replace(/[\r\n]/g, ""), input.selectionStart, input.selectionEnd, "end");
    },
    empty() {
      given = null;
      input.value = "";
    },
  };
}

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function button(look, text = "", attributes = {}) {
  return element("button", { type: "button", class: `wemasy-${look}`, ...attributes }, text);
}

function build(el) {
  const id = `wemasy-${Math.random().toString(36).slice(2)}`;
  const input = element("input", {
    id,
    type: "password",
    autocomplete: "off",
    spellcheck: "false",
    autocapitalize: "off",
    "data-1p-ignore": "",
    "data-lpignore": "true",
    "aria-describedby": `${id}-error ${id}-note`,
  });
  const eye = button("quiet", "Show", { "aria-pressed": "false", "aria-controls": id });
  const error = element("p", { id: `${id}-error`, class: "wemasy-error", role: "alert" });
  const note = element("p", { id: `${id}-note`, class: "wemasy-note" });
  const question = element("p");
  const confirm = button("danger");
  const stop = button("quiet", "Not now");
  const steps = element("div", { class: "wemasy-row" }, confirm, stop);
  const armed = element("div", { class: "wemasy-armed", role: "group", "aria-label": "Confirm" }, question, steps);
  const send = button("primary");
  const cancel = button("quiet", "Cancel");
  const buttons = element("div", { class: "wemasy-row" }, send, cancel);
  const hint = element("p", { class: "wemasy-note" });
  const status = element("p", { class: "wemasy-unseen", role: "status" });
  const label = element("label", { for: id }, "Bearer token");
  el.classList.add("wemasy-secret");
  el.dataset.lmSuppressShortcuts = "true";
  el.append(label, element("div", { class: "wemasy-row" }, input, eye), error, note, armed, buttons, hint, status);
  return { input, eye, error, note, armed, question, confirm, stop, buttons, send, cancel, hint, status };
}

function show(node, text) {
  node.textContent = text ?? "";
  node.hidden = !text;
}

// Not `disabled`, which would throw the keyboard's focus away.
function turn(node, isOff) {
  node.setAttribute("aria-disabled", String(isOff));
}

function isOff(node) {
  return node.getAttribute("aria-disabled") === "true";
}

function reveal(input, eye, isShown) {
  input.type = isShown ? "text" : "password";
  eye.textContent = isShown ? "Hide" : "Show";
  eye.setAttribute("aria-pressed", String(isShown));
}

function paint(parts, view, look) {
  parts.send.textContent = look.send;
  turn(parts.send, look.sendIsOff);
  parts.buttons.hidden = look.asks;
  parts.cancel.hidden = !look.cancel;
  parts.armed.hidden = !look.asks;
  parts.question.textContent = view.question ?? "";
  parts.confirm.textContent = view.confirm ?? "";
  turn(parts.confirm, look.confirmIsOff);
  turn(parts.stop, look.stopIsOff);
  parts.input.placeholder = view.placeholder;
  parts.input.disabled = look.fieldIsOff;
  parts.input.setAttribute("aria-invalid", String(Boolean(view.error)));
  show(parts.error, look.error);
  show(parts.note, view.note);
  show(parts.hint, look.hint);
}

function download(name, content) {
  const link = element("a", { download: name, href: URL.createObjectURL(new Blob([content])) });
  link.click();
  URL.revokeObjectURL(link.href);
}

async function copy(node) {
  try {
    await navigator.clipboard.writeText(node.parentElement.querySelector("pre").textContent);
  } catch {
    node.textContent = "Select and copy it by hand";
    return;
  }
  node.textContent = "Copied";
  setTimeout(() => {
    node.textContent = "Copy";
  }, 1500);
}

// ipywidgets' radio buttons stand alone: grouped, the arrow keys move between them and a screen reader counts them.
function groupRadios(form, signal) {
  for (const box of form?.querySelectorAll(".wemasy-segments .widget-radio-box") ?? []) {
    const keep = (event) => {
      if (event.key.startsWith("Arrow")) event.stopPropagation(); // JupyterLab takes the arrow keys otherwise.
    };
    box.addEventListener("keydown", keep, { signal });
    box.setAttribute("role", "radiogroup");
    box.setAttribute("aria-label", box.parentElement.querySelector(".widget-label").textContent);
    const name = Math.random().toString(36).slice(2);
    for (const radio of box.querySelectorAll("input")) radio.name = name;
  }
}

function render({ model, el }) {
  const over = new AbortController();
  const parts = build(el);
  const { input, eye, confirm, stop, send, cancel, status } = parts;
  const secret = secretOf(input);
  const page = { waiting: false, settled: true, about: null };
  let timer = null;

  function draw() {
    const view = model.get("view");
    if (view.about !== page.about) page.settled = true; // Who changed something in between does not double-click.
    page.about = view.about;
    const look = looks(view, page, Date.now());
    paint(parts, view, look);
    if (!look.waits) {
      clearInterval(timer);
      timer = null;
    } else if (timer === null) timer = setInterval(draw, 500);
  }

  function act(node, message) {
    if (isOff(node)) return;
    page.settled = false;
    page.waiting = true;
    setTimeout(() => {
      page.settled = true;
      draw();
    }, ECHO);
    model.send(message());
    draw();
  }
  const press = () => act(send, () => ({ do: "send", text: secret.text() }));

  function heard(message, buffers) {
    if (message.file !== undefined) download(message.file, buffers[0]);
    if (message.say !== undefined) status.textContent = message.say;
    if (message.did === undefined) return;
    const mine = page.waiting;
    page.waiting = false;
    if (message.did === "accepted") {
      secret.empty();
      reveal(input, eye, false);
    }
    draw();
    if (mine && (message.did === "refused" || message.did === "let_go")) input.focus();
    if (mine && message.did === "armed") stop.focus();
  }

  const on = (node, type, listener) => node.addEventListener(type, listener, { signal: over.signal });
  on(send, "click", press);
  on(confirm, "click", () => act(confirm, () => ({ do: "confirm" })));
  on(stop, "click", () => act(stop, () => ({ do: "forget" })));
  on(cancel, "click", () => model.send({ do: "cancel" }));
  on(eye, "click", () => reveal(input, eye, input.type === "password"));
  on(input, "input", secret.type);
  on(input, "paste", (event) => {
    event.preventDefault(); // The field would drop the line breaks before anyone has seen them.
    secret.paste(event.clipboardData.getData("text"));
  });
  on(input, "keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      press();
    }
  });
  on(document, "click", (event) => {
    const node = event.target.closest?.("[data-wemasy-copy]");
    if (node && node.closest(".wemasy") === el.closest(".wemasy")) copy(node);
  });
  model.on("change:view", draw);
  model.on("msg:custom", heard);
  const group = requestAnimationFrame(() => groupRadios(el.closest(".wemasy"), over.signal));
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
