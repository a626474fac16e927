//! What stands in a page of SQLite's B-trees ("Database File Format"): its records, with what overflows into other pages.

use super::{
    cipher::USABLE,
    image::{Files, Image},
};

/// One value of a record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

/// One row of a table, or one entry of an index (a table without row numbers is kept like one).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    /// The row's number; nothing in an index.
    pub(crate) row: Option<i64>,
    /// Its values, in the order of the columns.
    pub(crate) values: Vec<Value>,
}

/// What one page holds.
#[derive(Debug, Default)]
pub(crate) struct Records {
    pub(crate) whole: Vec<Record>,
    /// Records that go on in a page that cannot be read.
    pub(crate) torn: u32,
    /// Pages below this one.
    pub(crate) below: Vec<u32>,
}

/// The four kinds of B-tree pages.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Kind {
    table: bool,
    leaf: bool,
}

impl Kind {
    fn of(byte: u8) -> Option<Self> {
        match byte {
            2 => Some(Self { table: false, leaf: false }),
            5 => Some(Self { table: true, leaf: false }),
            10 => Some(Self { table: false, leaf: true }),
            13 => Some(Self { table: true, leaf: true }),
            _ => None,
        }
    }
}

impl Image {
    /// The records of a page; none when it is no page of a B-tree.
    pub(crate) fn records(&self, files: &mut Files, number: u32, page: &[u8]) -> Records {
        let mut found = Records::default();
        let head = if number == 1 { 100 } else { 0 };
        let Some(kind) = page.get(head).copied().and_then(Kind::of) else { return found };
        let cells = usize::from(short(page, head + 3));
        let first = head + if kind.leaf { 8 } else { 12 };
        for cell in 0..cells {
            let at = usize::from(short(page, first + 2 * cell));
            self.cell(files, page, at, kind, &mut found);
        }
        if !kind.leaf {
            found.below.extend(long(page, head + 8));
        }
        found
    }

    fn cell(&self, files: &mut Files, page: &[u8], mut at: usize, kind: Kind, found: &mut Records) {
        if !kind.leaf {
            found.below.extend(long(page, at));
            at += 4;
            if kind.table {
                return;
            }
        }
        let Some((length, after)) = varint(page, at) else { return found.torn += 1 };
        let (row, after) = match kind.table.then(|| varint(page, after)) {
            None => (None, after),
            Some(Some((row, after))) => (Some(row), after),
            Some(None) => return found.torn += 1,
        };
        let values = self.payload(files, page, after, length, kind).as_deref().and_then(values);
        match values {
            Some(values) => found.whole.push(Record { row, values }),
            None => found.torn += 1,
        }
    }

    /// A record's bytes, from this page and those that it overflows into.
    fn payload(&self, files: &mut Files, page: &[u8], at: usize, length: i64, kind: Kind) -> Option<Vec<u8>> {
        let length = usize::try_from(length).ok()?;
        // Nothing of ours is longer than the pages that there are.
        let most = (self.pages() as usize).checked_mul(USABLE)?;
        if length > most {
            return None;
        }
        let here = local(length, kind);
        let mut bytes = page.get(at..at + here)?.to_vec();
        let mut next = if here < length { long(page, at + here)? } else { 0 };
        while bytes.len() < length {
            let page = self.page(files, next).ok()??;
            let more = (length - bytes.len()).min(USABLE - 4);
            bytes.extend(page.get(4..4 + more)?);
            next = long(&page, 0)?;
        }
        Some(bytes)
    }
}

/// How much of a record stands in its own page.
fn local(length: usize, kind: Kind) -> usize {
    let least = (USABLE - 12) * 32 / 255 - 23;
    let most = if kind.table { USABLE - 35 } else { (USABLE - 12) * 64 / 255 - 23 };
    if length <= most {
        return length;
    }
    let rest = least + (length - least) % (USABLE - 4);
    if rest <= most { rest } else { least }
}

/// The values of a record.
fn values(bytes: &[u8]) -> Option<Vec<Value>> {
    let (header, mut at) = varint(bytes, 0)?;
    let header = usize::try_from(header).ok().filter(|header| *header <= bytes.len())?;
    let mut body = header;
    let mut values = Vec::new();
    while at < header {
        let (kind, after) = varint(bytes, at)?;
        at = after;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => usize::try_from(kind).ok()?,
            5 => 6,
            6 | 7 => 8,
            12.. => usize::try_from((kind - 12) / 2).ok()?,
            _ => return None,
        };
        let value = bytes.get(body..body.checked_add(length)?)?;
        body += length;
        values.push(match kind {
            0 => Value::Null,
            8 => Value::Int(0),
            9 => Value::Int(1),
            7 => Value::Real(f64::from_be_bytes(*value.first_chunk()?)),
            1..=6 => Value::Int(integer(value)),
            _ if kind % 2 == 0 => Value::Blob(value.to_vec()),
            _ => Value::Text(String::from_utf8(value.to_vec()).ok()?),
        });
    }
    Some(values)
}

/// A big-endian number with its sign.
fn integer(bytes: &[u8]) -> i64 {
    let sign = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { -1 } else { 0 };
    bytes.iter().fold(sign, |number, byte| number << 8 | i64::from(*byte))
}

/// A number of SQLite's own spelling, and where it ends.
fn varint(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let mut number = 0_u64;
    for length in 0..9 {
        let byte = *bytes.get(at + length)?;
        if length == 8 {
            number = number << 8 | u64::from(byte);
            return Some((number.cast_signed(), at + 9));
        }
        number = number << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((number.cast_signed(), at + length + 1));
        }
    }
    None
}

fn short(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |pair| u16::from_be_bytes(*pair))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map(|four| u32::from_be_bytes(*four))
}
