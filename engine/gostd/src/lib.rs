//! Go's formatting, quoting, regular expressions and time layouts, which three languages here inherit.
