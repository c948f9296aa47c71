//! Rooms that are found by a part of their name.

use crate::harness::Site;

#[tokio::test]
async fn a_room_is_found_by_a_part_of_its_name_and_gone_to_by_the_whole() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let cafe = alice.room("Café noir").await;
    alice.room("Cafeteria").await;
    let page = alice.get("/go").await;
    assert_eq!(page.form("form.form").value("q"), "");
    assert_eq!(page.texts(".found a").len(), 3, "to begin with");
    let page = site.visitor().get("/go?q=CAF%C3%89").await;
    assert_eq!(page.texts(".found bdi"), ["Café noir", "Cafeteria"]);
    assert_eq!(page.form("form.form").value("q"), "CAFÉ");
    let answer = alice.get("/go?q=cafe+noir").await;
    assert_eq!((answer.status, answer.header("location")), (303, &*cafe));
    let page = alice.get("/go?q=%22%3E%3Cb%3E").await;
    assert_eq!(page.form("form.form").value("q"), "\"><b>");
    assert!(page.body.contains("No room has that in its name."));
    assert_eq!(
        alice.get("/go?q=%ff").await.status,
        200,
        "what is no text is nothing"
    );
}
