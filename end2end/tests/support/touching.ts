// What others do to a page, at random: what proxies, translators, extensions and browsers are known for.
// Both are handed to the page as their source, so they use nothing but themselves.

/** Chance that is the same for the same seed (a linear congruential generator). */
export class Chance {
  constructor(private state: number) {}

  /** A whole number from 0 to below `n`. */
  below(n: number): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.state / 2 ** 32) * n);
  }

  of<T>(choices: T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}

/** Does something to the page this many times. Nothing that was there is taken out but comments. */
export function touch(chance: Chance, times: number) {
  const root = document.querySelector(".app") ?? document.body;
  const nodes = <T extends Node>(what: number): T[] => {
    const walker = document.createTreeWalker(root, what);
    const found: T[] = [];
    while (walker.nextNode()) found.push(walker.currentNode as T);
    return found;
  };
  const elements = () => nodes<HTMLElement>(NodeFilter.SHOW_ELEMENT);
  const texts = () =>
    nodes<Text>(NodeFilter.SHOW_TEXT).filter(
      (text) => text.data.trim() !== "" && text.parentElement?.closest("textarea") === null,
    );
  const stranger = () => {
    const element = document.createElement(chance.of(["div", "span", "font", "grammarly-extension", "a", "p"]));
    element.hidden = true;
    return element;
  };
  const deeds: (() => void)[] = [
    // Attributes that extensions and translators leave.
    () => {
      const name = chance.of(["data-gramm", "spellcheck", "lang", "data-lt-tmp-id", "jsaction"]);
      chance.of(elements()).setAttribute(name, chance.of(["false", "de", "1"]));
    },
    () => chance.of(elements()).classList.add("notranslate"),
    // An address that is led through another one.
    () => {
      const links = nodes<HTMLElement>(NodeFilter.SHOW_ELEMENT).filter((e) => e.matches(".text a[href]"));
      if (links.length > 0) chance.of(links).setAttribute("href", "https://checked.example/");
    },
    // Something put around something.
    () => {
      const inner = chance.of(elements().filter((e) => e.matches("bdi, time, .text, .text a, p, h1, h2")));
      const wrapper = document.createElement(chance.of(["span", "font"]));
      wrapper.style.display = "contents";
      inner.replaceWith(wrapper);
      wrapper.append(inner);
    },
    // All comments, or one of them.
    () => {
      const comments = nodes<Comment>(NodeFilter.SHOW_COMMENT);
      if (comments.length === 0) return;
      for (const comment of chance.below(3) === 0 ? comments : [chance.of(comments)]) comment.remove();
    },
    // An element put somewhere.
    () => {
      const place = chance.of(elements().filter((e) => !e.matches("textarea, input, button")));
      const before = place.childNodes.item(chance.below(place.childNodes.length + 1));
      place.insertBefore(stranger(), before);
    },
    () => document.querySelector("textarea")?.before(stranger()),
    // Text in another language, or as a link.
    () => {
      const text = chance.of(texts());
      const outer = document.createElement(chance.of(["font", "a"]));
      const inner = document.createElement("font");
      inner.textContent = text.data;
      outer.append(inner);
      text.replaceWith(outer);
    },
    () => {
      for (const text of texts()) {
        const font = document.createElement("font");
        font.textContent = text.data;
        text.replaceWith(font);
      }
    },
    // A text in two pieces, as who marks a word in it makes them.
    () => {
      const text = chance.of(texts());
      if (text.data.length > 1) text.splitText(1 + chance.below(text.data.length - 1));
    },
  ];
  for (let n = 0; n < times; n += 1) chance.of(deeds)();
}
