// The live page as a person sees it: where things are, and what one does with them.

import { type Locator, type Page, expect } from "@playwright/test";
import type { Guest } from "./rest.js";

export const LOBBY = "/rooms/1-lobby";

export class Chat {
  constructor(
    readonly page: Page,
    /** The same person, for a program. */
    readonly guest: Guest | undefined,
    private readonly hasScript: boolean,
  ) {}

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

  get jump() {
    return this.page.locator(".jump");
  }

  get typing() {
    return this.page.locator(".typing");
  }

  get people() {
    return this.page.locator(".members");
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
    return this.messages.filter({ has: this.page.getByText(text, { exact: true }) });
  }

  roomLink(name: string): Locator {
    return this.sidebar
      .getByRole("link")
      .filter({ has: this.page.locator(".room-link-name").getByText(name, { exact: true }) });
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
    if (this.hasScript) await this.composer.press("Enter");
    else await this.page.getByRole("button", { name: "Send" }).click();
  }

  /** Sends, and waits until the server has stored it. */
  async say(text: string) {
    await this.send(text);
    await this.isSent(text);
  }

  async isSent(text: string) {
    await expect(this.message(text)).toBeVisible();
    await expect(this.message(text)).not.toHaveAttribute("data-state");
  }

  /** The button that confirms the open modal. */
  get confirm() {
    return this.dialog.locator('.modal-actions button[type="submit"]');
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

  /** How far the top of this element is below the top of the window. */
  async top(element: Locator): Promise<number> {
    const box = await element.boundingBox();
    if (!box) throw new Error("It is not on the page.");
    return box.y;
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
