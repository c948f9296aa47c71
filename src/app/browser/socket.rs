//! The WebSocket, with frames in and out.

use parlour_protocol::{ClientFrame, ServerFrame};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{CloseEvent, Event, MessageEvent, WebSocket};

/// What happens to a socket.
pub enum Incoming {
    /// It is open.
    Opened,
    /// A frame came. What is no frame this client knows is left out; a newer server may send such.
    Frame(Box<ServerFrame>),
    /// It has closed, or could not be opened; nothing comes after it.
    Closed {
        /// RFC 6455 close code; 1006 when there was none.
        code: u16,
        /// What the server gave as the reason.
        reason: String,
    },
}

/// A socket, from the attempt to connect until it is dropped, which closes it without a word.
pub struct Socket {
    socket: WebSocket,
    _hear: Closure<dyn Fn(Event)>,
}

impl Socket {
    /// Starts to connect, and tells `hear` what comes of it. `None` when the browser refuses the URL.
    pub fn open(url: &str, hear: impl Fn(Incoming) + 'static) -> Option<Self> {
        let socket = WebSocket::new(url).ok()?;
        let hear = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            if let Some(incoming) = incoming(event) {
                hear(incoming);
            }
        });
        let listener = Some(hear.as_ref().unchecked_ref());
        socket.set_onopen(listener);
        socket.set_onmessage(listener);
        socket.set_onclose(listener);
        Some(Self {
            socket,
            _hear: hear,
        })
    }

    /// Hands a frame to the browser; false when the socket is not open.
    pub fn send(&self, frame: &ClientFrame) -> bool {
        self.socket.ready_state() == WebSocket::OPEN
            && self.socket.send_with_str(&frame.encode()).is_ok()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // Refused for nothing but a code that is none.
        let _ = self.socket.close();
    }
}

fn incoming(event: Event) -> Option<Incoming> {
    Some(match event.type_().as_str() {
        "open" => Incoming::Opened,
        "message" => {
            let event: MessageEvent = event.unchecked_into();
            let frame = ServerFrame::parse(&event.data().as_string()?)?;
            Incoming::Frame(Box::new(frame))
        }
        _ => {
            let event: CloseEvent = event.unchecked_into();
            Incoming::Closed {
                code: event.code(),
                reason: event.reason(),
            }
        }
    })
}
