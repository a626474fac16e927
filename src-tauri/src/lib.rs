//! Rounds
