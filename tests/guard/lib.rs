//! The project whose claims are guarded.
