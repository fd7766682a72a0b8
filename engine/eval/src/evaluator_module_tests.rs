use super::*;

#[test]
fn a_validation_comes_before_what_is_made_from_its_variable() {
    let variable = |name: &str, condition: &str| {
        format!(
            "variable \"{name}\" {{\n  default = 2\n  validation {{\n    condition = {condition}\n    error_message = \"no\"\n  }}\n}}\n"
        )
    };
    let one_way = format!("{}{}", variable("a", "var.a > 0 && var.b > 1"), variable("b", "var.b > 0"));
    assert_eq!(run(&one_way).summaries, Vec::<String>::new());
    let both_ways = format!("{}{}", variable("a", "var.a >= var.b"), variable("b", "var.b >= var.a"));
    assert_eq!(run(&both_ways).summaries, ["Cycle: var.a (validation), var.b (validation)"]);
    let behind =
        format!("{}locals {{ twice = var.a * 2 }}\n", variable("a", "var.a > 0 && local.twice > var.a"));
    assert_eq!(run(&behind).summaries, ["Cycle: local.twice (expand), var.a (validation)"]);
}

#[test]
fn sensitive_outputs_of_modules_pass_on_the_marks_of_their_values_only() {
    let main = "module \"m\" { source = \"./m\" }\noutput \"plain\" { value = module.m.plain }\noutput \"secret\" { value = module.m.secret }\n";
    let child = "output \"plain\" {\n  value = \"p\"\n  sensitive = true\n}\noutput \"secret\" {\n  value = sensitive(\"s\")\n  sensitive = true\n}\n";
    let run = run_with(input(&[("main.tf", main), ("m/main.tf", child)], Mode::Plan), planned);
    assert_eq!(run.summaries, ["Output refers to sensitive values"]);
    assert_eq!(run.outcome.outputs.keys().map(|name| &**name).collect::<Vec<_>>(), ["plain"]);
}

#[test]
fn a_long_chain_and_a_wide_count_are_quick() {
    use std::fmt::Write as _;
    let mut text = String::from("resource \"x_y\" \"r0\" {}\n");
    for at in 1..2000 {
        let _ = writeln!(text, "resource \"x_y\" \"r{at}\" {{ input = x_y.r{}.input }}", at - 1);
    }
    text.push_str("resource \"x_y\" \"wide\" {\n  count = 20000\n  input = x_y.r0.input\n}\noutput \"o\" { value = length(x_y.wide[*].id) }\n");
    let run = run(&text);
    assert_eq!(run.summaries, Vec::<String>::new());
    assert_eq!(run.instances.len(), 22000);
}

#[test]
fn a_chain_of_locals_is_as_long_as_it_likes() {
    use std::fmt::Write as _;
    let mut text = String::from("locals {\n  l0 = 0\n");
    for at in 1..20_000 {
        let _ = writeln!(text, "  l{at} = local.l{} + 1", at - 1);
    }
    text.push_str("}\noutput \"o\" { value = local.l19999 }\n");
    let run = run(&text);
    assert_eq!(run.summaries, Vec::<String>::new());
    assert_eq!(run.outcome.outputs.len(), 1);
}
