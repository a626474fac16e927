//! The simulator's clock: the real one, shifted by an offset that the control door can change.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::stamp::Stamp;

/// One clock for every system. Cheap to clone; clones share the offset.
///
/// Used for stamps in what is served and for the expiry of signed URLs. Delays (late application, stalls) run on
/// monotonic time, so that setting the clock never leaves a write hanging.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_ms: Arc<AtomicI64>,
}

impl Clock {
    /// The real time plus the offset, in milliseconds since the epoch.
    pub fn now_ms(&self) -> i64 {
        chrono::Utc::now().timestamp_millis().saturating_add(self.offset_ms.load(Ordering::Relaxed))
    }

    /// Runs ahead of the real time by this many seconds (negative: behind).
    pub fn set_offset_seconds(&self, seconds: i64) {
        self.offset_ms.store(seconds.saturating_mul(1000), Ordering::Relaxed);
    }

    /// Reads this time now, and goes on ticking from there.
    pub fn set_now(&self, now: chrono::DateTime<chrono::Utc>) {
        let real = chrono::Utc::now().timestamp_millis();
        self.offset_ms.store(now.timestamp_millis() - real, Ordering::Relaxed);
    }

    /// Seconds by which it runs ahead of the real time.
    pub fn offset_seconds(&self) -> i64 {
        self.offset_ms.load(Ordering::Relaxed) / 1000
    }

    pub(crate) fn now(&self) -> Stamp {
        Stamp(self.now_ms())
    }
}
