//! What the tests of Rounds share: a made-up system, the fault schedules, the real window under WebDriver.

pub mod clock;
pub mod faults;
pub mod kills;
pub mod toy;
pub mod window;
