//! Which way imports run: from what serves people down to what everything stands on.

use super::Complaints;
use super::imports::{Import, Sources, is_in};
use std::collections::{BTreeMap, BTreeSet};

/// A layer: its name, its modules, and the layers it may import from. A module may also
/// import those that stand before it on its own layer.
type Layer = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

/// From the ground up. A file belongs to the module whose name its own begins with.
const LAYERS: [Layer; 16] = [
    ("protocol", &["protocol"], &[]),
    (
        "ground",
        &[
            "server/clock",
            "server/code",
            "server/client_address",
            "server/config",
            "server/error",
            "server/scope",
            "server/names",
            "server/emoji",
            "server/links",
            "server/markdown",
            "server/log_once",
            "server/cache",
            "server/invalidation",
            "server/read_cache",
            "server/telemetry",
            "server/limits",
            "server/share",
            "server/passwords",
            "server/outsider",
        ],
        &["protocol"],
    ),
    ("events", &["server/events"], &["protocol", "ground"]),
    (
        "engine",
        &["server/realtime"],
        &["protocol", "ground", "events"],
    ),
    (
        "store",
        &["server/store"],
        &["protocol", "ground", "events"],
    ),
    (
        "context",
        &[
            "server/sweeper",
            "server/undo_timer",
            "server/reconciler",
            "server/context",
        ],
        &["protocol", "ground", "engine", "store"],
    ),
    (
        "contexts",
        &[
            "server/house_settings",
            "server/administration",
            "server/accounts",
            "server/rooms",
            "server/invites",
            "server/people",
            "server/messages",
            "server/page_content",
            "server/user_commands",
        ],
        &["protocol", "ground", "events", "store", "context"],
    ),
    (
        "doors",
        &["server/http"],
        &["protocol", "ground", "engine", "context", "contexts"],
    ),
    (
        "process",
        &["server/systemd", "server/handover", "server/boot"],
        &["ground", "store", "context", "contexts", "doors"],
    ),
    ("client", &["client"], &["protocol"]),
    ("browser", &["app/browser"], &["protocol", "client"]),
    ("calls", &["app/api"], &["protocol", "client", "browser"]),
    (
        "views",
        &["app/drawn_anew", "app/slots", "app/room", "app/shell"],
        &["protocol", "client", "browser", "calls"],
    ),
    (
        "site",
        &[
            "app/live_page",
            "site/files",
            "site/state",
            "app/pages",
            "app/forms",
            "site/bodies",
            "site/outdated",
            "site/routes",
        ],
        &[
            "protocol", "client", "browser", "calls", "views", "ground", "context", "contexts",
            "doors",
        ],
    ),
    ("what tests run beside", &["test_postgres"], &[]),
    (
        "programs",
        &[
            "terminal",
            "backup_cli",
            "copy_cli",
            "epoch_cli",
            "user_cli",
            "command_line",
            "main",
            "chaos",
        ],
        &[
            "protocol",
            "client",
            "browser",
            "views",
            "site",
            "ground",
            "engine",
            "store",
            "context",
            "contexts",
            "doors",
            "process",
            "what tests run beside",
        ],
    ),
];

/// Imports that run up, or lead to or from what no layer has.
pub fn upward(sources: &Sources) -> Complaints {
    let unknown = sources
        .modules()
        .filter(|module| place(module).is_none() && !gathers(module))
        .map(|module| format!("src/{module}.rs: on no layer of `direction.rs`"));
    let imports = sources.imports();
    let refused = imports.iter().filter_map(refusal);
    unknown.chain(refused).collect()
}

fn refusal(import: &Import) -> Option<String> {
    let Import { from, at, to } = import;
    let (layer, module) = place(from)?;
    let (_, modules, below) = &LAYERS[layer];
    let refused = match place(to) {
        None => to.as_str(),
        Some((other, imported)) if layer == other && imported <= module => return None,
        Some((other, _)) if below.contains(&LAYERS[other].0) => return None,
        Some((other, imported)) => LAYERS[other].1[imported],
    };
    let (at, module) = (at + 1, modules[module]);
    Some(format!(
        "src/{from}.rs:{at}: `{module}` may not import `{refused}`"
    ))
}

/// The layer of a module and its place there.
fn place(module: &str) -> Option<(usize, usize)> {
    LAYERS
        .iter()
        .enumerate()
        .find_map(|(layer, (_, modules, _))| {
            let place = modules.iter().position(|name| is_in(module, name))?;
            Some((layer, place))
        })
}

/// Whether a file only has others below it: a crate's root, `app.rs`, `site.rs`.
fn gathers(module: &str) -> bool {
    let modules = LAYERS.iter().flat_map(|(_, modules, _)| modules.iter());
    let mut inner = modules.filter(|name| module.is_empty() || is_in(name, module));
    inner.any(|name| *name != module)
}

/// Files that import each other in a circle, other than a module and its own parts.
pub fn circles(sources: &Sources) -> Complaints {
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for Import { from, to, .. } in sources.imports() {
        if !is_in(&from, &to) && !is_in(&to, &from) && !gathers(&from) && !gathers(&to) {
            edges.entry(from).or_default().insert(to);
        }
    }
    let reached: BTreeMap<&String, BTreeSet<&String>> = edges
        .keys()
        .map(|from| {
            let mut reached = BTreeSet::new();
            let mut open = vec![from];
            while let Some(file) = open.pop() {
                let next = edges.get(file).into_iter().flatten();
                open.extend(next.filter(|next| reached.insert(*next)));
            }
            (from, reached)
        })
        .collect();
    let comes_back = |file: &&String| reached[*file].contains(*file);
    let mut complaints = Complaints::new();
    let mut said = BTreeSet::new();
    for file in reached.keys().copied().filter(comes_back) {
        let with = |other: &&&String| reached.get(**other).is_some_and(|back| back.contains(file));
        let circle: Vec<&String> = reached[file].iter().filter(with).copied().collect();
        if said.insert(circle.clone()) {
            complaints.push(format!("files import each other in a circle: {circle:?}"));
        }
    }
    complaints
}

mod refuses {
    use super::*;

    fn sources(files: &[(&str, &str)]) -> Sources {
        Sources::new(
            files
                .iter()
                .map(|(path, text)| (path.to_string(), text.to_string())),
        )
    }

    #[test]
    fn an_import_up_however_it_is_written() {
        let planted = |path, text| {
            upward(&sources(&[
                ("server/lib.rs", "mod accounts;\npub use accounts::Token;"),
                ("server/accounts.rs", ""),
                ("server/realtime.rs", ""),
                ("server/store.rs", ""),
                (path, text),
            ]))
        };
        let refused =
            "src/server/realtime/hub.rs:2: `server/realtime` may not import `server/accounts`";
        for text in [
            "\nuse crate::accounts::rename;",
            "\nuse crate::Token;",
            "\nuse crate::{accounts::{self, rename}};",
            "\nuse super::super::accounts;",
            "\nlet a = crate::accounts::rename();",
        ] {
            assert_eq!(planted("server/realtime/hub.rs", text), [refused], "{text}");
        }
        assert_eq!(
            planted("server/store/writer.rs", "use crate::realtime::Hub;").len(),
            1
        );
        assert_eq!(
            planted("protocol/ids.rs", "use parlour_server::Token;").len(),
            1
        );
        assert_eq!(
            planted("app/room/log.rs", "use parlour_server::Token;").len(),
            1
        );
        // Of its own layer a module may import those before it.
        assert_eq!(
            planted("server/sweeper.rs", "use crate::context::Context;").len(),
            1
        );
        let down = "use crate::Token;\nuse crate::realtime::Hub;\n// crate::boot::boot";
        assert_eq!(planted("server/http/rest.rs", down), Complaints::new());
    }

    #[test]
    fn a_module_that_is_on_no_layer() {
        let files = [
            ("server/novel.rs", ""),
            ("server/http.rs", "use crate::novel::A;"),
        ];
        assert_eq!(
            upward(&sources(&files)),
            [
                "src/server/novel.rs: on no layer of `direction.rs`",
                "src/server/http.rs:1: `server/http` may not import `server/novel`",
            ]
        );
    }

    #[test]
    fn a_circle_of_files_but_not_a_module_and_its_parts() {
        let files = [
            ("server/store/log.rs", "use super::writer::A;"),
            (
                "server/store/writer.rs",
                "mod job;\nuse job::B;\nuse super::reading::C;",
            ),
            ("server/store/writer/job.rs", "use super::A;"),
            ("server/store/reading.rs", "use crate::store::log::D;"),
            ("server/store/naming.rs", "use super::log::D;"),
        ];
        let circle = r#"["server/store/log", "server/store/reading", "server/store/writer"]"#;
        assert_eq!(
            circles(&sources(&files)),
            [format!("files import each other in a circle: {circle}")]
        );
        assert_eq!(circles(&sources(&files[1..])), Complaints::new());
    }
}
