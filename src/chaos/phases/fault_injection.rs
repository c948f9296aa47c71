//! Fault injection while clients go on: makes the faults of the plan happen, and measures how everybody recovers.

use crate::disk::{Disk, DiskFault};
use crate::failure::Failure;
use crate::phases::settings;
use crate::plan::{FaultInjection, InjectedFault, Kind};
use crate::postgres::Postgres;
use crate::proxy::Proxy;
use crate::rest::Rest;
use crate::server::Server;
use crate::swarm::{Recovery, Watch};
use parlour_protocol::RoomId;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::time::sleep;

/// How long everybody may take to be well again after one injection. 15 s of it may be the wait for a lease.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(45);
/// The same while the network is bad, too: the next injection comes anyway.
const MIXED_RECOVERY_TIMEOUT: Duration = Duration::from_secs(2);

/// Injects the faults of one phase.
pub(super) struct FaultInjector<'r> {
    pub(super) server: &'r mut Server,
    pub(super) disk: Option<&'r Disk>,
    pub(super) postgres: Option<&'r mut Postgres>,
    pub(super) proxy: &'r Proxy,
    pub(super) rest: &'r Rest,
    pub(super) rooms: &'r [RoomId],
    pub(super) clients: Watch,
    pub(super) kind: Kind,
    /// How long it took each client, each time.
    pub(super) times: Vec<Duration>,
    /// What went wrong, one sentence each.
    pub(super) failures: Vec<String>,
}

impl FaultInjector<'_> {
    /// Injects each when its number of actions was handed out. `gate` holds back the actions beyond
    /// the next injection until this one is over, so that each falls into its own part of the plan.
    pub(super) async fn run(
        &mut self,
        injections: &[FaultInjection],
        mut handed: watch::Receiver<usize>,
        gate: watch::Sender<usize>,
    ) -> Result<(), Failure> {
        for (at, injection) in injections.iter().enumerate() {
            let next = injections.get(at + 1).map_or(usize::MAX, |next| next.after);
            gate.send_replace(next.max(injection.after));
            let reached = handed.wait_for(|&handed| handed >= injection.after).await;
            reached.map_err(Failure::to("hand out the actions"))?;
            sleep(injection.wait).await;
            self.inject(injection).await?;
        }
        gate.send_replace(usize::MAX);
        Ok(())
    }

    async fn inject(&mut self, injection: &FaultInjection) -> Result<(), Failure> {
        let since = Instant::now();
        let clients = self.clients.clone();
        let bound = match self.kind {
            Kind::Mixed => MIXED_RECOVERY_TIMEOUT,
            _ => RECOVERY_TIMEOUT,
        };
        match &injection.fault {
            InjectedFault::Kill { down } => {
                self.server.kill().await?;
                sleep(*down).await;
                self.server.up().await?;
                if injection.awaits_recovery {
                    let recovery = clients.reconnected_since(since, bound).await;
                    self.count("SIGKILL", recovery);
                }
            }
            InjectedFault::Restart => self.restart(bound).await?,
            InjectedFault::Disk { fault, length } => {
                let Some(disk) = self.disk else {
                    return Err(Failure::new(
                        "There is no disk here that can be made to fail.",
                    ));
                };
                disk.fail(*fault).map_err(Failure::to("fail the disk"))?;
                sleep(*length).await;
                self.check_reads(*fault).await;
                disk.heal().map_err(Failure::to("heal the disk"))?;
                let recovery = clients.caught_up_since(Instant::now(), bound).await;
                self.count("a full disk", recovery);
            }
            InjectedFault::Outage(outage) => {
                self.postgres()?.inject(outage).await?;
                let recovery = clients.caught_up_since(Instant::now(), bound).await;
                self.count(outage.name(), recovery);
            }
            InjectedFault::Failover { beside } => {
                let postgres = self.postgres()?;
                postgres.add_standby().await?;
                let settings = settings(Some(postgres));
                // From here on it knows of both places.
                self.server.set_environment(settings);
                self.restart(bound).await?;
                sleep(*beside).await;
                let since = Instant::now();
                self.postgres()?.fail_over().await?;
                // It is another history, as far as anybody can tell: all are sent away, and begin anew.
                let recovery = clients.reconnected_since(since, bound).await;
                self.count("a failover", recovery);
            }
            InjectedFault::Network(conditions) => self.proxy.set((**conditions).clone()),
        }
        Ok(())
    }

    async fn restart(&mut self, bound: Duration) -> Result<(), Failure> {
        let clients = self.clients.clone();
        let (ended, recovery) = tokio::join!(
            self.server.restart(),
            clients.reconnected_since(Instant::now(), bound)
        );
        let ended = ended?;
        if !ended.success() {
            let sentence = format!("The server ended with {ended} after SIGTERM.");
            self.failures.push(sentence);
        }
        self.count("a planned restart", recovery);
        Ok(())
    }

    fn postgres(&mut self) -> Result<&mut Postgres, Failure> {
        let postgres = self.postgres.as_deref_mut();
        postgres.ok_or_else(|| Failure::new("There is no PostgreSQL here to break."))
    }

    /// Whatever the disk does, what is on it can be read.
    async fn check_reads(&mut self, fault: DiskFault) {
        for room in self.rooms {
            if let Err(failure) = self.rest.page(*room).await {
                let sentence = format!("No page while the disk had {fault:?}: {failure}");
                self.failures.push(sentence);
            }
        }
    }

    fn count(&mut self, after: &str, recovery: Recovery) {
        if self.kind == Kind::Mixed {
            // On a bad network nobody is well for long; what counts is the end of the phase.
            return;
        }
        self.times.extend(recovery.times);
        for client in recovery.unrecovered {
            let sentence = format!(
                "Not well {} s after {after}: {client}.",
                RECOVERY_TIMEOUT.as_secs()
            );
            self.failures.push(sentence);
        }
    }
}
