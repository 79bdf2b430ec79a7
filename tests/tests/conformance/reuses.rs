//! Ports of TCP that are taken again.

use harness::kernel::Address;
use tests::conformance::{FIRST_PORT, Request};

use crate::machine::Fate;
use crate::worlds::World;

/// On Linux a port is not free for a minute after there was a connection (`TIME_WAIT`), which the simulation does not
/// know. So a port is not taken again once there has been one.
#[derive(Debug, Default)]
pub(crate) struct Reuses {
    has_been_connected: bool,
    bound: Vec<usize>,
    listened: Vec<Address>,
}

impl Reuses {
    /// Whether it would show that a call was made after `world`, and led to `worlds`.
    pub(crate) fn would_show(
        &mut self,
        process: usize,
        request: &Request,
        world: &mut World,
        worlds: &[World],
    ) -> bool {
        let succeeds = worlds.iter().any(|world| {
            matches!(&world.fates()[process], Some(Fate::Replied(reply)) if reply.answer == 0)
        });
        match request {
            Request::Connect { .. } => self.has_been_connected = true,
            Request::Bind { address: address @ FIRST_PORT.., .. } if succeeds => {
                if self.has_been_connected && self.bound.contains(address) {
                    return true;
                }
                self.bound.push(*address);
            }
            Request::Listen { fd, .. } if succeeds => {
                let listens = world.knowledge(process, false).listening;
                let port = world.port(process, *fd);
                if listens.iter().all(|(other, _)| other != fd)
                    && self.has_been_connected
                    && port.as_ref().is_some_and(|port| self.listened.contains(port))
                {
                    return true;
                }
                self.listened.extend(port);
            }
            _ => {}
        }
        false
    }
}
