//! What the tests of Rounds share: a made-up system, the fault schedules, the real window under WebDriver.

pub mod faults;
pub mod toy;
pub mod window;
