// Which recording the form opens on: from the address, `#v1/NAME`, if the name is on this list. Nothing else is taken.
const names = ["NAMES"];
const start = document.getElementById("start");
const said = document.getElementById("said");

function choose() {
  const [version, name] = location.hash.slice(1).split("/");
  const chosen = version === "v1" && names.includes(name) ? name : document.querySelector("input:checked").value;
  document.getElementById(`r-${chosen.slice(0, 3)}`).checked = true;
  const code = `from wemasy_kit import LogoutForm; LogoutForm(cassette="${chosen}")`;
  start.href = start.href.replace(/&code=.*/, `&code=${encodeURIComponent(code)}`);
  document.getElementById("opens").textContent = ` It opens on ${chosen}.`;
}

function begin(event) {
  if (event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const frame = Object.assign(document.createElement("iframe"), { src: start.href, title: "The form" });
  document.getElementById("form").replaceChildren(frame);
  const began = Date.now();
  const timer = setInterval(() => {
    const page = frame.contentDocument;
    const files = frame.contentWindow.performance.getEntriesByType("resource").length;
    said.textContent = `Loading: ${files} files, ${Math.round((Date.now() - began) / 1000)} s`;
    if (!page?.querySelector(".wemasy")) return;
    clearInterval(timer);
    said.textContent = "The form runs, in this page.";
    // The form has no code: no number stands beside it, and no empty prompt below.
    page.head.insertAdjacentHTML("beforeend", "<style>.jp-OutputPrompt,.jp-CodeConsole-input,.lm-SplitPanel-handle{display:none}.jp-ThemedContainer{background:var(--jp-layout-color0)!important}</style>");
    // JupyterLab takes the focus at a press and scrolls: the button would slip away from under the mouse.
    const element = frame.contentWindow.HTMLElement.prototype;
    const { focus } = element;
    element.focus = function () {
      focus.call(this, { preventScroll: true });
    };
  }, 250);
}

for (const radio of document.querySelectorAll("input[name=response]"))
  radio.addEventListener("change", () => { location.replace(`#v1/${radio.value}`); });
addEventListener("hashchange", choose);
start.addEventListener("click", begin);
choose();
