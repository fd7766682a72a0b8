//! Codes of the area `install`.

crate::code::area! {
    SETTINGS = "INST001", "The CLI configuration (~/.terraformrc or the file that TF_CLI_CONFIG_FILE names) is wrong.";
    LOCK_FILE = "INST002", "The dependency lock file is damaged, or does not agree with the configuration or with what is installed.";
    NO_PACKAGE = "INST003", "No package could be found: an unknown name, no version that fits all constraints, or none for this system.";
    CHECKSUM = "INST004", "A package is not what was locked or what its publisher signed. Nothing of it was installed.";
    INSTALL = "INST005", "A package could not be fetched, unpacked or put in its place.";
    MODULE = "INST006", "A module could not be fetched or is not what was locked.";
}
