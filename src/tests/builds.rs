//! Which build a page is of, and which one the server has: what an open page compares after an upgrade.

use crate::harness::{LOBBY, Site, Socket};

#[tokio::test]
async fn a_live_page_and_the_server_say_which_build_they_are_of() {
    let mut builds = Vec::new();
    for site in [Site::plain().await, Site::released().await] {
        let page = site.visitor().get(LOBBY).await;
        let build = page.attribute("html", "data-build");
        assert_eq!(build.len(), 8, "{build}");
        let socket = Socket::guest(site.address, 1, "Alice").await;
        assert_eq!(socket.welcome["build"], build);
        assert!(site.visitor().get("/join").await.has_no("[data-build]"));
        builds.push(build);
    }
    assert_ne!(builds[0], builds[1], "other files are another build");
}
