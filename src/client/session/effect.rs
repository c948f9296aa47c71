//! What a session is told besides frames, and what it wants done.

use crate::announcer::Aloud;
use crate::scroll_position::ScrollPosition;
use parlour_protocol::calls::Request;
use parlour_protocol::rules::Invalid;
use parlour_protocol::{ClientFrame, Number, RoomId};

/// When something happens, and what chance has drawn for it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moment {
    /// Milliseconds, by a clock that nobody sets and that never goes back.
    pub now: f64,
    /// In 0..1, drawn anew for each moment.
    pub random: f64,
}

/// What somebody sees of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Viewport {
    /// Somebody can see the tab.
    pub is_visible: bool,
    /// The last line that is drawn is in view.
    pub is_at_end: bool,
    /// The form of the message that is being edited is in view.
    pub has_form: bool,
    /// A modal is open.
    pub has_dialog: bool,
    /// The last message whose end is in view, where the last line is not.
    pub last: Option<Number>,
    /// The message with that form; else the one that was at the top of the view, where the view is about to be put
    /// back there; else the one at its top.
    pub position: Option<ScrollPosition>,
}

/// A field that the browser owns: read and written, never controlled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Where messages are written.
    Composer,
    /// Where one is changed.
    Editor,
}

/// Where a view comes to rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Landing {
    /// At the end of what is here.
    End,
    /// With this message in its middle.
    Message(Number),
    /// At the line *New*, which is as far as one has read.
    New,
    /// Where somebody was reading.
    Position(ScrollPosition),
}

/// What was done, and can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undo {
    /// This room was left.
    Leave(RoomId),
    /// This message was deleted.
    Delete(RoomId, Number),
}

/// A question to the server beside the socket.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// A room with its newest messages, or with those around one.
    Open(RoomId, Option<Number>),
    /// A room where this person begins to read: with its newest messages, or, where not all that they have not read
    /// is among those, with the ones around the first of it.
    Unread(RoomId),
    /// What lies before a message.
    Older(RoomId, Number),
    /// What lies after a message.
    Newer(RoomId, Number),
    /// Why no socket could be opened.
    Connection,
    /// Be a member of the room.
    Join(RoomId),
    /// Be no member of the room any more.
    Leave(RoomId),
    /// Have a message back that was just deleted.
    UndoDelete(RoomId, Number),
}

impl Ask {
    /// The call that asks it.
    pub fn request(&self) -> Request {
        match *self {
            Self::Open(room, message) => Request::open_room(room, message),
            Self::Unread(room) => Request::unread_room(room),
            Self::Older(room, than) => Request::older(room, than),
            Self::Newer(room, than) => Request::newer(room, than),
            Self::Connection => Request::connection(),
            Self::Join(room) => Request::join_room(room),
            Self::Leave(room) => Request::leave_room(room),
            Self::UndoDelete(room, number) => Request::undo_delete(room, number),
        }
    }
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Open a socket, and report [`opened`](super::Session::opened), or [`closed`](super::Session::closed)
    /// with 1006.
    Connect,
    /// Drop the socket, open or being opened; nothing more is to be reported of it.
    Disconnect,
    /// Send this on the socket.
    Say(ClientFrame),
    /// Ask this, and report [`answered`](super::Session::answered) with the number.
    Fetch(u64, Ask),
    /// Call [`tick`](super::Session::tick) after so many milliseconds.
    Wait(u32),
    /// Call [`frame`](super::Session::frame) before the page is next drawn.
    NextFrame,
    /// Say something to who does not see the screen, or take it away.
    Announce(Aloud),
    /// Show a sentence for a few seconds.
    Notice(String),
    /// Show one about something that was done, with the way to [take it back](super::Session::undo).
    Offer(String, Undo),
    /// Keep in view what is looked at, whatever was changed.
    KeepInView,
    /// Keep the message at the top of the view where it is: a form comes or goes.
    KeepTop,
    /// Put this text into a field, unless it is there.
    Write(Field, String),
    /// Give a field the focus, with the cursor at its end.
    Focus(Field),
    /// Show in the composer what is wrong with its text.
    Mark(Invalid),
    /// Have the page of this room kept as it is, to be read where there is no network.
    KeepPage(RoomId),
    /// Forget the pages that were kept.
    ForgetPages,
    /// Load the page of this room that was kept, at this path; where there is none, say that the server
    /// cannot be reached.
    LoadKept(RoomId, String),
    /// Close whatever modal is open.
    CloseDialogs,
    /// Close the modal that is about the room or a message of it.
    CloseQuestions,
    /// Make an entry of the tab's history, with this path and key.
    Push(String, i64),
    /// Give the present entry of the tab's history this path.
    Replace(String),
    /// Keep for the browser that this room was open last.
    KeepLast(RoomId),
    /// Leave the page for the one at this path.
    Load(String),
    /// Bring the view there, and then call [`look`](super::Session::look). `true`: another room is shown, of which
    /// nothing is drawn yet; once it is, call [`show_draft`](super::Session::show_draft) before.
    Land(Landing, bool),
    /// Give the focus to the page's main part.
    FocusMain,
    /// Keep this for the tab and load the page anew: the server has another build.
    Reload(String),
}

/// A part of the page that follows the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Who is looking.
    Me,
    /// The list of rooms.
    Rooms,
    /// Which room is open, and what it is.
    Open,
    /// The messages of the open room.
    Timeline,
    /// Who is in it, who types.
    Presence,
    /// What waits to be sent.
    Outbox,
    /// The connection's state.
    Connection,
    /// What is said of the composer's text.
    Composer,
    /// Which message is being edited.
    Editing,
    /// What is below the view.
    Missed,
    /// Whether something is on its way.
    Loading,
    /// Whether lines say who came and who went.
    Notes,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Me,
        Self::Rooms,
        Self::Open,
        Self::Timeline,
        Self::Presence,
        Self::Outbox,
        Self::Connection,
        Self::Composer,
        Self::Editing,
        Self::Missed,
        Self::Loading,
        Self::Notes,
    ];
}

/// Some parts of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts(u16);

impl Parts {
    /// This one as well.
    pub fn add(&mut self, part: Part) {
        self.0 |= 1 << part as u16;
    }

    /// Whether this one is among them.
    pub fn has(self, part: Part) -> bool {
        self.0 & (1 << part as u16) != 0
    }
}
