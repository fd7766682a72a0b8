//! Strict emulations on loopback of the services the reference systems talk to.
