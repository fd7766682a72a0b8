//! Codes of the area `approval`.

crate::code::area! {
    NOT_APPROVED = "APPR001", "The plan lacks approvals that its environment demands.";
    APPROVAL_INVALID = "APPR002", "An approval does not count: its signature, signer, time or digest is wrong.";
    WRONG_PLACE = "APPR003", "The plan was made for another environment, workspace or backend.";
    EXPIRED = "APPR004", "The plan or its permit has expired.";
    USED = "APPR005", "The plan was already applied; a plan is applied once.";
    STALE = "APPR006", "The state changed after the plan was made.";
    SIGNERS = "APPR007", "The allowed signers or the revocations cannot be read.";
}
