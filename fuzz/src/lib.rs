//! Parts that targets share: a limit on memory, and tapes that a verifier reads to the end.

pub mod model;
pub mod tape;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use zklens_commitment::VerifierSetup;

/// A mebibyte.
pub const MIB: usize = 1 << 20;

/// The setup that every verifier is given.
pub static SETUP: LazyLock<VerifierSetup> =
    LazyLock::new(|| VerifierSetup::decode(&zklens_setup::TAU_G2).expect("a point"));

/// The system's allocator with a limit: it refuses to hold more than `BYTES` at once. A program
/// that needs more ends with a message, and libFuzzer reports that as a crash.
///
/// libFuzzer's own `-malloc_limit_mb` needs a sanitizer. Its `-rss_limit_mb` is compared once a
/// second, so memory that is taken and given back in between goes unnoticed.
#[derive(Debug)]
pub struct Limited<const BYTES: usize> {
    held: AtomicUsize,
}

impl<const BYTES: usize> Limited<BYTES> {
    /// An allocator that holds nothing yet.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "a static needs a constant")]
    pub const fn new() -> Self {
        Self {
            held: AtomicUsize::new(0),
        }
    }

    /// Counts these bytes if they are within the limit, and says whether they are.
    fn take(&self, bytes: usize) -> bool {
        let held = self.held.fetch_add(bytes, Ordering::Relaxed);
        let is_within = held.saturating_add(bytes) <= BYTES;
        if !is_within {
            self.held.fetch_sub(bytes, Ordering::Relaxed);
        }
        is_within
    }
}

// SAFETY: every call goes to the system's allocator unchanged, or is refused, which an allocator
// may do.
unsafe impl<const BYTES: usize> GlobalAlloc for Limited<BYTES> {
    unsafe fn alloc(&self, table_layout: Layout) -> *mut u8 {
        if !self.take(table_layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(table_layout) }
    }

    unsafe fn alloc_zeroed(&self, table_layout: Layout) -> *mut u8 {
        if !self.take(table_layout.size()) {
            return std::ptr::null_mut();
        }
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc_zeroed(table_layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, table_layout: Layout) {
        self.held.fetch_sub(table_layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, table_layout) }
    }
}

/// Defines a fuzz target: the most bytes of memory that it may hold at once, and the check of an
/// input.
#[macro_export]
macro_rules! door {
    ($bytes:expr, $run:expr) => {
        #[global_allocator]
        static MEMORY: $crate::Limited<{ $bytes }> = $crate::Limited::new();

        libfuzzer_sys::fuzz_target!(|input: &[u8]| {
            let run: fn(&[u8]) = $run;
            run(input);
        });
    };
}
