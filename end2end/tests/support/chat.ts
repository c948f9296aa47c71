// The live page as a person sees it: where things are, and what one does with them.

import { type Locator, type Page, expect } from "@playwright/test";
import type { History } from "./history.js";
import type { Guest } from "./rest.js";

export const LOBBY = "/rooms/1-lobby";

/** A send as the browser keeps it. */
export type Waiting = { client_id: string; room_id: number; content: string; refused?: string };

export class Chat {
  constructor(
    readonly page: Page,
    /** The same person, for a program. */
    readonly guest: Guest | undefined,
    private readonly hasScript: boolean,
    /** Takes down what is sent here, and what is shown as stored. */
    private readonly history?: History,
  ) {
    history?.follow(this);
  }

  /** Another tab of the same person, in the same browser. */
  async anotherTab(path: string): Promise<Chat> {
    const page = await this.page.context().newPage();
    const chat = new Chat(page, this.guest, this.hasScript, this.history);
    await chat.visit(path);
    return chat;
  }

  /** The same person in this page of the same browser. */
  inPage(page: Page): Chat {
    return new Chat(page, this.guest, this.hasScript, this.history);
  }

  /** The room in the address, or undefined elsewhere. */
  get room(): number | undefined {
    const id = /^\/rooms\/(\d+)/.exec(new URL(this.page.url()).pathname)?.[1];
    return id === undefined ? undefined : Number(id);
  }

  get sidebar() {
    return this.page.getByRole("navigation", { name: "Rooms" });
  }

  get connection() {
    return this.page.locator(".connection");
  }

  get title() {
    return this.page.getByRole("heading", { level: 1 });
  }

  get log() {
    return this.page.getByRole("log");
  }

  get scroller() {
    return this.page.locator(".scroller");
  }

  get composer() {
    return this.page.getByRole("textbox", { name: "Message", exact: true });
  }

  get dialog() {
    return this.page.getByRole("dialog");
  }

  /** What is said to somebody who is no member. */
  get looking() {
    return this.page.locator(".looking");
  }

  /** Leaves the open room. */
  async leave() {
    await this.fromMenu("Leave");
  }

  get jump() {
    return this.page.locator(".jump");
  }

  /** The line above the first message that was not read. */
  get newLine() {
    return this.log.locator("#new");
  }

  /** What leads up to it. */
  get newBar() {
    return this.page.locator(".new-bar");
  }

  get typing() {
    return this.page.locator(".typing");
  }

  get people() {
    return this.page.locator(".members");
  }

  /** Who one is, as a way to another name. */
  self(name: string) {
    return this.page.getByTitle("Change your name").filter({ hasText: name });
  }

  /** What one can do with the room. */
  get menu() {
    return this.page.locator(".menu");
  }

  /** What is said of messages that wait. */
  get waiting() {
    return this.page.locator(".outbox");
  }

  /** Refused messages whose room is gone. */
  get unsent() {
    return this.page.getByRole("region", { name: "Not sent" });
  }

  get notice() {
    return this.page.locator(".notice");
  }

  /** Messages that are stored, and those on their way. */
  get messages() {
    return this.log.getByRole("article");
  }

  get notes() {
    return this.log.locator(".system");
  }

  /** The guest behind this page. */
  get rest(): Guest {
    if (!this.guest) throw new Error("This visitor has no name.");
    return this.guest;
  }

  message(text: string): Locator {
    // Not by what it quotes.
    const said = this.page.getByText(text, { exact: true }).and(this.page.locator(":not(.quote *)"));
    return this.messages.filter({ has: said });
  }

  roomLink(name: string): Locator {
    return this.sidebar
      .getByRole("link")
      .filter({ has: this.page.locator("bdi").getByText(name, { exact: true }) });
  }

  /** Goes there, and waits until the page is what it will be. */
  async visit(path: string) {
    await this.page.goto(path);
    await this.settled();
  }

  async settled() {
    const isLive = (await this.page.locator("leptos-island").count()) > 0;
    if (this.hasScript && isLive) await this.isLive();
  }

  async isLive(timeout = 10_000) {
    await expect(this.connection).toHaveAttribute("data-state", "live", { timeout });
  }

  async isLost() {
    await expect(this.connection).toHaveAttribute("data-state", "lost", { timeout: 5_000 });
  }

  /** Writes and sends, as this browser does it. */
  async send(text: string) {
    await this.composer.fill(text);
    this.history?.sent(this, text);
    if (this.hasScript && !(await this.hasTouch())) await this.composer.press("Enter");
    else await this.page.getByRole("button", { name: "Send" }).click();
  }

  /** Whether one points with a finger here; then Enter breaks the line. */
  hasTouch(): Promise<boolean> {
    return this.page.evaluate(() => matchMedia("(pointer: coarse)").matches);
  }

  /** Sends, and waits until the server has stored it. */
  async say(text: string) {
    await this.send(text);
    await this.isSent(text);
  }

  async isSent(text: string) {
    await expect(this.message(text)).toBeVisible();
    await expect(this.message(text)).not.toHaveAttribute("data-state");
    await this.history?.stored(this, text);
  }

  /** Opens what can be done with a message: over the room, or, without script, as a page. */
  async actions(message: Locator) {
    if (this.hasScript && (await this.hasTouch())) {
      // A finger that stays where it is.
      for (const name of ["pointerover", "pointerdown"])
        await message.locator(".message-head").dispatchEvent(name, { pointerType: "touch" });
    } else {
      await message.hover();
      await message.getByRole("link", { name: "More" }).click();
    }
    const list = this.page.locator(".deeds");
    await expect(list).toBeVisible();
    return list;
  }

  /** Marks a message and all behind it as unread. */
  async markUnread(text: string) {
    const actions = await this.actions(this.message(text));
    await actions.getByRole("button", { name: "Mark unread from here" }).click();
    await expect(this.dialog).toBeHidden();
  }

  /** Opens the room's menu and takes this from it. */
  async fromMenu(label: string) {
    await this.menu.locator("summary").click();
    await this.menu.getByText(label, { exact: true }).click();
  }

  /** The tab dies: it gets no chance to say or to save anything. */
  async crash() {
    await this.history?.glance(this);
    const dead = this.page.waitForEvent("crash");
    const session = await this.page.context().newCDPSession(this.page);
    session.send("Page.crash").catch(() => {});
    await dead;
    await this.page.close();
  }

  /** What waits in this browser, of all rooms, in order; nothing where it keeps nothing. */
  async outbox(): Promise<Waiting[]> {
    const stored = await this.page.evaluate(() => {
      try {
        return localStorage.getItem("parlour.outbox");
      } catch {
        return null;
      }
    });
    return JSON.parse(stored ?? "[]") as Waiting[];
  }

  /** From the next page on, this browser lets no page keep anything. */
  async forbidStorage() {
    await this.page.addInitScript(() => {
      Object.defineProperty(window, "localStorage", {
        get() {
          throw new DOMException("Access is denied for this document.", "SecurityError");
        },
      });
    });
  }

  /** Every state that the header shows from now on. */
  async connectionStates(): Promise<() => Promise<string[]>> {
    const seen = await this.connection.evaluateHandle((el: HTMLElement) => {
      const states = [el.dataset["state"] ?? ""];
      new MutationObserver(() => states.push(el.dataset["state"] ?? "")).observe(el, {
        attributeFilter: ["data-state"],
      });
      return states;
    });
    return () => seen.jsonValue();
  }

  /** The tab goes behind another one, or comes back. */
  async hide(isHidden = true) {
    await this.page.evaluate((isHidden) => {
      Object.defineProperty(document, "hidden", { configurable: true, value: isHidden });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }, isHidden);
  }

  /** Which icon the tab has. */
  get icon() {
    return this.page.locator("link[rel=icon]");
  }

  /** The button that confirms the open modal. */
  get confirm() {
    return this.dialog.locator('.modal-actions button[type="submit"]');
  }

  /** The way to another name for the room, for who may change it. */
  get change() {
    return this.page.locator(".room-header a[href$='/edit']");
  }

  /** Opens the modal that changes the room. */
  async changeRoom() {
    await this.fromMenu("Rename");
    await expect(this.dialog).toBeVisible();
  }

  /** To the oldest message that is here. */
  async scrollToTop() {
    await this.scroller.evaluate((el) =>
      el.scrollTo({ top: -el.scrollHeight, behavior: "instant" }),
    );
  }

  /** Up by some pixels, from wherever it is. */
  async scrollUp(pixels: number) {
    await this.scroller.evaluate(
      (el, by) => el.scrollBy({ top: -by, behavior: "instant" }),
      pixels,
    );
  }

  /** The message at the top of the view. */
  async topmost(): Promise<Locator> {
    const id = await this.scroller.evaluate((el) => {
      const edge = el.getBoundingClientRect().top;
      const rows = [...el.querySelectorAll("article[id]")];
      return rows.find((row) => row.getBoundingClientRect().bottom > edge)?.id ?? "";
    });
    return this.log.locator(`#${id}`);
  }

  /** Where a message stands in the view, if it is in the log. */
  async place(id: string): Promise<number | undefined> {
    return this.scroller.evaluate((el, id) => {
      const row = el.querySelector(`#${id}`)?.getBoundingClientRect();
      return row && row.top - el.getBoundingClientRect().top;
    }, id);
  }

  /** The message at the top of the view, and how far its start is below the view's. */
  async spot(): Promise<{ id: string; top: number }> {
    return this.scroller.evaluate((el) => {
      const edge = el.getBoundingClientRect().top;
      const rows = [...el.querySelectorAll("article[id]")];
      const row = rows.find((row) => row.getBoundingClientRect().bottom > edge);
      return { id: row?.id ?? "", top: (row?.getBoundingClientRect().top ?? 0) - edge };
    });
  }

  /** How far the top of this element is below the top of the window. */
  async top(element: Locator): Promise<number> {
    const box = await element.boundingBox();
    if (!box) throw new Error("It is not on the page.");
    return box.y;
  }

  /** How far its end is; a message keeps it when it begins to show who wrote it. */
  async end(element: Locator): Promise<number> {
    const box = await element.boundingBox();
    if (!box) throw new Error("It is not on the page.");
    return box.y + box.height;
  }

  /** What the room shows, to compare two pages. */
  async shown(): Promise<string[]> {
    return this.messages.evaluateAll((articles) =>
      articles.map((article) => {
        const text = (part: string) => article.querySelector(part)?.textContent ?? "-";
        return [article.id, text(".author"), text(".text"), text(".edited"), text(".removed")].join(
          " | ",
        );
      }),
    );
  }
}
