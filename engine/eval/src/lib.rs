//! The one evaluator: module tree and answers to desired instances.
