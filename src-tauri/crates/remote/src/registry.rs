//! Every system that Rounds speaks to: one line each. The only place that chooses by a system's name.

use std::sync::Arc;

use rounds_domain::declare::System;

use crate::{
    ambra, carevalidate, ehealth, illumina, lims,
    seam::{Account, RemoteSystem},
};

/// A kind of system: what it declares and how one is connected.
#[derive(Clone, Copy)]
pub struct Kind {
    /// What it declares.
    pub declare: fn() -> System,
    /// Connects an account. No request is sent yet; fails with words for the person when a setting cannot be used.
    pub connect: fn(Account) -> Result<Arc<dyn RemoteSystem>, String>,
}

/// The systems that ship with Rounds.
pub const SHIPPED: &[Kind] = &[carevalidate::KIND, ambra::KIND, illumina::KIND, ehealth::KIND, lims::KIND];
