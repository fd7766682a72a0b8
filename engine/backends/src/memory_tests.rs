use super::Memory;

#[tokio::test]
async fn the_laws_of_blobs_hold() {
    ordain_state::testkit::check_blobs(&Memory::new()).await.unwrap();
    ordain_state::testkit::check_blobs(&Memory::without_append()).await.unwrap();
}
