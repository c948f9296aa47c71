// Before one signs out, or deletes the account: how many messages wait in this browser to be sent. What it keeps goes
// with the session, also where it does not heed the header that says so, over plain HTTP; and not before the session is
// gone.
{
  const note = document.getElementById("unsent");
  try {
    const count = JSON.parse(localStorage.getItem("parlour.outbox")).length;
    if (note && count) {
      note.append(count);
      note.hidden = false;
    }
  } catch {}
  addEventListener("submit", async (event) => {
    const form = event.target;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    try {
      const answer = await fetch(form.action, { method: "POST", body });
      if (answer.redirected) {
        localStorage.clear();
        // What the worker is about to keep goes behind it, too.
        navigator.serviceWorker?.controller?.postMessage(null);
        for (const name of (await self.caches?.keys()) ?? []) await caches.delete(name);
        return location.assign(answer.url);
      }
      // Nobody has gone. What was said of it is shown, as asking again would be another guess at the password.
      const said = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
      document.querySelector("main").replaceWith(said);
      return said.querySelector("[aria-invalid]")?.focus();
    } catch {}
    // The browser says why.
    form.submit();
  });
}
