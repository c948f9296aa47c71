// The formats: by their keys, and by a row of buttons below the composer, which is there if somebody wants it.

import { apply, element, isComposer } from "./field.mjs";
import { coded, lined, linked, wrapped } from "./formatting.mjs";

/** @typedef {import("./formatting.mjs").Edit} Edit */
/** @typedef {(text: string, start: number, end: number) => Edit} Change */
/** @typedef {{ name: string, format: string, key: string, isShifted: boolean, change: Change }} Format */

const BAR = "formats";
const SHOWN = "parlour.formats";
const IS_MAC = /Mac|iP(?:hone|ad|od)/.test(navigator.platform);

/** @type {Format[]} */
const FORMATS = [
  { name: "Bold", format: "bold", key: "B", isShifted: false, change: (...at) => wrapped(...at, "**") },
  { name: "Italic", format: "italic", key: "I", isShifted: false, change: (...at) => wrapped(...at, "*") },
  { name: "Code", format: "code", key: "E", isShifted: false, change: coded },
  { name: "Link", format: "link", key: "K", isShifted: true, change: (...at) => linked(...at) },
  { name: "List", format: "list", key: "8", isShifted: true, change: (...at) => lined(...at, "- ") },
  { name: "Quote", format: "quoted", key: "9", isShifted: true, change: (...at) => lined(...at, "> ") },
];

/** @type {(field: HTMLTextAreaElement, format: Format) => void} */
const format = (field, { change }) =>
  apply(field, change(field.value, field.selectionStart, field.selectionEnd));

/**
 * Whether the key was that of a format.
 * @type {(event: KeyboardEvent, field: HTMLTextAreaElement) => boolean}
 */
export const formats = (event, field) => {
  const { key, code, altKey, shiftKey } = event;
  const isMeant = IS_MAC ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  if (!isMeant || altKey) return false;
  const wanted = FORMATS.find(
    (one) => one.isShifted === shiftKey && (code === `Digit${one.key}` || key.toUpperCase() === one.key),
  );
  if (!wanted) return false;
  format(field, wanted);
  return true;
};

const isWanted = () => {
  try {
    return localStorage.getItem(SHOWN) === "1";
  } catch {
    return false;
  }
};

const want = (/** @type {boolean} */ isShown) => {
  try {
    localStorage.setItem(SHOWN, isShown ? "1" : "");
  } catch {}
};

/** @type {(bar: HTMLElement, at: number) => HTMLElement | undefined} */
const stop = (bar, at) => {
  const buttons = [...bar.querySelectorAll("button")];
  for (const [place, button] of buttons.entries()) button.tabIndex = place === at ? 0 : -1;
  return buttons[at];
};

/** @type {(field: HTMLTextAreaElement, bar: HTMLElement, event: KeyboardEvent) => void} */
const walk = (field, bar, event) => {
  const buttons = [...bar.querySelectorAll("button")];
  const at = buttons.findIndex((button) => button === document.activeElement);
  const count = buttons.length;
  const to = { ArrowRight: (at + 1) % count, ArrowLeft: (at + count - 1) % count, Home: 0, End: count - 1 }[event.key];
  if (event.key === "Escape") field.focus();
  else if (to === undefined) return;
  else stop(bar, to)?.focus();
  event.preventDefault();
  event.stopPropagation();
};

/** Puts the buttons into the form that the field is in, unless they are there. */
export const mount = (/** @type {HTMLTextAreaElement} */ field) => {
  const form = field.form;
  const send = form?.querySelector(".send");
  if (!form || !send || !isComposer(field) || form.querySelector(`#${BAR}`)) return;
  const buttons = FORMATS.map((one, at) => {
    const keys = [IS_MAC ? "⌘" : "Ctrl", ...(one.isShifted ? ["Shift"] : []), one.key];
    const button = element("button", {
      type: "button",
      "data-format": one.format,
      tabindex: at === 0 ? "0" : "-1",
      "aria-label": one.name,
      "aria-keyshortcuts": keys.join("+").replace("⌘", "Meta").replace("Ctrl", "Control"),
      title: `${one.name} (${keys.join(" ")})`,
    });
    button.addEventListener("click", () => {
      stop(bar, at);
      format(field, one);
    });
    return button;
  });
  const bar = element("div", { id: BAR, role: "toolbar", "aria-label": "Formats", "aria-controls": field.id }, ...buttons);
  bar.addEventListener("keydown", (event) => walk(field, bar, event));
  const toggle = element("button", {
    type: "button",
    id: "formats-shown",
    "aria-label": "Formats",
    title: "Formats",
    "aria-controls": BAR,
  });
  const show = (/** @type {boolean} */ isShown) => {
    bar.hidden = !isShown;
    toggle.setAttribute("aria-expanded", String(isShown));
  };
  toggle.addEventListener("click", () => {
    show(bar.hidden);
    want(!bar.hidden);
  });
  // With the pointer the focus stays in the field, and on a phone its keyboard where it is.
  for (const part of [bar, toggle]) part.addEventListener("pointerdown", (event) => event.preventDefault());
  for (const part of [bar, toggle]) part.addEventListener("mousedown", (event) => event.preventDefault());
  show(isWanted());
  send.before(toggle);
  send.after(bar);
};
