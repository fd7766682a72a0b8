//! Codes of the area `state`.

crate::code::area! {
    STATE_FORMAT = "STAT001", "A state document cannot be read.";
    STATE_LOCK = "STAT002", "The state is locked by somebody else.";
    STATE_STORE = "STAT003", "The store that holds the state failed.";
    STATE_MISMATCH = "STAT004", "The state belongs to another lineage or is newer.";
}
