//! Codes of the area `lang`.

crate::code::area! {
    SYNTAX = "LANG001", "The text is not valid in the configuration language. The marked place is where reading stopped making sense.";
    INVALID_EXPRESSION = "LANG002", "An expression is well formed but cannot be evaluated, for example because an operand has the wrong type.";
    UNKNOWN_FUNCTION = "LANG003", "A function of that name does not exist.";
    FUNCTION_CALL = "LANG004", "A function was called with arguments that it does not take, or it failed.";
}
