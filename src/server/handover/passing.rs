//! Passing a file descriptor to another process over a Unix socket (`SCM_RIGHTS`).
//!
//! A word goes with it that says what the descriptor is, or why there is none.

use rustix::cmsg_space;
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use std::io::{IoSlice, IoSliceMut, Result};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use tokio::io::Interest;
use tokio::net::UnixStream;

/// Bytes of the longest word.
const WORD_MAX: usize = 32;

/// Sends a word, with a descriptor if there is one.
pub(super) async fn send(
    stream: &UnixStream,
    word: &str,
    descriptor: Option<BorrowedFd<'_>>,
) -> Result<()> {
    stream
        .async_io(Interest::WRITABLE, || {
            let descriptors = descriptor.as_slice();
            let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
            let mut control = SendAncillaryBuffer::new(&mut space);
            if !descriptors.is_empty() {
                control.push(SendAncillaryMessage::ScmRights(descriptors));
            }
            let word = [IoSlice::new(word.as_bytes())];
            sendmsg(stream.as_fd(), &word, &mut control, SendFlags::NOSIGNAL)?;
            Ok(())
        })
        .await
}

/// Receives a word, with its descriptor if there is one. An empty word: the other side has closed.
pub(super) async fn receive(stream: &UnixStream) -> Result<(String, Option<OwnedFd>)> {
    stream
        .async_io(Interest::READABLE, || {
            let mut word = [0; WORD_MAX];
            let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
            let mut control = RecvAncillaryBuffer::new(&mut space);
            let received = recvmsg(
                stream.as_fd(),
                &mut [IoSliceMut::new(&mut word)],
                &mut control,
                RecvFlags::empty(),
            )?;
            let mut descriptor = None;
            for message in control.drain() {
                if let RecvAncillaryMessage::ScmRights(mut sent) = message {
                    descriptor = sent.next();
                }
            }
            if let Some(descriptor) = &descriptor {
                fcntl_setfd(descriptor, FdFlags::CLOEXEC)?;
            }
            let word = String::from_utf8_lossy(&word[..received.bytes]).into_owned();
            Ok((word, descriptor))
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[tokio::test]
    async fn a_listening_socket_arrives_and_is_the_same_one() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (here, there) = UnixStream::pair().unwrap();
        send(&here, "listener", Some(listener.as_fd()))
            .await
            .unwrap();
        drop((here, listener));
        let (word, descriptor) = receive(&there).await.unwrap();
        assert_eq!(word, "listener");
        let listener = TcpListener::from(descriptor.unwrap());
        assert_eq!(listener.local_addr().unwrap(), address);
        std::net::TcpStream::connect(address).unwrap();
        listener.accept().unwrap();
        let (word, descriptor) = receive(&there).await.unwrap();
        assert!(word.is_empty() && descriptor.is_none(), "it is gone");
    }

    #[tokio::test]
    async fn a_word_arrives_alone() {
        let (here, there) = UnixStream::pair().unwrap();
        send(&here, "serving", None).await.unwrap();
        let (word, descriptor) = receive(&there).await.unwrap();
        assert!(word == "serving" && descriptor.is_none());
    }
}
