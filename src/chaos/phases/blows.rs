//! What breaks while clients go on: strikes as the plan says, and measures how everybody recovers.

use crate::disk::{Disk, Trouble};
use crate::failure::Failure;
use crate::plan::{Blow, Hit, Kind};
use crate::proxy::Proxy;
use crate::rest::Rest;
use crate::server::Server;
use crate::swarm::{Healed, Watch};
use parlour_protocol::RoomId;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::time::sleep;

/// How long everybody may take to be well again after one blow.
const RECOVERY_TIMEOUT: Duration = Duration::from_secs(30);
/// The same while the network is bad, too: the next blow comes anyway.
const MIXED_RECOVERY_TIMEOUT: Duration = Duration::from_secs(2);

/// The hand that strikes in one phase.
pub(super) struct Blows<'r> {
    pub(super) server: &'r mut Server,
    pub(super) disk: Option<&'r Disk>,
    pub(super) proxy: &'r Proxy,
    pub(super) rest: &'r Rest,
    pub(super) rooms: &'r [RoomId],
    pub(super) everybody: Watch,
    pub(super) kind: Kind,
    /// How long it took each client, each time.
    pub(super) times: Vec<Duration>,
    /// What went wrong, one sentence each.
    pub(super) failures: Vec<String>,
}

impl Blows<'_> {
    /// Strikes each when so many deeds were handed out. `gate` holds back the deeds beyond the next
    /// blow until this one is over, so that each falls into its own part of the plan.
    pub(super) async fn strike(
        &mut self,
        blows: &[Blow],
        mut handed: watch::Receiver<usize>,
        gate: watch::Sender<usize>,
    ) -> Result<(), Failure> {
        for (at, blow) in blows.iter().enumerate() {
            let next = blows.get(at + 1).map_or(usize::MAX, |next| next.after);
            gate.send_replace(next.max(blow.after));
            let reached = handed.wait_for(|&handed| handed >= blow.after).await;
            reached.map_err(Failure::to("hand out the deeds"))?;
            sleep(blow.wait).await;
            self.one(blow).await?;
        }
        gate.send_replace(usize::MAX);
        Ok(())
    }

    async fn one(&mut self, blow: &Blow) -> Result<(), Failure> {
        let since = Instant::now();
        let everybody = self.everybody.clone();
        let bound = match self.kind {
            Kind::Mixed => MIXED_RECOVERY_TIMEOUT,
            _ => RECOVERY_TIMEOUT,
        };
        match &blow.what {
            Hit::Kill { down } => {
                self.server.kill().await?;
                sleep(*down).await;
                self.server.up().await?;
                if blow.is_healed {
                    let healed = everybody.back_since(since, bound).await;
                    self.count("SIGKILL", healed);
                }
            }
            Hit::Restart => {
                let (ended, healed) =
                    tokio::join!(self.server.restart(), everybody.back_since(since, bound));
                let ended = ended?;
                if !ended.success() {
                    let sentence = format!("The server ended with {ended} after SIGTERM.");
                    self.failures.push(sentence);
                }
                self.count("a planned restart", healed);
            }
            Hit::Disk { trouble, length } => {
                let Some(disk) = self.disk else {
                    return Err(Failure::new(
                        "There is no disk here that can be made to fail.",
                    ));
                };
                disk.fail(*trouble).map_err(Failure::to("fail the disk"))?;
                sleep(*length).await;
                self.look(*trouble).await;
                disk.heal().map_err(Failure::to("heal the disk"))?;
                let healed = everybody.well_since(Instant::now(), bound).await;
                self.count("a full disk", healed);
            }
            Hit::Weather(weather) => self.proxy.set((**weather).clone()),
        }
        Ok(())
    }

    /// Whatever the disk does, what is on it can be read.
    async fn look(&mut self, trouble: Trouble) {
        for room in self.rooms {
            if let Err(failure) = self.rest.page(*room).await {
                let sentence = format!("No page while the disk had {trouble:?}: {failure}");
                self.failures.push(sentence);
            }
        }
    }

    fn count(&mut self, after: &str, healed: Healed) {
        if self.kind == Kind::Mixed {
            // Under bad weather nobody is well for long; the end of the phase tells.
            return;
        }
        self.times.extend(healed.times);
        for client in healed.ill {
            let sentence = format!(
                "Not well {} s after {after}: {client}.",
                RECOVERY_TIMEOUT.as_secs()
            );
            self.failures.push(sentence);
        }
    }
}
