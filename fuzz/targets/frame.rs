//! What a page may send, and what the proxy may: what is read is written in the same way again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use surat_protocol::{
    ClientFrame, ServerFrame,
    frame::{decode, encode},
};

fuzz_target!(|octets: &[u8]| {
    if let Some(frame) = decode::<ClientFrame>(octets) {
        let again = encode(&frame);
        assert_eq!(decode::<ClientFrame>(&again), Some(frame));
    }
    if let Some(frame) = decode::<ServerFrame>(octets) {
        let again = encode(&frame);
        assert_eq!(decode::<ServerFrame>(&again), Some(frame));
    }
});
