//! Codes of the area `eval`.

crate::code::area! {
    UNDECLARED = "EVAL001", "A reference names something that is not declared.";
    CYCLE = "EVAL002", "Objects refer to each other in a circle, so none of them can be first.";
    INVALID_REPETITION = "EVAL003", "count or for_each has a value that cannot say how many instances there are.";
    CHECK_FAILED = "EVAL004", "A condition written in the configuration does not hold.";
    VARIABLE_VALUE = "EVAL005", "An input variable has no value, or one that does not fit.";
}
