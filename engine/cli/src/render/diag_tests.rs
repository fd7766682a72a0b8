use ordain_diag::codes;

use super::*;

fn sample() -> (Sources, Diagnostic) {
    let text = "resource \"terraform_data\" \"c\" {\n  foo = var.size\n}\n";
    let mut sources = Sources::new();
    let file = sources.add("main.tf", text);
    let at = text.find("foo").unwrap();
    let item = Diagnostic::error(
        codes::config::INVALID_ARGUMENT,
        "Unsupported argument",
        "An argument named \"foo\" is not expected here.",
    )
    .with_span(Span::new(file, at, at + 3))
    .with_address("terraform_data.c")
    .with_value("var.size", "is 3")
    .with_hint("Did you mean \"for\"?");
    (sources, item)
}

#[test]
fn plain_text_has_place_snippet_values_and_advice() {
    let (sources, item) = sample();
    let text = diagnostic(&item, &sources, Style::PLAIN, WIDTH);
    assert_eq!(
        text,
        "\nError: Unsupported argument\n\n  with terraform_data.c,\n  on main.tf line 2, in resource \"terraform_data\" \"c\":\n   \
         2:   foo = var.size\n    ├────────────────\n    │ var.size is 3\n\nAn argument named \"foo\" is not expected here.\n\nDid you mean \"for\"?\n"
    );
}

#[test]
fn colour_draws_a_box() {
    let (sources, item) = sample();
    let text = diagnostic(&item, &sources, Style { color: true }, WIDTH);
    assert!(text.starts_with("\u{1b}[31m╷"));
    assert!(text.contains("\u{1b}[4mfoo\u{1b}[0m"));
}

#[test]
fn long_details_are_wrapped_and_indented_lines_kept() {
    let text = format!("{}\n  {}", "word ".repeat(30).trim_end(), "x".repeat(100));
    let lines = wrap(&text, 40);
    assert!(lines.iter().take(lines.len() - 1).all(|line| line.chars().count() <= 40));
    assert!(lines.last().unwrap().starts_with("  x"));
}

#[test]
fn of_what_is_around_a_finding_only_the_beginning_and_the_near_lines_are_shown() {
    let text = format!("x = {{\n{}  broken\n}}\n", "  a = 1\n".repeat(3000));
    let mut sources = Sources::new();
    let file = sources.add("main.tf", text.as_str());
    let at = text.find("broken").unwrap();
    let item = Diagnostic::error(codes::config::INVALID_ARGUMENT, "Broken", "It is broken.")
        .with_span(Span::new(file, at, at + 6))
        .with_around(Span::new(file, 4, at + 6));
    let shown = diagnostic(&item, &sources, Style::PLAIN, WIDTH);
    assert!(shown.contains("   1: x = {\n      …\n2998:   a = 1\n"), "{shown}");
    assert!(shown.contains("3002:   broken\n"), "{shown}");
    assert_eq!(shown.matches("a = 1").count(), 4);
}
