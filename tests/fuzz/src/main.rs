//! The fuzzer: `ROUNDS_FUZZ_TARGET` names what the bytes are thrown at; the arguments are libFuzzer's own. `./dev fuzz` builds it
//! with the flags that let libFuzzer see which code an input reaches, and runs it.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static TARGET: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let wanted = std::env::var("ROUNDS_FUZZ_TARGET").unwrap_or_default();
    let found = rounds_fuzz::all().find(|(name, _)| *name == wanted);
    found.unwrap_or_else(|| panic!("ROUNDS_FUZZ_TARGET is {wanted:?}, which is no target")).1
});

fuzz_target!(|data: &[u8]| TARGET(data));
