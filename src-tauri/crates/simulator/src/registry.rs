//! The systems that this simulator can be: one line each.

use std::sync::Arc;

use crate::system::{Ground, System};

/// How one system is built.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) build: fn(Ground) -> Arc<dyn System>,
}

/// One line for each system.
pub(crate) const SYSTEMS: &[Entry] = &[
    Entry { name: "carevalidate", build: |ground| Arc::new(crate::carevalidate::CareValidate::new(ground)) },
    Entry { name: "ambra", build: |ground| Arc::new(crate::ambra::Ambra::new(ground)) },
    Entry { name: "illumina", build: |ground| Arc::new(crate::illumina::Illumina::new(ground)) },
    Entry { name: "ehealth", build: |ground| Arc::new(crate::ehealth::EHealth::new(ground)) },
    Entry { name: "lims", build: |ground| Arc::new(crate::lims::Lims::new(ground)) },
];
