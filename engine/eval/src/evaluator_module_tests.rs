use super::*;

#[test]
fn a_validation_may_use_what_is_made_from_its_variable() {
    let text = r#"
variable "a" {
  default = 1
  validation {
    condition     = var.a > 0 && local.twice < 4 && var.b > var.a
    error_message = "a is ${local.twice}"
  }
}
variable "b" {
  default = 2
  validation {
    condition     = var.b != var.a
    error_message = "no"
  }
}
locals { twice = var.a * 2 }
output "o" { value = local.twice }
"#;
    assert_eq!(run(text).summaries, Vec::<String>::new());
}

#[test]
fn sensitive_outputs_of_modules_pass_on_the_marks_of_their_values_only() {
    let main = "module \"m\" { source = \"./m\" }\noutput \"plain\" { value = module.m.plain }\noutput \"secret\" { value = module.m.secret }\n";
    let child = "output \"plain\" {\n  value = \"p\"\n  sensitive = true\n}\noutput \"secret\" {\n  value = sensitive(\"s\")\n  sensitive = true\n}\n";
    let run = run_with(input(&[("main.tf", main), ("m/main.tf", child)], Mode::Plan), planned);
    assert_eq!(run.summaries, ["Output refers to sensitive values"]);
    assert_eq!(run.outcome.outputs.keys().map(|name| &**name).collect::<Vec<_>>(), ["plain"]);
}
