//! The laws of [`Blobs`], as a check that every store's tests run.

use crate::{BlobError, Blobs, Expect, LockInfo};

/// Runs all laws on an empty store. The error names the law that does not hold.
pub async fn check_blobs(blobs: &dyn Blobs) -> Result<(), String> {
    check_bytes(blobs).await?;
    check_expectations(blobs).await?;
    check_names(blobs).await?;
    check_append(blobs).await?;
    check_lock(blobs).await
}

fn law(holds: bool, law: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(law.to_owned()) }
}

fn ok<T>(result: Result<T, BlobError>, what: &str) -> Result<T, String> {
    result.map_err(|error| format!("{what}: {error}"))
}

async fn check_bytes(blobs: &dyn Blobs) -> Result<(), String> {
    law(ok(blobs.get("a.state").await, "get")?.is_none(), "an absent blob is None")?;
    let version = ok(blobs.put("a.state", b"one".to_vec(), Expect::Absent).await, "put")?;
    let read = ok(blobs.get("a.state").await, "get")?;
    law(read == Some((b"one".to_vec(), version)), "what was put is got, with the version that put named")?;
    ok(blobs.delete("a.state").await, "delete")?;
    ok(blobs.delete("a.state").await, "deleting what is absent")?;
    law(ok(blobs.get("a.state").await, "get")?.is_none(), "a deleted blob is absent")
}

async fn check_expectations(blobs: &dyn Blobs) -> Result<(), String> {
    let first = ok(blobs.put("b.state", b"one".to_vec(), Expect::Absent).await, "put")?;
    let refused = |result: Result<_, BlobError>| matches!(result, Err(BlobError::Precondition));
    let again = blobs.put("b.state", b"two".to_vec(), Expect::Absent).await;
    law(refused(again), "a put that expects nothing there fails when something is")?;
    let second = ok(blobs.put("b.state", b"two".to_vec(), Expect::Version(first.clone())).await, "put")?;
    law(first != second, "other bytes have another version")?;
    let stale = blobs.put("b.state", b"three".to_vec(), Expect::Version(first)).await;
    law(refused(stale), "a put that expects an old version fails")?;
    ok(blobs.put("b.state", b"four".to_vec(), Expect::Anything).await, "put")?;
    ok(blobs.delete("b.state").await, "delete")
}

async fn check_names(blobs: &dyn Blobs) -> Result<(), String> {
    for name in ["dir/b", "dir/a", "dirt"] {
        ok(blobs.put(name, vec![1], Expect::Anything).await, "put")?;
    }
    let listed = ok(blobs.list("dir/").await, "list")?;
    law(listed == ["dir/a", "dir/b"], "list gives the names that begin with the prefix, sorted")?;
    for name in ["dir/b", "dir/a", "dirt"] {
        ok(blobs.delete(name).await, "delete")?;
    }
    law(ok(blobs.list("dir").await, "list")?.is_empty(), "deleted blobs are not listed")
}

async fn check_append(blobs: &dyn Blobs) -> Result<(), String> {
    ok(blobs.put("c.journal", b"1\n".to_vec(), Expect::Absent).await, "put")?;
    match blobs.append("c.journal", b"2\n").await {
        Err(BlobError::Unsupported(_)) => {}
        other => {
            ok(other, "append")?;
            let read = ok(blobs.get("c.journal").await, "get")?;
            law(read.is_some_and(|(bytes, _)| bytes == b"1\n2\n"), "append adds to the end")?;
        }
    }
    ok(blobs.delete("c.journal").await, "delete")
}

async fn check_lock(blobs: &dyn Blobs) -> Result<(), String> {
    let info = |id: &str| LockInfo { id: id.to_owned(), who: "me@here".to_owned(), ..LockInfo::default() };
    ok(blobs.lock("d.state", &info("1")).await, "lock")?;
    match blobs.lock("d.state", &info("2")).await {
        Err(BlobError::Locked(held)) => law(held.id == "1", "a refused lock names the holder")?,
        _ => return Err("a lock is held by one only".to_owned()),
    }
    law(blobs.unlock("d.state", "2").await.is_err(), "only its holder can give a lock back")?;
    ok(blobs.unlock("d.state", "1").await, "unlock")?;
    ok(blobs.lock("d.state", &info("3")).await, "lock after unlock")?;
    ok(blobs.unlock("d.state", "3").await, "unlock")?;
    law(ok(blobs.list("d.").await, "list")?.is_empty(), "locks leave nothing behind that list shows")
}
