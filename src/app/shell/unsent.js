// Before one signs out: how many messages wait in this browser to be sent. What it keeps goes with the session, also
// where it does not heed the header that says so, over plain HTTP; and not before the session is gone.
{
  const note = document.getElementById("unsent");
  try {
    const count = JSON.parse(localStorage.getItem("parlour.outbox")).length;
    if (count) {
      note.append(count);
      note.hidden = false;
    }
  } catch {}
  addEventListener("submit", async (event) => {
    const form = event.target;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
      if (answer.type === "opaqueredirect") {
        localStorage.clear();
        // What the worker is about to keep goes behind it, too.
        navigator.serviceWorker?.controller?.postMessage(null);
        for (const name of (await self.caches?.keys()) ?? []) await caches.delete(name);
        return location.assign("/rooms");
      }
    } catch {}
    // Nobody is signed out: the browser says why.
    form.submit();
  });
}
