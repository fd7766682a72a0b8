//! Codes of the area `policy`.

crate::code::area! {
    POLICY_LOAD = "POLI001", "A policy could not be loaded.";
    POLICY_DENIED = "POLI002", "A policy denies this plan.";
    POLICY_VACUOUS = "POLI003", "A policy can never match anything.";
}
