// Names, as somebody writes them: a list of how the word before the cursor may go on. The focus stays in the field.

import { COMMANDS } from "./commands.mjs";
import { apply, element, isComposer, room, say } from "./field.mjs";
import { token } from "./tokens.mjs";

/**
 * A way to go on, as the server has it, or a command.
 * @typedef {{ text: string, name: string, id?: number, is_member?: boolean, emoji?: string, hint?: string }} Completion
 */

const LIST = "completions";
const PAUSE = 80;
const FRESH_FOR = 30_000;
const KEPT_AT_MOST = 60;

/** @type {{ field: HTMLTextAreaElement, from: number, begun: string, found: Completion[], active: number } | undefined} */
let open;
/** Which question is the last one: the answer to an earlier one comes too late. */
let asked = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** @type {Map<string, { at: number, found: Completion[] }>} */
const kept = new Map();

export const isOpen = () => open !== undefined;

export const close = () => {
  asked += 1;
  clearTimeout(timer);
  if (!open) return;
  const { field } = open;
  open = undefined;
  document.getElementById(LIST)?.remove();
  for (const name of ["aria-controls", "aria-activedescendant"]) field.removeAttribute(name);
  say(field, "");
};

/** @type {(key: string) => Completion[] | undefined} */
const known = (key) => {
  const fresh = (/** @type {string} */ key) => {
    const one = kept.get(key);
    return one && Date.now() - one.at < FRESH_FOR ? one.found : undefined;
  };
  // Where nothing went on, nothing does with one more letter.
  for (let shorter = key; shorter.length > 2; shorter = shorter.slice(0, -1)) {
    const found = fresh(shorter);
    if (found && (shorter === key || found.length === 0)) return found;
  }
};

/** @type {(begun: string) => Promise<Completion[]>} */
const ask = async (begun) => {
  const here = room();
  const key = `${here} ${begun}`;
  const found = known(key);
  if (found || !here) return found ?? [];
  const answer = await fetch(`/api/chat/rooms/${here}/completions?q=${encodeURIComponent(begun)}`);
  if (!answer.ok) return [];
  /** @type {Completion[]} */
  const all = await answer.json();
  if (kept.size > KEPT_AT_MOST) kept.clear();
  kept.set(key, { at: Date.now(), found: all });
  return all;
};

/** @type {(begun: string) => Completion[]} */
const commands = (begun) =>
  COMMANDS.filter(({ name }) => name.startsWith(begun.toLowerCase())).map(({ name, does }) => ({
    text: name,
    name,
    hint: does,
  }));

/** The word before the cursor may have been begun, or has gone on. */
export const look = (/** @type {HTMLTextAreaElement} */ field) => {
  const { selectionStart: at, selectionEnd: end, value } = field;
  const found = at === end ? token(value.slice(0, at), isComposer(field)) : undefined;
  if (!found) return close();
  const { begun, from } = found;
  if (begun.startsWith("/")) return show(field, from, begun, commands(begun));
  asked += 1;
  const mine = asked;
  clearTimeout(timer);
  const go = async () => {
    const all = await ask(begun).catch(() => []);
    const isLate = mine !== asked || document.activeElement !== field;
    if (!isLate) show(field, from, begun, all);
  };
  timer = setTimeout(go, PAUSE);
};

const WHAT = { "@": "People", "#": "Rooms", ":": "Emoji", "/": "Commands" };

/** @type {(one: Completion) => string} */
const hint = ({ text, name, is_member, id, hint }) => {
  if (hint) return hint;
  if (text === "@here" || text === "@room") return "Everybody in this room";
  if (is_member === false) return "Not in this room";
  return is_member && text.endsWith(` #${id}`) && !name.endsWith(` #${id}`) ? `#${id}` : "";
};

/** @type {(field: HTMLTextAreaElement, from: number, begun: string, found: Completion[]) => void} */
const show = (field, from, begun, found) => {
  if (found.length === 0) return close();
  const mark = /** @type {keyof typeof WHAT} */ (begun[0] ?? "@");
  // What is written whole needs no completing: Enter sends it. Nor does a name behind which somebody goes on.
  const isWhole = begun.endsWith(" ") || found.some(({ text }) => text.toLowerCase() === begun.toLowerCase());
  const isNew = !open;
  open = { field, from, begun, found, active: isWhole ? -1 : 0 };
  const options = found.map((one, at) => {
    const option = element("div", { id: `${LIST}-${at}`, role: "option", "aria-selected": "false" });
    if (one.emoji) option.append(element("span", { "aria-hidden": "true" }, one.emoji));
    const sign = one.emoji ? ":" : one.text.startsWith("/") ? "" : mark;
    option.append(element("bdi", {}, sign + one.name + (one.emoji ? ":" : "")));
    const said = hint(one);
    if (said) option.append(element("small", {}, said));
    return option;
  });
  // No list of HTML: the page finds where its own were scrolled to by their places among all.
  const list = element("div", { id: LIST, role: "listbox", "aria-label": WHAT[mark] }, ...options);
  document.getElementById(LIST)?.remove();
  field.form?.append(list);
  place(list, field);
  field.setAttribute("aria-controls", LIST);
  markActive();
  if (isNew || isWhole) say(field, `${WHAT[mark]}: ${found.length}`);
};

/** Above the field, or below it where there is more space. */
const place = (/** @type {HTMLElement} */ list, /** @type {HTMLElement} */ field) => {
  const { top, bottom, left, width } = field.getBoundingClientRect();
  const height = window.visualViewport?.height ?? innerHeight;
  const { style } = list;
  const isAbove = top > height - bottom;
  style.setProperty("left", `${left}px`);
  style.setProperty("max-width", `${width}px`);
  style.setProperty("max-height", `${Math.max(96, (isAbove ? top : height - bottom) - 12)}px`);
  if (isAbove) style.setProperty("bottom", `${document.documentElement.clientHeight - top + 6}px`);
  else style.setProperty("top", `${bottom + 6}px`);
};

const markActive = () => {
  if (!open) return;
  const { field, active } = open;
  for (const [at, option] of [...(document.getElementById(LIST)?.children ?? [])].entries()) {
    option.setAttribute("aria-selected", String(at === active));
    if (at === active) option.scrollIntoView({ block: "nearest" });
  }
  if (active < 0) field.removeAttribute("aria-activedescendant");
  else field.setAttribute("aria-activedescendant", `${LIST}-${active}`);
};

/** @type {(at: number) => void} */
const choose = (at) => {
  const one = open?.found[at];
  if (!open || !one) return;
  const { field, from, begun } = open;
  const to = from + begun.length;
  // One space behind it, which may be there.
  const space = field.value[to] === " " ? "" : " ";
  const insert = one.text + space;
  const end = from + one.text.length + 1;
  close();
  apply(field, { from, to, insert, start: end, end });
  close();
};

/**
 * Whether the key was for the list.
 * @type {(event: KeyboardEvent) => boolean}
 */
export const hear = ({ key, ctrlKey, metaKey, altKey, shiftKey }) => {
  if (!open || ctrlKey || metaKey || altKey || (shiftKey && key !== "Tab")) return false;
  const { active, found } = open;
  switch (key) {
    case "ArrowDown":
    case "ArrowUp": {
      const step = key === "ArrowDown" ? 1 : -1;
      open.active = active < 0 && step < 0 ? found.length - 1 : (active + step + found.length) % found.length;
      markActive();
      return true;
    }
    case "Enter":
    case "Tab":
      if (active < 0 || shiftKey) return false;
      choose(active);
      return true;
    case "Escape":
      close();
      return true;
    case "ArrowLeft":
    case "ArrowRight":
    case "Home":
    case "End":
      close();
      return false;
    default:
      return false;
  }
};

/** @type {(event: Event) => boolean} */
export const point = (event) => {
  const option = event.target instanceof Element && event.target.closest(`#${LIST} > *`);
  if (!option || !option.parentElement) return false;
  // The focus stays where it is.
  event.preventDefault();
  if (event.type === "click") choose([...option.parentElement.children].indexOf(option));
  return true;
};
