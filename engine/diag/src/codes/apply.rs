//! Codes of the area `apply`.

crate::code::area! {
    STALE = "APLY001", "What the plan was made for has changed since.";
    APPLY_FAILED = "APLY002", "A step of the plan failed.";
    IN_DOUBT = "APLY003", "It is not known whether a step took effect.";
    STATE_UNSAVED = "APLY004", "What was done could not be stored as the state.";
}
