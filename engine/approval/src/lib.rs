//! Plan digest, decisions and signed approvals to a verdict; only maker of a permit.
