// What a live page does with its program: fetches it, lets it draw the island in place of the server's, and is
// there when that cannot be done, or the program ends. It is a part of the program's own script, as a function that
// the page's few lines call (`begin.js`, `.ci/bin/shorten.mjs`): `load` and `draw` are the program's; `wasm`, its
// other file, `worker`, the site's service worker, `off`, what is said while nothing is live, and `composer`, what helps
// with writing, are the page's.

const KEPT = "parlour.page";
const DIED = "parlour.died";
const GONE = "parlour.gone";
// The page says that it is not live after this long. A program that comes later is welcome.
const PATIENCE = 15e3;
// A program that ends twice within this time is left alone.
const SOON = 6e4;

const find = (selector) => document.querySelector(selector);
const island = () => find("leptos-island");
const box = (element) => element.getBoundingClientRect();

const saved = (key) => {
  try {
    return sessionStorage.getItem(key);
  } catch {}
};
const save = (key, value) => {
  try {
    sessionStorage.setItem(key, value);
    return true;
  } catch {}
};

const WORDS = [".connection-text", ".connection-next"];
const say = (state, words) => {
  const connection = find(".connection");
  if (!connection) return;
  connection.dataset.state = state;
  WORDS.forEach((place, i) => {
    const element = find(place);
    if (element) element.textContent = words[i];
  });
  find(".retry")?.remove();
};
const sayOff = () => say("lost", [off, ""]);

// What opens or scrolls, but for the log.
const parts = () => [...island().querySelectorAll("details,ul,textarea")];

// What is in the page that no server knows: what was typed, where the cursor is, what is read.
const look = () => {
  const root = island();
  const at = document.activeElement;
  const log = find(".scroller");
  const isRead = (row) => box(row).bottom > box(log).top;
  const row = log?.scrollTop && [...log.querySelectorAll("article[id]")].find(isRead);
  return {
    path: location.pathname,
    fields: [...document.querySelectorAll("textarea[id],input[id]")]
      .filter((field) => field.value != field.defaultValue)
      .map((field) => [field.id, field.value]),
    at: root.contains(at) && [at.id, at.localName, [...root.querySelectorAll(at.localName)].indexOf(at)],
    from: at?.selectionStart,
    to: at?.selectionEnd,
    parts: parts().map((part) => [part.open, part.scrollTop]),
    row: row && [row.id, box(row).bottom - box(log).top],
  };
};

const restore = ({ fields, at, from, to, parts: were }) => {
  for (const [id, value] of fields) {
    const field = document.getElementById(id);
    if (field && field.value != value) field.value = value;
  }
  for (const [i, part] of parts().entries()) {
    const [open, top] = were[i] ?? [];
    if (open != null) part.open = open;
    if (top) part.scrollTop = top;
  }
  if (!at) return;
  const [id, name, i] = at;
  const element = id ? document.getElementById(id) : island().querySelectorAll(name)[i];
  element?.focus({ preventScroll: true });
  if (from != null) element?.setSelectionRange?.(from, to);
};

const scroll = ({ row }) => {
  const element = row && document.getElementById(row[0]);
  const log = find(".scroller");
  if (element && log) log.scrollTop += box(element).bottom - box(log).top - row[1];
};

// A word that is being composed would be broken off.
let isComposing;
let postponed;
const calmly = (deed) => {
  if (isComposing) postponed = deed;
  else deed();
};
addEventListener("compositionstart", () => (isComposing = true));
addEventListener("compositionend", () => {
  isComposing = false;
  const deed = postponed;
  postponed = null;
  if (deed) setTimeout(() => calmly(deed));
});

// Sections of the list of rooms that were folded stay so in this browser.
const FOLD = "parlour.fold.";
const fold = () => {
  for (const { dataset, firstChild: part } of document.querySelectorAll("[data-section]"))
    try {
      if (localStorage[FOLD + dataset.section]) part.open = false;
    } catch {}
};
addEventListener("click", ({ target }) => {
  const part = target.closest("[data-section] summary")?.parentNode;
  try {
    // It is as it was before the click.
    if (part) localStorage[FOLD + part.parentNode.dataset.section] = part.open ? 1 : "";
  } catch {}
});

// What is for who reads is counted on the app's icon, as it is in the title of a tab that nobody sees.
new MutationObserver(() => {
  const count = find("#icon").href.includes("for-you") && parseInt(document.title.slice(1));
  navigator.setAppBadge?.(count || 0).catch(() => {});
}).observe(find("title"), { childList: true });

// What only changes something is sent from where one is: the page hears what came of it.
addEventListener("submit", (event) => {
  const form = event.target;
  if (!isHere || !form.dataset.quiet) return;
  event.preventDefault();
  // A refusal is a page.
  const answered = ({ type }) => type == "opaqueredirect" || form.submit();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  fetch(form.action, { method: "POST", redirect: "manual", body }).then(answered, () => {});
  form.closest("dialog")?.close();
});

// Who reacted is asked for when somebody first points at a reaction, or comes there by keys.
const point = ({ type, target }) => {
  const message = target.closest?.(".reaction") && target.closest("article");
  // It may be drawn anew before the script is here.
  const place = type == "focusin" && [`#${message?.id}`, target.value];
  if (message) import(document.documentElement.dataset.reacted).then(({ begin }) => begin(target, place), () => {});
};
addEventListener("pointerover", point);
addEventListener("focusin", point);

// The program has ended. Copies that it does not hear replace what it drew; then the page is loaded
// again, and does without the program when it ended just before, too.
let isDead;
const died = () => {
  if (isDead) return;
  isDead = true;
  watch.disconnect();
  const seen = look();
  for (const element of document.querySelectorAll("leptos-island,dialog"))
    element.replaceWith(element.cloneNode(true));
  restore(seen);
  scroll(seen);
  sayOff();
  const isOff = Date.now() - saved(DIED) < SOON;
  const reload = () => fetch("/healthz").then(() => location.reload(), () => setTimeout(reload, 3e3));
  if (save(DIED, Date.now()) && save(KEPT, JSON.stringify({ ...seen, isOff }))) reload();
};

// The new island comes before the old one goes, so that the focus moves from field to field.
let isHere;
const drawAnew = () => {
  watch.disconnect();
  const seen = look();
  const old = island();
  const fresh = old.cloneNode();
  old.before(fresh);
  try {
    draw();
  } catch {
    fresh.remove();
    return died();
  }
  restore(seen);
  old.remove();
  scroll(seen);
  watch.observe(document, { childList: true, subtree: true });
};

// The program finds the places of what comes and goes by comments: where one is taken away and
// nothing put there, somebody has taken the island apart. What it has drawn itself bears `drawn`, which no
// copy has: what looks the same and does not bear it, somebody has put in its place, and nothing hears it.
let drawn = 0;
let pause = 0;
let timer;
const PARTS = ".app,.log,.message[id],#composer-text";
const watch = new MutationObserver((changes) => {
  const root = island();
  for (const { addedNodes: [node] } of changes) {
    if (node?.dataset?.section) fold();
    if (node?.dataset?.script) import(node.dataset.script);
  }
  if (timer || !root) return;
  const isTakenApart = ({ target, removedNodes }) =>
    root.contains(target) &&
    [...removedNodes].some((node) => node.nodeType == 8 && !node.isConnected) &&
    !changes.some((other) => other.target == target && other.addedNodes.length);
  const isCopied = !root.firstChild || [...root.querySelectorAll(PARTS)].some((part) => !part.drawn);
  if (!isCopied && !changes.some(isTakenApart)) return;
  pause = Date.now() - drawn < 1e4 ? Math.min(pause * 2 || 500, 6e4) : 0;
  timer = setTimeout(() => {
    timer = 0;
    drawn = Date.now();
    if (!isDead) calmly(drawAnew);
  }, pause);
});

const start = async () => {
  const late = setTimeout(sayOff, PATIENCE);
  try {
    await load(wasm);
    isHere = true;
    const ended = (error) => error instanceof WebAssembly.RuntimeError && died();
    // What is thrown through the program leaves it in pieces as well.
    addEventListener("error", ({ error }) => (/wasm-function/.test(error?.stack) ? died() : ended(error)));
    addEventListener("unhandledrejection", (event) => ended(event.reason));
    calmly(drawAnew);
    // When there is nothing better to do. There is none over plain HTTP; and once a day is often enough to ask
    // whether it has changed.
    const register = () =>
      navigator.serviceWorker?.register(worker, { updateViaCache: "all" }).catch(() => {});
    if (worker) (window.requestIdleCallback ?? setTimeout)(register);
  } catch {
    sayOff();
    // That of a page from before an upgrade is gone.
    const answer = await fetch(wasm, { method: "HEAD" }).catch(() => ({}));
    if (answer.status == 404 && saved(GONE) != wasm && save(GONE, wasm)) {
      save(KEPT, JSON.stringify(look()));
      location.reload();
    }
  } finally {
    clearTimeout(late);
  }
};

// What helps with writing comes when somebody first does. Without it a field is a field.
addEventListener("focusin", ({ target }) => {
  if (/-text$/.test(target.id)) import(composer).then(({ begin }) => begin(target), () => {});
});

// A keyboard that covers the page instead of making it smaller, as that of iOS does: the page has what is left.
const view = window.visualViewport;
view?.addEventListener("resize", () => {
  const { style, clientHeight } = document.documentElement;
  const isCovered = view.scale < 1.01 && view.height < clientHeight - 1;
  style.setProperty("--visible", isCovered ? `${view.height}px` : "");
  if (isCovered) scrollTo(0, 0);
});

// A long press of a finger on a message opens what can be done with it; lifting the finger presses nothing.
const LONG = 500;
let press;
let isLong;
addEventListener("pointerdown", ({ pointerType, target }) => {
  isLong = false;
  clearTimeout(press);
  const message = pointerType == "touch" && target.closest(".message[id]");
  if (!message) return;
  press = setTimeout(() => {
    const more = message.querySelector(".message-actions [href$=actions]");
    isLong = !!more;
    more?.click();
  }, LONG);
});
for (const name of ["pointerup", "pointercancel", "scroll"])
  addEventListener(name, () => clearTimeout(press), true);
for (const name of ["click", "contextmenu"])
  addEventListener(
    name,
    (event) => {
      if (!isLong || !event.isTrusted) return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );

// A menu closes with Escape, and when somebody clicks elsewhere or takes something from it.
const shut = ({ key, target }) => {
  for (const menu of document.querySelectorAll(".menu[open]")) {
    const isInside = menu.contains(target);
    if (key ? key != "Escape" : isInside && !target.closest("a,button")) continue;
    menu.open = false;
    if (isInside) menu.firstElementChild.focus();
  }
  // A modal one closes by itself.
  if (key == "Escape" && !isComposing) find("dialog:not(:modal):focus-within")?.close();
};
addEventListener("click", shut);
addEventListener("keydown", shut);

let kept;
try {
  kept = JSON.parse(saved(KEPT));
  sessionStorage.removeItem(KEPT);
} catch {}
const isBack = kept?.path == location.pathname;
if (isBack) restore(kept);
fold();
// Before the program is here, but not before the style is: who comes to what is new begins to read there, and a long
// list of rooms begins with the one that is open in view.
const begin = () => {
  find("[aria-current]")?.scrollIntoView({ block: "nearest" });
  if (!location.hash && !find("[data-marked]")) find("#new")?.scrollIntoView();
  if (isBack) scroll(kept);
};
const style = find("link[rel=stylesheet]");
if (style.sheet) begin();
else style.addEventListener("load", begin);
if (kept?.isOff) sayOff();
else {
  say("connecting", ["Connecting…", ""]);
  start();
}
