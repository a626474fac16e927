//! Pulling as pure decisions: into which slices a feed is cut, which of them is read next, and what a page or a failure
//! means for the sweep that it belongs to.

pub mod plan;
pub mod sweep;
