// What every test here has: a server, a display, and people whose browsers are of the project's engine.

import { test as base, expect } from "@playwright/test";
import { By, Key, type WebElement, until } from "selenium-webdriver";
import { Guest } from "../../tests/support/rest.js";
import { Server, type Settings } from "../../tests/support/server.js";
import { Display, Driven, type Engine } from "./driver.js";

export const LOBBY = "/rooms/1-lobby";

/** Somebody with a browser. */
export class Person {
  constructor(
    private readonly driven: Driven,
    private readonly url: string,
    readonly guest: Guest,
  ) {}

  get driver() {
    return this.driven.driver;
  }

  /** What this gives in the page. */
  async runs<T>(script: string, ...args: unknown[]): Promise<T> {
    return this.driver.executeScript<T>(script, ...args);
  }

  /** Goes there, without waiting for what is live. */
  async opens(path: string) {
    await this.driver.get(this.url + path);
  }

  /** Goes there, and waits until the page is live. */
  async visits(path: string) {
    await this.opens(path);
    await this.isLive();
  }

  async isLive(timeout = 20_000) {
    await expect.poll(() => this.connection(), { timeout }).toBe("live");
  }

  connection() {
    return this.runs<string | null>("return document.querySelector('.connection')?.dataset.state ?? null");
  }

  /** The element, once it is there. */
  one(css: string): Promise<WebElement> {
    return this.driver.wait(until.elementLocated(By.css(css)), 10_000, css);
  }

  get composer() {
    return this.one("#main textarea");
  }

  async types(text: string) {
    await (await this.composer).sendKeys(text);
  }

  /** What stands in the composer. */
  written() {
    return this.runs<string>("return document.querySelector('#main textarea').value");
  }

  async sends(text: string) {
    await this.types(text);
    await (await this.composer).sendKeys(Key.ENTER);
  }

  /** Sends, and waits until it is stored. */
  async says(text: string) {
    await this.sends(text);
    await this.seesStored(text);
  }

  /** The texts of the messages that are stored, as they stand. */
  async stored(): Promise<string[]> {
    return this.runs<string[]>(
      "return [...document.querySelectorAll('[role=log] article:not([data-state]) .text')].map((e) => e.textContent.trim())",
    );
  }

  async seesStored(text: string) {
    const times = async () => (await this.stored()).filter((stored) => stored === text).length;
    await expect.poll(times, { timeout: 15_000, message: text }).toBe(1);
  }

  async clicks(css: string) {
    await (await this.one(css)).click();
  }

  async resized(width: number, height: number) {
    // The window has borders and bars: it is made larger by what they take.
    await this.driver.manage().window().setRect({ width, height });
    const [w, h] = await this.runs<[number, number]>("return [innerWidth, innerHeight]");
    await this.driver.manage().window().setRect({ width: 2 * width - w, height: 2 * height - h });
  }
}

type Options = { engine: Engine };
type Fixtures = {
  settings: Settings;
  server: Server;
  /** Somebody comes with a browser of their own, perhaps by another address of the server. */
  arrive: (name: string, url?: string) => Promise<Person>;
};

export const test = base.extend<Fixtures, Options & { display: Display }>({
  engine: ["firefox", { option: true, scope: "worker" }],

  display: [
    async ({}, use) => {
      const display = await Display.open();
      await use(display);
      await display.close();
    },
    { scope: "worker" },
  ],

  settings: [{}, { option: true }],

  server: async ({ settings }, use) => {
    const server = await Server.start(settings);
    try {
      await use(server);
    } finally {
      expect(await server.end(), "no panic").toEqual([]);
    }
  },

  arrive: async ({ engine, display, server }, use) => {
    const opened: Driven[] = [];
    try {
      await use(async (name, url = server.url) => {
        const driven = await Driven.open(engine, display);
        opened.push(driven);
        const guest = await Guest.named(server.url, name);
        const person = new Person(driven, url, guest);
        // A cookie is set where the browser is.
        await person.opens("/join");
        await driven.driver.manage().addCookie({ name: "parlour_session", value: guest.token, path: "/" });
        return person;
      });
    } finally {
      for (const driven of opened) await driven.close();
    }
  },
});

export { expect, Key };
