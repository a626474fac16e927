//! How fast Rounds may ask. No remote documents a rate limit, so politeness is a setting of the connection.

use std::time::Duration;

use tokio::{
    sync::Mutex,
    time::{Instant, sleep_until},
};

/// Hands out turns, so many a second, evenly; the first few at once.
pub(super) struct TokenBucket {
    /// The time between two turns.
    apart: Duration,
    /// How much of that time may be saved up while nothing is asked.
    burst: Duration,
    /// When the next turn would be free if none were saved up.
    next: Mutex<Option<Instant>>,
}

impl TokenBucket {
    /// `per_second` turns a second, and as many at once after a pause.
    pub(super) fn new(per_second: u32) -> Self {
        let per_second = per_second.max(1);
        let apart = Duration::from_secs(1) / per_second;
        Self { apart, burst: apart * (per_second - 1), next: Mutex::new(None) }
    }

    /// Waits for a turn.
    pub(super) async fn turn(&self) {
        let free = self.take(Instant::now()).await;
        sleep_until(free).await;
    }

    /// Takes the next turn and says when it is.
    async fn take(&self, now: Instant) -> Instant {
        let mut next = self.next.lock().await;
        let earliest = now.checked_sub(self.burst).unwrap_or(now);
        let free = next.unwrap_or(earliest).max(earliest);
        *next = Some(free + self.apart);
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn two_a_second_lets_two_go_at_once_and_spaces_the_rest() {
        let bucket = TokenBucket::new(2);
        let now = Instant::now() + Duration::from_mins(1);
        let mut waits = Vec::new();
        for _ in 0..4 {
            waits.push(bucket.take(now).await.saturating_duration_since(now));
        }
        let half = Duration::from_millis(500);
        assert_eq!(waits, [Duration::ZERO, Duration::ZERO, half, half * 2]);
        let later = now + Duration::from_mins(1);
        assert!(bucket.take(later).await <= later, "a pause gives the turns back");
    }
}
