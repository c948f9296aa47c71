// What is pasted: of HTML, its links, lists, code and tables as Markdown. It is read as a document of its own, in which
// nothing runs and nothing is fetched, and nothing of it gets into the page but text.

const KEPT = "a[href^='http'],a[href^='mailto:'],ul,ol,pre,code,table";
const SILENT = /^(?:SCRIPT|STYLE|HEAD|TITLE|TEMPLATE|NOSCRIPT|META|LINK|IFRAME|OBJECT|SVG|svg)$/;
const BLOCK =
  /^(?:P|DIV|H[1-6]|BLOCKQUOTE|SECTION|ARTICLE|HEADER|FOOTER|MAIN|NAV|ASIDE|FIGURE|FIGCAPTION|DL|DT|DD|BODY|HR|ADDRESS|DETAILS|SUMMARY|FORM|FIELDSET)$/;
const ADDRESS_OF_LINK = /^(?:https?:\/\/|mailto:)\S+$/i;
// Deeper than anybody writes.
const DEPTH = 12;

/** @type {(text: string) => string} */
const inCode = (text) => {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const mark = "`".repeat(longest + 1);
  const space = /^`|`$/.test(text) ? " " : "";
  return mark + space + text + space + mark;
};

/** @type {(element: Element, inside: string) => string} */
const link = (element, inside) => {
  const href = (element.getAttribute("href") ?? "").trim();
  const label = inside.trim();
  if (!label || !ADDRESS_OF_LINK.test(href)) return inside;
  const bare = href.replace(/^mailto:|\/$/gi, "");
  if (label === href || label.replace(/\/$/, "") === bare) return href;
  const address = href.replace(/[()<>\\]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return `[${label.replace(/[[\]]/g, "\\$&")}](${address})`;
};

/** @type {(node: Node, depth: number) => string} */
const inline = (node, depth) => {
  if (node.nodeType === 3) return (node.nodeValue ?? "").replace(/[\s\u00a0]+/g, " ");
  if (node.nodeType !== 1 || depth > DEPTH * 4) return "";
  const element = /** @type {Element} */ (node);
  const name = element.nodeName;
  if (SILENT.test(name)) return "";
  if (name === "BR") return "\n";
  if (/^(?:CODE|KBD|SAMP|TT)$/.test(name)) {
    const text = (element.textContent ?? "").trim();
    return text.includes("\n") || !text ? text : inCode(text);
  }
  const inside = [...element.childNodes].map((child) => inline(child, depth + 1)).join("");
  if (name === "A") return link(element, inside.replace(/\s*\n\s*/g, " "));
  return BLOCK.test(name) ? ` ${inside} ` : inside;
};

/** @type {(text: string) => string} */
const tidied = (text) => text.replace(/ *\n */g, "\n").replace(/ {2,}/g, " ").trim();

/** @type {(element: Element) => string} */
const fenced = (element) => {
  const text = (element.textContent ?? "").replace(/^\n|\s+$/g, "");
  const named = [element, ...element.querySelectorAll("code")].map((part) => part.getAttribute("class") ?? "");
  const language = /(?:language|lang|highlight-source)-([\w+#-]+)/.exec(named.join(" "))?.[1] ?? "";
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
};

/** @type {(element: Element, depth: number) => string} */
const list = (element, depth) => {
  let number = Number(element.getAttribute("start") ?? 1) || 1;
  const items = [];
  for (const child of element.children) {
    if (/^[UO]L$/.test(child.nodeName)) {
      // A list right in a list, as some write it: it belongs to the item above.
      items.push(list(child, depth + 1).replace(/^/gm, "  "));
      continue;
    }
    const mark = element.nodeName === "OL" ? `${number++}. ` : "- ";
    const text = blocks(child, depth + 1).join("\n");
    items.push(mark + text.replace(/\n/g, `\n${" ".repeat(mark.length)}`));
  }
  return items.join("\n");
};

/** @type {(element: Element) => string} */
const table = (element) => {
  const rows = [...element.querySelectorAll("tr")].map((row) =>
    [...row.children].map((cell) => tidied(inline(cell, 0)).replace(/\n/g, " ").replace(/\|/g, "\\|")),
  );
  const filled = rows.filter((row) => row.length > 0);
  const columns = Math.max(0, ...filled.map((row) => row.length));
  if (columns === 0) return "";
  if (columns === 1) return filled.flat().join("\n");
  const line = (/** @type {string[]} */ row) =>
    `| ${Array.from({ length: columns }, (_, at) => row[at] ?? "").join(" | ")} |`;
  const [head = [], ...rest] = filled;
  return [line(head), `|${" --- |".repeat(columns)}`, ...rest.map(line)].join("\n");
};

const STRUCTURE = /^(?:UL|OL|PRE|TABLE)$/;

/** @type {(node: Node) => node is Element} */
const isElement = (node) => node.nodeType === 1;

/** @type {(element: Element) => boolean} */
const holdsBlocks = (element) =>
  [...element.querySelectorAll("*")].some(({ nodeName }) => STRUCTURE.test(nodeName) || BLOCK.test(nodeName));

/**
 * Its parts that stand below each other.
 * @type {(element: Element, depth: number) => string[]}
 */
const blocks = (element, depth) => {
  /** @type {string[]} */
  const parts = [];
  let text = "";
  const end = () => {
    const line = tidied(text);
    if (line) parts.push(line);
    text = "";
  };
  for (const child of element.childNodes) {
    const name = child.nodeName;
    if (!isElement(child) || !(STRUCTURE.test(name) || BLOCK.test(name) || holdsBlocks(child))) {
      text += inline(child, depth);
      continue;
    }
    end();
    if (depth > DEPTH || SILENT.test(name)) continue;
    if (name === "UL" || name === "OL") parts.push(list(child, depth));
    else if (name === "PRE") parts.push(fenced(child));
    else if (name === "TABLE") parts.push(table(child));
    else if (/^(?:DIV|D[DT])$/.test(name)) parts.push(blocks(child, depth + 1).join("\n"));
    else parts.push(...blocks(child, depth + 1));
  }
  end();
  return parts.filter((part) => part !== "");
};

// Of these nothing would come, either, but that the browser complains of each (CSP).
const REFUSED = /<(style|script)\b[^]*?<\/\1\s*>/gi;
const REFUSED_IN_TAG = /\s(?:style|on\w+)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]*)/gi;

/** @type {(html: string) => string} */
const quiet = (html) => html.replace(REFUSED, "").replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(REFUSED_IN_TAG, ""));

/**
 * As Markdown, if there is anything in it that plain text has not.
 * @type {(html: string) => string | undefined}
 */
export const written = (html) => {
  const { body } = new DOMParser().parseFromString(quiet(html), "text/html");
  if (!body.querySelector(KEPT)) return;
  return blocks(body, 0).join("\n\n") || undefined;
};
