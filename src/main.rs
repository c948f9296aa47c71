//! The binary: settings, boot, serve, drain. Nothing else.

use leptos::config::LeptosOptions;
use parlour::app::shell::Assets;
use parlour::site::{self, Site};
use parlour_server::{Context, Settings, http, telemetry};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

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

/// Runs until a signal ends it. The error is one sentence that says what to do.
async fn run() -> Result<(), String> {
    let settings = Settings::load(config_file()?.as_deref(), std::env::vars()).map_err(sentence)?;
    telemetry::start(&settings);
    let options = leptos_options(&settings);
    let assets = Assets::load(&options)?;
    let address = settings.site.site_addr;
    // The port first: a second server must not touch the first one's database.
    let listener = TcpListener::bind(address).await.map_err(|error| {
        format!("cannot listen on {address} ({error}); stop what uses it or set another site-addr.")
    })?;
    let ctx = Context::open(settings).await.map_err(sentence)?;
    let site = Site {
        ctx: ctx.clone(),
        assets: Arc::new(assets),
        soon: http::body::SOON,
    };
    let app = site::site(site, &options);
    let address = listener.local_addr().map_err(sentence)?;
    tracing::info!(%address, "serving http://{address}");
    http::serve(listener, app, ctx, stop()).await;
    Ok(())
}

/// `--config FILE`, else `PARLOUR_CONFIG`, else `Leptos.toml` when it is there.
fn config_file() -> Result<Option<PathBuf>, String> {
    let mut arguments = std::env::args_os().skip(1);
    match (arguments.next(), arguments.next(), arguments.next()) {
        (None, ..) => {}
        (Some(flag), Some(file), None) if flag == "--config" => return Ok(Some(file.into())),
        _ => return Err("usage: parlour [--config FILE]".to_owned()),
    }
    if let Some(file) = std::env::var_os("PARLOUR_CONFIG") {
        return Ok(Some(file.into()));
    }
    let beside = PathBuf::from("Leptos.toml");
    Ok(beside.exists().then_some(beside))
}

fn leptos_options(settings: &Settings) -> LeptosOptions {
    let site = &settings.site;
    LeptosOptions::builder()
        .output_name(site.output_name.clone())
        .site_root(site.site_root.clone())
        .site_pkg_dir(site.site_pkg_dir.clone())
        .site_addr(site.site_addr)
        .hash_files(site.hash_files)
        .build()
}

/// Resolves at SIGINT or SIGTERM.
async fn stop() {
    let mut terminate = signal(SignalKind::terminate()).expect("SIGTERM can be listened for");
    let mut interrupt = signal(SignalKind::interrupt()).expect("SIGINT can be listened for");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

fn sentence(error: impl std::fmt::Display) -> String {
    error.to_string()
}
