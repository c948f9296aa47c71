// A part of the panel whose ways stay in it: what they lead to comes in the place of what is there. What emoji are
// chosen from (`pages/emoji.rs`) is searched as one types, and gone through by the arrows; one that is taken goes to the
// message, or into what one writes.

const panel = document.getElementById("panel");
const ASKS = { headers: { "x-panel": "1" } };
const GRID = ".picker .emoji button";
const find = (selector) => panel.querySelector(selector);

// One button of a group is a stop of Tab's: the one that had the focus last.
const prepare = () => {
  for (const group of panel.querySelectorAll(".picker .emoji"))
    [...group.children].forEach((button, i) => (button.tabIndex = i ? -1 : 0));
};

let asking;
// What the way with this label, or the search field, leads to.
const show = async (address, at) => {
  asking?.abort();
  asking = new AbortController();
  try {
    const answer = await fetch(address, { ...ASKS, signal: asking.signal });
    const part = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".found");
    const place = find(".found");
    if (!part || !place) return;
    place.replaceWith(part);
    const tone = new URL(address).searchParams.get("tone");
    if (tone && find("[name=tone]")) find("[name=tone]").value = tone;
    prepare();
    if (at) [...part.querySelectorAll("a")].find((way) => way.textContent == at)?.focus();
  } catch {}
};

const search = (form) => show(`${form.action}?${new URLSearchParams(new FormData(form))}`);

panel.addEventListener("click", (event) => {
  const way = event.target.closest(".found :is(nav a,[rel=next])");
  if (!way || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (find("#emoji-q")) find("#emoji-q").value = new URL(way.href).searchParams.get("q") ?? "";
  show(way.href, way.textContent);
});

let pause;
panel.addEventListener("input", ({ target }) => {
  clearTimeout(pause);
  if (target.id == "emoji-q") pause = setTimeout(() => search(target.form), 120);
});

// Where one writes, the emoji comes at the cursor.
const insert = (emoji) => {
  const field = document.getElementById("composer-text");
  panel.close();
  if (!field) return;
  field.focus();
  if (!field.dispatchEvent(new CustomEvent("insert", { detail: emoji, cancelable: true }))) return;
  field.setRangeText(emoji, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
};

panel.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (!form.matches(".picker form")) return;
  event.preventDefault();
  if (form.method == "get") {
    // What was typed is there already, or on its way: the first one is gone to.
    clearTimeout(pause);
    await search(form);
    return find(".found .emoji button")?.focus();
  }
  const emoji = submitter.value;
  const sent = { ...ASKS, method: "POST", body: new URLSearchParams({ emoji }) };
  // In a text it is there whatever is kept of that.
  if (new URL(form.action).pathname == "/emoji") {
    fetch(form.action, sent).catch(() => {});
    return insert(emoji);
  }
  try {
    const answer = await fetch(form.action, sent);
    if (answer.ok) return panel.close();
    // Why not.
    panel.innerHTML = await answer.text();
    find("button")?.focus();
  } catch {
    submitter.setCustomValidity("There is no connection right now. Please try again when it is back.");
    submitter.reportValidity();
    submitter.setCustomValidity("");
  }
});

panel.addEventListener("keydown", (event) => {
  const { key, target } = event;
  const buttons = [...panel.querySelectorAll(GRID)];
  if (target.id == "emoji-q" && key == "ArrowDown") {
    event.preventDefault();
    return buttons[0]?.focus();
  }
  const at = buttons.indexOf(target);
  if (at < 0) return;
  const box = (button) => button.getBoundingClientRect();
  const { left, top } = box(target);
  // The nearest one of the next line, which is where its own group goes on, or another one begins.
  const beside = (way) => {
    const others = way > 0 ? buttons.slice(at + 1) : buttons.slice(0, at).reverse();
    const next = others.find((other) => (box(other).top - top) * way > 1);
    if (!next) return;
    const line = others.filter((other) => Math.abs(box(other).top - box(next).top) < 1);
    const away = (button) => Math.abs(box(button).left - left);
    return line.sort((one, other) => away(one) - away(other))[0];
  };
  const rtl = getComputedStyle(target).direction == "rtl" ? -1 : 1;
  const to = {
    ArrowRight: () => buttons[at + rtl],
    ArrowLeft: () => buttons[at - rtl],
    ArrowDown: () => beside(1),
    ArrowUp: () => beside(-1) ?? find("#emoji-q"),
    Home: () => target.parentNode.firstElementChild,
    End: () => target.parentNode.lastElementChild,
  }[key];
  const isLetter = key.length == 1 && key != " " && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (isLetter) return find("#emoji-q")?.focus();
  if (!to) return;
  event.preventDefault();
  const next = to();
  if (next?.matches(GRID)) {
    for (const button of next.parentNode.children) button.tabIndex = button == next ? 0 : -1;
  }
  next?.focus();
});

panel.addEventListener("close", () => asking?.abort());
// What comes into the panel later is another one.
new MutationObserver(() => find(".picker .emoji [tabindex]") || prepare()).observe(panel, { childList: true });
prepare();
// What was typed before this came.
if (find("#emoji-q")?.value) search(find("#emoji-q").form);
