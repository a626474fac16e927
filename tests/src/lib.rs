//! What the tests of Rounds share: the real window under WebDriver.

pub mod window;
