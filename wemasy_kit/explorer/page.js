// The form in the page. The kernel says what it shows, as HTML and as a view of the token field; what is typed or pasted
// stays in this page: it is in no model and no state, and it is handed to the kernel once, as it is, by a message, when
// the button or Enter is pressed.

const ECHO = 450; // ms; a second click within them is half of a double click. The kernel, which it may reach sooner, says 350.
const SILENCE = 1800; // ms that a living kernel does not take to say what became of a press
const PARTS = ["address", "choices", "tokens", "response", "base", "history"];

// What the field was given once `paste` has taken the place of its characters from `start` to `end`. A field drops line
// breaks, so each of its characters has those around it in `given` with it.
export function pasted(given, start, end, paste) {
  const characters = given.match(/^[\r\n]*[^\r\n]?[\r\n]*|[^\r\n][\r\n]*/g) ?? [];
  return [...characters.slice(0, start), paste, ...characters.slice(end)].join("");
}

const GONE = {
  before: "Nothing was sent. Run this cell again (Shift+Enter).",
  out: "A request was out, and nobody knows its outcome: treat the token as live. Run this cell again (Shift+Enter).",
  busy: "The kernel is busy. What was pressed waits until it is free.",
};

// What stands on the screen, from what the kernel says, what this page knows, and the time in ms.
export function looks(view, { id, waiting, settled, gone }, now) {
  const left = Math.max(0, Math.ceil((view.ready_at ?? 0) - now / 1000));
  const isOut = view.mode === "sending";
  const busy = waiting || isOut;
  const asks = view.mode === "confirm" && view.page === id && !gone;
  const isDead = gone === "before" || gone === "out";
  const wait = left < 3600 ? `Wait ${left} s` : "Wait";
  return {
    waits: left > 0,
    asks,
    isDead,
    isStale: isDead || waiting || !view.is_current,
    send: isDead ? "The kernel is gone" : busy ? "Sending…" : left ? wait : view.button,
    sendIsOff: Boolean(view.off) || isDead || busy || left > 0 || !settled,
    confirmIsOff: waiting || !settled,
    stopIsOff: waiting,
    cancel: isOut && view.can_cancel && !isDead,
    fieldIsOff: Boolean(view.off) || busy || asks || isDead,
    choiceIsOff: isOut || isDead,
    error: view.error && `✗ ${view.error}`,
    hint: GONE[gone] ?? (left ? `It can be sent at ${view.ready_clock}.` : view.hint),
  };
}

// The text of the field as it was given: with the line breaks of what was pasted, until something is typed, and again
// once that is undone.
function secretOf(input) {
  const given = new Map();
  const text = () => given.get(input.value) ?? input.value;
  return {
    text,
    paste(paste) {
      const whole = pasted(text(), input.selectionStart, input.selectionEnd, paste);
      document.execCommand("insertText", false, paste.replace(/[\r\n]/g, "")); // The only way that can be undone.
      given.set(input.value, whole);
    },
    empty() {
      given.clear();
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

function build(id) {
  const input = element("input", {
    id,
    type: "password",
    autocomplete: "new-password", // Browsers ignore "off".
    spellcheck: "false",
    autocapitalize: "off",
    "data-1p-ignore": "",
    "data-lpignore": "true",
    "aria-describedby": `${id}-error ${id}-note`,
  });
  const eye = button("quiet", "Show", { "aria-pressed": "false", "aria-controls": id });
  const error = element("p", { id: `${id}-error`, class: "wemasy-error", role: "alert" });
  const note = element("p", { id: `${id}-note`, class: "wemasy-note" });
  const question = element("b");
  const cost = element("p");
  const confirm = button("danger");
  const stop = button("quiet", "Not now");
  const steps = element("div", { class: "wemasy-row" }, confirm, stop);
  const armed = element("div", { class: "wemasy-armed", role: "group", "aria-label": "Confirm" }, question, cost, steps);
  const send = button("primary");
  const cancel = button("quiet", "Cancel");
  const buttons = element("div", { class: "wemasy-row" }, send, cancel);
  const hint = element("p", { class: "wemasy-note" });
  const status = element("p", { class: "wemasy-unseen", role: "status" });
  const aside = element("small");
  const label = element("p", { class: "wemasy-title" }, element("label", { for: id }, "Bearer token"), " ", aside);
  const row = element("div", { class: "wemasy-field" }, input, eye);
  const field = element("div", { class: "wemasy-secret", "data-lm-suppress-shortcuts": "true" }, label, row, armed, buttons, error, hint, note, status);
  return { field, aside, input, eye, error, note, armed, question, cost, confirm, stop, buttons, send, cancel, hint, status };
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
  parts.send.className = `wemasy-primary wemasy-${view.tone}`;
  turn(parts.send, look.sendIsOff);
  const isAsked = parts.armed.contains(document.activeElement);
  parts.buttons.hidden = look.asks;
  parts.cancel.hidden = !look.cancel;
  parts.armed.hidden = !look.asks;
  parts.question.textContent = view.question ?? "";
  parts.cost.textContent = view.cost ?? "";
  parts.confirm.textContent = view.confirm ?? "";
  if (isAsked && !look.asks) parts.send.focus();
  turn(parts.confirm, look.confirmIsOff);
  turn(parts.stop, look.stopIsOff);
  show(parts.aside, view.aside);
  parts.input.placeholder = view.placeholder;
  parts.input.readOnly = look.fieldIsOff;
  parts.input.setAttribute("aria-invalid", String(Boolean(view.error)));
  show(parts.error, look.error);
  show(parts.note, view.note);
  show(parts.hint, look.asks ? "" : look.hint);
}

function download(name, content) {
  const link = element("a", { download: name, href: URL.createObjectURL(new Blob([content])) });
  link.click();
  URL.revokeObjectURL(link.href);
}

async function copy(node) {
  const label = node.textContent;
  if (label === "Copied") return;
  try {
    await navigator.clipboard.writeText(node.dataset.wemasyCopy);
  } catch {
    node.textContent = "Select and copy it by hand";
    return;
  }
  node.textContent = "Copied";
  setTimeout(() => {
    node.textContent = label;
  }, 1500);
}

const find = (node, key) => node.querySelector(`[data-wemasy-key="${CSS.escape(key)}"]`);

// New HTML in a place, where what is unfolded, chosen and focused stays so.
function repaint(place, html, page, fallback) {
  const focused = place.contains(document.activeElement) ? (document.activeElement.dataset.wemasyKey ?? "") : null;
  const unfolded = [...place.querySelectorAll("details[open]")].map((fold) => fold.dataset.wemasyFold);
  place.innerHTML = html;
  for (const fold of place.querySelectorAll("details")) fold.open = unfolded.includes(fold.dataset.wemasyFold);
  for (const input of place.querySelectorAll("input")) input.name = `${page.id}-${input.name}`; // Two forms, two groups.
  for (const tabs of place.querySelectorAll("[data-wemasy-tabs]")) choose(tabs, page.tabs[tabs.dataset.wemasyTabs] ?? 0);
  if (focused !== null) (find(place, focused) ?? place.querySelector("summary, [tabindex='-1']") ?? fallback).focus();
}

const headsOf = (tabs) => [...tabs.firstElementChild.children];

function choose(tabs, chosen) {
  headsOf(tabs).forEach((head, place) => {
    head.setAttribute("aria-selected", String(place === chosen));
    head.tabIndex = place === chosen ? 0 : -1;
    tabs.children[place + 1].hidden = place !== chosen;
  });
}

// A press below which the verdict is out of sight brings it into view, once.
function bringIntoView(root) {
  const verdict = root.querySelector(".wemasy-answer .wemasy-verdict");
  if (!verdict || verdict.getBoundingClientRect().top < window.innerHeight - 60) return;
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  verdict.scrollIntoView({ block: "nearest", behavior: isCalm ? "auto" : "smooth" });
}

function render({ model, el }) {
  const over = new AbortController();
  const id = `wemasy-${Math.random().toString(36).slice(2)}`;
  const page = { id, waiting: false, settled: true, about: null, gone: null, tabs: {}, pressed: false };
  const parts = build(id);
  const { input, eye, confirm, stop, send, cancel, status } = parts;
  const secret = secretOf(input);
  const painted = {};
  let timer = null;
  let silence = null;
  let echo = null;

  el.classList.add("wemasy");
  const frame = element("div", { class: "wemasy-frame" });
  el.append(frame);
  repaint(frame, model.get("frame"), page, send);
  const place = (name) => frame.querySelector(`[data-wemasy-part="${name}"]`);
  place("field").append(parts.field);

  function draw() {
    const view = model.get("view");
    if (view.about !== page.about) page.settled = true; // Who changed something in between does not double-click.
    page.about = view.about;
    const look = looks(view, page, Date.now());
    paint(parts, view, look);
    for (const name of PARTS) {
      const html = model.get(name);
      if (painted[name] === html) continue;
      painted[name] = html;
      repaint(place(name), html, page, send);
    }
    for (const choice of frame.querySelectorAll("fieldset")) choice.disabled = look.choiceIsOff;
    frame.classList.toggle("wemasy-gone", look.isDead);
    frame.classList.toggle("wemasy-stale", look.isStale);
    const shown = frame.querySelector(".wemasy-shown");
    if (shown) shown.inert = view.mode === "sending"; // Nothing of it can be taken for what comes.
    if (page.pressed && view.mode === "ready" && !page.waiting) {
      page.pressed = false;
      bringIntoView(frame);
    }
    if (!look.waits) {
      clearInterval(timer);
      timer = null;
    } else if (timer === null) timer = setInterval(draw, 500);
  }

  // The kernel is gone, or silent; a request that was out may have left.
  function lost() {
    const isOut = page.waiting || model.get("view").mode === "sending";
    page.gone = isOut ? "out" : "before";
    page.waiting = false;
    draw();
  }

  function tell(message) {
    try {
      model.send({ ...message, page: id });
    } catch {
      page.waiting = false; // There is no kernel to send to.
      lost();
      return;
    }
    clearTimeout(silence);
    silence = setTimeout(() => {
      if (!page.waiting) return;
      if (model.widget_manager?.kernel?.status === "busy") page.gone = "busy";
      else {
        page.waiting = false; // An idle kernel that says nothing has not heard it.
        page.gone = "before";
      }
      draw();
    }, SILENCE);
  }

  function act(node, message) {
    if (isOff(node)) return;
    page.settled = false;
    page.waiting = true;
    clearTimeout(echo);
    echo = setTimeout(() => {
      page.settled = true;
      draw();
    }, ECHO);
    tell(message);
    draw();
  }
  const press = () => act(send, { do: "send", text: secret.text() });

  function heard(message, buffers) {
    page.gone = null;
    if (message.say !== undefined) status.textContent = message.say;
    if (message.page !== undefined && message.page !== id) return;
    if (message.file !== undefined) download(message.file, buffers[0]);
    if (message.did === undefined) return;
    page.waiting = false;
    if (message.did === "accepted") {
      page.pressed = true;
      secret.empty();
      reveal(input, eye, false);
    }
    draw();
    if (message.did === "refused" || message.did === "let_go") input.focus();
    if (message.did === "armed") stop.focus();
    if (message.did === "accepted" && !frame.contains(document.activeElement)) send.focus();
  }

  function clicked(event) {
    const node = event.target.closest("[data-wemasy-copy], button[data-wemasy-do], [role=tab]");
    if (!node) return;
    const { wemasyCopy, wemasyDo, wemasyValue } = node.dataset;
    if (wemasyCopy !== undefined) copy(node);
    else if (wemasyDo === "prove") act(send, { do: "prove" });
    else if (wemasyDo) tell({ do: wemasyDo, value: wemasyValue });
    else turnTo(node.closest("[data-wemasy-tabs]"), node);
  }

  function turnTo(tabs, head) {
    page.tabs[tabs.dataset.wemasyTabs] = headsOf(tabs).indexOf(head);
    choose(tabs, headsOf(tabs).indexOf(head));
    head.focus();
  }

  function keyed(event) {
    // JupyterLab has shortcuts of its own: a letter can delete a cell, and Shift+Enter runs this one.
    if (event.key !== "Enter") event.stopPropagation();
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape" && !parts.armed.hidden) act(stop, { do: "forget" });
    if (!step || event.target.role !== "tab") return;
    const tabs = event.target.closest("[data-wemasy-tabs]");
    const heads = headsOf(tabs);
    turnTo(tabs, heads[(heads.indexOf(event.target) + step + heads.length) % heads.length]);
  }

  const on = (node, type, listener) => node.addEventListener(type, listener, { signal: over.signal });
  on(send, "click", press);
  on(confirm, "click", () => act(confirm, { do: "confirm" }));
  on(stop, "click", () => act(stop, { do: "forget" }));
  on(cancel, "click", () => tell({ do: "cancel" }));
  on(eye, "click", () => reveal(input, eye, input.type === "password"));
  on(input, "paste", (event) => {
    event.preventDefault(); // The field would drop the line breaks before anyone has seen them.
    if (!input.readOnly) secret.paste(event.clipboardData.getData("text"));
  });
  on(input, "keydown", (event) => {
    if (event.key !== "Escape") event.stopPropagation();
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      press();
    }
  });
  on(frame, "click", clicked);
  on(frame, "keydown", keyed);
  on(frame, "change", ({ target }) => {
    if (target.dataset.wemasyDo) tell({ do: target.dataset.wemasyDo, value: target.value });
  });
  const changes = ["view", ...PARTS].map((name) => `change:${name}`).join(" ");
  let waits = false;
  const soon = () => {
    page.gone = null;
    if (waits) return;
    waits = true;
    queueMicrotask(() => {
      waits = false;
      draw();
    });
  };
  model.on(changes, soon);
  model.on("msg:custom", heard);
  model.on("comm_live_update", lost);
  draw();
  if (el.closest?.(".jupyter-widgets-disconnected")) lost();
  return () => {
    over.abort();
    clearInterval(timer);
    clearTimeout(silence);
    clearTimeout(echo);
    model.off(changes, soon);
    model.off("msg:custom", heard);
    model.off("comm_live_update", lost);
  };
}

export default { render };
