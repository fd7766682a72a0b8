use super::*;

#[test]
fn names_complete_from_where_they_begin() {
    let mut names = ["var.size", "var.sizes", "local.x", "terraform_data.a", "terraform_data.a.id", "upper("]
        .map(str::to_owned)
        .to_vec();
    names.sort();
    let names = Names::new(names);
    assert_eq!(names.candidates("1 + var.s", 9), (4, vec!["var.size".to_owned(), "var.sizes".to_owned()]));
    assert_eq!(names.candidates("upp", 3), (0, vec!["upper(".to_owned()]));
    assert_eq!(names.candidates("[terraform_data.a.", 18), (1, vec!["terraform_data.a.id".to_owned()]));
    assert_eq!(names.candidates("1 + ", 4), (4, Vec::new()));
    assert_eq!(names.candidates("ü.nope", 7).1, Vec::<String>::new());
}
