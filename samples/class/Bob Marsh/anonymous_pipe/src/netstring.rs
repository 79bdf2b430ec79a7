//! Netstrings: `5:hello`. The length is in decimal digits.

use harness::os;

/// As a netstring.
pub fn encode(record: &[u8]) -> Vec<u8> {
    let mut text = format!("{}:", record.len()).into_bytes();
    text.extend_from_slice(record);
    text
}

/// Bytes that arrive little by little, and netstrings that come out.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    bytes: Vec<u8>,
}

impl Decoder {
    pub fn feed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub fn next(&mut self) -> os::Result<Option<Vec<u8>>> {
        let Some(colon) = self.bytes.iter().position(|&b| b == b':') else { return Ok(None) };
        let digits = std::str::from_utf8(&self.bytes[..colon]).map_err(|_| os::Errno::EINVAL)?;
        let length: usize = digits.parse().map_err(|_| os::Errno::EINVAL)?;
        let end = colon + 1 + length;
        if self.bytes.len() < end {
            return Ok(None);
        }
        let record = self.bytes[colon + 1..end].to_vec();
        self.bytes.drain(..end);
        Ok(Some(record))
    }
}
