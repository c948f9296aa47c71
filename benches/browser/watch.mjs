// What a page notes about itself from its first moment on. It runs inside the page.

/** Notes paints, shifts, and when `message` and `interactive` are first seen on a painted frame. */
export function watchPaint({ message, interactive }) {
  if (window !== window.top) return;
  const seen = { lcp: null, cls: 0, firstMessage: null, interactive: null };
  window.__seen = seen;
  const observe = (type, each) =>
    new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true });
  observe("largest-contentful-paint", (entry) => (seen.lcp = entry.startTime));
  observe("layout-shift", (entry) => {
    if (!entry.hadRecentInput) seen.cls += entry.value;
  });
  const isShown = (selector) =>
    [...document.querySelectorAll(selector)].some((element) => {
      const { top, bottom, width, height } = element.getBoundingClientRect();
      const isOnScreen = width > 0 && height > 0 && bottom > 0 && top < innerHeight;
      return isOnScreen && !element.disabled && getComputedStyle(element).visibility === "visible";
    });
  // A frame is on the screen when the task after it runs.
  const painted = (key) => {
    seen[key] = -1;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => (seen[key] = performance.now());
    port2.postMessage(null);
  };
  const look = () => {
    if (seen.firstMessage === null && isShown(message)) painted("firstMessage");
    if (seen.interactive === null && isShown(interactive)) painted("interactive");
    if (seen.firstMessage === null || seen.interactive === null) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

export function painted() {
  const { lcp, cls, firstMessage, interactive } = window.__seen;
  const fcp = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null;
  return { firstMessage, fcp, lcp, cls, interactive };
}

/** Notes how long after a click the room that was clicked is on the screen: its title, and a message that says which. */
export function watchSwitches() {
  window.__switches = [];
  addEventListener("click", (event) => {
    const wanted = window.__wanted;
    const isThere = () => {
      const shown = [...document.querySelectorAll(".message .text")].at(-1)?.textContent ?? "";
      return document.querySelector("h1")?.textContent.trim() === wanted && shown.endsWith(`in ${wanted}.`);
    };
    const look = () => {
      if (!isThere()) return requestAnimationFrame(look);
      // A frame is on the screen when the task after it runs.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => window.__switches.push(performance.now() - event.timeStamp);
      port2.postMessage(null);
    };
    requestAnimationFrame(look);
  }, { capture: true });
}

/** Notes every gap between two frames, long tasks, slow answers to keys, and how many messages there are. */
export function watchFrames({ message }) {
  const noted = { gaps: [], tasks: [], events: [], elements: 0 };
  window.__noted = noted;
  const each = (type, note, more) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, ...more });
  each("longtask", (entry) => noted.tasks.push(entry.duration));
  each(
    "event",
    ({ interactionId, duration, name }) => {
      if (interactionId) noted.events.push({ interactionId, duration, name });
    },
    { durationThreshold: 16 },
  );
  const messages = document.getElementsByClassName(message);
  let last = performance.now();
  const frame = (now) => {
    noted.gaps.push(now - last);
    last = now;
    noted.elements = Math.max(noted.elements, messages.length);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

/** What was noted since the last time. */
export function noted() {
  const { gaps, tasks, events, elements } = window.__noted;
  Object.assign(window.__noted, { gaps: [], tasks: [], events: [], elements: 0 });
  return { gaps, tasks, events, elements };
}
