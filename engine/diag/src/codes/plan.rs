//! Codes of the area `plan`.

crate::code::area! {
    CANNOT_PLAN = "PLAN001", "The change cannot be planned.";
    PREVENT_DESTROY = "PLAN002", "The plan would destroy something that is protected.";
    PLAN_FILE = "PLAN003", "A plan file cannot be read or is not whole.";
    CANNOT_SHOW = "PLAN004", "A plan or state cannot be shown as JSON: a schema is missing or stored data is damaged.";
    PLAN_VERSION = "PLAN005", "A plan file was written by another program or in another format version.";
    PLAN_ALTERED = "PLAN006", "A plan file is not what was written: it was damaged or changed.";
    PLAN_SEALED = "PLAN007", "A plan is sealed and cannot be opened here, or a key to seal plans to is none.";
}
