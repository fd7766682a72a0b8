use super::*;

fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("ordain-local-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

#[tokio::test]
async fn the_laws_of_blobs_hold() {
    let folder = folder("laws");
    ordain_state::testkit::check_blobs(&Local::new(&folder)).await.unwrap();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_locked_file_is_read_and_replaced_and_the_note_names_the_holder() {
    let folder = folder("lock");
    let store = Local::new(&folder);
    let info = LockInfo { id: "1".to_owned(), who: "me@here".to_owned(), ..LockInfo::default() };
    store.lock("terraform.tfstate", &info).await.unwrap();
    let note = fs::read_to_string(folder.join(".terraform.tfstate.lock.info")).unwrap();
    assert!(note.starts_with("{\"ID\":\"1\""), "{note}");
    assert!(store.get("terraform.tfstate").await.unwrap().is_none());
    store.put("terraform.tfstate", b"{}".to_vec(), Expect::Absent).await.unwrap();
    assert_eq!(store.get("terraform.tfstate").await.unwrap().unwrap().0, b"{}");
    store.unlock("terraform.tfstate", "1").await.unwrap();
    assert_eq!(fs::read(folder.join("terraform.tfstate")).unwrap(), b"{}");
    assert!(!folder.join(".terraform.tfstate.lock.info").exists());
    fs::remove_dir_all(folder).unwrap();
}
