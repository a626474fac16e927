//! The client of Ambra against the simulator, which was written from the same documents and shares no type with it.

mod answers;
mod desk;
mod lists;
mod sign_in;
mod writes;
