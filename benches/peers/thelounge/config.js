"use strict";

// One person with a name and a password, one network that cannot be changed, everything else as it ships.
module.exports = {
  public: false,
  host: "127.0.0.1",
  port: Number(process.env.PORT),
  lockNetwork: true,
  defaults: {
    name: "Local",
    host: "127.0.0.1",
    port: Number(process.env.IRC_PORT),
    tls: false,
    nick: "reader",
    username: "reader",
    join: "#lobby",
  },
};
