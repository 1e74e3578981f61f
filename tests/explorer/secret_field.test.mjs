// The token field's own tests: `node --test`. A page of a few lines stands in for the browser's.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";

// Read, and not imported by its name: an older node takes a `.js` without a package for another kind of module.
const source = readFileSync(new URL("../../wemasy_kit/explorer/secret_field.js", import.meta.url), "utf8");
const field = await import(`data:text/javascript,${encodeURIComponent(source)}`);
const TWO_LINES = "12|aaa\n13|bbb";
const READY = { about: "sandbox ", mode: "ready", button: "Log out", ready_at: null, can_cancel: true };

class Node extends EventTarget {
  children = [];
  dataset = {};
  classList = { add() {} };
  value = "";
  constructor(tag) {
    super();
    this.tag = tag;
  }
  setAttribute(name, value) {
    this[name] = value;
  }
  getAttribute(name) {
    return this[name];
  }
  append(...children) {
    this.children.push(...children);
    this.textContent = children.filter((child) => typeof child === "string").join("");
  }
  get every() {
    return [this, ...this.children.flatMap((child) => child.every ?? [])];
  }
  closest() {
    return null;
  }
  focus() {
    document.focused = this;
  }
  setRangeText(text, start, end) {
    this.value = this.value.slice(0, start) + text + this.value.slice(end);
    this.selectionStart = this.selectionEnd = start + text.length;
  }
  fire(type, more = {}) {
    this.dispatchEvent(Object.assign(new Event(type), more));
  }
}

beforeEach((t) => {
  globalThis.document = Object.assign(new Node(), { createElement: (tag) => new Node(tag) });
  globalThis.requestAnimationFrame = globalThis.cancelAnimationFrame = () => {};
  t.mock?.reset();
});

// A field on a page: its parts by what is written on them, what it has sent, and what the kernel tells it.
function open(t, view = {}) {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
  const heard = {};
  const sent = [];
  const model = { view: { ...READY, ...view }, get: () => model.view, send: (message) => sent.push(message) };
  model.on = (type, listener) => { heard[type] = listener; };
  model.off = (type) => delete heard[type];
  const el = new Node("div");
  const close = field.default.render({ model, el });
  const find = (is) => el.every.find(is);
  const input = find((node) => node.tag === "input");
  const typed = (text) => { input.value = text; input.fire("input"); };
  return {
    close, heard, input, sent, typed,
    button: (text) => find((node) => node.tag === "button" && node.textContent === text),
    shown: (name) => find((node) => node.role === name || node.class === name),
    told: (message) => heard["msg:custom"](message, []),
    sees: (more) => { Object.assign(model.view, more); heard["change:view"](); },
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
  t.mock.timers.tick(349);
  send.fire("click");
  assert.equal(page.sent.length, 1);
  t.mock.timers.tick(1);
  send.fire("click");
  assert.equal(page.sent.length, 2);
});

test("a click after another choice is no echo", (t) => {
  const page = open(t);
  page.button("Log out").fire("click");
  page.told({ did: "accepted" });
  page.sees({ about: "live " });
  page.button("Log out").fire("click");
  assert.equal(page.sent.length, 2);
});

test("the field is emptied and hidden when its text was accepted", (t) => {
  const page = open(t);
  page.paste(TWO_LINES);
  page.button("Show").fire("click");
  assert.equal(page.input.type, "text");
  page.told({ did: "accepted" });
  assert.deepEqual([page.input.value, page.input.type], ["", "password"]);
  page.button("Log out").fire("click");
  assert.equal(page.sent[0].text, "");
});

test("the field keeps what was refused, as it was pasted, and has the focus", (t) => {
  const page = open(t);
  page.paste(TWO_LINES);
  page.button("Log out").fire("click");
  page.sees({ error: "A line break stands inside." });
  page.told({ did: "refused" });
  assert.equal(page.shown("alert").textContent, "✗ A line break stands inside.");
  assert.equal(document.focused, page.input);
  t.mock.timers.tick(350);
  page.button("Log out").fire("click");
  assert.deepEqual(page.sent.map((message) => message.text), [TWO_LINES, TWO_LINES]);
});

test("the second step is confirmed or let go, and the focus is on “Not now”", (t) => {
  const page = open(t);
  page.button("Log out").fire("click");
  page.sees({ mode: "confirm", question: "Really?", confirm: "For real" });
  page.told({ did: "armed" });
  assert.equal(document.focused, page.button("Not now"));
  assert.deepEqual([page.shown("group").hidden, page.input.disabled], [false, true]);
  page.button("For real").fire("click");
  assert.equal(page.sent.length, 1, "the echo of the first step");
  t.mock.timers.tick(350);
  page.button("For real").fire("click");
  page.told({ did: "ignored" });
  page.button("Not now").fire("click");
  page.told({ did: "let_go" });
  assert.deepEqual(page.sent.map((message) => message.do), ["send", "confirm", "forget"]);
  assert.equal(document.focused, page.input);
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
  const page = { waiting: false, settled: true };
  assert.equal(field.looks({ ...READY, ready_at: 3600 }, page, 0).send, "Wait");
  assert.equal(field.looks({ ...READY, ready_at: 3599.5, ready_clock: "x" }, page, 1000).send, "Wait 3599 s");
});

test("a request that is out can be cancelled where the source allows it", (t) => {
  const page = open(t, { mode: "sending" });
  page.button("Cancel").fire("click");
  assert.deepEqual(page.sent, [{ do: "cancel" }]);
  assert.equal(page.button("Cancel").hidden, false);
  page.sees({ can_cancel: false });
  assert.equal(page.button("Cancel").hidden, true);
});

for (const [isGranted, says] of [[true, "Copied"], [false, "Select and copy it by hand"]]) {
  test(`a sample is copied: ${says}`, async (t) => {
    open(t);
    const copied = [];
    const writeText = async (text) => { if (isGranted) copied.push(text); else throw new Error("denied"); };
    Object.defineProperty(globalThis, "navigator", { value: { clipboard: { writeText } }, configurable: true });
    const node = new Node("button");
    node.closest = (wanted) => (wanted === "[data-wemasy-copy]" ? node : null);
    node.parentElement = { querySelector: () => ({ textContent: "curl" }) };
    const event = new Event("click");
    Object.defineProperty(event, "target", { value: node });
    document.dispatchEvent(event);
    await new Promise(process.nextTick);
    assert.deepEqual([copied, node.textContent], [isGranted ? ["curl"] : [], says]);
  });
}

test("what a screen reader hears is what the kernel says, and a closed field hears nothing", (t) => {
  const page = open(t);
  page.told({ say: "Token revoked." });
  assert.equal(page.shown("status").textContent, "Token revoked.");
  page.close();
  assert.deepEqual(page.heard, {});
});
