// What decides in the script that helps with writing: functions of a text, without a page.

import { expect, test } from "@playwright/test";
import { meant } from "../../src/app/shell/composer/commands.mjs";
import { coded, continued, lined, linked, wrapped } from "../../src/app/shell/composer/formatting.mjs";
import { token } from "../../src/app/shell/composer/tokens.mjs";

type Edit = { from: number; to: number; insert: string; start: number; end: number };
type Change = (text: string, start: number, end: number) => Edit | undefined;

/** `[` and `]` in it are where the selection begins and ends, `|` is the cursor. */
function changed(marked: string, change: Change): string | undefined {
  const start = marked.search(/[⟦|]/);
  const end = marked.includes("⟧") ? marked.indexOf("⟧") - 1 : start;
  const text = marked.replace(/[⟦⟧|]/g, "");
  const edit = change(text, start, end);
  if (!edit) return;
  const after = text.slice(0, edit.from) + edit.insert + text.slice(edit.to);
  if (edit.start === edit.end) return `${after.slice(0, edit.start)}|${after.slice(edit.start)}`;
  return `${after.slice(0, edit.start)}⟦${after.slice(edit.start, edit.end)}⟧${after.slice(edit.end)}`;
}

const with_ = (mark: string) => (text: string, start: number, end: number) => wrapped(text, start, end, mark);

for (const [name, change, before, after] of [
  ["bold", with_("**"), "so ⟦very⟧ good", "so **⟦very⟧** good"],
  ["bold", with_("**"), "so **⟦very⟧** good", "so ⟦very⟧ good"],
  ["bold", with_("**"), "so ⟦**very**⟧ good", "so ⟦very⟧ good"],
  ["bold", with_("**"), "so ⟦very ⟧good", "so **⟦very⟧** good"],
  ["bold", with_("**"), "so ve|ry good", "so **ve|ry** good"],
  ["bold", with_("**"), "so **ve|ry** good", "so ve|ry good"],
  ["bold", with_("**"), "so |", "so **|**"],
  ["bold", with_("**"), "so **|**", "so |"],
  ["bold beside italic", with_("**"), "so *⟦very⟧* good", "so ***⟦very⟧*** good"],
  ["italic", with_("*"), "so ⟦very⟧ good", "so *⟦very⟧* good"],
  ["italic beside bold", with_("*"), "so **⟦very⟧** good", "so ***⟦very⟧*** good"],
  ["italic beside bold", with_("*"), "so ***⟦very⟧*** good", "so **⟦very⟧** good"],
  ["code", coded, "call ⟦f()⟧", "call `⟦f()⟧`"],
  ["code", coded, "call `⟦f()⟧`", "call ⟦f()⟧"],
  ["code of lines", coded, "see\n⟦a\nb⟧", "see\n```\n⟦a\nb⟧\n```"],
  ["code of lines", coded, "see\n```\n⟦a\nb⟧\n```", "see\n⟦a\nb⟧"],
  ["a link", linked, "see ⟦this⟧", "see [this](|)"],
  ["a link", linked, "see |", "see [|]()"],
  ["a link", linked, "see ⟦https://a.example/⟧", "see [|](https://a.example/)"],
  ["a link", linked, "see [th|is](https://a.example/)", "see ⟦this⟧"],
  ["a list", (t, s, e) => lined(t, s, e, "- "), "⟦a\n\nb⟧", "⟦- a\n\n- b⟧"],
  ["a list", (t, s, e) => lined(t, s, e, "- "), "⟦- a\n- b⟧", "⟦a\nb⟧"],
  ["a list", (t, s, e) => lined(t, s, e, "- "), "x\na|", "x\n- a|"],
  ["a list", (t, s, e) => lined(t, s, e, "- "), "|", "- |"],
  ["a quote", (t, s, e) => lined(t, s, e, "> "), "⟦- a\nb⟧", "⟦> - a\n> b⟧"],
  ["a list that goes on", continued, "- a|", "- a\n- |"],
  ["a list that goes on", continued, "9. a|", "9. a\n10. |"],
  ["a list that goes on", continued, "  * a|b", "  * a\n  * |b"],
  ["a quote that goes on", continued, "> a|", "> a\n> |"],
  ["a list that ends", continued, "- a\n- |", "- a\n|"],
  ["no list", continued, "a|", undefined],
  ["no list", continued, "```\n- a|", undefined],
] satisfies [string, Change, string, string | undefined][]) {
  test(`${name}: ${JSON.stringify(before)}`, () => {
    expect(changed(before, change)).toBe(after);
  });
}

test("a command is a word with a slash before it, and the slash can be meant", () => {
  expect(meant("/me waves")).toEqual({ text: "*waves*" });
  expect(meant("/me waves *hard*")).toEqual({ text: "_waves *hard*_" });
  expect(meant("/me waves\n\nand goes")).toEqual({ text: "*waves*\n\n*and goes*" });
  expect(meant("/ME")).toHaveProperty("missing");
  expect(meant("/shrug")).toEqual({ text: "¯\\\\\\_(ツ)\\_/¯" });
  expect(meant("/shrug who knows")).toEqual({ text: "who knows ¯\\\\\\_(ツ)\\_/¯" });
  expect(meant("/topic Tea")).toEqual({ topic: "Tea" });
  expect(meant("/topic ")).toHaveProperty("missing");
  expect(meant("/dance now")).toEqual({ unknown: "/dance" });
  expect(meant("//me waves")).toEqual({ text: "/me waves" });
  for (const text of ["", "hello", "/", "/ me", "/etc/passwd", "/7", " /me waves", "a /me"]) {
    expect(meant(text), text).toBeUndefined();
  }
});

test("a word is begun by its sign, where that stands alone and not in code", () => {
  const begun = (text: string) => token(text, true)?.begun;
  expect(begun("so @al")).toBe("@al");
  expect(begun("@")).toBe("@");
  expect(begun("(@Bob Ro")).toBe("@Bob Ro");
  expect(begun("in #lob")).toBe("#lob");
  expect(begun("so :ta")).toBe(":ta");
  expect(begun("/m")).toBe("/m");
  expect(token("/m", false)).toBeUndefined();
  expect(token("one\ntwo @al", true)).toEqual({ begun: "@al", from: 8 });
  for (const text of [
    "a@b",
    "x.@al",
    "@ al",
    "# Title",
    ":t",
    "10:30",
    "std::fmt",
    "http://a",
    "`@al",
    "```\n@al",
    "@one two three four five",
    "so /m",
  ]) {
    expect(begun(text), text).toBeUndefined();
  }
});
