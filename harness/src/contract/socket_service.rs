//! A service over sockets: one server, and several clients at once.

use crate::shim::os;

/// A service over a Unix socket: clients send requests, a server answers them.
///
/// A stream carries bytes and knows no boundaries; whoever sends records through it has to mark them. The
/// harness makes one value by [`listen`](Self::listen), in the process that is there first. Then that process
/// forks: each child has a copy of the value as it stands, and inherits the descriptors. One process, the
/// first or one of its children, calls [`serve`](Self::serve). Every other process is a client; it goes
/// through these steps, once:
///
/// ```text
/// connect -> send ... send -> finish -> receive ... receive (None) -> end
/// ```
///
/// A client may be slow. Between `connect`, the first `send`, further ones and `finish` it may wait until *another
/// client* has got all its answers. So a server that serves one client after the other may wait for
/// ever. And a client reads nothing before it has finished: a server that waits for room to answer one who still
/// sends may wait for ever, too. The end of what a client sends says when it is ready to read: its half-close.
///
/// Processes have no memory in common: what they have to say to each other goes through sockets.
///
/// 1. *Integrity.* (Stands where locks have mutual exclusion.) Each request is handed to `answer` once, whole, and
///    after the earlier ones of its client; no other bytes are. What `answer` returns is received once,
///    whole, by the client whose request it answers and by nobody else, in the order of the requests. `receive`
///    returns `None` only after all of them. `serve` returns when all clients have finished and their
///    answers are on their way; a request that a client could not send to its end, because it died, is not handed to
///    `answer`. No call fails, and no signal kills.
/// 2. *Progress.* Whatever the schedule, and however slow the clients: each of them gets its answers and sees their
///    end, and `serve` returns. If a client dies once it is connected, the others are served as if nothing
///    had happened. Calls that a signal interrupts are made again.
///
/// At the path there may be the socket of an earlier run, which nobody uses any more. Requests are not
/// empty, answers may be; neither has more than 10,000 bytes.
///
/// Sources: unix(7), socket(2), bind(2), listen(2), accept(2), connect(2), shutdown(2), poll(2); Stevens, Fenner, Rudoff,
/// *UNIX Network Programming*, volume 1, chapters 4 to 6 and 15; Kerrisk, *The Linux Programming Interface*, chapters
/// 56 to 61 and 63.
pub trait SocketService: Clone + Send + 'static {
    /// One end of a connection, in the process of a client.
    type Client: SocketClient;

    /// Before the fork: a socket that listens at `path`, for so many clients. From now on they may connect, before
    /// `serve` is called, too.
    fn listen(path: &str, clients: usize) -> os::Result<Self>;

    /// In the server's process: hands each request to `answer`, and sends the client what that returns. Returns when
    /// all clients have been served.
    fn serve(&mut self, answer: &mut dyn FnMut(&[u8]) -> Vec<u8>) -> os::Result<()>;

    /// In the process of a client, on its copy of the value: connects to the server.
    fn connect(self) -> os::Result<Self::Client>;
}

/// The client's end of a connection to a [`SocketService`].
pub trait SocketClient: Send + 'static {
    /// Sends a request, which is not empty.
    fn send(&mut self, request: &[u8]) -> os::Result<()>;

    /// There will be no further request: the server is told so, and the answers can still be received.
    fn finish(&mut self) -> os::Result<()>;

    /// The next answer; `None` after the last one.
    fn receive(&mut self) -> os::Result<Option<Vec<u8>>>;

    /// There will be no further call: closes what is still open.
    fn end(&mut self) -> os::Result<()>;
}
