//! A service over a Unix socket: one process answers the requests of several clients at once.
//!
//! `HANDOUT.md` has the theory and tells how to read what the tests print; run them with
//! `cargo test -p socket`.
//!
//! The system calls are those of `harness::os`. They have the names, the results and the errors of sections 2 and 3
//! of the Linux manual: `man 7 unix` is the documentation.

#![expect(clippy::todo, reason = "the student writes what is missing, and then deletes this line")]

use harness::os;
use harness::prelude::*;

/// A socket that listens.
///
/// Add the fields: a descriptor (`os::Fd`), the path, and what else server and clients have to know. The first
/// process makes the value; each child begins with a copy of it.
#[derive(Clone, Debug)]
pub struct Service {}

/// A client's end of a connection.
///
/// Add the fields.
#[derive(Debug)]
pub struct Client {}

impl SocketService for Service {
    type Client = Client;

    fn listen(_path: &str, _clients: usize) -> os::Result<Self> {
        // There is one process yet. There may be the socket of an earlier run at the path.
        todo!("make a socket that listens at the path")
    }

    fn serve(&mut self, _answer: &mut dyn FnMut(&[u8]) -> Vec<u8>) -> os::Result<()> {
        // This is run by one process: until all clients have been served.
        todo!("accept the clients, hand their requests to `answer`, send them what it returns")
    }

    fn connect(self) -> os::Result<Client> {
        // This is run by each client for itself.
        todo!("close what a client does not need, and connect to the path")
    }
}

impl SocketClient for Client {
    fn send(&mut self, _request: &[u8]) -> os::Result<()> {
        todo!("write the request so that the server knows where it ends")
    }

    fn finish(&mut self) -> os::Result<()> {
        todo!("tell the server that there will be no more, and go on listening to it")
    }

    fn receive(&mut self) -> os::Result<Option<Vec<u8>>> {
        // `None` after the last answer.
        todo!("read until an answer is complete")
    }

    fn end(&mut self) -> os::Result<()> {
        todo!("close what is still open")
    }
}
