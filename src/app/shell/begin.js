// The page's script: fetches the program's own, which does all else (`loader.js`). It goes into the page without its
// comments; `script` and `wasm`, the program's files, `worker`, the site's service worker, and `composer`, what helps with
// writing, are named before it.

// As the server prints it nothing is live, which stays true where not even this script runs.
const said = document.querySelector(".connection-text");
const off = said?.textContent;
if (said) said.textContent = "Connecting…";
import(script).then(
  ({ begin }) => begin(wasm, worker, off, composer),
  // Where it does not come the page stays what it is, and says so. That of a page from before an upgrade is gone:
  // then the page is loaded anew, once, with what was typed.
  async () => {
    if (said) said.textContent = off;
    const { status } = await fetch(script, { method: "HEAD" }).catch(() => ({}));
    try {
      if (status != 404 || sessionStorage["parlour.gone"] == script) return;
      sessionStorage["parlour.gone"] = script;
      const fields = [...document.querySelectorAll("textarea[id],input[id]")]
        .filter((field) => field.value != field.defaultValue)
        .map((field) => [field.id, field.value]);
      sessionStorage["parlour.page"] = JSON.stringify({ path: location.pathname, fields, parts: [] });
      location.reload();
    } catch {}
  },
);
