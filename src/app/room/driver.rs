//! Drives the session: tells it what happens in the browser, and does there what it wants done.
//!
//! *Invariant:* nothing is decided here. Whatever happens goes through [`act`], with what is seen at that moment,
//! and effects are performed in their order, after the session is let go of.

mod focus;
mod link;
mod scrolling;

pub use focus::{keep_focus, step};
pub use scrolling::{fill, laid_out, scrolled};

use super::marks::laid_out as laid_out_text;
use super::view_model::{Dialog, ViewModel};
use crate::app::browser::text_field::{self, COMPOSER, EDITOR};
use crate::app::browser::{clipboard, clock, code, document, fetch, navigation, offline, storage};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use parlour_client::announcer::Aloud;
use parlour_client::session::{Effect, Field, Landing, Moment, Session, Viewport};
use parlour_protocol::calls::Refused;
use parlour_protocol::{last_room, paths};

/// How often time-outs are looked at, in milliseconds.
const TICK_MS: u32 = 1_000;
/// The same while there is no connection: what is shown counts down.
const COUNT_MS: u32 = 250;
/// Where the tab keeps for which builds it was loaded anew.
const TRIED_KEY: &str = "parlour.tried";
/// Where it keeps what was read in each entry of its history.
const POSITIONS_KEY: &str = "parlour.spots";

/// Lets something happen, and does what follows from it.
pub fn act<R>(model: ViewModel, happens: impl FnOnce(&mut Session) -> R) -> R {
    act_before(model, scrolling::seen(model), happens)
}

/// The same for what somebody types. Nothing that follows from it depends on what is seen, and to look at that
/// would lay the page out for every key.
pub fn type_in(model: ViewModel, happens: impl FnOnce(&mut Session)) {
    let last_seen = model.look(|state| state.session.viewport());
    act_before(model, last_seen, happens);
}

fn act_before<R>(model: ViewModel, seen: Viewport, happens: impl FnOnce(&mut Session) -> R) -> R {
    let at = moment();
    let (result, follows) = model.change(|state| {
        let session = state.session.at(at, seen);
        let follows = session.follows();
        (happens(session), follows)
    });
    perform(model, seen, follows);
    result
}

/// Sends what is in the composer.
pub fn send(model: ViewModel) {
    let (text, key) = (text_field::text(COMPOSER), clock::random_key());
    act(model, |session| session.send(&text, key));
}

/// Follows a link inside the island, unless the browser was asked for a new tab or window.
pub fn follow(model: ViewModel, event: &MouseEvent, path: String) {
    if is_plain(event) {
        event.prevent_default();
        act(model, |session| session.visit(path, true));
    }
}

/// Copies the address of this path, and says so.
pub fn copy_link(model: ViewModel, path: &str) {
    let address = navigation::whole(path);
    let is_copied = clipboard::copy(&address);
    tell_copied(model, is_copied, &format!("The link is {address}"));
}

fn tell_copied(model: ViewModel, is_copied: bool, instead: &str) {
    model.tell(match is_copied {
        true => "Copied.".to_owned(),
        false => format!("This browser does not let a page copy. {instead}"),
    });
}

/// A click that asks for no new tab, window or download.
pub fn is_plain(event: &MouseEvent) -> bool {
    event.button() == 0
        && !(event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key())
}

/// Begins to drive: what only the browser can do, once.
pub fn keep(model: ViewModel) {
    code::on_copy(move |is_copied| tell_copied(model, is_copied, "Select it to do so."));
    let typed = text_field::text(COMPOSER);
    let positions = storage::load_for_tab(POSITIONS_KEY);
    let (build, tried) = (document::build(), storage::load_for_tab(TRIED_KEY));
    act(model, |session| {
        session.restore(&typed);
        let (path, entry) = (navigation::path(), navigation::entry());
        session.arrive(path, entry, positions.as_deref(), navigation::is_return());
        session.start(build, tried);
        if offline::brought_page() {
            session.page_is_kept();
        }
    });
    focus::follow(model);
    navigation::on_leave(move || {
        let positions = act(model, Session::leave);
        storage::save_for_tab(POSITIONS_KEY, &positions);
    });
    navigation::on_history(move || {
        let (path, entry) = (navigation::path(), navigation::entry());
        act(model, |session| session.moved(path, entry));
    });
    navigation::on_presence(move || {
        model.set_hidden(!navigation::is_visible());
        act(model, |session| session.turned(navigation::is_online()));
    });
    navigation::on_contact(move || {
        let now = clock::now_ms();
        model.change(|state| state.session.touched(now));
    });
    storage::on_change(move || {
        act(model, |session| {
            session.storage_changed(navigation::has_focus())
        });
    });
    spawn_local(async move {
        loop {
            let is_live = model.look(|state| state.session.connection().is_live());
            clock::sleep(if is_live { TICK_MS } else { COUNT_MS }).await;
            look_at_the_clock(model);
        }
    });
}

fn look_at_the_clock(model: ViewModel) {
    model.set_today(clock::today());
    act(model, |session| session.tick(clock::wall_ms()));
}

fn moment() -> Moment {
    Moment {
        now: clock::now_ms(),
        random: clock::random(),
    }
}

/// Does what the session wants done. `follows`: the view was at the end of the room before it changed.
fn perform(model: ViewModel, seen: Viewport, follows: bool) {
    let (effects, parts) = model.change(|state| state.session.take_effects());
    model.tell_changed(parts);
    let mut is_kept = false;
    for effect in effects {
        match effect {
            Effect::Connect => link::open(model),
            Effect::Disconnect => link::close(),
            Effect::Say(frame) => link::say(model, &frame),
            Effect::Fetch(number, ask) => spawn_local(async move {
                let answer = fetch::call(ask.request()).await;
                act(model, |session| session.answered(number, &ask, answer));
            }),
            Effect::Wait(milliseconds) => spawn_local(async move {
                clock::sleep(milliseconds).await;
                look_at_the_clock(model);
            }),
            Effect::NextFrame => spawn_local(async move {
                clock::frame().await;
                act(model, Session::frame);
            }),
            Effect::Announce(Aloud::Say(number, text)) => {
                document::say(number, &laid_out_text(&text));
            }
            Effect::Announce(Aloud::Unsay(number)) => document::unsay(number),
            Effect::Notice(sentence) => model.tell(sentence),
            Effect::Offer(sentence, undo) => model.offer(sentence, undo),
            Effect::KeepInView => {
                // Whatever else was changed is drawn together with it.
                if !std::mem::replace(&mut is_kept, true) {
                    scrolling::hold(model, scrolling::kept(model, seen, follows));
                }
            }
            Effect::KeepTop => scrolling::keep_top(model, seen),
            Effect::KeepPage(room) => keep_page(paths::kept(room)),
            Effect::ForgetPages => keep_page(String::new()),
            Effect::LoadKept(room, path) => spawn_local(async move {
                if offline::has(&paths::kept(room)).await {
                    navigation::load(&path);
                } else {
                    model.tell(Refused::Unreachable.sentence().to_owned());
                }
            }),
            Effect::Write(field, text) => {
                let field = id_of(field);
                if text_field::text(field) != text {
                    text_field::set_text(field, &text);
                }
            }
            Effect::Focus(Field::Composer) => focus::to_composer(model),
            // As soon as it is there, and not with the next frame: who begins at once to select or to type
            // would have the cursor taken from under them.
            Effect::Focus(Field::Editor) => spawn_local(async move {
                tick().await;
                text_field::focus_at_end(EDITOR);
                scrolling::note(model);
            }),
            Effect::Mark(invalid) => text_field::mark(COMPOSER, invalid),
            Effect::CloseDialogs => model.show_dialog(None),
            Effect::CloseQuestions => {
                let dialog = model.dialog().get_untracked();
                if dialog.is_some_and(Dialog::is_about_room) {
                    model.show_dialog(None);
                }
            }
            Effect::Push(path, key) => navigation::push(&path, key),
            Effect::Replace(path) => navigation::replace(&path),
            Effect::KeepLast(room) => storage::set_cookie(&last_room::cookie(room)),
            Effect::Load(path) => navigation::load(&path),
            Effect::Land(landing, is_new) => land(model, landing, is_new),
            Effect::FocusMain => navigation::focus_main(),
            Effect::Reload(tried) => {
                // Where that cannot be kept it would load for ever.
                if storage::save_for_tab(TRIED_KEY, &tried) {
                    navigation::reload();
                }
            }
        }
    }
}

fn keep_page(path: String) {
    spawn_local(async move {
        offline::keep(&path).await;
    });
}

fn id_of(field: Field) -> &'static str {
    match field {
        Field::Composer => COMPOSER,
        Field::Editor => EDITOR,
    }
}

/// Gives the focus to where one goes on. On a phone it would bring up the keyboard, over what one came to read.
pub fn focus_room() {
    if navigation::has_fine_pointer() && text_field::is_there(COMPOSER) {
        text_field::focus(COMPOSER);
    } else {
        navigation::focus_main();
    }
}

/// Brings the view there. What is new is drawn only with the next frame.
fn land(model: ViewModel, landing: Landing, is_new: bool) {
    scrolling::moved(model);
    if is_new {
        focus::forget(model);
    }
    match landing {
        Landing::End if !is_new => scrolling::to_end(model),
        Landing::Message(number) if !is_new => return scrolling::reveal(model, number),
        _ => {}
    }
    request_animation_frame(move || {
        if is_new {
            // For a composer that is drawn only now.
            act(model, Session::show_draft);
        }
        match landing {
            Landing::End if is_new => scrolling::to_end(model),
            Landing::End => {}
            Landing::New => scrolling::to_new(model, !is_new),
            Landing::Message(number) => scrolling::reveal(model, number),
            Landing::Position(position) => scrolling::resume(model, position),
        }
        if is_new && !matches!(landing, Landing::Message(_)) {
            focus_room();
        }
        act(model, Session::look);
    });
}
