//! Keyset pages of history in both directions, and syncs.

use super::*;
use parlour_protocol::{History, Number, Seq};
use parlour_server::messages::{View, delete, edit, history, sync};

async fn filled(count: i64) -> (Bench, Scope) {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    for i in 1..=count {
        bench.post(&alice, &format!("{i}")).await;
    }
    (bench, alice)
}

async fn window(bench: &Bench, view: View, limit: u32) -> History {
    history(&bench.ctx, &visitor(), LOBBY, view, limit)
        .await
        .unwrap()
}

fn numbers(history: &History) -> Vec<i64> {
    history.messages.iter().map(|m| m.number.0).collect()
}

#[tokio::test]
async fn windows_open_in_both_directions() {
    let (bench, _) = filled(12).await;
    for (view, limit, expected, has_older, has_newer) in [
        (View::Newest, 5, 8..=12, true, false),
        (View::Newest, 12, 1..=12, false, false),
        (View::Before(Number(8)), 5, 3..=7, true, true),
        (View::Before(Number(4)), 5, 1..=3, false, true),
        (View::After(Number(4)), 5, 5..=9, true, true),
        (View::After(Number(9)), 5, 10..=12, true, false),
        (View::After(Number(0)), 5, 1..=5, false, true),
        (View::Before(Number(99)), 5, 8..=12, true, false),
        (View::Around(Number(6)), 5, 4..=8, true, true),
        (View::Around(Number(1)), 5, 1..=5, false, true),
        (View::Around(Number(12)), 5, 8..=12, true, false),
        (View::Around(Number(3)), 100, 1..=12, false, false),
    ] {
        let shown = window(&bench, view, limit).await;
        assert_eq!(numbers(&shown), expected.collect::<Vec<_>>(), "{view:?}");
        assert_eq!(
            (shown.has_older, shown.has_newer),
            (has_older, has_newer),
            "{view:?}"
        );
        assert_eq!(shown.seq, Seq(12));
    }
}

#[tokio::test]
async fn windows_beyond_the_ends_are_empty() {
    let (bench, _) = filled(2).await;
    for (view, has_older, has_newer) in [
        (View::Before(Number(1)), false, true),
        (View::Before(Number(i64::MIN)), false, true),
        (View::After(Number(2)), true, false),
        (View::After(Number(i64::MAX)), true, false),
    ] {
        let shown = window(&bench, view, 10).await;
        assert_eq!(numbers(&shown), [] as [i64; 0], "{view:?}");
        assert_eq!(
            (shown.has_older, shown.has_newer),
            (has_older, has_newer),
            "{view:?}"
        );
    }
    let nowhere = history(&bench.ctx, &visitor(), RoomId(9), View::Newest, 10).await;
    assert!(matches!(nowhere, Err(ServiceError::RoomNotFound)));
}

#[tokio::test]
async fn a_window_has_at_least_one_message_and_at_most_a_hundred() {
    let (bench, _) = filled(101).await;
    assert_eq!(window(&bench, View::Newest, 0).await.messages.len(), 1);
    assert_eq!(
        window(&bench, View::Newest, 10_000).await.messages.len(),
        100
    );
}

/// As long as a message can be: four bytes in each of its ten thousand characters.
fn longest() -> String {
    "𝄞".repeat(10_000)
}

#[tokio::test]
async fn long_texts_make_pages_shorter_and_never_empty() {
    const MOST: usize = 256 * 1024;
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    fill(&bench, &alice, 40, &longest()).await;
    let all: Vec<_> = (1..=40).collect();
    let is_short = |page: &History| {
        let bytes = page.messages.iter().map(|m| m.content.len()).sum::<usize>();
        bytes <= MOST && !page.messages.is_empty()
    };

    let mut page = window(&bench, View::Newest, 100).await;
    let mut back = numbers(&page);
    while page.has_older {
        assert!(is_short(&page));
        page = window(&bench, View::Before(Number(back[0])), 100).await;
        back.splice(0..0, numbers(&page));
    }
    assert_eq!(back, all);

    let mut page = window(&bench, View::After(Number(0)), 100).await;
    let mut forth = numbers(&page);
    while page.has_newer {
        assert!(is_short(&page));
        page = window(&bench, View::After(Number(forth[forth.len() - 1])), 100).await;
        forth.extend(numbers(&page));
    }
    assert_eq!(forth, all);

    for number in [1, 2, 20, 39, 40] {
        let page = window(&bench, View::Around(Number(number)), 50).await;
        let shown = numbers(&page);
        assert!(
            is_short(&page) && shown.contains(&number),
            "{number}: {shown:?}"
        );
        assert!(
            shown.windows(2).all(|pair| pair[0] + 1 == pair[1]),
            "{shown:?}"
        );
        let (first, last) = (shown[0], shown[shown.len() - 1]);
        assert_eq!((page.has_older, page.has_newer), (first > 1, last < 40));
    }
}

#[tokio::test]
async fn tombstones_and_edits_stay_in_their_place() {
    let (bench, alice) = filled(4).await;
    delete(&bench.ctx, &alice, LOBBY, Number(2)).await.unwrap();
    edit(&bench.ctx, &alice, LOBBY, Number(1), "uno".to_owned())
        .await
        .unwrap();
    let shown = window(&bench, View::Newest, 10).await;
    assert_eq!(numbers(&shown), [1, 2, 3, 4]);
    assert_eq!(shown.messages[0].content, "uno");
    assert!(shown.messages[1].deleted);
    assert_eq!(shown.seq, Seq(6));
}

#[tokio::test]
async fn every_window_is_one_range_of_an_index() {
    let bench = Bench::on_a_file().await;
    for (condition, index) in [
        (
            "number < 5 ORDER BY number DESC LIMIT 51",
            "messages_room_number",
        ),
        (
            "number >= 5 ORDER BY number ASC LIMIT 51",
            "messages_room_number",
        ),
    ] {
        let steps = plan(&bench, condition).await;
        assert_eq!(steps.len(), 1, "{steps:?}");
        assert!(steps[0].contains(index), "{steps:?}");
    }
}

#[tokio::test]
async fn what_changed_since_is_a_range_of_two_indexes() {
    let bench = Bench::on_a_file().await;
    let posted = "number > 1 AND number <= 2 AND seq = number";
    let edited = "seq > 1 AND seq <= 2 AND seq <> number";
    let condition = format!("(({posted}) OR ({edited}))");
    let steps = plan(&bench, &condition).await;
    let ranges: Vec<_> = steps
        .iter()
        .filter(|step| step.contains("SEARCH"))
        .collect();
    assert_eq!(ranges.len(), 2, "{steps:?}");
    assert!(
        ranges[0].contains("messages_room_number (room_id=? AND number>?"),
        "{steps:?}"
    );
    assert!(
        ranges[1].contains("messages_changed (room_id=? AND seq>?"),
        "{steps:?}"
    );
}

/// How SQLite goes about it, step by step.
async fn plan(bench: &Bench, condition: &str) -> Vec<String> {
    let sql =
        format!("EXPLAIN QUERY PLAN SELECT * FROM messages WHERE room_id = 1 AND {condition}");
    bench.ctx.store.query_column(sql, 3).await
}

#[tokio::test]
async fn a_sync_has_each_changed_message_once_in_its_present_state() {
    let (bench, alice) = filled(3).await;
    let ctx = &bench.ctx;
    edit(ctx, &alice, LOBBY, Number(1), "uno".to_owned())
        .await
        .unwrap();
    edit(ctx, &alice, LOBBY, Number(1), "eins".to_owned())
        .await
        .unwrap();
    delete(ctx, &alice, LOBBY, Number(2)).await.unwrap();
    let page = sync(ctx, &visitor(), LOBBY, Seq(2)).await.unwrap();
    let seen: Vec<_> = page
        .messages
        .iter()
        .map(|m| (m.number.0, m.seq.0))
        .collect();
    assert_eq!(seen, [(3, 3), (1, 5), (2, 6)]);
    assert_eq!(page.messages[1].content, "eins");
    assert!(page.messages[2].deleted);
    assert_eq!((page.from, page.to), (Seq(2), Seq(6)));
    assert!(page.complete && !page.reset);

    let nothing = sync(ctx, &visitor(), LOBBY, Seq(6)).await.unwrap();
    assert_eq!(
        (nothing.messages.len(), nothing.from, nothing.to),
        (0, Seq(6), Seq(6))
    );
    assert!(nothing.complete && !nothing.reset);
}

#[tokio::test]
async fn a_seq_beyond_the_room_is_a_reset() {
    let (bench, _) = filled(3).await;
    for after in [-1, 4, i64::MAX, i64::MIN] {
        let page = sync(&bench.ctx, &visitor(), LOBBY, Seq(after))
            .await
            .unwrap();
        assert!(page.reset && page.complete, "{after}");
        assert_eq!((page.messages.len(), page.to), (0, Seq(3)), "{after}");
    }
    let nowhere = sync(&bench.ctx, &visitor(), RoomId(9), Seq(0)).await;
    assert!(matches!(nowhere, Err(ServiceError::RoomNotFound)));
}

#[tokio::test]
async fn a_long_sync_comes_in_pages_and_a_longer_one_is_a_reset() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    fill(&bench, &alice, 2_001, "x").await;
    let ctx = &bench.ctx;
    let mut after = Seq(1);
    let mut pages = Vec::new();
    loop {
        let page = sync(ctx, &visitor(), LOBBY, after).await.unwrap();
        assert!(!page.reset);
        assert_eq!(page.from, after);
        pages.push(page.messages.len());
        after = page.to;
        if page.complete {
            break;
        }
    }
    assert_eq!(pages, [500, 500, 500, 500]);
    assert_eq!(after, Seq(2_001));
    assert!(sync(ctx, &visitor(), LOBBY, Seq(0)).await.unwrap().reset);
}

/// Many messages in one transaction, past the contexts: only their number matters.
async fn fill(bench: &Bench, author: &Scope, count: i64, text: &str) {
    let author = user(author).id;
    let messages = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
         INSERT INTO messages(room_id, number, seq, ordinal, author_id, author_name,
                              client_id, body, created_at)
         SELECT 1, i, i, i, {author}, 'Alice', 'k' || i, '{text}', 0 FROM n"
    );
    let room = format!("UPDATE rooms SET seq = {count}, posts = {count}");
    bench.change(format!("{messages}; {room}")).await;
}
