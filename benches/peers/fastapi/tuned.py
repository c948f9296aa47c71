"""The same server by somebody who measured: write-ahead log, statements instead of objects, every
frame encoded once, and nobody told who else is here."""

import json
from collections import defaultdict

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from sqlalchemy import event, insert, select

from tables import Base, Message, User, engine, now


@event.listens_for(engine, "connect")
def durable_and_quick(connection, _record):
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


Base.metadata.create_all(engine)
users, messages = User.__table__, Message.__table__
# One loop is the only user of the database, so one connection serves it.
db = engine.connect()
app = FastAPI()
rooms: dict[int, set[WebSocket]] = defaultdict(set)


def as_dict(id, room_id, user_id, username, content, timestamp) -> dict:
    return {
        "type": "message",
        "id": id,
        "room_id": room_id,
        "user_id": user_id,
        "username": username,
        "content": content,
        "timestamp": timestamp.isoformat(),
    }


def find_or_create_user(username: str) -> int:
    found = db.scalar(select(users.c.id).where(users.c.username == username))
    if found is None:
        found = db.execute(insert(users).values(username=username)).inserted_primary_key[0]
    db.commit()
    return found


def history(room_id: int) -> str:
    m = messages.c
    newest = (
        select(m.id, m.room_id, m.user_id, users.c.username, m.content, m.timestamp)
        .join(users)
        .where(m.room_id == room_id)
        .order_by(m.id.desc())
        .limit(50)
    )
    rows = db.execute(newest).all()
    db.commit()
    return json.dumps({"type": "history", "messages": [as_dict(*row) for row in reversed(rows)]})


def save(room_id: int, user_id: int, username: str, content: str) -> str:
    timestamp = now()
    row = {"room_id": room_id, "user_id": user_id, "content": content, "timestamp": timestamp}
    id = db.execute(insert(messages), row).lastrowid
    db.commit()
    return json.dumps(as_dict(id, room_id, user_id, username, content, timestamp))


async def broadcast(room_id: int, text: str):
    for websocket in list(rooms[room_id]):
        try:
            await websocket.send_text(text)
        except (WebSocketDisconnect, RuntimeError):
            rooms[room_id].discard(websocket)


@app.websocket("/ws/chat/{room_id}")
async def chat(websocket: WebSocket, room_id: int):
    await websocket.accept()
    try:
        username = (await websocket.receive_json())["username"]
        user_id = find_or_create_user(username)
        await websocket.send_text(history(room_id))
        rooms[room_id].add(websocket)
        while True:
            frame = await websocket.receive_json()
            if frame["type"] == "message":
                await broadcast(room_id, save(room_id, user_id, username, frame["content"]))
    except WebSocketDisconnect:
        pass
    finally:
        rooms[room_id].discard(websocket)
