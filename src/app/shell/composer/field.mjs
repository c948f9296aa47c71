// A field of messages: which one it is, what is changed in it so that the browser can take it back, and what is said of it.

/** @typedef {import("./formatting.mjs").Edit} Edit */

export const COMPOSER = "composer-text";
const EDITOR = "edit-text";

/** @type {(target: unknown) => target is HTMLTextAreaElement} */
export const isField = (target) =>
  target instanceof HTMLTextAreaElement && (target.id === COMPOSER || target.id === EDITOR);

/** @type {(field: HTMLTextAreaElement) => boolean} */
export const isComposer = (field) => field.id === COMPOSER;

/**
 * Puts a text in the place of another, as if it had been typed: it can be taken back, and whoever listens hears of it.
 * @type {(field: HTMLTextAreaElement, edit: Edit) => void}
 */
export const apply = (field, { from, to, insert, start, end }) => {
  field.focus({ preventScroll: true });
  field.setSelectionRange(from, to);
  const isDone = insert
    ? document.execCommand("insertText", false, insert)
    : from === to || document.execCommand("delete");
  if (!isDone) {
    field.setRangeText(insert, from, to, "end");
    field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: insert }));
  }
  field.setSelectionRange(start, end);
};

/** @type {(field: HTMLTextAreaElement, text: string) => void} */
export const replace = (field, text) =>
  apply(field, { from: 0, to: field.value.length, insert: text, start: text.length, end: text.length });

/** @type {(field: HTMLTextAreaElement, text: string) => void} */
export const insert = (field, text) => {
  const { selectionStart: from, selectionEnd: to } = field;
  apply(field, { from, to, insert: text, start: from + text.length, end: from + text.length });
};

/** @type {<K extends keyof HTMLElementTagNameMap>(name: K, attributes: Record<string, string>, ...children: (Node | string)[]) => HTMLElementTagNameMap[K]} */
export const element = (name, attributes, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

/** The room that is open, as its address says. */
export const room = () => /^\/rooms\/(\d+)/.exec(location.pathname)?.[1];

const STATUS = "composer-status";

/**
 * Says it to who does not see the page.
 * @type {(field: HTMLTextAreaElement, text: string) => void}
 */
export const say = (field, text) => {
  const form = field.form;
  if (!form) return;
  let status = form.querySelector(`#${STATUS}`);
  if (!status) {
    status = element("p", { id: STATUS, class: "visually-hidden", role: "status" });
    form.append(status);
  }
  if (status.textContent !== text) status.textContent = text;
};

/**
 * Says at the composer what is wrong; with no text, that nothing is. What the program says there stays its own.
 * @type {(text: string) => void}
 */
export const complain = (text) => {
  const place = document.getElementById("composer-error");
  place?.querySelector(".said")?.remove();
  if (text) place?.append(element("span", { class: "said" }, text));
};
