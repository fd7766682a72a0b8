//! Codes of the area `cli`.

crate::code::area! {
    USAGE = "CLI001", "The command line is wrong.";
    IO = "CLI002", "Reading or writing failed.";
    NETWORK = "CLI003", "A service could not be reached or refused the request.";
    INTERNAL = "CLI004", "A defect in ordain. Please report it.";
}
