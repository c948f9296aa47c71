//! What the plain pages have in common.

use super::shape::Shape;
use crate::app::shell::{Script, script};
use crate::app::slots::house;
use leptos::prelude::*;
use parlour_protocol::{AppError, Availability, paths};

/// The frame of a page without live parts: a heading, a form or a sentence, and a way back.
#[component]
pub fn PlainPage(
    /// What the page is for.
    heading: impl IntoView,
    /// Where "Back" leads.
    back: String,
    /// What "Back" is called.
    back_label: &'static str,
    /// The status, when the page is there because something is not.
    #[prop(default = None)]
    status: Option<u16>,
    children: Children,
) -> impl IntoView {
    view! {
        <header class="topbar"><a class="brand" href=paths::LIST>{house()}</a></header>
        <main id="main" class="page" tabindex="-1" data-status=status>
            <h1>{heading}</h1>
            {children()}
            <p><a href=back>{back_label}</a></p>
        </main>
    }
}

/// A labelled one-line field with what is wrong with it.
#[component]
pub fn LineField(
    /// The label of the field.
    label: &'static str,
    /// The form field's name; also the start of the ids.
    name: &'static str,
    /// What is in it.
    value: String,
    /// What is wrong with it.
    error: Option<String>,
    /// What the browser may offer.
    autocomplete: &'static str,
    /// Where it is: in a panel what is missing is said in words, and what is wrong is said aloud.
    shape: Shape,
) -> impl IntoView {
    let error_id = format!("{name}-error");
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input
                id=name
                name=name
                value=value
                autocomplete=autocomplete
                required={shape == Shape::Page}
                autofocus
                aria-describedby=error_id.clone()
                aria-invalid=error.is_some().then_some("true")
            />
            <p class="field-error" id=error_id role=shape.alert()>{error}</p>
        </div>
    }
}

/// A labelled field for a mail address, which nobody must have.
#[component]
pub fn MailField(
    /// What is in it.
    value: String,
    /// What is wrong with it.
    error: Option<String>,
    /// Where it is.
    shape: Shape,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for="mail">"Mail address (optional)"</label>
            <input
                id="mail"
                name="mail"
                type="email"
                value=value
                autocomplete="email"
                maxlength="254"
                aria-describedby="mail-error"
                aria-invalid=error.is_some().then_some("true")
            />
            <p class="field-error" id="mail-error" role=shape.alert()>{error}</p>
        </div>
    }
}

/// A labelled field for a password, which is never shown again.
#[component]
pub fn PasswordField(
    /// The label of the field.
    label: &'static str,
    /// The form field's name; also the start of the ids.
    #[prop(default = "password")]
    name: &'static str,
    /// What is wrong with it.
    error: Option<String>,
    /// What the browser may offer: a password that it keeps, or a new one.
    autocomplete: &'static str,
    /// Whether the form is nothing without it.
    is_required: bool,
    /// Where it is.
    shape: Shape,
) -> impl IntoView {
    let error_id = format!("{name}-error");
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input
                id=name
                name=name
                type="password"
                autocomplete=autocomplete
                required={is_required && shape == Shape::Page}
                aria-describedby=error_id.clone()
                aria-invalid=error.is_some().then_some("true")
            />
            // Only a script shows it: on a page one of its own shows this button, in a panel there is one.
            <button
                class="quiet reveal"
                type="button"
                aria-controls=name
                aria-pressed="false"
                hidden={shape == Shape::Page}
            >
                "Show password"
            </button>
            <p class="field-error" id=error_id role=shape.alert()>{error}</p>
        </div>
        {(shape == Shape::Page).then(|| script(Script::Reveal))}
    }
}

/// Where a form leads back to that is sent from elsewhere than its own page.
pub fn leads_to(next: &str) -> AnyView {
    let next = (!next.is_empty()).then(|| next.to_owned());
    next.map(|next| view! { <input type="hidden" name="next" value=next/> })
        .into_any()
}

/// A value, and what it is called.
pub type Choice = (&'static str, &'static str);

/// A labelled choice of one thing.
#[component]
pub fn ChoiceField(
    /// The label of the field.
    label: &'static str,
    /// The form field's name, and its id.
    name: &'static str,
    /// The value that is chosen.
    chosen: &'static str,
    /// What can be chosen, in this order.
    choices: &'static [Choice],
) -> impl IntoView {
    let options = choices.iter().map(|(value, called)| {
        view! { <option value=*value selected={*value == chosen}>{*called}</option> }
    });
    let options: Vec<_> = options.collect();
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select id=name name=name>{options}</select>
        </div>
    }
}

/// What is wrong, said at the name or at the password, unless it is said at the mail address.
pub fn at_fields(error: Option<&AppError>) -> [Option<String>; 2] {
    let sentence = error.map(|error| error.message.clone());
    match error.and_then(|error| error.field.as_deref()) {
        Some("password") => [None, sentence],
        Some("mail") => [None, None],
        _ => [sentence, None],
    }
}

/// A labelled text area with what is wrong with it.
#[component]
pub fn TextField(
    /// The label of the field.
    label: &'static str,
    /// The form field's name; also the start of the ids.
    name: &'static str,
    /// What is in it.
    value: String,
    /// What is wrong with it.
    error: Option<String>,
    /// Where it is.
    shape: Shape,
) -> impl IntoView {
    let error_id = format!("{name}-error");
    // Leptos writes the content of a text area as it is, so that it is escaped here. A line break
    // directly after the tag would be dropped by the browser.
    let value = format!("\n{}", value.replace('&', "&amp;").replace('<', "&lt;"));
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <textarea
                id=name
                name=name
                rows="4"
                aria-describedby=error_id.clone()
                aria-invalid=error.is_some().then_some("true")
            >
                {value}
            </textarea>
            <p class="field-error" id=error_id role=shape.alert()>{error}</p>
        </div>
    }
}

/// Whether somebody is there: a dot, and what it says.
pub fn dot(availability: Availability) -> impl IntoView {
    let said = match availability {
        Availability::Online => "Online",
        Availability::Away => "Away",
    };
    view! {
        <span class="there">
            <span class="dot" data-there=availability.name() aria-hidden="true"></span>
            {said}
        </span>
    }
}
