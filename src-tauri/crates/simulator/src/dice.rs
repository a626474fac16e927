//! Seeded draws: the same seed and the same place give the same draw, on every machine and in every version of a
//! random number crate. One `Dice` per section of a record, so that leaving a section out shifts nothing else.

use uuid::Uuid;

/// A small counter-based generator (splitmix64).
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Dice {
    /// The dice for one place: what is drawn from here depends on the seed and these parts only.
    pub(crate) fn new(seed: u64, parts: &[u64]) -> Self {
        let mut state = mix(seed.wrapping_add(0x9e37_79b9_7f4a_7c15));
        for part in parts {
            state = mix(state ^ part.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x1234_5678_9abc_def1));
        }
        Self(state)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number in `0..n`, 0 if n is 0.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(n);
        u64::try_from(wide >> 64).unwrap_or_default()
    }

    /// An index in `0..n`.
    pub(crate) fn index(&mut self, n: usize) -> usize {
        usize::try_from(self.below(n as u64)).unwrap_or_default()
    }

    /// A number in `low..=high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high.saturating_sub(low)).unwrap_or_default();
        low + i64::try_from(self.below(span + 1)).unwrap_or_default()
    }

    /// True in `n` of 1000.
    pub(crate) fn per_mille(&mut self, n: u64) -> bool {
        self.below(1000) < n
    }

    /// One of them; there must be some.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.index(from.len())]
    }

    pub(crate) fn uuid(&mut self) -> Uuid {
        let bits = (u128::from(self.next()) << 64) | u128::from(self.next());
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }

    /// `length` characters out of 0-9a-z.
    pub(crate) fn code(&mut self, length: usize) -> String {
        const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
        (0..length).map(|_| char::from(self.pick(ALPHABET))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn same_place_same_draws_and_bounds_hold() {
        let mut one = Dice::new(7, &[1, 2]);
        let mut two = Dice::new(7, &[1, 2]);
        for _ in 0..1000 {
            let n = one.between(-3, 5);
            assert_eq!(n, two.between(-3, 5));
            assert!((-3..=5).contains(&n), "{n} is outside of what was asked for");
        }
        assert_ne!(Dice::new(7, &[1, 3]).next(), Dice::new(7, &[1, 2]).next());
        assert_ne!(Dice::new(8, &[1, 2]).next(), Dice::new(7, &[1, 2]).next());
    }
}
