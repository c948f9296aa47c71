// What begins with a slash, as the composer reads it. The wire knows no commands: each becomes a text, or a call.

/** @typedef {{ name: string, wants: string, does: string }} Command */

/** @type {Command[]} */
export const COMMANDS = [
  { name: "/me", wants: "waves", does: "Say what you do, in italics" },
  { name: "/shrug", wants: "text", does: "Put ¯\\_(ツ)_/¯ behind it" },
  { name: "/topic", wants: "text", does: "Say what this room is about" },
];

// As Markdown keeps it whole.
const SHRUG = "¯\\\\\\_(ツ)\\_/¯";

/**
 * What is to be sent for what was written: a text, another description of the room, or nothing, for a reason; and of a
 * word that is no command, which one. Nothing of what has none.
 * @typedef {{ text: string } | { topic: string } | { missing: string } | { unknown: string }} Meant
 */

/** @type {(written: string) => Meant | undefined} */
export const meant = (written) => {
  if (written.startsWith("//")) return { text: written.slice(1) };
  const [, word, behind = ""] = /^(\/[a-z][\w-]*)(?:\s+([^]*))?$/i.exec(written) ?? [];
  if (!word) return;
  const rest = behind.trim();
  switch (word.toLowerCase()) {
    case "/me": {
      if (!rest) return { missing: "Write what you do: /me waves" };
      const mark = rest.includes("*") ? "_" : "*";
      return { text: rest.split(/\n\s*\n/).map((part) => mark + part.trim() + mark).join("\n\n") };
    }
    case "/shrug":
      return { text: rest ? `${rest} ${SHRUG}` : SHRUG };
    case "/topic":
      return rest ? { topic: rest } : { missing: "Write what the room is about: /topic Tea, and nothing else" };
    default:
      return { unknown: word };
  }
};
