//! Codes of the area `approval`.

crate::code::area! {
    NOT_APPROVED = "APPR001", "The plan lacks approvals that its environment demands.";
    APPROVAL_INVALID = "APPR002", "An approval does not count: its signature, signer, time or digest is wrong.";
}
