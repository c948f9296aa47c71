//! How connections to PostgreSQL are opened: those that serve, and the one on which the schema is brought up to date.

use super::session::{Driving, NETWORK, Session};
use super::tls::{self, TlsError};
use crate::config::{DatabaseSettings, PostgresHost, PostgresUrl, Tls};
use crate::store::db::Result;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use std::time::Duration;
use tokio_postgres::config::{SslMode, TargetSessionAttrs};
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Where a database is, and how it is spoken to.
pub(in crate::store) struct Endpoint {
    url: PostgresUrl,
    config: Config,
    tls: Option<MakeRustlsConnect>,
    timeout: Duration,
    keeps_statements: bool,
}

impl Endpoint {
    /// # Errors
    /// The root certificates cannot be read.
    pub(in crate::store) fn new(
        url: &PostgresUrl,
        settings: &DatabaseSettings,
    ) -> std::result::Result<Self, TlsError> {
        let mut config = Config::new();
        config
            .application_name("parlour")
            .connect_timeout(NETWORK)
            .keepalives_idle(NETWORK)
            .user(&url.user)
            .dbname(&url.database);
        if let Some(password) = &url.password {
            config.password(password.secret());
        }
        for host in &url.hosts {
            match host {
                PostgresHost::Tcp(name, port) => config.host(name).port(*port),
                PostgresHost::Unix(folder, port) => config.host_path(folder).port(*port),
            };
        }
        if url.hosts.len() > 1 {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        // A Unix socket has nobody in between, and no name that a certificate could be for.
        let is_local = |host: &PostgresHost| matches!(host, PostgresHost::Unix(..));
        let tls = match url.hosts.iter().all(is_local) {
            true => &Tls::Disable,
            false => &url.tls,
        };
        config.ssl_mode(match tls {
            Tls::Disable => SslMode::Disable,
            Tls::Prefer => SslMode::Prefer,
            Tls::Require | Tls::VerifyCa(_) | Tls::VerifyFull(_) => SslMode::Require,
        });
        Ok(Self {
            tls: tls::client(tls)?.map(MakeRustlsConnect::new),
            url: url.clone(),
            config,
            timeout: Duration::from_millis(settings.statement_timeout_ms.into()),
            keeps_statements: settings.statement_cache,
        })
    }

    /// A new connection. Blocks, and is not to be called where tasks run.
    pub(in crate::store) fn connect(&self) -> Result<Session> {
        Session::open(|| self.connecting(), self.timeout, self.keeps_statements)
    }

    async fn connecting(&self) -> std::result::Result<(Client, Driving), tokio_postgres::Error> {
        match self.tls.clone() {
            None => {
                let (client, connection) = self.config.connect(NoTls).await?;
                Ok((client, Box::pin(async { drop(connection.await) })))
            }
            Some(tls) => {
                let (client, connection) = self.config.connect(tls).await?;
                Ok((client, Box::pin(async { drop(connection.await) })))
            }
        }
    }

    /// The connection on which the schema is brought up to date: to the first host that takes writes.
    pub(in crate::store) async fn schema(
        &self,
    ) -> std::result::Result<sea_orm::DatabaseConnection, sqlx::Error> {
        let mut failure = sqlx::Error::PoolClosed;
        for host in &self.url.hosts {
            let pool = PgPoolOptions::new().max_connections(1);
            match pool.connect_with(self.schema_options(host)).await {
                Ok(pool) => {
                    let standby = sqlx::query_scalar("SELECT pg_is_in_recovery()");
                    if !standby.fetch_one(&pool).await? {
                        return Ok(pool.into());
                    }
                }
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    fn schema_options(&self, host: &PostgresHost) -> PgConnectOptions {
        let url = &self.url;
        let options = PgConnectOptions::new_without_pgpass()
            .application_name("parlour schema")
            .username(&url.user)
            .database(&url.database)
            .disable_statement_logging();
        let options = match &url.password {
            Some(password) => options.password(password.secret()),
            None => options,
        };
        let options = match &url.tls {
            Tls::Disable => options.ssl_mode(PgSslMode::Disable),
            Tls::Prefer => options.ssl_mode(PgSslMode::Prefer),
            Tls::Require => options.ssl_mode(PgSslMode::Require),
            Tls::VerifyCa(root) => options.ssl_mode(PgSslMode::VerifyCa).ssl_root_cert(root),
            Tls::VerifyFull(root) => options.ssl_mode(PgSslMode::VerifyFull).ssl_root_cert(root),
        };
        match host {
            PostgresHost::Tcp(name, port) => options.host(name).port(*port),
            PostgresHost::Unix(folder, port) => options.socket(folder).port(*port),
        }
    }
}
