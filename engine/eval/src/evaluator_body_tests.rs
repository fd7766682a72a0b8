use super::*;

#[test]
fn bodies_are_decoded_by_their_schema() {
    let run = run(r#"
resource "x_y" "a" {
  size = "12"
  part { name = 1 }
  dynamic "part" {
    for_each = ["b"]
    iterator = it
    content { name = "${it.key}-${it.value}" }
  }
  rule {
    from = "x"
  }
  one { name = "o" }
}
resource "x_y" "u" {
  dynamic "part" {
    for_each = x_y.a.id == "" ? [1] : []
    content { name = part.value }
  }
}
"#);
    assert_eq!(run.summaries, Vec::<String>::new());
    let config = config_of(&run, "x_y.a");
    assert_eq!(
        format!("{config:?}"),
        "{\"id\": null(string), \"input\": null(any), \"one\": {\"name\": \"o\"}, \"part\": [{\"name\": \"1\"}, {\"name\": \"0-b\"}], \"rule\": [{\"from\": \"x\", \"to\": null(string)}], \"secret\": null(string), \"size\": 12}"
    );
    assert!(!config_of(&run, "x_y.u").get("part").unwrap().is_known());
}

#[test]
fn what_is_wrong_with_bodies_is_said() {
    let run = run(r#"
resource "x_y" "a" {
  size = "many"
  sise = 1
  part {}
  part { name = "a" }
  part { name = "a" }
  one { name = "a" }
  one { name = "a" }
  parts {}
  dynamic "prt" {
    for_each = []
    content {}
  }
  dynamic "part" {
    for_each = 3
    content {}
  }
}
"#);
    assert_eq!(
        run.summaries,
        [
            "Duplicate one block",
            "Incorrect attribute value type",
            "Invalid dynamic for_each value",
            "Missing required argument",
            "Too many part blocks",
            "Unsupported argument",
            "Unsupported block type",
            "Unsupported block type",
        ]
    );
}

#[test]
fn content_of_dynamic_blocks_is_looked_at_where_there_is_any() {
    let none = r#"
resource "x_y" "a" {
  dynamic "part" {
    for_each = []
    content { name = local.nope }
  }
}
resource "x_y" "b" {
  dynamic "part" {
    for_each = x_y.a.id == "" ? [1] : []
    content { name = local.nope + "text" }
  }
}
"#;
    assert_eq!(run(none).summaries, Vec::<String>::new());
    let some = r#"
resource "x_y" "a" {
  dynamic "part" {
    for_each = ["x"]
    content { name = try(local.nope, part.value) }
  }
}
resource "x_y" "b" {
  dynamic "part" {
    for_each = x_y.d.id == "" ? [1] : []
    content {}
  }
}
resource "x_y" "c" {
  size = var.gone
  dynamic "part" {
    for_each = module.gone
    content { name = local.never }
  }
}
resource "x_y" "d" {}
"#;
    let wanted = [
        "Missing required argument",
        "Reference to undeclared input variable",
        "Reference to undeclared local value",
        "Reference to undeclared module",
    ];
    assert_eq!(run(some).summaries, wanted);
}

#[test]
fn dynamic_in_json_makes_blocks_of_an_attribute_that_is_not_written_beside_it() {
    let found = |resource: &str| {
        let text = format!("{{\"resource\": {{\"x_y\": {{\"a\": {resource}}}}}}}");
        run_with(input(&[("main.tf.json", &text)], Mode::Plan), planned).summaries
    };
    let dynamic = r#"{"rule": {"for_each": [1], "content": {"from": "x"}}}"#;
    let none = Vec::<String>::new();
    assert_eq!(found(&format!("{{\"dynamic\": {dynamic}}}")), none);
    assert_eq!(found(&format!("{{\"dynamic\": [{dynamic}, {dynamic}]}}")), none);
    assert_eq!(found(&format!("[{{\"dynamic\": {dynamic}}}]")), none);
    assert_eq!(found(&format!("{{\"rule\": [], \"dynamic\": {dynamic}}}")), ["Unsupported block type"]);
}
