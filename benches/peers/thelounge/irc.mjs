// As much of an IRC server as The Lounge needs to show a channel: whoever joins gets 50 messages.

import { once } from "node:events";
import { createServer } from "node:net";

const PEOPLE = ["Ada", "Bela", "Chidi", "Dana", "Emre"];
const MESSAGES = 50;

export async function ircServer() {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    let nick = "*";
    const say = (...lines) => socket.write(lines.map((line) => `${line}\r\n`).join(""));
    const answers = {
      CAP: ([verb]) => verb === "LS" && say(":irc.local CAP * LS :"),
      NICK: ([name]) => (nick = name),
      USER: () =>
        say(
          `:irc.local 001 ${nick} :Welcome`,
          `:irc.local 005 ${nick} CHANTYPES=# NETWORK=Local CASEMAPPING=ascii :are supported`,
          `:irc.local 422 ${nick} :No message of the day`,
        ),
      PING: ([token]) => say(`:irc.local PONG irc.local :${token}`),
      JOIN: ([channel]) => {
        say(
          `:${nick}!reader@local JOIN ${channel}`,
          `:irc.local 332 ${nick} ${channel} :Where everybody starts.`,
          `:irc.local 353 ${nick} = ${channel} :${nick} ${PEOPLE.join(" ")}`,
          `:irc.local 366 ${nick} ${channel} :End of names`,
        );
        for (let n = 1; n <= MESSAGES; n += 1) {
          const author = PEOPLE[Math.floor((n - 1) / 4) % PEOPLE.length];
          const text = `What people say in a room is about as long as this, on the whole, line ${n}.`;
          say(`:${author}!${author}@local PRIVMSG ${channel} :${text}`);
        }
      },
    };
    let rest = "";
    socket.on("data", (part) => {
      const lines = (rest + part).split(/\r?\n/);
      rest = lines.pop();
      for (const line of lines) {
        const [command, ...words] = line.split(" ");
        answers[command.toUpperCase()]?.(words.map((word) => word.replace(/^:/, "")));
      }
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: server.address().port,
    async end() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
