use super::*;
use std::net::TcpListener;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// A process that serves, as far as its handover is concerned.
struct Serving {
    database: PathBuf,
    port: u16,
    stopping: CancellationToken,
    stop_requested: CancellationToken,
    task: JoinHandle<()>,
    _folder: TempDir,
}

impl Serving {
    fn start(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join(name);
        fs::create_dir_all(database.parent().unwrap()).unwrap();
        let handover = HandoverSocket::open(&database).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop_requested, stopping) = (CancellationToken::new(), CancellationToken::new());
        let (requested, stopped) = (stop_requested.clone(), stopping.clone());
        let task = tokio::spawn(async move {
            handover.answer(&listener, &requested, &stopped).await;
        });
        Self {
            database,
            port,
            stopping,
            stop_requested,
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
async fn a_process_that_is_not_stopping_goes_on_serving() {
    let serving = Serving::start("parlour.db");
    let answer = ask(&serving.database, TakeoverMode::Succeed).await;
    let Answer::Serving { process } = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(process, Some(std::process::id()));
    assert!(!serving.stop_requested.is_cancelled());
}

#[tokio::test]
async fn a_process_that_stops_hands_its_socket_over_once() {
    let serving = Serving::start("parlour.db");
    let asking = ask(&serving.database, TakeoverMode::Succeed);
    let stop = async { serving.stopping.cancel() };
    let (answer, ()) = tokio::join!(asking, stop);
    assert_eq!(port(answer), serving.port);
    serving.task.await.unwrap();
    let answer = ask(&serving.database, TakeoverMode::Succeed).await;
    assert!(matches!(answer, Answer::NotServing), "{answer:?}");
    assert!(!beside(&serving.database, "handover").exists());
}

#[tokio::test]
async fn a_process_that_is_replaced_is_stopped_and_hands_over() {
    let serving = Arc::new(Serving::start("parlour.db"));
    let asking = ask(&serving.database, TakeoverMode::Replace);
    let stops = async {
        serving.stop_requested.cancelled().await;
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
    let answer = ask(&serving.database, TakeoverMode::Succeed).await;
    assert_eq!(port(answer), serving.port);
}

#[tokio::test]
async fn a_name_that_is_too_long_by_itself_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("p".repeat(200));
    assert!(HandoverSocket::open(&database).is_err());
    let answer = ask(&database, TakeoverMode::Replace).await;
    assert!(matches!(answer, Answer::NotServing), "{answer:?}");
}

#[tokio::test]
async fn only_its_user_may_open_it_and_a_killed_process_s_file_is_replaced() {
    let serving = Serving::start("parlour.db");
    let file = beside(&serving.database, "handover");
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let left = std::os::unix::net::UnixListener::bind(beside(&serving.database, "left.handover"));
    drop(left.unwrap());
    let other = beside(&serving.database, "left");
    let answer = ask(&other, TakeoverMode::Replace).await;
    assert!(matches!(answer, Answer::NotServing), "{answer:?}");
    HandoverSocket::open(&other).unwrap();
}

#[tokio::test]
async fn an_unknown_request_is_refused_and_does_not_stop_the_process() {
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
    let answer = ask(&serving.database, TakeoverMode::Succeed).await;
    assert_eq!(port(answer), serving.port);
}
