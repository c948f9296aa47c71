//! When a tab that was opened before an upgrade loads the page of the new build.
//!
//! *Invariant:* for each build a tab loads its page anew at most once, whatever it gets then: where page and
//! server never agree, nothing reloads for ever.

/// In milliseconds. A tab behind others is loaded anew when nobody has come back to it for this long, ...
const HIDDEN: f64 = 10_000.0;
/// ... and one that can be seen when nobody has touched it for this long.
const IDLE: f64 = 300_000.0;
/// Within this many milliseconds of hearing of another build nobody reloads before a moment of their own, so that
/// all tabs of a house do not ask for its files at once.
const SPREAD: f64 = 30_000.0;

/// The build of the page, and that of the server.
#[derive(Debug, Default)]
pub struct Upgrade {
    own: Option<String>,
    served: Option<String>,
    /// For which builds this tab was loaded anew already, one after another.
    tried: String,
    touched: f64,
    /// No reload before this time in milliseconds.
    earliest: f64,
}

impl Upgrade {
    /// Of a page of this build (`None` where it does not say), in a tab that kept `tried`, what
    /// [`Upgrade::due`] answered before.
    pub fn new(own: Option<String>, tried: Option<String>) -> Self {
        Self {
            own,
            tried: tried.unwrap_or_default(),
            ..Self::default()
        }
    }

    /// The server says, at this time in milliseconds, which build it has; `random` is drawn from 0 to 1.
    pub fn announced(&mut self, build: Option<String>, now: f64, random: f64) {
        if self.served != build {
            self.earliest = now + random * SPREAD;
        }
        self.served = build;
    }

    /// Somebody is there, at this time in milliseconds: a key, a pointer, or the tab was shown or hidden.
    pub fn touch(&mut self, now: f64) {
        self.touched = now;
    }

    /// Whether it is time to load the page anew: the server has another build, and nobody would notice.
    /// `is_busy` while something is there that a reload would take away or break off. Answers, once, what the
    /// tab is to keep before it does; where it cannot be kept, the page stays.
    pub fn due(&mut self, now: f64, is_hidden: bool, is_busy: bool) -> Option<String> {
        let (own, served) = (self.own.as_ref()?, self.served.as_ref()?);
        let quiet = if is_hidden { HIDDEN } else { IDLE };
        let is_due = own != served
            && !self.tried.contains(served.as_str())
            && !is_busy
            && now >= self.earliest
            && now - self.touched >= quiet;
        if is_due {
            self.tried = format!("{} {served}", self.tried);
        }
        is_due.then(|| self.tried.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of build `old` that met a server of build `new`.
    fn met() -> Upgrade {
        let mut upgrade = Upgrade::new(Some("old".to_owned()), None);
        upgrade.announced(Some("new".to_owned()), 0.0, 0.0);
        upgrade
    }

    #[test]
    fn a_page_of_the_servers_build_stays() {
        let mut upgrade = met();
        upgrade.announced(Some("old".to_owned()), 0.0, 0.0);
        assert_eq!(upgrade.due(1e9, true, false), None);
    }

    #[test]
    fn where_one_of_them_does_not_say_its_build_the_page_stays() {
        let mut upgrade = met();
        upgrade.announced(None, 0.0, 0.0);
        assert_eq!(upgrade.due(1e9, true, false), None);
        let mut upgrade = Upgrade::new(None, None);
        upgrade.announced(Some("new".to_owned()), 0.0, 0.0);
        assert_eq!(upgrade.due(1e9, true, false), None);
    }

    #[test]
    fn a_page_in_sight_waits_longer_than_one_that_nobody_sees() {
        for (is_hidden, quiet) in [(true, HIDDEN), (false, IDLE)] {
            let mut upgrade = met();
            for touched in [0.0, 1_000.0] {
                upgrade.touch(touched);
                assert_eq!(upgrade.due(touched + quiet - 1.0, is_hidden, false), None);
            }
            assert!(upgrade.due(1_000.0 + quiet, is_hidden, false).is_some());
        }
    }

    #[test]
    fn tabs_that_hear_of_a_build_together_reload_one_after_another() {
        for random in [0.0, 0.5, 1.0] {
            let mut upgrade = Upgrade::new(Some("old".to_owned()), None);
            upgrade.announced(Some("new".to_owned()), 1e6, random);
            // On the next socket, of the same server: the moment stays.
            upgrade.announced(Some("new".to_owned()), 2e6, random);
            let earliest = 1e6 + random * SPREAD;
            assert_eq!(upgrade.due(earliest - 1.0, true, false), None);
            assert!(upgrade.due(earliest, true, false).is_some());
        }
    }

    #[test]
    fn a_page_that_is_busy_stays_as_long_as_it_is() {
        let mut upgrade = met();
        assert_eq!(upgrade.due(1e9, true, true), None);
        assert!(upgrade.due(1e9, true, false).is_some());
    }

    #[test]
    fn for_each_build_it_is_loaded_anew_once() {
        let mut upgrade = met();
        let kept = upgrade.due(1e9, true, false);
        assert!(kept.is_some());
        assert_eq!(upgrade.due(1e9, true, false), None, "it is under way");
        // It got the old page once more.
        let mut upgrade = Upgrade::new(Some("old".to_owned()), kept.clone());
        upgrade.announced(Some("new".to_owned()), 0.0, 0.0);
        assert_eq!(upgrade.due(1e9, true, false), None);
        upgrade.announced(Some("newer".to_owned()), 0.0, 0.0);
        let kept = upgrade.due(1e9, true, false);
        assert!(kept.is_some());
        // Two servers that take turns.
        for (own, served) in [("newer", "new"), ("new", "newer"), ("old", "newer")] {
            let mut upgrade = Upgrade::new(Some(own.to_owned()), kept.clone());
            upgrade.announced(Some(served.to_owned()), 0.0, 0.0);
            assert_eq!(upgrade.due(1e9, true, false), None, "{own} {served}");
        }
    }
}
