//! `/admin/settings`: the settings that can be changed while the server serves.

use super::admin::{admin_answer, admin_page};
use crate::site::Site;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::permissions::{Guests, ServerRole};
use parlour_protocol::{AppError, paths};
use parlour_server::config::{Accent, StoredSettings};
use parlour_server::house_settings::{self, HouseSetting};
use parlour_server::{Scope, ServiceError};

/// A key, what it is called, and what is to be known of it.
type About = (&'static str, &'static str, &'static str);

/// Who may come in and do what.
const HOUSE: [About; 5] = [
    (
        "house.name",
        "What this house is called",
        "It stands at the top of every page, and in its title.",
    ),
    (
        "house.sign-up",
        "Who gets an account",
        "open: everybody who wants one. invited: who has an invitation. closed: nobody, unless you make it.",
    ),
    (
        "house.guests",
        "What people without an account may do in open rooms",
        "read: they write in none of them, and no new guests come but by an invitation. no: there are none for them, \
        but those that they are in.",
    ),
    (
        "house.make-rooms",
        "Who makes rooms",
        "The least role on the server; guest is everybody.",
    ),
    (
        "house.accent",
        "Accent",
        "The colour of what can be pressed. All of them can be read in light and in dark.",
    ),
];

/// How often something may be done.
const LIMITS: [About; 17] = [
    (
        "limits.messages-per-second",
        "Messages a second of one person",
        "",
    ),
    ("limits.message-burst", "How many of them at once", ""),
    (
        "limits.address-messages-per-second",
        "Messages a second from one address",
        "An office, or a home behind one router, is one address.",
    ),
    (
        "limits.address-message-burst",
        "How many of these at once",
        "",
    ),
    (
        "limits.guests-per-minute",
        "New guests a minute from one address",
        "",
    ),
    (
        "limits.direct-rooms-per-hour",
        "New direct rooms an hour by one person",
        "",
    ),
    (
        "limits.people-searches-per-minute",
        "Searches for people a minute from one address",
        "",
    ),
    (
        "limits.wrong-codes-per-minute",
        "Wrong codes a minute from one address",
        "",
    ),
    (
        "limits.accounts-per-hour",
        "New accounts an hour from one address",
        "Guests who become members count, too.",
    ),
    (
        "limits.sign-in-failures",
        "Wrong passwords in five minutes for one account from one address",
        "",
    ),
    (
        "limits.address-sign-in-failures",
        "Wrong passwords in five minutes from one address",
        "",
    ),
    (
        "limits.rooms-per-hour",
        "New rooms an hour by one person",
        "",
    ),
    (
        "limits.address-rooms-per-hour",
        "New rooms an hour from one address",
        "",
    ),
    (
        "limits.sockets-per-address",
        "Live connections of one address",
        "",
    ),
    (
        "limits.connections-per-address",
        "Other connections of one address",
        "",
    ),
    (
        "limits.history-pages-per-second",
        "Pages of history a second for one address",
        "",
    ),
    (
        "limits.frames-per-second",
        "Frames a second on one live connection",
        "",
    ),
];

/// What a setting with a few values may be.
fn choices(key: &str) -> Vec<&'static str> {
    match key {
        "house.sign-up" => vec!["open", "invited", "closed"],
        "house.guests" => Guests::ALL.map(Guests::name).to_vec(),
        "house.make-rooms" => ServerRole::ALL.map(ServerRole::name).to_vec(),
        "house.accent" => Accent::ALL.map(Accent::name).to_vec(),
        _ => Vec::new(),
    }
}

/// `GET /admin/settings`: the form, for who may change them.
pub async fn house_settings(
    State(site): State<Site>,
    scope: Scope,
    RawQuery(query): RawQuery,
) -> Response {
    let is_saved = query.as_deref() == Some("saved");
    let settings = house_settings::house_settings(&site.ctx, &scope).await;
    let page = settings.map(|settings| shown(&site, StatusCode::OK, settings, is_saved, None));
    admin_answer(site, page).await
}

/// The form with what was typed, and what is wrong with one of its fields.
///
/// # Errors
/// As [`house_settings::house_settings`].
pub async fn refused_settings(
    site: &Site,
    scope: &Scope,
    status: StatusCode,
    typed: &StoredSettings,
    error: &AppError,
) -> Result<Response, ServiceError> {
    let mut settings = house_settings::house_settings(&site.ctx, scope).await?;
    for setting in &mut settings {
        match typed.get(&setting.key) {
            Some(typed) if !setting.is_fixed => setting.value.clone_from(typed),
            _ => {}
        }
    }
    Ok(shown(site, status, settings, false, Some(error)))
}

fn shown(
    site: &Site,
    status: StatusCode,
    settings: Vec<HouseSetting>,
    is_saved: bool,
    error: Option<&AppError>,
) -> Response {
    admin_page(site, status, "Settings", paths::ADMIN, || {
        let at = |key: &str| {
            let at = error.filter(|error| error.field.as_deref() == Some(key));
            at.map(|error| error.message.clone())
        };
        let fields = |about: &[About]| {
            let fields = about.iter().filter_map(|about| {
                let setting = settings.iter().find(|setting| setting.key == about.0)?;
                Some(field(setting, about, at(about.0)))
            });
            fields.collect_view()
        };
        let about_none = error.filter(|error| error.field.is_none());
        let about_none = about_none.map(|error| error.message.clone());
        view! {
            {is_saved.then(|| view! { <p role="status">"Saved. It holds from now on."</p> })}
            {about_none.map(|error| view! { <p class="field-error">{error}</p> })}
            <form class="form" method="post" action=paths::HOUSE_SETTINGS>
                {fields(&HOUSE)}
                <h2>"Limits"</h2>
                <p class="field-hint">"0 is no limit."</p>
                {fields(&LIMITS)}
                <button class="primary" type="submit">"Save"</button>
            </form>
        }
        .into_any()
    })
}

fn field(setting: &HouseSetting, about: &About, error: Option<String>) -> AnyView {
    let (key, label, hint) = *about;
    let id = key.replace('.', "-");
    let error_id = format!("{id}-error");
    let hint_id = format!("{id}-hint");
    let described = format!("{hint_id} {error_id}");
    let is_invalid = error.is_some().then_some("true");
    let hint = match setting.is_fixed {
        true => "It is set in Leptos.toml or by the environment, and can only be changed there."
            .to_owned(),
        false if setting.value == setting.given => hint.to_owned(),
        false => format!("{hint} Before it was changed: {}.", setting.given)
            .trim()
            .to_owned(),
    };
    let choices = choices(key);
    let control = match choices.is_empty() {
        true => view! {
            <input
                id=id.clone()
                name=key
                value=setting.value.clone()
                inputmode={(!key.starts_with("house.")).then_some("numeric")}
                autocomplete="off"
                required
                disabled=setting.is_fixed
                aria-describedby=described
                aria-invalid=is_invalid
            />
        }
        .into_any(),
        false => {
            let options = choices.into_iter().map(|choice| {
                let is_chosen = choice == setting.value;
                view! { <option value=choice selected=is_chosen>{choice}</option> }
            });
            let options = options.collect_view();
            view! {
                <select
                    id=id.clone()
                    name=key
                    disabled=setting.is_fixed
                    aria-describedby=described
                    aria-invalid=is_invalid
                >
                    {options}
                </select>
            }
            .into_any()
        }
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {control}
            <p class="field-hint" id=hint_id>{hint}</p>
            <p class="field-error" id=error_id>{error}</p>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_server::Settings;

    #[test]
    fn every_setting_has_a_field_and_every_choice_is_one() {
        let given = Settings::default().changeable();
        let keys: Vec<_> = given.entries().into_iter().map(|entry| entry.key).collect();
        let mut fields: Vec<_> = HOUSE.iter().chain(&LIMITS).map(|about| about.0).collect();
        fields.sort_unstable();
        let mut sorted = keys.clone();
        sorted.sort_unstable();
        assert_eq!(fields, sorted);
        for key in keys {
            for choice in choices(&key) {
                let change = [(key.clone(), choice.to_owned())].into();
                assert!(given.with(&change).is_ok(), "{key} {choice}");
            }
        }
    }
}
