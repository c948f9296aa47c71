// What helps with writing a message: formats, what is pasted, commands, and names as one begins them. It is fetched when
// somebody first gives a field of messages the focus (`loader.js`), and works beside the program, which owns what the
// field means: what is done here is typed, as far as that can tell. The fields are found anew each time, as the island may
// be drawn anew; a key is heard before anybody else hears it.

import { meant } from "./commands.mjs";
import { close, hear, isOpen, look, point } from "./completing.mjs";
import { apply, complain, element, insert, isComposer, isField, replace, room, say } from "./field.mjs";
import { ADDRESS, continued, linked } from "./formatting.mjs";
import { written } from "./pasting.mjs";
import { formats, mount } from "./toolbar.mjs";

const LONGEST = 10_000;
const ASKED = "composer-asked";

/** What somebody said is no command, and to be sent as it is. */
let asText = "";
/** The next paste is to be what it is without its form. */
let isPlain = false;
/** There is more in the field than can be sent. */
let isOver = false;

/** @type {(event: Event) => void} */
const take = (event) => {
  event.preventDefault();
  event.stopImmediatePropagation();
};

const unask = () => document.getElementById(ASKED)?.remove();

/** Whether a word with a slash before it is to be sent. */
const question = (/** @type {HTMLTextAreaElement} */ field, /** @type {string} */ word) => {
  unask();
  const answer = (/** @type {string} */ label, /** @type {() => void} */ then) => {
    const button = element("button", { type: "button", class: "quiet" }, label);
    button.addEventListener("click", () => {
      unask();
      field.focus();
      then();
    });
    return button;
  };
  const send = answer("Send as text", () => {
    asText = field.value;
    field.form?.requestSubmit();
  });
  const asked = `There is no command ${word}.`;
  const group = element(
    "div",
    { id: ASKED, role: "alertdialog", "aria-label": asked, "aria-describedby": `${ASKED}-text` },
    element("p", { id: `${ASKED}-text` }, asked),
    send,
    answer("Keep writing", () => {}),
  );
  group.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    take(event);
    unask();
    field.focus();
  });
  field.form?.append(group);
  send.focus();
};

/** Says what the room is about, if that is theirs to say. */
const describe = async (/** @type {HTMLTextAreaElement} */ field, /** @type {string} */ topic) => {
  const before = field.value;
  const body = JSON.stringify({ description: topic });
  const headers = { "Content-Type": "application/json" };
  let problem = "There is no connection right now. Please try again when it is back.";
  try {
    const answer = await fetch(`/api/chat/rooms/${room()}`, { method: "PATCH", headers, body });
    if (answer.ok) {
      if (field.value === before) replace(field, "");
      return say(field, "The topic is changed.");
    }
    problem = (await answer.json()).message ?? problem;
  } catch {}
  complain(problem);
};

/**
 * What is written is about to be sent: whether that is not to go on.
 * @type {(field: HTMLTextAreaElement) => boolean}
 */
const holds = (field) => {
  close();
  const { value } = field;
  const isAsked = asText !== "" && asText === value;
  asText = "";
  const what = isAsked || value.length > LONGEST ? undefined : meant(value);
  if (!what) return false;
  complain("");
  if ("text" in what) {
    replace(field, what.text);
    return false;
  }
  if ("topic" in what) void describe(field, what.topic);
  else if ("missing" in what) complain(what.missing);
  else question(field, what.unknown);
  return true;
};

/** @type {(event: KeyboardEvent) => void} */
const key = (event) => {
  const field = event.target;
  // What the input method takes is its own.
  if (!isField(field) || event.isComposing || event.keyCode === 229) return;
  const isCommanded = event.ctrlKey || event.metaKey;
  isPlain = isCommanded && event.shiftKey && event.key.toUpperCase() === "V";
  if (hear(event) || formats(event, field)) return take(event);
  if (event.key !== "Enter" || event.altKey) return;
  const isSent = !event.shiftKey && (isCommanded || field.enterKeyHint === "send");
  if (isSent) {
    if (isComposer(field) && holds(field)) take(event);
    return;
  }
  const edit = isCommanded ? undefined : continued(field.value, field.selectionStart, field.selectionEnd);
  if (!edit) return;
  take(event);
  apply(field, edit);
};

/** @type {(event: ClipboardEvent) => void} */
const paste = (event) => {
  const field = event.target;
  const pasted = event.clipboardData;
  const hasForm = !isPlain;
  isPlain = false;
  if (!isField(field) || !pasted || !hasForm) return;
  const { value, selectionStart: start, selectionEnd: end } = field;
  const plain = pasted.getData("text/plain").trim();
  const selected = value.slice(start, end).trim();
  if (selected && ADDRESS.test(plain) && !ADDRESS.test(selected) && !selected.includes("\n")) {
    take(event);
    return apply(field, linked(value, start, end, plain.replace(/[()]/g, (c) => (c === "(" ? "%28" : "%29"))));
  }
  const html = pasted.getData("text/html");
  const text = html ? written(html) : undefined;
  // What is in code is no markup.
  if (text === undefined || text === plain) return;
  take(event);
  insert(field, text);
};

/** @type {(event: Event) => void} */
const input = (event) => {
  const field = event.target;
  if (!isField(field)) return;
  complain("");
  unask();
  if (!("isComposing" in event && event.isComposing)) look(field);
  const wasOver = isOver;
  const length = field.value.length > LONGEST ? [...field.value].length : 0;
  isOver = length > LONGEST;
  if (!isOver || wasOver) return;
  // What the counter shows, once.
  const number = new Intl.NumberFormat("en");
  say(field, `${number.format(length)} of ${number.format(LONGEST)} characters: too long to send`);
};

/** @type {(event: Event) => void} */
const pressed = (event) => {
  if (!point(event) && isOpen() && event.type === "pointerdown") close();
};

/** Somebody wants something put in; who sent it does so itself if nobody says that it is done. */
const put = (/** @type {Event} */ event) => {
  if (!isField(event.target) || !(event instanceof CustomEvent)) return;
  take(event);
  insert(event.target, String(event.detail));
};

const listen = () => {
  const style = new CSSStyleSheet();
  style.replaceSync(STYLE);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, style];
  addEventListener("keydown", key, true);
  addEventListener("paste", paste, true);
  addEventListener("input", input, true);
  addEventListener("compositionend", input, true);
  for (const type of ["pointerdown", "mousedown", "click"]) addEventListener(type, pressed, true);
  addEventListener("insert", put, true);
  addEventListener("focusout", ({ target }) => isField(target) && close(), true);
  addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const field = form instanceof HTMLFormElement && form.querySelector("#composer-text");
      if (isField(field) && holds(field)) take(event);
    },
    true,
  );
};

let isListening = false;

/**
 * A field was given the focus.
 * @type {(field: EventTarget) => void}
 */
export const begin = (field) => {
  if (!isListening) listen();
  isListening = true;
  if (!isField(field) || !field.isConnected) return;
  field.setAttribute("aria-autocomplete", "list");
  mount(field);
};
