use super::*;
use std::net::TcpListener;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// A process that serves, as far as its door is concerned.
struct Serving {
    database: PathBuf,
    port: u16,
    stopping: CancellationToken,
    asked: CancellationToken,
    task: JoinHandle<()>,
    _folder: TempDir,
}

impl Serving {
    fn start(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join(name);
        fs::create_dir_all(database.parent().unwrap()).unwrap();
        let door = Door::open(&database).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (asked, stopping) = (CancellationToken::new(), CancellationToken::new());
        let (told, stopped) = (asked.clone(), stopping.clone());
        let task = tokio::spawn(async move {
            door.answer(&listener, &told, &stopped).await;
        });
        Self {
            database,
            port,
            stopping,
            asked,
            task,
            _folder: folder,
        }
    }
}

fn port(answer: Answer) -> u16 {
    let Answer::Listener(listener) = answer else {
        panic!("no listening socket but {answer:?}");
    };
    listener.local_addr().unwrap().port()
}

#[tokio::test]
async fn who_serves_and_is_not_stopping_goes_on() {
    let serving = Serving::start("parlour.db");
    let answer = ask(&serving.database, Wish::Succeed).await;
    let Answer::Serving { process } = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(process, Some(std::process::id()));
    assert!(!serving.asked.is_cancelled());
}

#[tokio::test]
async fn who_is_stopping_gives_its_socket_away_once() {
    let serving = Serving::start("parlour.db");
    let asking = ask(&serving.database, Wish::Succeed);
    let told = async { serving.stopping.cancel() };
    let (answer, ()) = tokio::join!(asking, told);
    assert_eq!(port(answer), serving.port);
    serving.task.await.unwrap();
    let answer = ask(&serving.database, Wish::Succeed).await;
    assert!(matches!(answer, Answer::Nobody), "{answer:?}");
    assert!(!beside(&serving.database, "handover").exists());
}

#[tokio::test]
async fn who_is_to_be_replaced_is_told_and_hands_over_when_it_stops() {
    let serving = Arc::new(Serving::start("parlour.db"));
    let asking = ask(&serving.database, Wish::Replace);
    let stops = async {
        serving.asked.cancelled().await;
        serving.stopping.cancel();
    };
    let (answer, ()) = tokio::join!(asking, stops);
    assert_eq!(port(answer), serving.port);
}

#[tokio::test]
async fn a_path_that_is_too_long_for_a_socket_is_reached_through_its_folder() {
    let deep = "a-folder-with-a-long-name/".repeat(6) + "parlour.db";
    let serving = Serving::start(&deep);
    serving.stopping.cancel();
    let answer = ask(&serving.database, Wish::Succeed).await;
    assert_eq!(port(answer), serving.port);
}

#[tokio::test]
async fn a_name_that_is_too_long_by_itself_is_no_door() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("p".repeat(200));
    assert!(Door::open(&database).is_err());
    let answer = ask(&database, Wish::Replace).await;
    assert!(matches!(answer, Answer::Nobody), "{answer:?}");
}

#[tokio::test]
async fn only_its_user_may_open_it_and_what_a_killed_process_left_is_put_away() {
    let serving = Serving::start("parlour.db");
    let file = beside(&serving.database, "handover");
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let left = std::os::unix::net::UnixListener::bind(beside(&serving.database, "left.handover"));
    drop(left.unwrap());
    let other = beside(&serving.database, "left");
    let answer = ask(&other, Wish::Replace).await;
    assert!(matches!(answer, Answer::Nobody), "{answer:?}");
    Door::open(&other).unwrap();
}

#[tokio::test]
async fn whoever_says_something_else_is_not_served_and_does_not_stop_it() {
    let serving = Serving::start("parlour.db");
    let file = beside(&serving.database, "handover");
    for word in ["nonsense", ""] {
        let stream = UnixStream::connect(&file).await.unwrap();
        if !word.is_empty() {
            passing::send(&stream, word, None).await.unwrap();
            let (answer, _) = passing::receive(&stream).await.unwrap();
            assert_eq!(answer, "");
        }
    }
    serving.stopping.cancel();
    let answer = ask(&serving.database, Wish::Succeed).await;
    assert_eq!(port(answer), serving.port);
}
