"""The chat server that FastAPI's documentation leads to: a connection manager, a session for each
piece of work, `send_json` to everybody, and who is here to everybody whenever that changes."""

from collections import defaultdict

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from sqlalchemy import select
from sqlalchemy.orm import sessionmaker

from tables import Base, Message, User, engine

Base.metadata.create_all(engine)
SessionLocal = sessionmaker(bind=engine)
app = FastAPI()


class ConnectionManager:
    def __init__(self):
        self.rooms: dict[int, dict[WebSocket, str]] = defaultdict(dict)

    def join(self, room_id: int, websocket: WebSocket, username: str):
        self.rooms[room_id][websocket] = username

    def leave(self, room_id: int, websocket: WebSocket):
        self.rooms[room_id].pop(websocket, None)

    async def broadcast(self, room_id: int, message: dict):
        for websocket in list(self.rooms[room_id]):
            try:
                await websocket.send_json(message)
            except (WebSocketDisconnect, RuntimeError):
                self.leave(room_id, websocket)

    async def broadcast_users(self, room_id: int):
        users = sorted(set(self.rooms[room_id].values()))
        await self.broadcast(room_id, {"type": "users_list", "users": users})


manager = ConnectionManager()


def as_dict(message: Message) -> dict:
    return {
        "type": "message",
        "id": message.id,
        "room_id": message.room_id,
        "user_id": message.user_id,
        "username": message.user.username,
        "content": message.content,
        "timestamp": message.timestamp.isoformat(),
    }


def find_or_create_user(username: str) -> int:
    with SessionLocal() as db:
        user = db.scalar(select(User).where(User.username == username))
        if user is None:
            user = User(username=username)
            db.add(user)
            db.commit()
        return user.id


def history(room_id: int) -> list[dict]:
    with SessionLocal() as db:
        newest = select(Message).where(Message.room_id == room_id).order_by(Message.id.desc()).limit(50)
        return [as_dict(message) for message in reversed(db.scalars(newest).all())]


def save(room_id: int, user_id: int, content: str) -> dict:
    with SessionLocal() as db:
        message = Message(room_id=room_id, user_id=user_id, content=content)
        db.add(message)
        db.commit()
        db.refresh(message)
        return as_dict(message)


@app.websocket("/ws/chat/{room_id}")
async def chat(websocket: WebSocket, room_id: int):
    await websocket.accept()
    try:
        username = (await websocket.receive_json())["username"]
        user_id = find_or_create_user(username)
        await websocket.send_json({"type": "history", "messages": history(room_id)})
        manager.join(room_id, websocket, username)
        await manager.broadcast_users(room_id)
        while True:
            frame = await websocket.receive_json()
            if frame["type"] == "message":
                await manager.broadcast(room_id, save(room_id, user_id, frame["content"]))
    except WebSocketDisconnect:
        pass
    finally:
        manager.leave(room_id, websocket)
        await manager.broadcast_users(room_id)
