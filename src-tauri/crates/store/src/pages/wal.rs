//! The write-ahead log beside a database, as SQLite documents it ("WAL-mode File Format"): which pages were committed in it,
//! and whether something that was committed has been damaged since.
//!
//! SQLite takes the log to end at the first frame whose checksum is wrong. After a power loss that is right: what comes
//! then was never called saved. But a byte that went bad in the middle ends the log just as quietly, and with it everything
//! that was saved after. The two are told apart by what follows: each commit is on the disk before the next frame is
//! written (`synchronous=FULL`), so a commit behind the break with a further frame of the same log behind it was saved.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

use super::cipher::PAGE;

const HEADER: usize = 32;
const FRAME: usize = 24;
/// The last bit tells in which order the checksum takes the bytes.
const MAGIC: u32 = 0x377f_0682;

/// One page in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame {
    /// The page's number.
    pub(crate) page: u32,
    /// How many pages the database has after the transaction that this frame ends; 0 for all others.
    commit: u32,
    /// Where the page begins in the log.
    pub(crate) at: u64,
}

/// What a log holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Wal {
    /// What was committed, in order; in a damaged log also what stands behind the damage.
    pub(crate) frames: Vec<Frame>,
    /// Whether it was damaged after it was committed.
    pub(crate) is_damaged: bool,
}

impl Wal {
    /// How many pages the database has by what the log says.
    pub(crate) fn pages(&self) -> Option<u32> {
        self.frames.last().map(|frame| frame.commit)
    }
}

type Sum = (u32, u32);

/// Reads the log at `path`. One that is not there, or was never begun, holds nothing.
pub(crate) fn read(path: &Path) -> io::Result<Wal> {
    let mut file = match File::open(path) {
        Ok(file) => BufReader::with_capacity(256 * 1024, file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Wal::default()),
        Err(error) => return Err(error),
    };
    let mut header = [0; HEADER];
    if !fill(&mut file, &mut header)? || header.iter().all(|byte| *byte == 0) {
        return Ok(Wal::default());
    }
    let magic = word(&header, 0);
    let big = magic & 1 == 1;
    let mut sum = checksum((0, 0), &header[..24], big);
    let begins =
        magic & !1 == MAGIC && word(&header, 8) as usize == PAGE && sum == (word(&header, 24), word(&header, 28));
    let mut reading = Reading { salt: begins.then(|| salt(&header, 16)), whole: begins, ..Reading::default() };
    let mut frame = vec![0; FRAME + PAGE];
    let mut at = HEADER as u64;
    while fill(&mut file, &mut frame)? {
        let here = checksum(checksum(sum, &frame[..8], big), &frame[FRAME..], big);
        sum = (word(&frame, 16), word(&frame, 20));
        let one = Frame { page: word(&frame, 0), commit: word(&frame, 4), at: at + FRAME as u64 };
        reading.take(one, salt(&frame, 8), here == sum);
        at += frame.len() as u64;
    }
    Ok(reading.end())
}

/// Frame by frame.
#[derive(Default)]
struct Reading {
    /// What marks the frames of this log; those of an earlier one stand behind it. Unknown when the header is damaged.
    salt: Option<[u8; 8]>,
    frames: Vec<Frame>,
    /// Whether every checksum so far was right, and how many frames were committed while they were.
    whole: bool,
    committed: usize,
    /// How many frames there were at the last commit, sound or not.
    last_commit: usize,
    is_damaged: bool,
    /// The frame before, when its mark is not ours.
    foreign: Option<Frame>,
}

impl Reading {
    fn take(&mut self, frame: Frame, salt: [u8; 8], sums: bool) {
        let ours = *self.salt.get_or_insert(salt) == salt && frame.page != 0;
        self.whole &= ours && sums;
        let before = self.foreign.take();
        if !ours {
            self.foreign = Some(frame);
            return;
        }
        // The checksum goes on from that of the frame before: then that one is ours, too, and its mark is what is damaged.
        if let Some(before) = before.filter(|_| sums) {
            self.push(before);
        }
        self.push(frame);
    }

    fn push(&mut self, frame: Frame) {
        // The commit before this frame was saved, whatever has become of it.
        self.is_damaged |= self.last_commit > self.committed;
        self.frames.push(frame);
        if frame.commit != 0 {
            self.last_commit = self.frames.len();
            if self.whole {
                self.committed = self.last_commit;
            }
        }
    }

    fn end(mut self) -> Wal {
        self.frames.truncate(if self.is_damaged { self.last_commit } else { self.committed });
        Wal { frames: self.frames, is_damaged: self.is_damaged }
    }
}

/// Fills `buffer`; `false` when the file ends before.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).map_or(0, |word| u32::from_be_bytes(*word))
}

fn salt(bytes: &[u8], at: usize) -> [u8; 8] {
    bytes.get(at..).and_then(|bytes| bytes.first_chunk()).copied().unwrap_or_default()
}

fn checksum(from: Sum, bytes: &[u8], big: bool) -> Sum {
    let mut words = bytes
        .as_chunks::<4>()
        .0
        .iter()
        .map(|word| if big { u32::from_be_bytes(*word) } else { u32::from_le_bytes(*word) });
    let (mut one, mut two) = from;
    while let (Some(first), Some(second)) = (words.next(), words.next()) {
        one = one.wrapping_add(first).wrapping_add(two);
        two = two.wrapping_add(second).wrapping_add(one);
    }
    (one, two)
}

/// Where each frame of a log ends, and whether a transaction ends there: for tests that cut it.
#[cfg(test)]
pub(crate) fn frame_ends(path: &Path) -> Vec<(u64, bool)> {
    let wal = read(path).expect("the log can be read");
    wal.frames.iter().map(|frame| (frame.at + PAGE as u64, frame.commit != 0)).collect()
}
