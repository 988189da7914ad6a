//! A compressed message on its way back to what it was, a step at a time: others have their turn in between.

use super::END;
use miniz_oxide::inflate::{
    TINFLStatus,
    core::{DecompressorOxide, decompress, inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF},
};

/// Written in one step, in a fraction of a millisecond.
const STEP_OCTETS: usize = 64 * 1024;

/// A message of which some is there.
pub(in crate::http) struct Inflating {
    decompressor: DecompressorOxide,
    deflated: Vec<u8>,
    /// Octets of `deflated` that were read.
    read: usize,
    octets: Vec<u8>,
    limit: usize,
}

/// It was not compressed, or is longer than it may be.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::http) struct Bad;

impl Inflating {
    /// The message that these octets become, of at most `limit` octets.
    pub(super) fn new(deflated: &[u8], limit: usize) -> Self {
        Self {
            decompressor: DecompressorOxide::default(),
            deflated: [deflated, &END].concat(),
            read: 0,
            octets: Vec::new(),
            limit,
        }
    }

    /// Goes on by one step. The message, once it is whole; then it is over.
    pub(in crate::http) fn step(&mut self) -> Result<Option<Vec<u8>>, Bad> {
        let written = self.octets.len();
        // What was written is read again: all of it may be repeated.
        self.octets.resize(self.limit.min(written + STEP_OCTETS), 0);
        let deflated = self.deflated.get(self.read..).ok_or(Bad)?;
        let flags = TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let (status, read, more) = decompress(&mut self.decompressor, deflated, &mut self.octets, written, flags);
        self.read += read;
        self.octets.truncate(written + more);
        match status {
            TINFLStatus::Done => Ok(Some(std::mem::take(&mut self.octets))),
            TINFLStatus::HasMoreOutput if self.octets.len() < self.limit => Ok(None),
            _ => Err(Bad),
        }
    }
}
