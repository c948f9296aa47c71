//! The binary: settings, boot, serve, drain. Nothing else.

mod backup_cli;
mod command_line;
mod copy_cli;
mod epoch_cli;
mod terminal;
mod user_cli;

use command_line::{Asked, Command};
use leptos::config::LeptosOptions;
use parlour::app::shell::Assets;
use parlour::site::Site;
use parlour::site::files::Files;
use parlour_protocol::paths;
use parlour_server::{Context, ServingLease, Settings, accounts, boot, telemetry};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("parlour: {sentence}");
            ExitCode::FAILURE
        }
    }
}

/// Does what the command line asks. The error is one sentence that says what to do.
async fn run() -> Result<(), String> {
    let Asked { command, config } = command_line::read(std::env::args_os().skip(1))?;
    match command {
        Command::Backup(file) => {
            let copied = backup_cli::backup(&settings(config)?, &file).await;
            say(&copied.map_err(sentence)?)
        }
        Command::Restore(file) => {
            let restored = backup_cli::restore(&settings(config)?, &file).await;
            say(&restored.map_err(sentence)?)
        }
        Command::Copy { from, to } => {
            let copied = copy_cli::copy(&settings(config)?, *from, *to).await;
            say(&copied.map_err(sentence)?)
        }
        Command::NewEpoch => {
            let renewed = epoch_cli::renew(&settings(config)?).await;
            say(&renewed.map_err(sentence)?)
        }
        Command::User(asked) => {
            let done = user_cli::run(settings(config)?, asked).await;
            say(&done.map_err(sentence)?)
        }
        Command::Help => say(command_line::HELP),
        Command::Version => say(concat!("parlour ", env!("CARGO_PKG_VERSION"), "\n")),
        Command::Serve { replace } => serve(settings(config)?, replace).await,
    }
}

/// Prints what a command answers to stdout.
fn say(text: &str) -> Result<(), String> {
    std::io::stdout()
        .write_all(text.as_bytes())
        .map_err(sentence)
}

/// Runs until a signal, or the server that replaces it, ends it.
async fn serve(mut settings: Settings, replace: bool) -> Result<(), String> {
    telemetry::start(&settings);
    for key in &settings.without_effect {
        tracing::warn!(%key, "this setting is without effect now; remove it");
    }
    let options = leptos_options(&settings);
    let site = &settings.site;
    let builds = settings.database.builds();
    let files = Files::find(
        &site.site_root,
        &site.site_pkg_dir,
        &site.output_name,
        &builds,
    )?;
    let (assets, files) = (Assets::new(&options, files.addresses()), Arc::new(files));
    settings.build = Some(assets.build().to_owned());
    // All else that can fail comes before: with --replace the running server stops for this.
    let (lease, ctx) = boot(settings, replace).await.map_err(sentence)?;
    tell_who_may_set_up(&ctx, &lease).await;
    let site = Site::new(ctx.clone(), Arc::new(assets), files.clone());
    let app = parlour::site::site(site);
    // Detached: it ends by itself, and serving does not depend on it.
    tokio::spawn(async move { files.keep_for_later().await });
    lease.serve(app, ctx).await.map_err(sentence)
}

/// Says at each start, as long as nobody owns the house, where its owner's account is made. The link is a secret of
/// who reads this log, and ends with the next start.
async fn tell_who_may_set_up(ctx: &Context, lease: &ServingLease) {
    let code = match accounts::draw_setup_code(ctx).await {
        Ok(Some(code)) => code,
        Ok(None) => return,
        Err(error) => {
            tracing::warn!(%error, "nobody is in charge of this house, and no code was drawn to change that");
            return;
        }
    };
    let base = match &*ctx.settings.server.public_url {
        "" => match lease.address() {
            Ok(address) => format!("http://{address}"),
            Err(_) => String::new(),
        },
        url => url.trim_end_matches('/').to_owned(),
    };
    let link = format!("{base}{}", paths::set_up(code.as_str()));
    tracing::info!("nobody is in charge of this house: make its owner's account at {link}");
}

/// From `--config FILE`, else `PARLOUR_CONFIG`, else `Leptos.toml` when it is there; then
/// the environment.
fn settings(config: Option<PathBuf>) -> Result<Settings, String> {
    let named = config.or_else(|| std::env::var_os("PARLOUR_CONFIG").map(PathBuf::from));
    let beside = || Some(PathBuf::from("Leptos.toml")).filter(|file| file.exists());
    Settings::load(named.or_else(beside).as_deref(), std::env::vars()).map_err(sentence)
}

fn leptos_options(settings: &Settings) -> LeptosOptions {
    let site = &settings.site;
    LeptosOptions::builder()
        .output_name(site.output_name.clone())
        .site_root(site.site_root.clone())
        .site_pkg_dir(site.site_pkg_dir.clone())
        .site_addr(site.site_addr)
        .build()
}

fn sentence(error: impl std::fmt::Display) -> String {
    error.to_string()
}
