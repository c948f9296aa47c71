import { error } from "@sveltejs/kit";
import { memberOf, roomPage } from "#lib/server/rooms.js";

export function load({ params, cookies }) {
  const me = memberOf(cookies.get("session"));
  const page = roomPage(Number.parseInt(params.id, 10), me);
  if (!page) error(404, "There is no such room.");
  return { me, ...page };
}
