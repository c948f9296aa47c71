//! A browser without script: it keeps cookies, says where a request comes from, and follows nothing
//! by itself.

use super::page::{Form, Page};
use parlour_protocol::RoomId;
use parlour_protocol::calls::Request;
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::net::SocketAddr;

/// One person's browser.
pub struct Browser {
    http: reqwest::Client,
    address: SocketAddr,
}

impl Browser {
    pub fn of(address: SocketAddr) -> Self {
        let http = reqwest::Client::builder()
            .cookie_store(true)
            .redirect(Policy::none())
            .no_proxy()
            .build();
        Self {
            http: http.unwrap(),
            address,
        }
    }

    /// What this site's pages say in `Origin`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A request without anything that a browser says about itself.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("http://{}{path}", self.address))
    }

    /// What a page of this site posts.
    pub fn own_request(&self, path: &str) -> RequestBuilder {
        self.own(Method::POST, path)
    }

    /// A request that a page of this site makes.
    pub fn own(&self, method: Method, path: &str) -> RequestBuilder {
        // Browsers name no origin where a page fetches something of its own site.
        let is_named = method != Method::GET;
        let request = self.request(method, path);
        let request = request.header("sec-fetch-site", "same-origin");
        if is_named {
            request.header("origin", self.origin())
        } else {
            request
        }
    }

    /// Follows a link of this site's own to there.
    pub async fn get(&self, path: &str) -> Page {
        Page::of(path, self.own(Method::GET, path).send().await.unwrap()).await
    }

    /// Comes there from outside of the site: the address is typed.
    pub async fn arrive(&self, path: &str) -> Page {
        let request = self.request(Method::GET, path);
        let request = request.header("sec-fetch-site", "none");
        Page::of(path, request.send().await.unwrap()).await
    }

    /// Sends a form of one's own making.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.own_request(path).form(fields);
        Page::of(path, request.send().await.unwrap()).await
    }

    /// Sends a form of a page, with the line ends that browsers send.
    pub async fn submit(&self, form: Form) -> Page {
        let fields: Vec<_> = form
            .fields
            .iter()
            .map(|(name, value)| (name, value.replace('\n', "\r\n")))
            .collect();
        let request = self.own_request(&form.action).form(&fields);
        Page::of(&form.action, request.send().await.unwrap()).await
    }

    /// Sends a form that is accepted, and shows the page where that leads.
    pub async fn done(&self, form: Form) -> Page {
        let answer = self.submit(form).await;
        assert_eq!(answer.status, 303, "{}: {}", answer.path, answer.body);
        self.get(answer.header("location")).await
    }

    /// Clicks the only link that fits.
    pub async fn follow(&self, page: &Page, selector: &str) -> Page {
        self.get(&page.attribute(selector, "href")).await
    }

    /// Makes a call as the island does.
    pub async fn call(&self, call: &Request) -> Page {
        let method = call.method.parse().unwrap();
        let request = self.own(method, &call.path);
        let request = match &call.body {
            Some(json) => request
                .header("content-type", "application/json")
                .body(json.clone()),
            None => request,
        };
        Page::of(&call.path, request.send().await.unwrap()).await
    }

    /// Makes a room through its form; answers its path.
    pub async fn room(&self, name: &str) -> String {
        let form = self.get("/rooms/new").await.form("form.form");
        let answer = self.submit(form.with("name", name)).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.header("location").to_owned()
    }

    /// Writes a message through the room's form; answers the room's page.
    pub async fn say(&self, room: &str, content: &str) -> Page {
        let form = self.get(room).await.form("form.composer");
        self.done(form.with("content", content)).await
    }
}

/// The call by which a program makes a room. Pages have a form.
pub fn create_room(name: &str, description: &str) -> Request {
    let body = json!({"name": name, "description": description});
    rooms("POST", "", Some(body))
}

/// The call by which a program deletes a room. Pages have a form.
pub fn delete_room(room: RoomId) -> Request {
    rooms("DELETE", &format!("/{room}"), None)
}

fn rooms(method: &'static str, path: &str, body: Option<Value>) -> Request {
    Request {
        method,
        path: format!("/api/chat/rooms{path}"),
        kind: "application/json",
        body: body.map(|body| body.to_string()),
    }
}
