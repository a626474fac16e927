//! What the tests of Rounds share: the real window under WebDriver, and what bytes are thrown at.

pub mod targets;
pub mod window;
