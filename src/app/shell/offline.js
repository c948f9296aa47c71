// The site's service worker: keeps the pages of the rooms that were read last, and shows them where there is no
// network. What goes out has no comments and no spaces, and 2 KB at most.
//
// A page comes from the network; what was kept is shown when nothing comes. One that the browser goes to is kept as
// it comes; of which room it is to be kept anew says the page's program (`src/client/session/offline.rs`).
//
// Invariant: what is kept is one cache, of one reader and one build, with the files that its pages name. Another
// reader's page, or one of another build, takes the place of all of it. Nothing but pages and their files is
// answered here: no call, no panel, and nothing that changes anything.

// Twelve rooms, and their list.
const MOST = 13;
// A network that is silent for so long is none. What is shown then is made up to date by its socket.
const PATIENCE = 5e3;

// One after another, so that what was asked for as somebody else is forgotten with the rest.
let turns = Promise.resolve();
const inTurn = (deed) => (turns = turns.then(deed).catch(() => {}));

const cache = async () => caches.open((await caches.keys())[0] ?? "");

const forget = async (but) => {
  for (const name of await caches.keys()) if (name != but) await caches.delete(name);
};
// At once, and again behind what is on its way.
const empty = () => (forget(), inTurn(forget));

const keep = async (key, coming) => {
  const answer = await coming;
  // Of a room that is gone nothing comes in its place. What is put anew stands last.
  if (answer.status < 500) await (await cache()).delete(key);
  const page = await answer.text();
  // No text of anybody's has a tag in it.
  const reader = /id="place">{"me":(null|{"id":\d+)/.exec(page)[1];
  const files = page.match(/(?<=<link[^>]*\shref=")\/pkg[^"]+/g);
  await forget(reader + files);
  const kept = await caches.open(reader + files);
  if (!(await kept.keys())[0]) await kept.addAll(files);
  await kept.put(key, new Response(page, answer));
  for (const old of (await kept.keys()).slice(files.length, -MOST)) await kept.delete(old);
};

const show = async (event, path) => {
  // A room by its number alone, as its name may change; of all else there is the list.
  const key = /^\/rooms(\/\d+)?/.exec(path)?.[0];
  // Where Chromium's preload is rejected, Firefox's is an answer that says so.
  const network = event.preloadResponse.then((page) => page && page.type != "error" ? page : fetch(event.request));
  // Not a part of a room's history.
  if (/^\/rooms(\/\d+[^/?]*)?$/.test(path)) {
    const copy = network.then((answer) => answer.clone());
    event.waitUntil(inTurn(() => keep(key, copy)));
  }
  const kept = () => caches.match(key);
  const late = new Promise((done) => setTimeout(done, PATIENCE)).then(kept);
  const answer = await Promise.race([network, late.then((page) => page ?? network)]).catch(() => {});
  // From 502 on nobody is there but a proxy, or somebody who is busy. Where nothing is kept the browser says that
  // it is offline.
  return answer?.status < 502
    ? answer
    : ((await kept()) ?? answer ?? Response.redirect((await (await cache()).keys()).pop().url));
};

oninstall = (event) =>
  // No call waits for this worker to be started.
  event.addRoutes?.({ condition: { urlPattern: "/api/*" }, source: "network" });

// A page that was there before is none of its own: what it has kept it has brought itself.
onactivate = (event) => event.waitUntil(registration.navigationPreload.enable());

onfetch = (event) => {
  const { request } = event;
  const path = request.url.slice(origin.length);
  if (request.mode == "navigate")
    if (request.method == "GET") event.respondWith(show(event, path));
    // A form of a page without its program may make somebody else of the reader, and uses up the page's key.
    else event.waitUntil(empty());
  else if (/^\/pkg/.test(path)) event.respondWith(fetch(request).catch(() => caches.match(request)));
};

// The path of a room; nothing where somebody else reads from now on.
onmessage = (event) => {
  const { data } = event;
  event.waitUntil(data ? inTurn(() => keep(data, fetch(data))) : empty());
};
