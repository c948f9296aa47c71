//! A real site for every test: a folder, a database, built files and a port of its own.
//!
//! *Invariant:* tests wait for conditions, at most [`WAIT_MAX`]; none sleeps to let something happen.

mod browser;
mod page;
mod program;
mod socket;

pub use browser::{Browser, create_room, delete_room};
pub use page::{BACK, Form, Page, RUNS, text_of};
pub use program::Program;
pub use socket::Socket;

use leptos::config::LeptosOptions;
use parlour::app::shell::Assets;
use parlour::site::{self, files::Files};
use parlour_chaos::disk::Disk;
use parlour_server::clock::{ManualClock, SystemRandom};
use parlour_server::config::{DatabaseUrl, LimitSettings};
use parlour_server::{Context, Settings, http};
use std::fs;
use std::net::SocketAddr;
use std::panic::Location;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// How long anything may take.
pub const WAIT_MAX: Duration = Duration::from_secs(10);

/// A disk that fails on order, its files beside the database's folder. Where none can be played the test
/// fails, unless PARLOUR_WITHOUT names `disk`: then there is `None`, and the test is over.
pub fn a_disk_in(folder: &Path) -> Option<Disk> {
    let without = std::env::var("PARLOUR_WITHOUT").unwrap_or_default();
    if without.split(',').any(|name| name == "disk") {
        return None;
    }
    Some(Disk::build(folder).expect("a disk can be played here, or PARLOUR_WITHOUT=disk"))
}

/// Looks until something is so.
#[expect(
    clippy::disallowed_methods,
    reason = "a real server is given time to do it"
)]
pub async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    while !is_so().await {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The same, at most [`WAIT_MAX`].
#[track_caller]
pub fn eventually(what: &str, is_so: impl AsyncFnMut() -> bool) -> impl Future<Output = ()> {
    let caller = Location::caller();
    async move {
        let came = timeout(WAIT_MAX, until(is_so)).await;
        came.unwrap_or_else(|_| panic!("not in time: {what}, at {caller}"));
    }
}

/// The path of the first room of every database.
pub const LOBBY: &str = "/rooms/1-lobby";

/// The hash that the names of built files carry on a [`Site::released`].
pub const HASH: &str = "Zm9vYmFy";

/// What stands in every file beside the site's root: none of it may ever be served.
pub const SECRET: &str = "not for anybody";

/// A running site. It stops when it is dropped.
pub struct Site {
    pub ctx: Arc<Context>,
    pub assets: Arc<Assets>,
    pub address: SocketAddr,
    /// Goes as the machine's, and further when it is moved.
    pub clock: ManualClock,
    pub folder: TempDir,
    _stop: oneshot::Sender<()>,
}

impl Site {
    /// A site without limits on rates.
    pub async fn plain() -> Self {
        Self::start(|_| {}).await
    }

    /// A site whose built files carry a hash in their names, as a release's do.
    pub async fn released() -> Self {
        Self::start_with(|_| {}, &format!(".{HASH}")).await
    }

    /// A site without limits on rates, unless `change` sets some.
    pub async fn start(change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_with(change, "").await
    }

    async fn start_with(change: impl FnOnce(&mut Settings), hash: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        settings.site.site_root = folder.path().join("site").display().to_string();
        let file = folder.path().join("data").join("parlour.db");
        settings.database.url = DatabaseUrl::Sqlite(file);
        settings.limits = LimitSettings::none();
        change(&mut settings);
        lay_out(folder.path(), hash);

        let options = LeptosOptions::builder()
            .output_name(settings.site.output_name.clone())
            .site_root(settings.site.site_root.clone())
            .site_pkg_dir(settings.site.site_pkg_dir.clone())
            .build();
        let site = &settings.site;
        let builds = settings.database.builds();
        let files = Files::find(
            &site.site_root,
            &site.site_pkg_dir,
            &site.output_name,
            &builds,
        );
        let files = Arc::new(files.unwrap());
        let assets = Arc::new(Assets::new(&options, files.addresses()));
        settings.build = Some(assets.build().to_owned());
        let clock = ManualClock::running();
        let ctx = Context::open_with(settings, Arc::new(clock.clone()), Arc::new(SystemRandom));
        let ctx = ctx.await.unwrap();
        let pages = site::Site::new(ctx.clone(), assets.clone(), files);
        let app = site::site(pages);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let until = async move { stopped.await.unwrap_or(()) };
        tokio::spawn(http::serve(listener, app, ctx.clone(), until));
        Self {
            ctx,
            assets,
            address,
            clock,
            folder,
            _stop: stop,
        }
    }

    /// Somebody who has not given a name.
    pub fn visitor(&self) -> Browser {
        Browser::of(self.address)
    }

    /// Somebody who joined under this name, through the form.
    pub async fn person(&self, name: &str) -> Browser {
        let browser = self.visitor();
        let form = browser.get("/join").await.form("form.form");
        let page = browser.submit(form.with("username", name)).await;
        assert_eq!(page.status, 303, "{}", page.body);
        browser
    }

    /// Whether any file of the database holds these bytes.
    pub fn stores(&self, bytes: &[u8]) -> bool {
        let files = fs::read_dir(self.folder.path().join("data")).unwrap();
        files
            .map(|file| fs::read(file.unwrap().path()).unwrap())
            .any(|stored| stored.windows(bytes.len()).any(|window| window == bytes))
    }
}

/// A day in milliseconds.
pub const DAY: i64 = 24 * 60 * 60 * 1_000;

/// A root with what a build leaves in it, and beside it what is not the public's.
pub fn lay_out(folder: &Path, hash: &str) {
    for name in ["Leptos.toml", "Cargo.toml", "notes.txt"] {
        fs::write(folder.join(name), SECRET).unwrap();
    }
    let root = folder.join("site");
    let package = root.join("pkg");
    fs::create_dir_all(&package).unwrap();
    for kind in ["css", "js", "wasm"] {
        let name = format!("parlour{hash}.{kind}");
        fs::write(package.join(&name), content(kind, "")).unwrap();
        for coding in ["br", "gz"] {
            let name = package.join(format!("{name}.{coding}"));
            fs::write(name, content(kind, coding)).unwrap();
        }
    }
    let icon = r#"<svg xmlns="http://www.w3.org/2000/svg"/>"#;
    fs::write(root.join("favicon.svg"), icon).unwrap();
    fs::write(root.join("apple-touch-icon.png"), b"\x89PNG").unwrap();
    fs::write(root.join("site.webmanifest"), "{}").unwrap();
    fs::write(root.join("robots.txt"), "User-agent: *\n").unwrap();
}

/// What is in the built file of this kind, and in its compressed twin: `br` or `gz`, else "".
pub fn content(kind: &str, coding: &str) -> String {
    format!("/* {kind} {coding} */")
}
