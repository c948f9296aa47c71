// As much of an XMPP server as Converse needs to show a room: nobody has to say who they are, there is one room,
// and whoever joins gets its 50 messages. Answers come at once, which no real server does.

const ROOM = "lobby@rooms.local";
const PEOPLE = ["Ada", "Bela", "Chidi", "Dana", "Emre"];
const MESSAGES = 50;
const START = Date.UTC(2026, 0, 2, 3, 4, 5);
const FEATURES = ["muc", "muc_open", "muc_persistent", "muc_public", "muc_unmoderated", "muc_nonanonymous"];

const attribute = (stanza, name) =>
  new RegExp(`^<[^>]*?\\s${name}=["']([^"']*)["']`).exec(stanza)?.[1] ?? "";

let visitors = 0;

/** Answers everything that comes on this WebSocket (RFC 7395: one stanza a message). */
exports.talk = (socket) => {
  let isKnown = false;
  const jid = `visitor${(visitors += 1)}@local/converse`;
  const say = (...stanzas) => stanzas.forEach((stanza) => socket.send(stanza));

  const presence = (name, role, more = "") =>
    `<presence xmlns="jabber:client" from="${ROOM}/${name}" to="${jid}"><x xmlns="http://jabber.org/protocol/muc#user">` +
    `<item affiliation="none" role="${role}"/>${more}</x></presence>`;

  const message = (n) => {
    const author = PEOPLE[Math.floor((n - 1) / 4) % PEOPLE.length];
    const stamp = new Date(START + n * 1000).toISOString();
    return (
      `<message xmlns="jabber:client" type="groupchat" id="m${n}" from="${ROOM}/${author}" to="${jid}">` +
      `<body>What people say in a room is about as long as this, on the whole, line ${n}.</body>` +
      `<delay xmlns="urn:xmpp:delay" from="${ROOM}" stamp="${stamp}"/>` +
      `<stanza-id xmlns="urn:xmpp:sid:0" id="s${n}" by="${ROOM}"/></message>`
    );
  };

  const result = (stanza, body) => {
    const to = attribute(stanza, "to") || "local";
    const head = `<iq xmlns="jabber:client" id="${attribute(stanza, "id")}" from="${to}" to="${jid}"`;
    say(
      body === undefined
        ? `${head} type="error"><error type="cancel"><item-not-found xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>`
        : `${head} type="result">${body}</iq>`,
    );
  };

  const ask = (stanza) => {
    const isRoom = attribute(stanza, "to").startsWith(ROOM);
    if (stanza.includes("xmpp-bind")) {
      result(stanza, `<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>${jid}</jid></bind>`);
    } else if (stanza.includes("jabber:iq:roster")) result(stanza, '<query xmlns="jabber:iq:roster"/>');
    else if (stanza.includes("disco#info")) {
      const features = isRoom ? FEATURES : [];
      const identity = isRoom ? '<identity category="conference" type="text" name="Lobby"/>' : '<identity category="server" type="im"/>';
      const listed = ["http://jabber.org/protocol/disco#info", ...(isRoom ? ["http://jabber.org/protocol/muc"] : []), ...features];
      result(
        stanza,
        `<query xmlns="http://jabber.org/protocol/disco#info">${identity}${listed.map((name) => `<feature var="${name}"/>`).join("")}</query>`,
      );
    } else if (stanza.includes("disco#items")) result(stanza, '<query xmlns="http://jabber.org/protocol/disco#items"/>');
    else if (attribute(stanza, "type") === "set" || stanza.includes("urn:xmpp:ping")) result(stanza, "");
    else result(stanza);
  };

  const join = (nick) => {
    for (const name of PEOPLE) say(presence(name, "participant"));
    say(presence(nick, "participant", '<status code="100"/><status code="110"/>'));
    for (let n = 1; n <= MESSAGES; n += 1) say(message(n));
    say(`<message xmlns="jabber:client" type="groupchat" from="${ROOM}" to="${jid}"><subject>Where everybody starts.</subject></message>`);
  };

  socket.on("error", () => {});
  socket.on("message", (part) => {
    const stanza = part.toString();
    const [, kind] = /^<(\w+)/.exec(stanza) ?? [];
    if (kind === "open") {
      const offered = isKnown
        ? '<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/>'
        : '<mechanisms xmlns="urn:ietf:params:xml:ns:xmpp-sasl"><mechanism>ANONYMOUS</mechanism></mechanisms>';
      say(
        '<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" from="local" id="one" version="1.0" xml:lang="en"/>',
        `<stream:features xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams">${offered}</stream:features>`,
      );
    } else if (kind === "auth") {
      isKnown = true;
      say('<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>');
    } else if (kind === "close") socket.close();
    else if (kind === "iq" && ["get", "set"].includes(attribute(stanza, "type"))) ask(stanza);
    else if (kind === "presence" && attribute(stanza, "to").startsWith(`${ROOM}/`) && !attribute(stanza, "type")) {
      join(attribute(stanza, "to").split("/")[1]);
    }
  });
};
