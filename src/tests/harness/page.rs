//! An answer, read as a browser reads it.

use parlour_protocol::Place;
use reqwest::header::HeaderMap;
use scraper::{ElementRef, Html, Selector};

/// The way back at the end of a plain page.
pub const BACK: &str = "main > p:last-child > a";

/// Scripts that run; the place is one that is only read.
pub const RUNS: &str = "script:not([type='application/json'])";

/// An answer with its document.
pub struct Page {
    /// The address it was asked from.
    pub path: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
    html: Html,
}

impl Page {
    pub async fn of(path: &str, response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.text().await.unwrap();
        let html = Html::parse_document(&body);
        Self {
            path: path.to_owned(),
            status,
            headers,
            body,
            html,
        }
    }

    /// A header, or "" when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Every element that fits, in order.
    pub fn all(&self, selector: &str) -> Vec<ElementRef<'_>> {
        let selector = Selector::parse(selector).expect("a selector");
        self.html.select(&selector).collect()
    }

    /// The only element that fits.
    #[track_caller]
    pub fn one(&self, selector: &str) -> ElementRef<'_> {
        let found = self.all(selector);
        assert_eq!(
            found.len(),
            1,
            "elements that are {selector} on {} ({}): {}",
            self.path,
            self.status,
            self.body
        );
        found[0]
    }

    /// Whether nothing fits.
    pub fn has_no(&self, selector: &str) -> bool {
        self.all(selector).is_empty()
    }

    /// The text of the only element that fits.
    #[track_caller]
    pub fn text(&self, selector: &str) -> String {
        text_of(self.one(selector))
    }

    /// The texts of all elements that fit.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        self.all(selector).into_iter().map(text_of).collect()
    }

    /// An attribute of the only element that fits.
    #[track_caller]
    pub fn attribute(&self, selector: &str, name: &str) -> String {
        let element = self.one(selector);
        let value = element.attr(name);
        value
            .unwrap_or_else(|| panic!("{selector} has no {name}: {}", element.html()))
            .to_owned()
    }

    /// The form as it stands on the page, with what is filled in.
    #[track_caller]
    pub fn form(&self, selector: &str) -> Form {
        let form = self.one(selector);
        let is_question = form.attr("role") == Some("search");
        assert!(
            is_question || form.attr("method") == Some("post"),
            "{}",
            form.html()
        );
        let controls = Selector::parse("input, textarea, select").unwrap();
        let choices = Selector::parse("option").unwrap();
        let fields = form.select(&controls).map(|control| {
            let name = control.attr("name").expect("a control has a name");
            let value = match control.value().name() {
                "textarea" => text_of(control),
                // The first one, where none is chosen.
                "select" => {
                    let mut options = control.select(&choices);
                    let chosen = control
                        .select(&choices)
                        .find(|one| one.attr("selected").is_some());
                    let chosen = chosen.or_else(|| options.next()).expect("a choice");
                    chosen.attr("value").unwrap_or_default().to_owned()
                }
                _ => control.attr("value").unwrap_or_default().to_owned(),
            };
            (name.to_owned(), value)
        });
        Form {
            action: form.attr("action").expect("a form has a target").to_owned(),
            fields: fields.collect(),
        }
    }

    /// What the island starts with.
    #[track_caller]
    pub fn place(&self) -> Place {
        serde_json::from_str(&self.text("script#place")).unwrap()
    }

    /// Every element by name, with the names of its attributes: what a page is besides its texts.
    pub fn skeleton(&self) -> Vec<String> {
        let elements = self.html.root_element().descendent_elements();
        elements
            .map(|element| {
                let mut names: Vec<&str> = element.value().attrs().map(|(name, _)| name).collect();
                names.sort_unstable();
                format!("{} {}", element.value().name(), names.join(" "))
            })
            .collect()
    }

    /// Asserts a page with this status that says `sentence` and leads somewhere.
    #[track_caller]
    pub fn is_a_problem(&self, status: u16, sentence: &str) {
        assert_eq!(self.status, status, "{}: {}", self.path, self.body);
        assert_eq!(
            self.texts("main > p").first().map(String::as_str),
            Some(sentence)
        );
        self.leads_back();
    }

    /// Asserts that the last thing on the page is the way back to the rooms.
    #[track_caller]
    pub fn leads_back(&self) {
        assert_eq!(self.attribute(BACK, "href"), "/rooms", "{}", self.path);
    }
}

/// All text inside an element.
pub fn text_of(element: ElementRef<'_>) -> String {
    element.text().collect()
}

/// A form that was found on a page.
#[derive(Clone, Debug)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// The same form with something typed into one of its controls.
    #[track_caller]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let field = self.fields.iter_mut().find(|(field, _)| field == name);
        let field = field.unwrap_or_else(|| panic!("{} has no field {name}", self.action));
        value.clone_into(&mut field.1);
        self
    }

    /// What is in one of its controls.
    #[track_caller]
    pub fn value(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|(field, _)| field == name);
        &field
            .unwrap_or_else(|| panic!("{} has no field {name}", self.action))
            .1
    }
}
