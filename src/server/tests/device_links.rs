//! A second device, signed in by a link that is confirmed on the first.

use crate::harness::{Guest, LOBBY, Server, log};
use parlour_protocol::User;
use parlour_server::accounts::{
    OfferedLink, OwnLink, authenticate, come_in_by_link, decide_device_link, look_at_device_link,
    make_device_link, open_device_link, own_device_link,
};
use parlour_server::{Scope, ServiceError, Token};
use reqwest::Method;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

fn visitor() -> Scope {
    Scope::visitor(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

/// The scope of who has this token.
async fn scope_of(server: &Server, who: &Guest) -> Scope {
    let person = authenticate(&server.ctx, &who.token).await.unwrap();
    assert!(person.is_some());
    Scope {
        person,
        ..visitor()
    }
}

/// A link on its way from one device to another.
struct Way<'s> {
    server: &'s Server,
    first: Scope,
    code: String,
}

impl<'s> Way<'s> {
    async fn of(server: &'s Server, who: &Guest) -> Self {
        let first = scope_of(server, who).await;
        let code = make_device_link(&server.ctx, &first).await.unwrap();
        let code = code.as_str().to_owned();
        Self {
            server,
            first,
            code,
        }
    }

    async fn open(&self) -> Result<Token, ServiceError> {
        let device = "Firefox on Android";
        open_device_link(&self.server.ctx, &visitor(), &self.code, device).await
    }

    async fn decide(&self, is_let_in: bool) -> Result<(), ServiceError> {
        decide_device_link(&self.server.ctx, &self.first, &self.code, is_let_in).await
    }

    async fn come(&self, opener: Option<&Token>) -> Result<(User, Token), ServiceError> {
        let opener = opener.map(Token::as_str);
        come_in_by_link(&self.server.ctx, &visitor(), &self.code, opener, "").await
    }

    async fn own(&self) -> Result<OwnLink, ServiceError> {
        own_device_link(&self.server.ctx, &self.first, &self.code).await
    }

    async fn look(&self, opener: Option<&Token>) -> Result<(User, OfferedLink), ServiceError> {
        let opener = opener.map(Token::as_str);
        look_at_device_link(&self.server.ctx, &visitor(), &self.code, opener).await
    }
}

#[track_caller]
fn leads_nowhere<T: std::fmt::Debug>(answer: Result<T, ServiceError>) {
    assert!(
        matches!(answer, Err(ServiceError::LinkNotFound)),
        "{answer:?}"
    );
}

#[tokio::test]
async fn another_device_becomes_the_same_person_once_the_first_lets_it_in() {
    let server = Server::plain().await;
    for (who, kind) in [
        (server.member("Alice").await, "member"),
        (server.guest("Bob").await, "guest"),
    ] {
        let way = Way::of(&server, &who).await;
        assert_eq!(way.own().await.unwrap(), OwnLink::Waiting);
        // Looking, as who unfolds a link does, changes nothing.
        for _ in 0..2 {
            assert_eq!(way.look(None).await.unwrap().1, OfferedLink::New);
        }
        let opener = way.open().await.unwrap();
        let (user, waits) = way.look(Some(&opener)).await.unwrap();
        assert_eq!(user.id.0, who.id);
        let OwnLink::Opened {
            device,
            network,
            number,
        } = way.own().await.unwrap()
        else {
            panic!("it was opened");
        };
        assert_eq!(device, "Firefox on Android");
        assert_eq!(network, "127.0.0.0/24");
        assert_eq!(waits, OfferedLink::Waiting(number), "both show one number");
        leads_nowhere(way.come(Some(&opener)).await);
        way.decide(true).await.unwrap();
        assert_eq!(
            way.look(Some(&opener)).await.unwrap().1,
            OfferedLink::Confirmed
        );
        let (user, token) = way.come(Some(&opener)).await.unwrap();
        assert_eq!(user.id.0, who.id);
        assert_ne!(token, opener, "the session is drawn anew");
        let there = Guest {
            id: who.id,
            token: token.as_str().to_owned(),
        };
        assert_eq!(server.me(&there).await.body["kind"], kind);
        assert_eq!(server.me(&who).await.status, 200, "both are signed in");
        server.say(&there, LOBBY, "From there.").await;
        // Used once.
        leads_nowhere(way.come(Some(&opener)).await);
        leads_nowhere(way.own().await);
        let log = log();
        assert!(!log.contains(&way.code) && !log.contains(opener.as_str()));
    }
    let ends: Vec<Option<i64>> = (server.ctx.store)
        .query_sql("SELECT lasts_until FROM sessions ORDER BY id DESC")
        .await;
    assert_eq!(ends[0], None, "a guest cannot prove themselves anew");
}

#[tokio::test]
async fn who_opens_it_first_is_the_only_one_who_can_come_in() {
    let server = Server::plain().await;
    let alice = server.member("Alice").await;
    let way = Way::of(&server, &alice).await;
    let tries = futures::future::join_all((0..50).map(|_| way.open())).await;
    let opened: Vec<_> = tries.into_iter().filter_map(Result::ok).collect();
    let [opener] = &opened[..] else {
        panic!("{} opened it", opened.len());
    };
    way.decide(true).await.unwrap();
    let other = make_token(&server).await;
    leads_nowhere(way.look(None).await);
    leads_nowhere(way.look(Some(&other)).await);
    leads_nowhere(way.come(None).await);
    leads_nowhere(way.come(Some(&other)).await);
    let comes = futures::future::join_all((0..50).map(|_| way.come(Some(opener)))).await;
    assert_eq!(comes.into_iter().filter(Result::is_ok).count(), 1);
}

/// What another browser keeps, of a link of somebody else.
async fn make_token(server: &Server) -> Token {
    let eve = server.guest("Eve").await;
    Way::of(server, &eve).await.open().await.unwrap()
}

#[tokio::test]
async fn only_the_session_that_made_it_decides() {
    let server = Server::plain().await;
    let alice = server.member("Alice").await;
    let phone = crate::accounts::begun(&server.sign_in("Alice", crate::accounts::PASSWORD).await);
    let eve = server.member("Eve").await;
    let way = Way::of(&server, &alice).await;
    // Nobody has opened it.
    leads_nowhere(way.decide(true).await);
    let opener = way.open().await.unwrap();
    for other in [&phone, &eve] {
        let scope = scope_of(&server, other).await;
        for is_let_in in [true, false] {
            let ctx = &server.ctx;
            leads_nowhere(decide_device_link(ctx, &scope, &way.code, is_let_in).await);
        }
        leads_nowhere(own_device_link(&server.ctx, &scope, &way.code).await);
    }
    let nobody = decide_device_link(&server.ctx, &visitor(), &way.code, true).await;
    assert!(matches!(nobody, Err(ServiceError::SignInRequired)));
    // Refused, it is gone.
    way.decide(false).await.unwrap();
    leads_nowhere(way.look(Some(&opener)).await);
    leads_nowhere(way.decide(true).await);
}

#[tokio::test]
async fn a_link_ends_after_two_minutes_with_the_next_one_and_with_its_session() {
    let server = Server::plain().await;
    let alice = server.member("Alice").await;
    let first = Way::of(&server, &alice).await;
    let way = Way::of(&server, &alice).await;
    leads_nowhere(first.open().await);
    let opener = way.open().await.unwrap();
    way.decide(true).await.unwrap();
    server.clock.advance(Duration::from_secs(121));
    leads_nowhere(way.come(Some(&opener)).await);

    let way = Way::of(&server, &alice).await;
    let opener = way.open().await.unwrap();
    way.decide(true).await.unwrap();
    let http = reqwest::Client::new();
    let out = http.request(Method::DELETE, server.url("/api/chat/session"));
    let out = out.bearer_auth(&alice.token).send().await.unwrap();
    assert_eq!(out.status(), 204);
    leads_nowhere(way.come(Some(&opener)).await);

    let eve = server
        .ctx
        .store
        .query_sql::<i64>("SELECT count(*) FROM sessions");
    assert_eq!(eve.await, [0]);
}

#[tokio::test]
async fn who_is_disabled_lets_nobody_in_and_who_guesses_has_few_tries() {
    let server = Server::start(|settings| settings.limits.wrong_codes_per_minute = 3).await;
    let alice = server.member("Alice").await;
    let way = Way::of(&server, &alice).await;
    let opener = way.open().await.unwrap();
    way.decide(true).await.unwrap();
    for _ in 0..9 {
        way.look(Some(&opener)).await.unwrap();
    }
    let disable = "UPDATE users SET state = 'disabled' WHERE name = 'Alice'";
    server.ctx.store.execute_sql(disable).await;
    for _ in 0..3 {
        leads_nowhere(way.look(Some(&opener)).await);
    }
    let stopped = way.come(Some(&opener)).await;
    assert!(matches!(stopped, Err(ServiceError::RateLimited { .. })));
}
