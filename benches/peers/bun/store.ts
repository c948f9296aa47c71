// What a server needs of the place where messages are.

export type Message = {
  type: "message";
  id: number;
  room_id: number;
  user_id: number;
  username: string;
  content: string;
  timestamp: string;
};

export type Store = {
  /** The id of who has this name, now perhaps for the first time. */
  user(username: string): number;
  /** Of a room, at most 50, oldest first. */
  newest(room: number): Message[];
  add(room: number, user: { id: number; username: string }, content: string): Message;
};
