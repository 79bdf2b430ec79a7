use harness::os::PIPE_BUF;

/// What the packet says about its record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    Part = b'p' as isize,
    Whole = b'w' as isize,
    Bye = b'b' as isize,
}

pub const HEADER: usize = 4;
pub const BODY: usize = PIPE_BUF - HEADER;

pub fn pack(from: usize, tag: Tag, body: &[u8]) -> Vec<u8> {
    assert!(body.len() <= BODY, "or it would not be atomic");
    let mut bytes = Vec::with_capacity(HEADER + body.len());
    bytes.push(from as u8);
    bytes.push(tag as u8);
    bytes.extend((body.len() as u16).to_be_bytes());
    bytes.extend(body);
    bytes
}

pub fn unpack(header: [u8; HEADER]) -> (usize, Tag, usize) {
    let [from, tag, high, low] = header;
    let tag = match tag {
        b'p' => Tag::Part,
        b'w' => Tag::Whole,
        _ => Tag::Bye,
    };
    (from as usize, tag, u16::from_be_bytes([high, low]) as usize)
}
