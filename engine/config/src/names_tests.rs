use super::*;

#[test]
fn the_probable_name_is_near() {
    assert_eq!(suggest("regoin", ["zone", "region"]), Some("region"));
    assert_eq!(suggest("nope", ["region"]), None);
    assert_eq!(suggest("terraform_dat", ["terraform_data"]), Some("terraform_data"));
    assert_eq!(suggest("", ["ab", "abc"]), Some("ab"));
}
