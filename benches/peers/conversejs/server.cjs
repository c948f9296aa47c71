// Converse's page and files, compressed once as well as can be, and the XMPP server it talks to.

const { createHash } = require("node:crypto");
const { readFileSync, readdirSync } = require("node:fs");
const { createServer } = require("node:http");
const { dirname, extname, join } = require("node:path");
const { brotliCompressSync, constants } = require("node:zlib");
const { WebSocketServer } = require("ws");
const { talk } = require("./xmpp.cjs");

const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};
/** Formats that are compressed already. */
const PACKED = [".png", ".webp", ".woff2", ".mp3", ".ogg"];

const dist = dirname(require.resolve("converse.js/dist/converse.min.js"));
const paths = new Map([["/", join(__dirname, "room.html")]]);
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (entry.isFile() && !path.endsWith(".map")) paths.set(`/dist${path.slice(dist.length)}`, path);
}

function file(path) {
  const plain = readFileSync(path);
  const kind = extname(path);
  // The two files of every visit at the highest level; the others are rarely asked for.
  const level = /converse\.min\.(js|css)$/.test(path) ? 11 : 5;
  const options = { params: { [constants.BROTLI_PARAM_QUALITY]: level } };
  const body = PACKED.includes(kind) ? plain : brotliCompressSync(plain, options);
  const headers = {
    "content-type": TYPES[kind] ?? "application/octet-stream",
    ...(body === plain ? {} : { "content-encoding": "br" }),
    "content-length": body.length,
    "cache-control": path.endsWith(".html") ? "no-cache" : "public, max-age=86400",
    etag: `"${createHash("sha256").update(plain).digest("base64url").slice(0, 16)}"`,
  };
  return { body, headers };
}

/** Compressed when it is first asked for. */
const answers = new Map();
function answer(name) {
  const path = paths.get(name);
  if (path && !answers.has(name)) answers.set(name, file(path));
  return answers.get(name);
}
for (const name of ["/", "/dist/converse.min.js", "/dist/converse.min.css"]) answer(name);

const server = createServer((request, response) => {
  const found = answer(new URL(request.url, "http://local").pathname);
  if (!found) return response.writeHead(404).end();
  const isKept = request.headers["if-none-match"] === found.headers.etag;
  if (isKept) return response.writeHead(304, { etag: found.headers.etag }).end();
  response.writeHead(200, found.headers).end(found.body);
});
new WebSocketServer({ server, path: "/xmpp" }).on("connection", talk);
server.listen(Number(process.env.PORT), "127.0.0.1");
