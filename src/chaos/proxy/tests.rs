use super::*;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{sleep, timeout};

const TIMEOUT: Duration = Duration::from_secs(20);

/// Answers every byte with itself; the task ends with the runtime.
async fn echo() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                let _ = tokio::io::copy(&mut from, &mut to).await;
            });
        }
    });
    address
}

async fn through(conditions: NetworkConditions) -> (Proxy, TcpStream) {
    let proxy = Proxy::to(echo().await, 7).await.unwrap();
    proxy.set(conditions);
    let stream = TcpStream::connect(proxy.address()).await.unwrap();
    stream.set_nodelay(true).unwrap();
    (proxy, stream)
}

fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|at| (at % 251) as u8).collect()
}

/// Sends all of it and reads until the end, whatever end that is: what came, and how it ended.
async fn exchange(stream: TcpStream, sent: Vec<u8>) -> (Vec<u8>, io::Result<()>) {
    let (mut from, mut to) = stream.into_split();
    let sending = tokio::spawn(async move {
        let _ = to.write_all(&sent).await;
        let _ = to.shutdown().await;
    });
    let mut came = Vec::new();
    let ended = timeout(TIMEOUT, from.read_to_end(&mut came)).await;
    sending.abort();
    (came, ended.expect("it ends").map(|_| ()))
}

async fn until(is_so: impl Fn() -> bool) {
    let waited = async {
        while !is_so() {
            sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(TIMEOUT, waited).await.expect("it happens");
}

#[tokio::test]
async fn good_conditions_change_nothing() {
    let (proxy, stream) = through(NetworkConditions::default()).await;
    let (came, ended) = exchange(stream, bytes(1_000_000)).await;
    assert!(ended.is_ok());
    assert!(came == bytes(1_000_000));
    assert_eq!(
        proxy.fault_counts(),
        FaultCounts {
            connections: 1,
            ..FaultCounts::default()
        }
    );
}

#[tokio::test]
async fn latency_delays_and_jitter_lets_nothing_overtake() {
    let (_proxy, stream) = through(NetworkConditions::both(Direction {
        latency: Duration::from_millis(30),
        jitter: Duration::from_millis(20),
        ..Direction::default()
    }))
    .await;
    let start = Instant::now();
    let (came, ended) = exchange(stream, bytes(300_000)).await;
    assert!(ended.is_ok());
    assert!(came == bytes(300_000));
    assert!(start.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn split_writes_arrive_in_pieces_and_whole() {
    let (_proxy, mut stream) = through(NetworkConditions {
        down: Direction {
            piece: 7,
            pause: Duration::from_millis(1),
            ..Direction::default()
        },
        ..NetworkConditions::default()
    })
    .await;
    stream.write_all(&bytes(300)).await.unwrap();
    let mut came = Vec::new();
    let mut reads = 0;
    while came.len() < 300 {
        let read = stream.read_buf(&mut came).await.unwrap();
        assert!(read > 0);
        reads += 1;
    }
    assert_eq!(came, bytes(300));
    assert!(reads > 1, "{reads} reads");
}

#[tokio::test]
async fn a_stall_ends_and_loses_nothing() {
    let (proxy, stream) = through(NetworkConditions::both(Direction {
        stall: Some(Stall {
            every: 10_000,
            length: Duration::from_millis(20),
        }),
        ..Direction::default()
    }))
    .await;
    let (came, ended) = exchange(stream, bytes(200_000)).await;
    assert!(ended.is_ok());
    assert!(came == bytes(200_000));
    assert!(proxy.fault_counts().stalls > 0);
}

#[tokio::test]
async fn a_cut_leaves_a_beginning_and_says_reset_or_end() {
    for (resets, expected) in [(1.0, Some(io::ErrorKind::ConnectionReset)), (0.0, None)] {
        let (proxy, mut stream) = through(NetworkConditions {
            down: Direction {
                cut: Some(Cut { every: 500, resets }),
                ..Direction::default()
            },
            ..NetworkConditions::default()
        })
        .await;
        // One at a time, so that nothing is left unread on the way: that alone would be an RST.
        let mut came = Vec::new();
        let ended = loop {
            let byte = [(came.len() % 251) as u8];
            if let Err(error) = stream.write_all(&byte).await {
                break Some(error.kind());
            }
            match stream.read_buf(&mut came).await {
                Ok(0) => break None,
                Ok(_) => {}
                Err(error) => break Some(error.kind()),
            }
        };
        assert_eq!(ended, expected);
        assert_eq!(came, bytes(came.len()));
        assert_eq!(proxy.fault_counts().cuts, 1);
    }
}

#[tokio::test]
async fn a_cut_strikes_inside_what_is_written_at_once() {
    let (_proxy, stream) = through(NetworkConditions {
        up: Direction {
            cut: Some(Cut {
                every: 10,
                resets: 0.0,
            }),
            ..Direction::default()
        },
        ..NetworkConditions::default()
    })
    .await;
    let (came, _) = exchange(stream, bytes(1_000)).await;
    assert!(came.len() < 1_000);
    assert_eq!(came, bytes(came.len()));
}

#[tokio::test]
async fn silence_swallows_one_way_for_as_long_as_the_connection_lives() {
    let silent = Direction {
        silence_every: Some(1),
        ..Direction::default()
    };
    let (proxy, mut stream) = through(NetworkConditions {
        down: silent,
        ..NetworkConditions::default()
    })
    .await;
    stream.write_all(&bytes(100)).await.unwrap();
    until(|| proxy.fault_counts().silences == 1).await;
    proxy.set(NetworkConditions::default());
    // The way up is as good as ever: a second connection through the same proxy answers at once,
    // and by then the first would have, too.
    stream.write_all(&bytes(100)).await.unwrap();
    let mut other = TcpStream::connect(proxy.address()).await.unwrap();
    other.write_all(b"x").await.unwrap();
    assert_eq!(other.read_u8().await.unwrap(), b'x');
    let mut came = [0; 200];
    let read = stream.try_read(&mut came).unwrap_or(0);
    assert!(read <= 1, "{read} bytes after silence");
    // Closing still gets through, and ends it.
    stream.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_there_is_a_reset() {
    let gone = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let target = gone.local_addr().unwrap();
    drop(gone);
    let proxy = Proxy::to(target, 1).await.unwrap();
    let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
    let ended = stream.read_u8().await.map_err(|error| error.kind());
    assert_eq!(ended, Err(io::ErrorKind::ConnectionReset));
    assert_eq!(proxy.fault_counts().refused, 1);
}

#[tokio::test]
async fn what_the_server_closes_the_client_sees_closed() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let proxy = Proxy::to(listener.local_addr().unwrap(), 1).await.unwrap();
    let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
    let (mut served, _) = listener.accept().await.unwrap();
    served.write_all(b"bye").await.unwrap();
    drop(served);
    let mut came = Vec::new();
    stream.read_to_end(&mut came).await.unwrap();
    assert_eq!(came, b"bye");
}

#[test]
fn strikes_have_the_mean_that_was_asked_for() {
    let mut random = fastrand::Rng::with_seed(3);
    let mut countdown = network_conditions::Countdown::default();
    let runs = 100_000;
    let happened = (0..runs)
        .filter(|_| countdown.next_fault(Some(1_000), 10, &mut random).is_some())
        .count();
    assert!((900..1_100).contains(&happened), "{happened}");
    assert_eq!(countdown.next_fault(None, 1_000_000, &mut random), None);
}
