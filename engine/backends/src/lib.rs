//! Blobs kept on disk and in object stores.
