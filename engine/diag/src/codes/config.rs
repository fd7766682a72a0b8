//! Codes of the area `config`.

crate::code::area! {
    INVALID_BLOCK = "CONF001", "A block is not allowed here, lacks a label, or lacks something that it needs.";
    INVALID_ARGUMENT = "CONF002", "An argument is not allowed here, is missing, or has a value that it cannot have.";
    DUPLICATE = "CONF003", "The same thing is declared twice.";
    MODULE_LOAD = "CONF004", "A module could not be read.";
    DEPRECATED = "CONF005", "The author of a module asks callers not to use a variable or an output any more.";
    DEPRECATED_REMOTE = "CONF006", "The author of a module that is not part of this repository asks callers not to use a variable or an output any more.";
}
