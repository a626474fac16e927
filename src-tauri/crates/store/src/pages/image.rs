//! A database as its last commit left it: the pages of the file, and over them those of the log.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    thread,
};

use super::{
    cipher::{PAGE, PageCipher, Salt},
    wal::{self, Wal},
};
use crate::{Result, profile::keyfile::Key};

/// SQLite never writes the page that its locks stand for.
const LOCK_PAGE: u32 = 0x4000_0000 / 4096 + 1;
/// More than this many threads would only wait for the disk.
const THREADS: usize = 4;

/// A database and its log, to be read page by page.
pub(crate) struct Image {
    path: PathBuf,
    wal_path: PathBuf,
    cipher: PageCipher,
    wal: Wal,
    /// Where the log has the latest of each page.
    newer: HashMap<u32, u64>,
    /// How many pages there are, or would be.
    pages: u32,
}

/// The two files, open for reading.
pub(crate) struct Files {
    database: File,
    wal: Option<File>,
}

impl Image {
    /// Looks at the files of a database. `salt` is the one that the key file names; without it that of the file itself counts.
    pub(crate) fn of(path: &Path, key: &Key, salt: Option<Salt>) -> Result<Self> {
        let wal_path = beside(path, "-wal");
        let wal = wal::read(&wal_path)?;
        let newer = wal.frames.iter().map(|frame| (frame.page, frame.at)).collect();
        let mut database = File::open(path)?;
        let length = database.metadata()?.len();
        let mut own = Salt::default();
        if salt.is_none() && length >= own.len() as u64 {
            database.read_exact(&mut own)?;
        }
        let cipher = PageCipher::new(key, salt.unwrap_or(own))?;
        let mut image = Self { path: path.to_owned(), wal_path, cipher, newer, pages: 0, wal };
        // The last commit knows; else the first page; else all that is there.
        let counted = match image.wal.pages() {
            Some(pages) => Some(pages),
            None => image
                .page(&mut image.files()?, 1)?
                .and_then(|first| Some(u32::from_be_bytes(*first.get(28..)?.first_chunk()?))),
        };
        let there = u32::try_from(length / PAGE as u64).unwrap_or(u32::MAX);
        image.pages = counted.filter(|pages| *pages > 0).unwrap_or(there);
        Ok(image)
    }

    /// How many pages there are, or should be.
    pub(crate) fn pages(&self) -> u32 {
        self.pages
    }

    /// Whether commits in the log were damaged after they were saved: then any page may be older than it should be.
    pub(crate) fn log_is_damaged(&self) -> bool {
        self.wal.is_damaged
    }

    pub(crate) fn files(&self) -> io::Result<Files> {
        let wal = if self.newer.is_empty() { None } else { Some(File::open(&self.wal_path)?) };
        Ok(Files { database: File::open(&self.path)?, wal })
    }

    /// What stands in a page; nothing when it is not whole.
    pub(crate) fn page(&self, files: &mut Files, number: u32) -> io::Result<Option<Vec<u8>>> {
        Ok(self.sealed(files, number)?.and_then(|page| self.cipher.open(number, &page)))
    }

    fn sealed(&self, files: &mut Files, number: u32) -> io::Result<Option<Vec<u8>>> {
        let Some(before) = number.checked_sub(1) else { return Ok(None) };
        let (file, at) = match (self.newer.get(&number), &mut files.wal) {
            (Some(at), Some(wal)) => (wal, *at),
            _ => (&mut files.database, u64::from(before) * PAGE as u64),
        };
        file.seek(SeekFrom::Start(at))?;
        let mut page = vec![0; PAGE];
        match file.read_exact(&mut page) {
            Ok(()) => Ok(Some(page)),
            // Beyond the end of a file that was cut.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether every page is whole, and everything that was committed is there.
    pub(crate) fn is_whole(&self) -> Result<bool> {
        if self.wal.is_damaged || self.pages == 0 {
            return Ok(false);
        }
        let threads = thread::available_parallelism().map_or(1, usize::from).min(THREADS);
        let threads = u32::try_from(threads).unwrap_or(1);
        let share = self.pages.div_ceil(threads).max(1);
        let parts: io::Result<Vec<bool>> = thread::scope(|scope| {
            let parts: Vec<_> = (0..threads)
                .map(|part| (part * share + 1, ((part + 1) * share).min(self.pages)))
                .map(|(from, to)| scope.spawn(move || self.are_whole(from, to)))
                .collect();
            parts
                .into_iter()
                .map(|part| part.join().unwrap_or_else(|_| Err(io::Error::other("it ended unexpectedly"))))
                .collect()
        });
        Ok(parts?.into_iter().all(|whole| whole))
    }

    fn are_whole(&self, from: u32, to: u32) -> io::Result<bool> {
        let mut files = self.files()?;
        for number in (from..=to).filter(|number| *number != LOCK_PAGE) {
            match self.sealed(&mut files, number)? {
                Some(page) if self.cipher.is_whole(number, &page) => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}
