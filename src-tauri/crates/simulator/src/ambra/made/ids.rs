//! Ids of what lies inside a record (comments, reports): they tell where they belong, since nothing is kept of an
//! untouched record, and still look like any other id.

use uuid::Uuid;

use crate::dice::Dice;

/// Where a part belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// The record that it is in.
    pub(crate) owner: u32,
    /// Its number there, as far as it was made with the record.
    pub(crate) number: u8,
}

fn mask(seed: u64, high: u64) -> u64 {
    Dice::new(seed, &[0x7061_7274, high]).next() & 0x00ff_ffff_ffff_ffff
}

/// An id whose upper half is drawn, and whose lower half holds the place.
pub(crate) fn fresh_part(seed: u64, dice: &mut Dice, part: Part) -> Uuid {
    // Version 4 in its place, as in every other id.
    let high = (dice.next() & 0xffff_ffff_ffff_0fff) | 0x4000;
    let place = (u64::from(part.owner) << 8) | u64::from(part.number);
    // The variant's byte stays out of it.
    let low = 0x9f00_0000_0000_0000 | (place ^ mask(seed, high));
    Uuid::from_u64_pair(high, low)
}

/// Where a part with this id would belong.
pub(crate) fn part_of(seed: u64, id: Uuid) -> Part {
    let (high, low) = id.as_u64_pair();
    let place = (low ^ mask(seed, high)) & 0x00ff_ffff_ffff_ffff;
    Part { owner: u32::try_from((place >> 8) & 0xffff_ffff).unwrap_or_default(), number: (place & 0xff) as u8 }
}

#[cfg(test)]
mod tests {
    use super::{Part, fresh_part, part_of};
    use crate::dice::Dice;

    #[test]
    fn an_id_tells_where_it_belongs() {
        let mut dice = Dice::new(3, &[]);
        for owner in [0, 1, 99_999, u32::MAX] {
            let part = Part { owner, number: 7 };
            let id = fresh_part(3, &mut dice, part);
            assert_eq!(part_of(3, id), part);
            assert_eq!(id.get_version_num(), 4, "{id}");
        }
    }
}
