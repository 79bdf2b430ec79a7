//! The messages that are sent, and what was received instead of one.
//!
//! Each message says of itself, every nine bytes, whose it is and where in it one is: so what is received tells
//! from where it came, however it was torn and mixed.

use std::sync::LazyLock;

use crate::event::{Collected, Damage, Instead, MessageId};
use crate::process::{PROCESSES_MAX, ProcessId};

/// Bytes of what a message repeats.
const PERIOD: usize = 9;

/// So many bytes tell where they come from.
const TELLING: usize = PERIOD;

/// So many bytes of no message may stand before some that tell: lengths, numbers, marks.
const FOREIGN_MAX: usize = 16;

/// What an earlier run has left, where it has.
pub(super) const LEFTOVER: &[u8] = b"left by an earlier run";

/// What some mark the end of a record with, or fill it up with. Any byte may occur in a record: these do so
/// early, and the others later.
const MARKS: [u8; 12] = [b'\n', 0, 0xff, b' ', b'|', b'\r', b',', b';', b'\\', 0x1b, 0x04, 0x7f];

/// So many messages of one byte, of each of two senders, are told apart.
const SINGLES: usize = 5;

/// The longest message.
const LONGEST: usize = 100_000;

/// What is the same in all messages: thousands of them are made in a second.
static PATTERN: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut pattern = Vec::with_capacity(LONGEST + PERIOD);
    while pattern.len() < LONGEST {
        let (place, count) = (pattern.len(), pattern.len() / PERIOD);
        pattern.extend(format!("..@{place:05}").bytes());
        pattern.push(MARKS.get(count).copied().unwrap_or(count as u8));
    }
    pattern
});

/// The content of a message of that length: `B0@00000` and a byte, `B0@00009` and another one, and so on. That of
/// an answer has a small letter. A single byte is one of those that some mark the end with.
pub(super) fn content(id: MessageId, length: usize) -> Vec<u8> {
    if length == 1 {
        let place = usize::from(id.request().number) + SINGLES * id.sender.index();
        return vec![MARKS[place % MARKS.len()]];
    }
    let mut content = PATTERN[..length].to_vec();
    let whose = [id.letter(), b'0' + (id.request().number % 10) as u8];
    for period in content.chunks_mut(PERIOD) {
        for (byte, of) in period.iter_mut().zip(whose) {
            *byte = of;
        }
    }
    content
}

/// Whose message it is that comes whole, as far as its length and its beginning tell.
pub(super) fn sender(bytes: &[u8], length: usize) -> Option<ProcessId> {
    let index = bytes.first()?.checked_sub(b'A')?;
    let sender = (bytes.len() == length).then_some(usize::from(index))?;
    (sender < PROCESSES_MAX).then(|| ProcessId::new(sender))
}

/// Which of the messages that are sent (with their lengths) this is, or what is wrong with it.
pub(super) fn identify(bytes: &[u8], sent: impl Iterator<Item = (MessageId, usize)>) -> Collected {
    let sent: Vec<(MessageId, usize)> = sent.collect();
    let begins = |&&(id, length): &&(MessageId, usize)| {
        let first = length.min(2);
        length == bytes.len() && content(id, first) == bytes[..first]
    };
    if let Some(&(id, length)) = sent.iter().find(begins)
        && content(id, length) == bytes
    {
        return Collected::Message(id);
    }
    let sent = sent.into_iter().map(|(id, length)| (id, content(id, length)));
    let sent: Vec<(MessageId, Vec<u8>)> = sent.collect();
    let alike = |content: &[u8]| content.iter().zip(bytes).take_while(|(a, b)| a == b).count();
    // A message is told by its first two bytes.
    let like =
        sent.iter().map(|(id, content)| (alike(content), *id)).filter(|(alike, _)| *alike >= 2);
    let like = like.max_by_key(|(alike, _)| *alike);
    let (whole, message) = like.map_or((0, None), |(whole, id)| (whole, Some(id)));
    let rest = &bytes[whole..];
    let (between, instead) = told(rest, &sent);
    let (length, whole) = (bytes.len() as u32, whole as u32);
    Collected::Damaged(Damage { message, length, whole, between, instead })
}

/// What bytes that were received are: after how many of no message, which ones.
fn told(bytes: &[u8], sent: &[(MessageId, Vec<u8>)]) -> (u32, Instead) {
    if bytes.is_empty() {
        return (0, Instead::Nothing);
    }
    for (between, _) in bytes.iter().enumerate().take(FOREIGN_MAX + 1) {
        let rest = &bytes[between..];
        let telling = &rest[..rest.len().min(TELLING)];
        let place =
            |content: &[u8]| content.windows(telling.len()).position(|part| part == telling);
        // A few bytes in the middle of something prove nothing.
        let proves = |place: usize| between == 0 || telling.len() == TELLING || place == 0;
        let found = sent.iter().find_map(|(id, content)| {
            let place = place(content).filter(|&place| telling.len() > 1 && proves(place))?;
            Some(Instead::Of(*id, place as u32))
        });
        if let Some(found) = found {
            return (between as u32, found);
        }
        if between == 0 && place(LEFTOVER).is_some() {
            return (0, Instead::Leftover);
        }
    }
    (0, Instead::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(sender: usize, number: u16) -> MessageId {
        MessageId { sender: ProcessId::new(sender), number }
    }

    fn seen(bytes: &[u8]) -> Collected {
        identify(bytes, [(id(0, 0), 2), (id(1, 0), 6000), (id(2, 3), 100)].into_iter())
    }

    fn damage(message: Option<MessageId>, length: u32, whole: u32, instead: Instead) -> Collected {
        Collected::Damaged(Damage { message, length, whole, between: 0, instead })
    }

    #[test]
    fn a_message_is_known_when_it_is_whole() {
        assert_eq!(content(id(1, 0), 12), b"B0@00000\nB0@");
        assert_eq!(content(id(1, 0).answer(), 10), b"b0@00000\nb");
        for (id, length) in [(id(0, 0), 2), (id(1, 0), 6000), (id(2, 3), 100)] {
            assert_eq!(seen(&content(id, length)), Collected::Message(id));
        }
    }

    #[test]
    fn single_bytes_are_told_apart() {
        let senders = (0..2).flat_map(|sender| (0..SINGLES).map(move |n| (sender, n as u16)));
        let mut bytes: Vec<u8> = senders.map(|(sender, n)| content(id(sender, n), 1)[0]).collect();
        bytes.sort_unstable();
        bytes.dedup();
        assert_eq!(bytes.len(), 2 * SINGLES);
        let sent = [(id(1, 0), 1), (id(1, 1), 12), (id(1, 2), 1)];
        for (id, length) in sent {
            assert_eq!(identify(&content(id, length), sent.into_iter()), Collected::Message(id));
        }
    }

    #[test]
    fn a_message_tells_its_sender() {
        assert_eq!(sender(&content(id(2, 7), 100), 100), Some(ProcessId::new(2)));
        assert_eq!(sender(&content(id(2, 7), 99), 100), None);
        assert_eq!(sender(b"", 0), None);
        assert_eq!(sender(b"?", 1), None);
    }

    #[test]
    fn a_message_may_have_any_byte_in_it() {
        let long = content(id(1, 0), 3000);
        assert_eq!((0..=u8::MAX).find(|byte| !long.contains(byte)), None);
        assert_eq!(content(id(1, 0), 18).last(), Some(&0));
    }

    #[test]
    fn a_message_that_was_torn_or_mixed_tells_how() {
        let long = content(id(1, 0), 6000);
        let torn = damage(Some(id(1, 0)), 4096, 4096, Instead::Nothing);
        assert_eq!(seen(&long[..4096]), torn);
        let mut mixed = long[..4096].to_vec();
        mixed.extend(content(id(2, 3), 100));
        assert_eq!(seen(&mixed), damage(Some(id(1, 0)), 4196, 4096, Instead::Of(id(2, 3), 0)));
        let joined = [content(id(0, 0), 2), content(id(0, 0), 2)].concat();
        assert_eq!(seen(&joined), damage(Some(id(0, 0)), 4, 2, Instead::Of(id(0, 0), 0)));
        assert_eq!(seen(&long[9..20]), damage(Some(id(1, 0)), 11, 7, Instead::Of(id(1, 0), 16)));
        assert_eq!(seen(b"\0\0\0\x05"), damage(None, 4, 0, Instead::Unknown));
        assert_eq!(seen(LEFTOVER), damage(None, LEFTOVER.len() as u32, 0, Instead::Leftover));
        assert_eq!(seen(b""), damage(None, 0, 0, Instead::Nothing));
    }

    #[test]
    fn bytes_of_no_message_before_others_are_counted() {
        let seen_after = |before: &[u8], foreign: &[u8], after: &[u8]| match seen(
            &[before, foreign, after].concat(),
        ) {
            Collected::Damaged(Damage { whole, between, instead, .. }) => {
                (whole as usize, between as usize, instead)
            }
            other => unreachable!("it is damaged: {other:?}"),
        };
        let (long, other) = (content(id(1, 0), 4092), content(id(2, 3), 100));
        let of = Instead::Of(id(2, 3), 0);
        assert_eq!(seen_after(&long, b"\0\0\0\x64", &other[..50]), (4092, 4, of));
        assert_eq!(seen_after(b"", b"\x64\0", &other), (0, 2, of));
        // A short one, whole; and a piece from the middle of one.
        let short = Instead::Of(id(0, 0), 0);
        assert_eq!(seen_after(&long, b"\x02\0", &content(id(0, 0), 2)), (4092, 2, short));
        let middle = Instead::Of(id(2, 3), 30);
        assert_eq!(seen_after(&long, b"\xfd", &other[30..60]), (4092, 1, middle));
        // What is too far away, or too short to tell, is nothing.
        assert_eq!(seen_after(&long, &[0xfd; 17], &other), (4092, 0, Instead::Unknown));
        assert_eq!(seen_after(&long, b"\xfd", &other[31..35]), (4092, 0, Instead::Unknown));
    }
}
