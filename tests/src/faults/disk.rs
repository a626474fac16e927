//! What SQLite says of a disk that is full or fails, in the words of its driver. What that means to a person is for the code that
//! ships to tell: a schedule never names a store's error itself.

use std::{borrow::Cow, error::Error, fmt};

use sqlx::error::{DatabaseError, ErrorKind};

use super::plan::DiskFault;

/// A result code of SQLite ("Result and Error Codes").
#[derive(Debug)]
struct Says {
    code: i32,
    message: &'static str,
}

/// SQLITE_FULL (13), or SQLITE_IOERR_WRITE (10, and 3 in the byte above): a transaction that was not committed.
pub(super) fn sqlite_says(fault: DiskFault) -> sqlx::Error {
    let says = match fault {
        DiskFault::Full => Says { code: 13, message: "database or disk is full" },
        DiskFault::Broken => Says { code: 0x30a, message: "disk I/O error" },
    };
    sqlx::Error::Database(Box::new(says))
}

impl fmt::Display for Says {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(code: {}) {}", self.code, self.message)
    }
}

impl Error for Says {}

impl DatabaseError for Says {
    fn message(&self) -> &str {
        self.message
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.code.to_string().into())
    }

    fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}
