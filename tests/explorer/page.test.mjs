// The page's own tests: `node --test`. A page of a few lines stands in for the browser's.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";

// Read, and not imported by its name: an older node takes a `.js` without a package for another kind of module.
const source = readFileSync(new URL("../../wemasy_kit/explorer/page.js", import.meta.url), "utf8");
const field = await import(`data:text/javascript,${encodeURIComponent(source)}`);
const TWO_LINES = "12|aaa\n13|bbb";
const READY = { about: "sandbox ", mode: "ready", is_current: false, page: "", button: "Log out", hint: "To a shop.", ready_at: null, can_cancel: true };

class Node extends EventTarget {
  children = [];
  dataset = {};
  style = {};
  value = "";
  selectionStart = 0;
  selectionEnd = 0;
  constructor(tag) {
    super();
    this.tag = tag;
    const has = new Set();
    this.classList = { add: (name) => has.add(name), has, toggle: (name, on) => has[on ? "add" : "delete"](name) };
  }
  setAttribute(name, value) {
    this[name] = value;
  }
  getAttribute(name) {
    return this[name];
  }
  append(...children) {
    for (const child of children) if (child instanceof Node) child.parent = this;
    this.children.push(...children);
    this.textContent = children.filter((child) => typeof child === "string").join("");
  }
  get every() {
    return [this, ...this.children.flatMap((child) => child.every ?? [])];
  }
  contains(node) {
    return this.every.includes(node);
  }
  // Of all that is looked for only the places of the parts are there; they stand where they are asked for first.
  querySelector(wanted) {
    if (!wanted.startsWith("[data-wemasy-part")) return null;
    this.places ??= {};
    if (!this.places[wanted]) {
      this.places[wanted] = new Node("div");
      this.append(this.places[wanted]);
    }
    return this.places[wanted];
  }
  querySelectorAll() {
    return [];
  }
  closest() {
    return null;
  }
  focus() {
    document.activeElement = this;
  }
  fire(type, more = {}) {
    for (let node = this; node; node = node.parent) node.dispatchEvent(Object.assign(new Event(type), more));
  }
}

beforeEach((t) => {
  globalThis.document = Object.assign(new Node(), {
    createElement: (tag) => new Node(tag),
    // What is typed stands on the undo stack with what stood there before.
    execCommand(_command, _, text) {
      const { value, selectionStart: start, selectionEnd: end } = document.typing;
      document.undo = value;
      document.typing.value = value.slice(0, start) + text + value.slice(end);
    },
  });
  t.mock?.reset();
});

// A form on a page: its parts by what is written on them, what it has sent, and what the kernel tells it.
function open(t, view = {}, isThere = () => true) {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
  const heard = {};
  const sent = [];
  const model = { view: { ...READY, ...view }, get: (name) => (name === "view" ? model.view : "") };
  model.send = ({ page, ...message }) => {
    if (!isThere()) throw new Error("Cannot send");
    model.page = page;
    sent.push(message);
  };
  model.on = (types, listener) => { for (const type of types.split(" ")) heard[type] = listener; };
  model.off = (types) => { for (const type of types.split(" ")) delete heard[type]; };
  const el = new Node("div");
  const close = field.default.render({ model, el });
  const find = (is) => el.every.find(is);
  const input = find((node) => node.tag === "input");
  document.typing = input;
  return {
    close, el, heard, input, model, sent,
    typed: (text) => { input.value = text; },
    button: (text) => find((node) => node.tag === "button" && node.textContent === text),
    shown: (name) => find((node) => node.role === name || node.class === name),
    says: (text) => el.every.some((node) => !node.hidden && node.textContent === text),
    told: (message) => heard["msg:custom"]({ page: model.page, ...message }, []),
    async sees(more) {
      Object.assign(model.view, more);
      heard["change:view"]();
      await null;
      await null;
    },
    paste(text, start = input.value.length, end = start) {
      Object.assign(input, { selectionStart: start, selectionEnd: end });
      input.fire("paste", { clipboardData: { getData: () => text } });
    },
  };
}

test("two pasted lines are handed over as two lines", (t) => {
  const page = open(t);
  page.paste(TWO_LINES);
  assert.equal(page.input.value, "12|aaa13|bbb");
  page.button("Log out").fire("click");
  assert.deepEqual(page.sent, [{ do: "send", text: TWO_LINES }]);
});

test("a paste can be undone, and what was pasted before it is two lines again", (t) => {
  const page = open(t);
  page.paste(TWO_LINES);
  page.paste("c");
  page.typed(document.undo);
  page.button("Log out").fire("click");
  assert.deepEqual(page.sent, [{ do: "send", text: TWO_LINES }]);
});

test("what is typed takes the place of what was pasted", (t) => {
  const page = open(t);
  page.paste(TWO_LINES);
  page.typed("12|aaa");
  page.input.fire("keydown", { key: "Enter" });
  assert.deepEqual(page.sent, [{ do: "send", text: "12|aaa" }]);
});

for (const [given, start, end, paste, becomes] of [
  ["", 0, 0, " a\n", " a\n"],
  ["a\n", 1, 1, "b", "a\nb"],
  ["a\r\nb", 0, 2, "c\n", "c\n"],
  ["a\nb", 1, 1, "-", "a\n-b"],
  ["\na", 0, 0, "b", "b\na"],
  ["ab", 1, 1, "\n", "a\nb"],
]) {
  test(`${JSON.stringify(paste)} pasted into ${JSON.stringify(given)} glues no lines`, () => {
    assert.equal(field.pasted(given, start, end, paste), becomes);
  });
}

test("the echo of a click is ignored, and so is every click while the kernel is silent", (t) => {
  const page = open(t);
  const send = page.button("Log out");
  send.fire("click");
  send.fire("click");
  assert.equal(send.textContent, "Sending…");
  page.told({ did: "refused" });
  t.mock.timers.tick(449);
  send.fire("click");
  assert.equal(page.sent.length, 1);
  t.mock.timers.tick(1);
  send.fire("click");
  assert.equal(page.sent.length, 2);
});

test("a click after another choice is no echo", async (t) => {
  const page = open(t);
  page.button("Log out").fire("click");
  page.told({ did: "accepted" });
  await page.sees({ about: "live " });
  page.button("Log out").fire("click");
  assert.equal(page.sent.length, 2);
});

test("the field is emptied and hidden when its text was accepted, and not for another page's", (t) => {
  const page = open(t);
  page.paste(TWO_LINES);
  page.button("Show").fire("click");
  page.told({ did: "accepted", page: "another" });
  assert.deepEqual([page.input.value, page.input.type], ["12|aaa13|bbb", "text"]);
  page.told({ did: "accepted" });
  assert.deepEqual([page.input.value, page.input.type], ["", "password"]);
  page.button("Log out").fire("click");
  assert.equal(page.sent[0].text, "");
});

test("the field keeps what was refused, as it was pasted, and has the focus", async (t) => {
  const page = open(t);
  page.paste(TWO_LINES);
  page.button("Log out").fire("click");
  await page.sees({ error: "A line break stands inside." });
  page.told({ did: "refused" });
  assert.equal(page.shown("alert").textContent, "✗ A line break stands inside.");
  assert.equal(document.activeElement, page.input);
  t.mock.timers.tick(450);
  page.button("Log out").fire("click");
  assert.deepEqual(page.sent.map((message) => message.text), [TWO_LINES, TWO_LINES]);
});

test("the second step is confirmed or let go in its own page, and the focus is never lost", async (t) => {
  const page = open(t);
  page.button("Log out").fire("click");
  const mine = { mode: "confirm", page: page.model.page, question: "Really?", cost: "It is lost.", confirm: "For real" };
  await page.sees({ ...mine, page: "another" });
  page.told({ did: "ignored" });
  assert.equal(page.shown("group").hidden, true);
  await page.sees(mine);
  page.told({ did: "armed" });
  assert.equal(document.activeElement, page.button("Not now"));
  assert.deepEqual([page.shown("group").hidden, page.input.readOnly], [false, true]);
  page.button("For real").fire("click");
  assert.equal(page.sent.length, 1, "the echo of the first step");
  t.mock.timers.tick(450);
  page.button("For real").focus();
  page.button("For real").fire("click");
  await page.sees({ mode: "sending" });
  assert.equal(document.activeElement, page.button("Sending…"));
  page.told({ did: "accepted" });
  await page.sees(mine);
  t.mock.timers.tick(450);
  page.input.fire("keydown", { key: "Escape" });
  page.told({ did: "let_go" });
  assert.deepEqual(page.sent.map((message) => message.do), ["send", "confirm", "forget"]);
  assert.equal(document.activeElement, page.input);
});

for (const [name, then, gone, says] of [
  ["a kernel that is not there", null, () => false, "Nothing was sent. Run this cell again (Shift+Enter)."],
  ["a kernel that says nothing", {}, (_page, t) => t.mock.timers.tick(1800), "Nothing was sent. Run this cell again (Shift+Enter)."],
  ["a kernel that goes while a request is out", { mode: "sending" }, (page) => page.heard.comm_live_update(),
    "A request was out, and nobody knows its outcome: treat the token as live. Run this cell again (Shift+Enter)."],
]) {
  test(`${name} is said so within two seconds of a press, and any word of it ends that`, async (t) => {
    const page = open(t, {}, () => gone.length > 0 || gone());
    page.button("Log out").fire("click");
    if (then) await page.sees(then);
    gone(page, t);
    assert.equal(page.button("The kernel is gone")["aria-disabled"], "true");
    assert.ok(page.says(says));
    await page.sees({ mode: "ready" });
    page.told({ did: "refused" });
    assert.ok(page.button("Log out"));
  });
}

test("a busy kernel is waited for", (t) => {
  const page = open(t);
  page.model.widget_manager = { kernel: { status: "busy" } };
  page.button("Log out").fire("click");
  t.mock.timers.tick(1800);
  assert.ok(page.says("The kernel is busy. What was pressed waits until it is free."));
  assert.ok(page.button("Sending…"));
});

test("a wait is counted down on the button, and nothing can be sent until it is over", (t) => {
  const page = open(t, { ready_at: 2.5, ready_clock: "08:01:01" });
  const send = page.button("Wait 3 s");
  send.fire("click");
  t.mock.timers.tick(1500);
  assert.equal(send.textContent, "Wait 1 s");
  t.mock.timers.tick(1000);
  assert.equal(send.textContent, "Log out");
  send.fire("click");
  assert.equal(page.sent.length, 1);
});

test("a wait of hours is not counted", () => {
  const page = { id: "", waiting: false, settled: true, gone: null };
  assert.equal(field.looks({ ...READY, ready_at: 3600 }, page, 0).send, "Wait");
  assert.equal(field.looks({ ...READY, ready_at: 3599.5, ready_clock: "x" }, page, 1000).send, "Wait 3599 s");
});

test("a request that is out can be cancelled where the source allows it", async (t) => {
  const page = open(t, { mode: "sending" });
  page.button("Cancel").fire("click");
  assert.deepEqual(page.sent, [{ do: "cancel" }]);
  assert.equal(page.button("Cancel").hidden, false);
  await page.sees({ can_cancel: false });
  assert.equal(page.button("Cancel").hidden, true);
});

for (const [isGranted, says] of [[true, "Copied"], [false, "Select and copy it by hand"]]) {
  test(`a text is copied, an empty one too: ${says}`, async (t) => {
    const page = open(t);
    const copied = [];
    const writeText = async (text) => { if (isGranted) copied.push(text); else throw new Error("denied"); };
    Object.defineProperty(globalThis, "navigator", { value: { clipboard: { writeText } }, configurable: true });
    const node = Object.assign(new Node("button"), { dataset: { wemasyCopy: "" }, textContent: "Copy body", closest: () => node });
    const event = new Event("click");
    Object.defineProperty(event, "target", { value: node });
    page.el.children[0].dispatchEvent(event);
    await new Promise(process.nextTick);
    assert.deepEqual([copied, node.textContent], [isGranted ? [""] : [], says]);
  });
}

test("what a screen reader hears is what the kernel says, and a closed field hears nothing", (t) => {
  const page = open(t);
  page.told({ say: "Token revoked." });
  assert.equal(page.shown("status").textContent, "Token revoked.");
  page.close();
  assert.deepEqual(page.heard, {});
});
