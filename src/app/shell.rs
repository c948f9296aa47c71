//! The document around every page, its headers, and how a view becomes a response; and the scripts by hand.

mod scripts;
mod worker;

pub use scripts::{Script, address, script, scripts};
pub use worker::worker;

use crate::app::browser::navigation::ICON;
use crate::app::slots::placing::{HouseName, Recorder};
use crate::app::slots::{self, Slot, value};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use hydration_context::SsrSharedContext;
use leptos::config::LeptosOptions;
use leptos::hydration::AutoReload;
use leptos::nonce::Nonce;
use leptos::prelude::*;
use leptos::tachys::view::Position;
use parlour_client::tab;
use parlour_client::unread::Unread;
use parlour_protocol::paths;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, OnceLock};

/// Fetches the program's script; `script`, `wasm` and `worker` stand before it.
const BEGIN: &str = include_str!("shell/begin.js");

/// What stands between spaces in it for its readers alone; none of its texts has any of these.
const SPACED: [&str; 15] = [
    " => ", " = ", " == ", " != ", " && ", " || ", " ? ", " : ", " + ", " - ", " * ", " < ", ", ",
    " {", "{ ",
];

/// Where the page's own files are; their names change with their content in a release.
pub struct Assets {
    house: OnceLock<Called>,
    options: LeptosOptions,
    style: String,
    script: String,
    wasm: String,
    loader: String,
    build: String,
}

/// What says what the house is called now.
type Called = Box<dyn Fn() -> String + Send + Sync>;

/// What a page is besides its body.
pub struct Head<'a> {
    /// What the tab is called, before "· Parlour".
    pub title: &'a str,
    /// Whether the page has the live room in it and loads its WASM.
    pub is_live: bool,
    /// The one address of what the page shows.
    pub canonical: Option<String>,
    /// Whether search engines may list it.
    pub may_be_listed: bool,
}

impl Assets {
    /// For pages that load these files.
    pub fn new(options: &LeptosOptions, [style, script, wasm]: [String; 3]) -> Self {
        Self {
            house: OnceLock::new(),
            loader: loader(&script, &wasm),
            build: build(&[&style, &script, &wasm]),
            options: options.clone(),
            style,
            script,
            wasm,
        }
    }

    /// From now on pages are of the house that is called so; of one without a name until then.
    pub fn called_by(&self, called: impl Fn() -> String + Send + Sync + 'static) {
        // Once is enough: it says what holds at each time.
        let _ = self.house.set(Box::new(called));
    }

    /// What the house is called.
    pub fn house(&self) -> String {
        let called = self.house.get();
        called.map_or_else(|| slots::HOUSE.to_owned(), |called| called())
    }

    /// Which build these files are: another one where any of them has another name. A live page and the
    /// server each say theirs, so that the page can tell that it is of a build before.
    pub fn build(&self) -> &str {
        &self.build
    }

    /// A page as a response.
    pub fn page(
        &self,
        status: StatusCode,
        head: &Head,
        body: impl FnOnce() -> AnyView,
    ) -> Response {
        self.print(head, body).into_response(status)
    }

    /// A page as text.
    pub fn print(&self, head: &Head, body: impl FnOnce() -> AnyView) -> Print {
        let nonce = Nonce::new();
        let html = owned(|| {
            provide_context(nonce.clone());
            provide_context(HouseName(self.house()));
            self.html(head, &nonce, body)
        });
        Print::new(html, nonce.to_string())
    }

    /// A page as text around its slots.
    pub fn frame(&self, head: &Head, body: impl FnOnce() -> AnyView) -> Frame {
        owned(|| {
            let recorder = Recorder::provide();
            provide_context(HouseName(self.house()));
            let html = self.html(head, "", body);
            Frame {
                html,
                slots: recorder.slots(),
            }
        })
    }

    fn html(&self, head: &Head, nonce: &str, body: impl FnOnce() -> AnyView) -> String {
        let mut html = "<!DOCTYPE html>".to_owned();
        let document = self.document(head, nonce, body());
        document.to_html_with_buf(
            &mut html,
            &mut Position::FirstChild,
            true,
            false,
            Vec::new(),
        );
        html
    }

    fn document(&self, head: &Head, nonce: &str, body: AnyView) -> impl IntoView + use<> {
        let house = self.house();
        let title = tab::title(head.title, Unread::default(), &house);
        let canonical = head
            .canonical
            .clone()
            .map(|href| view! { <link rel="canonical" href=href/> });
        let robots =
            (!head.may_be_listed).then(|| view! { <meta name="robots" content="noindex"/> });
        let skip = if head.is_live {
            "Skip to the conversation"
        } else {
            "Skip to content"
        };
        view! {
            <html
                lang="en"
                data-build=head.is_live.then(|| self.build.clone())
                data-reacted=head.is_live.then(|| address(Script::Reacted))
            >
                <head>
                    <meta charset="utf-8"/>
                    <meta
                        name="viewport"
                        content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
                    />
                    <title>{title}</title>
                    <meta name="application-name" content=house/>
                    // A number, a date or an address in a message is not the browser's to rewrite.
                    <meta name="format-detection" content="telephone=no, date=no, address=no, email=no"/>
                    <meta name="description" content="Rooms to talk in, kept and live."/>
                    <meta name="color-scheme" content="light dark"/>
                    <meta name="theme-color" media="(prefers-color-scheme: light)" content="#efe8db"/>
                    <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#161310"/>
                    {robots}
                    {canonical}
                    <link rel="stylesheet" href=self.style.clone()/>
                    <link rel="icon" id=ICON href=tab::icon(Unread::default()) type="image/svg+xml"/>
                    <link rel="apple-touch-icon" href="/apple-touch-icon.png"/>
                    <link rel="manifest" href="/site.webmanifest"/>
                    {head.is_live.then(|| self.scripts(nonce))}
                    <AutoReload options=self.options.clone()/>
                </head>
                <body>
                    <a class="skip-link" href="#main">{skip}</a>
                    {body}
                </body>
            </html>
        }
    }

    /// Loads the WASM at once, beside the page, and draws the island with it.
    fn scripts(&self, nonce: &str) -> impl IntoView + use<> {
        view! {
            <link rel="modulepreload" href=self.script.clone()/>
            <link rel="preload" href=self.wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
            <script type="module" nonce=value(Slot::Nonce, nonce.to_owned()) inner_html=self.loader.clone()></script>
        }
    }
}

/// A page as text around its slots.
#[derive(Debug)]
pub struct Frame {
    /// The text, without what goes into its slots.
    pub html: String,
    /// Where in it they are, in order.
    pub slots: Vec<(usize, Slot)>,
}

/// A page as text.
///
/// *Invariant:* its script runs by its nonce, which no other response has; nothing else inline is
/// allowed, so text that slips through as markup stays dead.
#[derive(Debug)]
pub struct Print {
    html: String,
    nonce: String,
}

impl Print {
    /// What was printed with this nonce.
    pub fn new(html: String, nonce: String) -> Self {
        Self { html, nonce }
    }

    /// The document as HTML.
    pub fn html(&self) -> &str {
        &self.html
    }

    /// By which its script runs.
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// As a response.
    pub fn into_response(self, status: StatusCode) -> Response {
        let headers = [
            (header::CONTENT_SECURITY_POLICY, policy(&self.nonce)),
            (
                header::CACHE_CONTROL,
                // A proxy on the way has nothing to improve.
                HeaderValue::from_static("private, no-cache, no-transform"),
            ),
        ];
        (status, headers, Html(self.html)).into_response()
    }
}

/// Short, as everybody who joins a room is told it. Only pages and servers of one program compare theirs, so
/// that any function will do which is the same in each process.
fn build(names: &[&str]) -> String {
    let mut hasher = DefaultHasher::new();
    names.hash(&mut hasher);
    format!("{:08x}", hasher.finish() as u32)
}

/// The script of a live page: [`BEGIN`] for these files, without what only its readers need.
fn loader(script: &str, wasm: &str) -> String {
    let code = scripts::compact(BEGIN);
    // What is built anew all the time under the same names is not to be kept.
    let worker = if is_watched() { "" } else { paths::WORKER };
    let composer = address(Script::Composer);
    let mut loader =
        format!("const script={script:?},wasm={wasm:?},worker={worker:?},composer={composer:?}");
    loader.push('\n');
    loader.push_str(&code);
    for spaced in SPACED {
        loader = loader.replace(spaced, spaced.trim());
    }
    loader
}

/// Whether the development server watches: it reloads a page by a script of its own in it.
pub fn is_watched() -> bool {
    std::env::var_os("LEPTOS_WATCH").is_some()
}

/// What this makes under a reactive owner that ends with it.
pub fn owned<T>(make: impl FnOnce() -> T) -> T {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let made = owner.with(make);
    owner.unset_with_forced_cleanup();
    made
}

fn policy(nonce: &str) -> HeaderValue {
    // The development server reloads pages through a socket on a port of its own.
    let reload = if is_watched() { " ws: wss:" } else { "" };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'{reload}; manifest-src 'self'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).expect("a nonce is base64")
}
