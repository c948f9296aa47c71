import { error } from "@sveltejs/kit";
import { memberOf, post, roomPage } from "#lib/server/rooms.js";

export function load({ params, cookies }) {
  const me = memberOf(cookies.get("session"));
  const page = roomPage(Number.parseInt(params.id, 10), me);
  if (!page) error(404, "There is no such room.");
  return { me, ...page };
}

export const actions = {
  post: async ({ params, cookies, request }) => {
    const me = memberOf(cookies.get("session"));
    const content = (await request.formData()).get("content")?.trim();
    if (!me || !content) error(422, "Somebody has to say something.");
    post(Number.parseInt(params.id, 10), me, content);
  },
};
