// Says who reacted, to who points at a reaction or comes to one by keys; and keeps the focus on it when its message is
// drawn anew.

const REACTION = ".reaction";

// What was asked for, by what stands on the button: with another count it is asked for again.
const known = new Map();
const NAMED = 3;

const list = async (path, count) => {
  const answer = await fetch(`${path}?limit=${NAMED}`);
  if (!answer.ok) throw answer.status;
  const names = (await answer.json()).map(({ name }) => name);
  const others = count - names.length;
  if (others > 0) names.push(others == 1 ? "1 other" : `${others} others`);
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
};

const say = async ({ target }) => {
  const button = target.closest?.(REACTION);
  const [, room, number] = button?.form?.action.match(/\/rooms\/(\d+)[^/]*\/m\/(\d+)\/react$/) ?? [];
  if (!number) return;
  const path = `/api/chat/rooms/${room}/messages/${number}/reactions/${encodeURIComponent(button.value)}`;
  const key = path + button.textContent;
  if (!known.has(key)) {
    if (known.size > 200) known.clear();
    known.set(key, list(path, +button.textContent.split(" ").pop()));
  }
  try {
    const names = await known.get(key);
    if (button.title != names) button.title = names;
    // One's own that is on its way is counted, and in no list yet.
    if (button.getAttribute("aria-pressed") == "true") known.delete(key);
  } catch {
    known.delete(key);
  }
};

// Which reaction has the focus. A message that changes is drawn anew, and the one in it that is alike goes on.
let focused;
const placeOf = (button) => [`#${button.closest("article").id}`, button.value];
const note = ({ target }) => {
  const button = target.closest?.(REACTION);
  // What the program gives the focus to in its place is no other one.
  if (button) focused = { button, place: placeOf(button) };
  else if (focused?.button.isConnected) focused = null;
};
const goOn = ([message, emoji]) => {
  const article = document.querySelector(message);
  const at = document.activeElement;
  const alike = [...(article?.querySelectorAll(REACTION) ?? [])].find((button) => button.value == emoji);
  focused = null;
  if (alike && (at == document.body || at == article)) alike.focus({ preventScroll: true });
};
new MutationObserver(() => {
  if (focused && !focused.button.isConnected) goOn(focused.place);
}).observe(document.body, { childList: true, subtree: true });

addEventListener("pointerover", say);
addEventListener("focusin", (event) => {
  note(event);
  say(event);
});
// What it was fetched for: the focus came to this reaction, or somebody points at it.
export const begin = (target, place) => {
  if (place && !target.isConnected) goOn(place);
  else if (place) note({ target });
  say({ target });
};
